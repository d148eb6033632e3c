"""The clock asks: a remediation is to be previewed, expired, run once, and verified."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from commands.asked import procedure_of
from commands.carry_out import carry_out
from commands.deciding import anew, known, with_approval
from commands.fix import cooling_until
from commands.gating import check_evidence, check_runbook
from commands.look import look_all
from commands.outage import NotYet, Outage
from commands.ports import Ports
from commands.show_output import live_output
from commands.turns import together
from incident import gate, refusal, remedy, running, whole
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.clockwork import WATCH
from incident.finding import Finding, Outcome, OutcomeState, Phase
from incident.incident import Incident
from incident.job import Claim
from incident.runbook import Procedure

SETTLE_TRIES: Final = 300
"""How often, a second apart, an outcome is offered to a store that is away."""

BUSY_FOR: Final = timedelta(seconds=1)
"""How long a run waits before it tries again for a target that another remediation holds."""


async def preview(claim: Claim, *, ports: Ports) -> None:
    """Look at what a remediation would touch, and put its card up."""
    _, request = await with_approval(ports.store, claim.job.subject)
    try:
        seen = [await ports.executors.of(plan.target).preview(plan) for plan in request.plans]
        reason = ""
    except Outage as outage:
        seen, reason = [], f"what it would touch could not be seen: {outage.sentence}"

    async def attempt() -> None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        now = ports.clock()
        if asked.state is not ApprovalState.PREPARING:
            change = Change(cause=claim.cause, at=now, settles=claim)
        elif not seen:
            change = remedy.call_off(incident, asked, reason=reason, settles=claim, now=now)
        elif asked.parts:
            change = whole.put_up(incident, asked, seen, settles=claim, now=now)
        elif (under := await _under(asked, ports)) is not None:
            change = whole.take(incident, asked, seen[0], under, settles=claim, now=now)
        else:
            change = remedy.put_up(incident, asked, seen[0], settles=claim, now=now)
        await ports.store.save(change)

    await anew(attempt)


async def _under(asked: Approval, ports: Ports) -> Approval | None:
    """The approval for the whole procedure by which a step runs, read after the incident that guards it."""
    return await ports.store.approval(asked.under) if asked.under else None


async def expire_approval(claim: Claim, *, ports: Ports) -> None:
    """The time to answer is over."""

    async def attempt() -> None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        now = ports.clock()
        usable = asked.state is ApprovalState.APPROVED and asked.parts
        if (asked.state is ApprovalState.ASKED or usable) and now < asked.expires_at:
            # The store's clock, which says what is due, may be a little ahead of this one; and a yes to a whole
            # procedure has a time of its own.
            raise NotYet("it can still be answered, or used", after=asked.expires_at - now)
        await ports.store.save(remedy.expire(incident, asked, settles=claim, now=now))

    await anew(attempt)


async def run_remediation(claim: Claim, *, ports: Ports) -> None:
    """Run what was approved, exactly once: looked at before, marked as begun, run, settled with its outcome.

    Two requests for one step may be approved together: the second is void when the first has only just run. One that
    is cancelled before it began is not begun; one that runs is stopped.
    """
    incident, request = await with_approval(ports.store, claim.job.subject)
    if request.state is not ApprovalState.APPROVED:
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    try:
        # Nobody looks before a run that may not begin; and what may begin now may not a moment later.
        await _beginning(claim, incident, request, ports)
        sees = _symptoms(incident, request, ports)
        await look_all(incident, phase=Phase.BEFORE, cause=request.id, ports=ports, procedure=sees)
        begun = await _begin(claim, ports)
    except refusal.Refused as refused:
        if not gate.why(refused):
            raise
        await not_run(claim, gate.why(refused), ports=ports)
        return
    if begun is None:
        return
    async with live_output(begun, ports=ports) as live:
        outcome = await carry_out(begun, heard=live.take, ports=ports)
        live.end()
        await _settle(claim, outcome, ports)


async def settle_cut_short(claim: Claim, *, ports: Ports) -> None:
    """A run that was cut short: it is shown as unknown, and never run again by itself."""

    async def attempt() -> None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        under = await together(incident, asked, ports)
        await ports.store.save(running.cut_short(incident, asked, settles=claim, now=ports.clock(), under=under))

    await anew(attempt)


async def not_run(claim: Claim, reason: str, *, ports: Ports) -> None:
    """What was asked for or approved cannot even be begun: it is void, and says why."""

    async def attempt() -> None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        now = ports.clock()
        if asked.state is ApprovalState.RUNNING:
            # It did begin: whoever finds it cut short tells that nobody knows how it ended.
            return
        if asked.state is ApprovalState.PREPARING:
            change = remedy.call_off(incident, asked, reason=reason, settles=claim, now=now)
        elif asked.state is ApprovalState.APPROVED:
            void = Outcome(state=OutcomeState.VOID, sentence=reason)
            under = await together(incident, asked, ports)
            change = running.settle(incident, asked, void, settles=claim, now=now, under=under)
        else:
            change = Change(cause=claim.cause, at=now, settles=claim)
        await ports.store.save(change)

    try:
        await anew(attempt)
    except refusal.Refused:
        # The request itself is gone, and with it whoever could be told.
        await ports.store.give_up(claim, reason)


async def verify(claim: Claim, *, ports: Ports) -> None:
    """Look again with the same diagnostics, and say whether it helped, or whether it lasted."""
    incident = await known(ports.store, claim.job.incident_id or "")
    watching = claim.job.subject == WATCH
    phase = Phase.WATCH if watching else Phase.AFTER
    request = None if watching else await ports.store.approval(claim.job.subject)
    sees = _symptoms(incident, request, ports)
    after = await look_all(incident, phase=phase, cause=claim.job.key, ports=ports, procedure=sees)
    findings = await ports.store.findings_of(incident.id)
    before = _before(findings, request)

    async def attempt() -> None:
        it = await known(ports.store, incident.id)
        change = running.verify(
            it,
            title=request.plan.title if request else "The fix, watched since",
            approval_id=request.id if request else None,
            before=before,
            after=after,
            settles=claim,
            now=ports.clock(),
        )
        await ports.store.save(change)

    await anew(attempt)


def _symptoms(incident: Incident, request: Approval | None, ports: Ports) -> Procedure | None:
    """Whose diagnostics tell whether it helped: the incident's procedure, or where it follows none, the step's own."""
    catalog = ports.runbooks.catalog(incident.system)
    own = procedure_of(incident, ports)
    return own if own is not None or request is None or catalog is None else catalog.procedure(request.procedure_id)


def _before(findings: tuple[Finding, ...], request: Approval | None) -> tuple[Finding, ...]:
    if request is None:
        return tuple(each for each in findings if each.phase is Phase.FIRST)
    return tuple(each for each in findings if each.phase is Phase.BEFORE and each.cause == request.id)


def _effect_after(incident: Incident, request: Approval, ports: Ports) -> timedelta:
    """How long the step's effect takes to show, as the runbook is now; nothing when it has the step no more."""
    catalog = ports.runbooks.catalog(incident.system)
    procedure = catalog.procedure(request.procedure_id) if catalog else None
    steps = procedure.steps if procedure else ()
    return next((each.effect_after for each in steps if each.id == request.plan.step_id), timedelta(0))


async def _beginning(
    claim: Claim, incident: Incident, request: Approval, ports: Ports
) -> tuple[Change, Sequence[Incident]]:
    """The Change by which it begins now, and the incidents that keep evidence meanwhile.

    Raises CoolingDown, RunbookChanged, EvidenceKeptElsewhere, and as ``remedy.begin``.
    """
    plan = request.plan
    until = await cooling_until(plan.step_id, plan.target, request.policy.cool_down, ports)
    if until is not None:
        raise refusal.CoolingDown(until=until, step=plan.title)
    check_runbook(incident, plan, ports=ports)
    keeping = await check_evidence(incident, plan, ports=ports)
    stop = await ports.store.stopped()
    return remedy.begin(incident, request, stop=stop, settles=claim, now=ports.clock()), keeping


async def cool_down(claim: Claim, *, ports: Ports) -> None:
    """A step may be asked for again, because its cool-down is over."""

    async def attempt() -> None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        await ports.store.save(running.cooled_down(incident, asked, settles=claim, now=ports.clock()))

    await anew(attempt)


async def _begin(claim: Claim, ports: Ports) -> Approval | None:
    """The request, begun; None when somebody ended it a moment ago: cancelled it, or the procedure that it is of."""

    async def attempt() -> Approval | None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        if asked.state.final:
            await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
            return None
        change, keeping = await _beginning(claim, incident, asked, ports)
        try:
            await ports.store.begin(claim, change, keeping=keeping)
        except refusal.TargetBusy as busy:
            raise NotYet("another remediation runs on the same target", after=BUSY_FOR) from busy
        return change.approvals[0]

    return await anew(attempt)


async def _settle(claim: Claim, outcome: Outcome, ports: Ports) -> None:
    async def attempt() -> None:
        incident, asked = await with_approval(ports.store, claim.job.subject)
        later, now = _effect_after(incident, asked, ports), ports.clock()
        under = await together(incident, asked, ports)
        ended = running.settle(incident, asked, outcome, settles=claim, now=now, effect_after=later, under=under)
        await ports.store.save(ended)

    for _ in range(SETTLE_TRIES):
        try:
            return await anew(attempt)
        except Outage:
            # The outcome is known here and nowhere else: it is held until the store is back.
            await asyncio.sleep(1)
    return await anew(attempt)
