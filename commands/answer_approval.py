"""People's answers to an approval card: yes, no, break-glass when nobody else is there, and stop once it was a yes."""

from collections.abc import Awaitable, Callable

from commands.asked import Asked
from commands.deciding import anew, said_before, with_approval
from commands.gating import check_evidence, check_runbook, is_named, meant
from commands.outage import Outage
from commands.ports import Ports
from commands.store import Saved
from commands.turns import together
from incident import answering, glass, refusal, remedy, running
from incident.approval import Approval
from incident.change import Change
from incident.incident import Incident
from incident.responder import Role, UserId


async def approve(asked: Asked, approval_id: str, *, ports: Ports) -> Saved:
    """Say yes. Who clicked is checked now, and when that cannot be checked, nobody may.

    Raises Spent, Expired, OwnRequest, NotAnApprover, SaidYes, UnknownApprovers, RunbookChanged, Ended, and whatever the
    gate refuses.
    """

    async def decision(incident: Incident, request: Approval) -> Change:
        allowed, stop = await _allowed(asked, incident, request, ports), await ports.store.stopped()
        cause, now = asked.cause, ports.clock()
        change = remedy.approve(incident, request, by=asked.by, allowed=allowed, stop=stop, cause=cause, now=now)
        await _check_plans(incident, request, ports)
        return change

    return await _answer(asked, approval_id, ports, decision)


async def reject(asked: Asked, approval_id: str, *, reason: str, ports: Ports) -> Saved:
    """Say no, or take one's own request back. Raises Spent, Expired, NotAnApprover, UnknownApprovers."""

    async def decision(incident: Incident, request: Approval) -> Change:
        allowed = request.requester == asked.by or await _allowed(asked, incident, request, ports)
        now = ports.clock()
        return remedy.reject(incident, request, by=asked.by, allowed=allowed, reason=reason, cause=asked.cause, now=now)

    return await _answer(asked, approval_id, ports, decision)


async def break_glass(asked: Asked, approval_id: str, *, reason: str, ports: Ports) -> Saved:
    """Run it alone, for a reason; others are called and told.

    Raises Spent, Expired, NoBreakGlass, NotTheRequester, NotOnCall, NothingSaid, NobodyToTell, UnknownApprovers,
    RunbookChanged, Ended, and whatever the gate refuses.
    """

    async def decision(incident: Incident, request: Approval) -> Change:
        await _check_plans(incident, request, ports)
        return glass.break_glass(
            incident,
            request,
            by=asked.by,
            allowed=await _may_be_alone(asked, incident, request, ports),
            reason=reason,
            tell=await _others(asked, incident, request, ports),
            stop=await ports.store.stopped(),
            cause=asked.cause,
            now=ports.clock(),
        )

    return await _answer(asked, approval_id, ports, decision)


async def cancel(asked: Asked, approval_id: str, *, ports: Ports) -> Saved:
    """Stop what was approved, whether or not it runs already.

    Raises Spent, AlreadySo, MayNotCancel, UnknownApprovers.
    """

    async def decision(incident: Incident, request: Approval) -> Change:
        commander = incident.roles.get(Role.COMMANDER)
        own = asked.by in (request.requester, request.decided_by, *request.yes, commander)
        allowed = own or await _allowed(asked, incident, request, ports)
        under, now = await together(incident, request, ports), ports.clock()
        return running.cancel(incident, request, by=asked.by, allowed=allowed, cause=asked.cause, now=now, under=under)

    return await _answer(asked, approval_id, ports, decision)


async def may_reject(asked: Asked, approval_id: str, *, ports: Ports) -> Approval:
    """The request, if this person could reject it now: asked before they write why. Raises as ``reject``."""
    incident, request = await with_approval(ports.store, approval_id)
    allowed = request.requester == asked.by or await _allowed(asked, incident, request, ports)
    answering.reject(request, by=asked.by, allowed=allowed, reason="", now=ports.clock())
    return request


async def may_break_glass(asked: Asked, approval_id: str, *, ports: Ports) -> Approval:
    """The request, if this person could let it run alone now. Raises as ``break_glass``."""
    incident, request = await with_approval(ports.store, approval_id)
    allowed = await _may_be_alone(asked, incident, request, ports)
    answering.break_glass(request, by=asked.by, allowed=allowed, reason="asked", now=ports.clock())
    remedy.check(incident, request, await ports.store.stopped(), ports.clock())
    await _check_plans(incident, request, ports)
    if not await _others(asked, incident, request, ports):
        raise refusal.NobodyToTell(system=incident.system)
    return request


async def _check_plans(incident: Incident, request: Approval, ports: Ports) -> None:
    """Whether all that may run by it is as the runbook has it, and touches nobody's evidence.

    Raises RunbookChanged, EvidenceKeptElsewhere.
    """
    for plan in request.plans:
        check_runbook(incident, plan, ports=ports)
        await check_evidence(incident, plan, ports=ports)


async def _allowed(asked: Asked, incident: Incident, request: Approval, ports: Ports) -> bool:
    return await is_named(asked.by, request.policy.approvers, incident, ports=ports)


async def _may_be_alone(asked: Asked, incident: Incident, request: Approval, ports: Ports) -> bool:
    return asked.by in _called(incident, ports) or await _allowed(asked, incident, request, ports)


def _called(incident: Incident, ports: Ports) -> tuple[UserId, ...]:
    """Everybody who is called for the incident's system, first ones first."""
    settings, system, now = ports.settings, incident.system, ports.clock()
    return tuple(dict.fromkeys((*settings.on_call(system, now), *settings.escalation(system, now))))


async def _others(asked: Asked, incident: Incident, request: Approval, ports: Ports) -> tuple[UserId, ...]:
    """Who is told that it runs alone: those who are called; where that is nobody else, whoever might have approved."""
    called = set(_called(incident, ports)) - {asked.by}
    if called:
        return tuple(each for each in _called(incident, ports) if each in called)
    approvers = meant(request.policy.approvers, incident, ports=ports)
    named = tuple(UserId(each) for each in approvers if not each.startswith("S") and each != asked.by)
    if named:
        return named
    try:
        groups = [await ports.chat.members_of(each) for each in approvers if each.startswith("S")]
    except Outage as outage:
        raise refusal.UnknownApprovers(reason=outage.sentence) from outage
    return tuple(sorted(frozenset().union(*groups) - {asked.by}))


async def _answer(
    asked: Asked, approval_id: str, ports: Ports, decision: Callable[[Incident, Approval], Awaitable[Change]]
) -> Saved:
    async def attempt() -> Saved:
        incident, request = await with_approval(ports.store, approval_id)
        return await ports.store.save(await decision(incident, request))

    try:
        return await anew(attempt)
    except refusal.Refused:
        # The same click again finds its own answer given: it is a repeat, and told so.
        if await said_before(ports.store, asked.cause) is None:
            raise
        incident, _ = await with_approval(ports.store, approval_id)
        return Saved(incident=incident, fresh=False)
