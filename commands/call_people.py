"""The clock asks: people are to be brought in, called and reminded."""

from typing import Final

from msgspec.structs import replace

from commands.deciding import decide, known
from commands.messages import PageMessage, ReminderMessage
from commands.outage import NotYet
from commands.ports import Ports
from incident import clockwork, looking, opening
from incident.change import Change
from incident.clock import ClockKind, Signal
from incident.incident import Incident
from incident.job import Claim, JobName
from incident.pager_course import SUMMONED
from incident.responder import UserId
from incident.timeline import fact

MOST_CALLED_FOR: Final = 20
"""So many incidents are in one call."""


async def invite(claim: Claim, *, ports: Ports) -> None:
    """Bring everybody who was called into the channel; whoever could not be brought in is named there."""
    incident = await known(ports.store, claim.job.incident_id or "")
    rank = incident.severity.rank
    if incident.home.channel is None:
        raise NotYet("the channel is not open yet")
    missing = await ports.chat.invite(incident.home.channel, incident.responders, urgency=rank)
    cause = claim.cause
    if not missing:
        await ports.store.save(Change(cause=cause, at=ports.clock(), settles=claim))
        return

    def told(it: Incident) -> Change:
        return looking.trouble(
            it,
            what=claim.job.name.value,
            error="Slack would not invite them",
            given_up=True,
            cause=cause,
            now=ports.clock(),
            settles=claim,
            users=missing,
        )

    await decide(ports.store, incident.id, told)


async def page(claim: Claim, *, ports: Ports) -> None:
    """Call one person by a direct message that leads to the incident.

    Slack takes one message a second for each person: calls of the same person that it holds back are one message.
    """
    if not await _called_later(claim, ports):
        await _has_place(claim, ports)
        claim = await _with_others(claim, ports)
    called_for = await _called_for(claim, ports)
    if not called_for:
        await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))
        return
    incident, *others = called_for
    message = PageMessage(
        incident=incident,
        user=UserId(claim.job.subject.partition(" ")[0]),
        place=incident.home.place,
        escalated=f":{clockwork.ESCALATED}" in claim.job.key,
        reason=await _reason(claim, ports),
        declared=claim.job.key.endswith(f":{opening.AWAITED}"),
        others=tuple(sorted(others, key=lambda it: it.severity.rank)),
    )
    timestamp = await ports.chat.direct(
        message.user, message, mark=claim.job.key, again=claim.attempts > 1, urgency=incident.severity.rank
    )
    evidence = f"{message.user}/{timestamp}"
    for each in others:
        await _called(each.id, message, evidence, cause=f"{claim.job.key}:{each.id}", settles=None, ports=ports)
    await _called(incident.id, message, evidence, cause=claim.cause, settles=claim, ports=ports)


async def _has_place(claim: Claim, ports: Ports) -> None:
    """Raises NotYet while there is nothing that a call could lead to."""
    home = (await known(ports.store, claim.job.incident_id or "")).home
    if home.place is None and home.awaited_until is None:
        raise NotYet("the incident has no place in Slack yet")


async def _called_for(claim: Claim, ports: Ports) -> list[Incident]:
    """The incidents that a call is for, its own first; not those for which a later call of the same person stands."""
    own, (user, *others) = claim.job.incident_id or "", claim.job.subject.split()
    wanted = [each for each in others if not await _called_anew(each, user, ports)]
    if not await _called_later(claim, ports):
        wanted.insert(0, own)
    return [await known(ports.store, each) for each in wanted]


async def _called_later(claim: Claim, ports: Ports) -> bool:
    """Whether a later call of the same person stands for this one, which Slack did not take in time."""
    incident_id, user = claim.job.incident_id or "", claim.job.subject.partition(" ")[0]
    if claim.job.key == _first(incident_id, user):
        return await _called_anew(incident_id, user, ports)
    later = _later(incident_id, user)
    return claim.job.key.startswith(later) and await ports.store.call_owed_since(incident_id, heads=later, claim=claim)


async def _called_anew(incident_id: str, user: str, ports: Ports) -> bool:
    """Whether there is more than the first call, which is owed once more when the channel comes at last."""
    return await ports.store.call_owed_since(incident_id, heads=_later(incident_id, user))


def _first(incident_id: str, user: str) -> str:
    return f"{JobName.PAGE}:{incident_id}:{user}"


def _later(incident_id: str, user: str) -> tuple[str, ...]:
    """How the keys of the calls begin that come after the first: each stands for those before it."""
    first = _first(incident_id, user)
    return f"{first}:{opening.AGAIN}_", f"{first}:{clockwork.ESCALATED}"


async def _with_others(claim: Claim, ports: Ports) -> Claim:
    """The claim, with the other calls of the same person that wait, unless it has a reason of its own."""
    user, *others = claim.job.subject.split()
    room = MOST_CALLED_FOR - len(others) - 1
    if claim.attempts > 1 or room <= 0 or claim.job.key != _first(claim.job.incident_id or "", user):
        return claim
    more = await ports.store.take_along(claim, limit=room)
    return replace(claim, job=replace(claim.job, subject=" ".join((claim.job.subject, *more))))


async def _called(
    incident_id: str, message: PageMessage, evidence: str, *, cause: str, settles: Claim | None, ports: Ports
) -> None:
    def paged(it: Incident) -> Change:
        return opening.page(
            it,
            user=message.user,
            escalated=message.escalated,
            message=evidence,
            cause=cause,
            settles=settles,
            now=ports.clock(),
        )

    await decide(ports.store, incident_id, paged)


async def remind(claim: Claim, *, ports: Ports) -> None:
    """Tell one person that a clock comes near or ran out; nothing, if it was met meanwhile."""
    incident = await known(ports.store, claim.job.incident_id or "")
    kind, _, user = claim.job.subject.partition("/")
    now = ports.clock()
    waiting = [each for each in incident.clocks if each.kind is ClockKind(kind) and each.open]
    # A missed update has its next interval running already: what is told is the one that was missed.
    missed = [each for each in waiting if each.breached_at is not None]
    # After an outage of Slack only the last of what was missed is told.
    overtaken = missed and f"{clockwork.mark(missed[-1])}-{Signal.BREACH}" not in claim.job.key
    if waiting and not overtaken:
        message = ReminderMessage(incident=incident, clock=(missed or waiting)[-1], now=now)
        again = claim.attempts > 1
        rank = incident.severity.rank
        await ports.chat.direct(UserId(user), message, mark=claim.job.key, again=again, urgency=rank)
    await ports.store.save(Change(cause=claim.cause, at=now, settles=claim))


async def _reason(claim: Claim, ports: Ports) -> str:
    """Why somebody's help is wanted; or what one person let run alone, and why: they must read that first."""
    _, _, wanted = claim.job.key.partition(f":{SUMMONED}")
    link = await ports.store.event(wanted) if wanted else None
    if link is not None and link.event is not None:
        return fact(link.event, "reason") or "Your help is wanted"
    _, _, approval_id = claim.job.key.partition(":glass-")
    request = await ports.store.approval(approval_id) if approval_id else None
    return f"Break-glass: “{request.plan.title}” runs without a second person: {request.reason}" if request else ""
