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
from incident.job import Claim
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
    cause = opening.claimed(claim)
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
    incident = await known(ports.store, claim.job.incident_id or "")
    place = incident.home.place
    if place is None and incident.home.awaited_until is None:
        raise NotYet("the incident has no place in Slack yet")
    claim = await _with_others(claim, ports)
    user, *others = claim.job.subject.split()
    message = PageMessage(
        incident=incident,
        user=UserId(user),
        place=place,
        escalated=":escalated-" in claim.job.key,
        reason=await _reason(claim, ports),
        declared=claim.job.key.endswith(f":{opening.AWAITED}"),
        others=tuple(sorted([await known(ports.store, each) for each in others], key=lambda it: it.severity.rank)),
    )
    timestamp = await ports.chat.direct(
        message.user, message, mark=claim.job.key, again=claim.attempts > 1, urgency=incident.severity.rank
    )
    evidence = f"{user}/{timestamp}"
    for each in others:
        await _called(each, message, evidence, cause=f"{claim.job.key}:{each}", settles=None, ports=ports)
    await _called(incident.id, message, evidence, cause=opening.claimed(claim), settles=claim, ports=ports)


async def _with_others(claim: Claim, ports: Ports) -> Claim:
    """The claim, with the other calls of the same person that wait, unless it has a reason of its own."""
    user, *others = claim.job.subject.split()
    room = MOST_CALLED_FOR - len(others) - 1
    if claim.attempts > 1 or room <= 0 or claim.job.key != f"page:{claim.job.incident_id}:{user}":
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
    await ports.store.save(Change(cause=opening.claimed(claim), at=now, settles=claim))


async def _reason(claim: Claim, ports: Ports) -> str:
    """Why somebody's help is wanted; or what one person let run alone, and why: they must read that first."""
    _, _, wanted = claim.job.key.partition(f":{SUMMONED}")
    link = await ports.store.event(wanted) if wanted else None
    if link is not None and link.event is not None:
        return fact(link.event, "reason") or "Your help is wanted"
    _, _, approval_id = claim.job.key.partition(":glass-")
    request = await ports.store.approval(approval_id) if approval_id else None
    return f"Break-glass: “{request.plan.title}” runs without a second person: {request.reason}" if request else ""
