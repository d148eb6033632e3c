"""The wait between two steps of a walk: the diagnostics look, what is bad is told, its end offers the next step."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from incident.change import Change
from incident.course import facts, place, taken
from incident.digest import Facts
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim, Job, JobName, owe
from incident.owing import decided
from incident.timeline import Event, Kind
from incident.walk import LegState, Walk, WalkState

LOOK_EVERY: Final = timedelta(minutes=5)
"""How often the diagnostics look during a hold, besides its start and its end."""


def watched(
    incident: Incident,
    walk: Walk,
    index: int,
    findings: Sequence[Finding],
    *,
    trouble: str = "",
    settles: Claim,
    now: datetime,
) -> Change:
    """The diagnostics looked during a hold. What is bad is told at once; at the end the next step is offered.

    ``trouble`` says why they could not look at all, which is as bad.
    """
    leg = walk.legs[index]
    if walk.state is not WalkState.GOING or leg.state is not LegState.HOLDING or leg.hold_ends_at is None:
        return Change(cause=settles.cause, at=now, settles=settles)
    seen_bad = (each.title for each in findings if each.healthy is False or each.sight.error is not None)
    bad = (*seen_bad, *((trouble,) if trouble else ()))
    over = now >= leg.hold_ends_at
    seen = replace(leg, looked_at=now, unhealthy=bad, state=LegState.DONE if over else LegState.HOLDING)
    after, more = taken(incident, walk, index, seen, now)
    evidence = tuple(f"finding:{each.id}" for each in findings)
    events: list[Event] = []
    if set(bad) - set(leg.unhealthy):
        told: Facts = {**facts(walk, index), "seen": list(bad), "until": leg.hold_ends_at.isoformat()}
        events.append(Event(kind=Kind.HOLD_UNHEALTHY, at=now, facts=told, evidence=evidence))
    if over:
        events.append(Event(kind=Kind.HOLD_OVER, at=now, facts=_over(walk, index, bad), evidence=evidence))
    jobs = () if over else (_look_again(incident, walk, index, min(now + LOOK_EVERY, leg.hold_ends_at)),)
    return decided(settles.cause, now, after, *events, *more, before=incident, jobs=jobs, settles=settles)


def _look_again(incident: Incident, walk: Walk, index: int, due_at: datetime) -> Job:
    """The next look during a hold."""
    again = due_at.isoformat()
    rank = incident.severity.rank
    return owe(JobName.WATCH_HOLD, incident.id, due_at, subject=place(walk, index), urgency=rank, again=again)


def _over(walk: Walk, index: int, bad: Sequence[str]) -> Facts:
    following = walk.legs[index + 1].title if index + 1 < len(walk.legs) else None
    return {**facts(walk, index), "next": following, "unhealthy": list(bad)}
