"""What the clocks make Muster say and do when they ring: remind, record a breach, escalate, look again."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from incident import clock
from incident.change import Change
from incident.clock import Clock, ClockKind, Signal
from incident.incident import Incident
from incident.job import Claim, Job, JobName, owe
from incident.owing import decided
from incident.pager_owing import doubted
from incident.responder import Role, UserId
from incident.timeline import Event, Kind

ESCALATED = "escalated-"
"""Marks the calls of an escalation; what tells its clock from another follows."""

WATCH = "watch"
"""The subject of a look that confirms a fix some time later."""


def ring(
    incident: Incident,
    *,
    escalation: Sequence[UserId],
    settles: Claim,
    now: datetime,
    doubt: str = "",
) -> Change:
    """Everything that came due by ``now``, recorded and said once; the timer is set for what comes next.

    ``doubt`` says why ``escalation`` may not be whoever is on call now.
    """
    clocks, signals = clock.ring(incident.clocks, incident.policy, now)
    after = replace(incident, clocks=clocks)
    events: list[Event] = []
    jobs: list[Job] = []
    for rung, signal in signals:
        if rung.kind is ClockKind.WATCH:
            # The end of the watch is no breach: it is the second look that was promised.
            after = replace(after, clocks=_met_on_time(after.clocks, rung))
            rank = incident.severity.rank
            jobs.append(owe(JobName.VERIFY, incident.id, now, subject=WATCH, urgency=rank, again=mark(rung)))
        else:
            events.append(_said(rung, signal, now))
            jobs.extend(_owed(incident, rung, signal, now))
        if rung.kind is ClockKind.ESCALATE and signal is Signal.BREACH:
            after, more = _escalate(after, rung, escalation, now)
            events.extend((more[0], *doubted(doubt, now)))
            jobs.extend(more[1])
    again = clock.next_instant(after.clocks)
    if again is not None and after.clocks == incident.clocks:
        jobs.append(owe(JobName.RING_CLOCKS, incident.id, again, urgency=incident.severity.rank))
    return decided(settles.cause, now, after, *events, before=incident, jobs=jobs, settles=settles)


def _said(rung: Clock, signal: Signal, now: datetime) -> Event:
    if signal is Signal.REMIND:
        return Event(
            kind=Kind.CLOCK_REMINDED, at=now, facts={"clock": rung.kind.value, "due_at": rung.due_at.isoformat()}
        )
    facts = {
        "clock": rung.kind.value,
        "due_at": rung.due_at.isoformat(),
        "allowed_seconds": rung.allowed.total_seconds(),
    }
    return Event(kind=Kind.CLOCK_BREACHED, at=rung.due_at, facts=facts)


def _owed(incident: Incident, rung: Clock, signal: Signal, now: datetime) -> Iterable[Job]:
    again = f"{mark(rung)}-{signal.value}-{len(rung.reminders)}"
    for user in _whoever_can(incident, rung.kind):
        yield owe(
            JobName.REMIND,
            incident.id,
            now,
            subject=f"{rung.kind.value}/{user}",
            urgency=incident.severity.rank,
            again=again,
        )


def _whoever_can(incident: Incident, kind: ClockKind) -> tuple[UserId, ...]:
    """Who can still meet a clock: the commander, else whoever acknowledged; before that, everybody who was called."""
    leader = incident.roles.get(Role.COMMANDER) or incident.acknowledged_by
    if kind is not ClockKind.ACKNOWLEDGE and leader is not None:
        return (leader,)
    return incident.responders


def _escalate(
    incident: Incident, rung: Clock, people: Sequence[UserId], now: datetime
) -> tuple[Incident, tuple[Event, tuple[Job, ...]]]:
    reason = f"not mitigated after {int(rung.allowed.total_seconds() // 60)} minutes"
    event = Event(kind=Kind.ESCALATED, at=now, facts={"users": list(people), "reason": reason})
    rank = incident.severity.rank
    pages = tuple(
        owe(JobName.PAGE, incident.id, now, subject=user, urgency=rank, again=f"{ESCALATED}{mark(rung)}")
        for user in people
    )
    invite = (owe(JobName.INVITE, incident.id, now, urgency=rank, again=f"{ESCALATED}{mark(rung)}"),) if people else ()
    return incident.with_responders(*people), (event, (*pages, *invite))


def _met_on_time(clocks: tuple[Clock, ...], rung: Clock) -> tuple[Clock, ...]:
    done = replace(rung, breached_at=None, met_at=rung.due_at)
    return tuple(done if (c.kind, c.started_at) == (rung.kind, rung.started_at) else c for c in clocks)


def mark(rung: Clock) -> str:
    """What tells one clock of an incident from another, in a job's key."""
    return f"{rung.kind.value}-{int(rung.started_at.timestamp() * 1000)}"
