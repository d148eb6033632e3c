"""What a decision makes Muster owe: lines to say, and the card, checklist, topic and clocks to bring up to date."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from incident import clock
from incident.alert import AlertRecord
from incident.approval import Approval
from incident.change import Change, event_id
from incident.course import place
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim, Job, JobName, owe
from incident.pager_owing import called, linked, pager_jobs
from incident.ticking import ticked
from incident.timeline import Event, Kind
from incident.walk import LegState

LOUD: Final = frozenset(
    {
        Kind.SEVERITY_CHANGED,
        Kind.UPDATED,
        Kind.RESOLVED,
        Kind.END_DOUBTED,
        Kind.REOPENED,
        Kind.CLOCK_BREACHED,
        Kind.ESCALATED,
        Kind.ON_CALL_DOUBTED,
        Kind.BROKE_GLASS,
        Kind.REMEDIATED,
        Kind.EFFECT_FOUND,
        Kind.VERIFIED,
        Kind.EVIDENCE_LIFTED,
        Kind.EVIDENCE_RELEASED,
        Kind.TROUBLE,
        Kind.HOLD_UNHEALTHY,
        Kind.HOLD_OVER,
        Kind.WALK_ABORTED,
        Kind.WALK_FINISHED,
    }
)
"""Worth a message of its own in the channel. Everything else is on the card, in the thread or only on the timeline.

*Mitigated* is not: the verdict or the update that makes it so says it already.
"""

QUIET: Final = frozenset(
    {
        Kind.ACKNOWLEDGED,
        Kind.ROLE_TAKEN,
        Kind.ALERTS_REPEATED,
        Kind.ALERT_RESOLVED,
        Kind.ALERT_FLAPPING,
        Kind.ALERT_STEADY,
        Kind.SAID_YES,
        Kind.SYSTEM_CHANGED,
        Kind.EVIDENCE_FROZEN,
        Kind.COOLED_DOWN,
        Kind.PAGER_CALLED,
        Kind.PAGER_SAID,
        Kind.SUMMONED,
    }
)
"""Worth one line in the thread, because an edited card notifies nobody."""

CHATTER: Final = 4
"""Added to the urgency of what goes into a thread: cards and lines for everybody come first, of whatever severity."""

HEADLINES: Final = frozenset({Kind.SEVERITY_CHANGED, Kind.UPDATED, Kind.MITIGATED, Kind.RESOLVED, Kind.REOPENED})
"""Worth a line under the announcement too, for those who are not in the channel."""

HEADLINE: Final = "headline/"
"""How the subject of a line under the announcement begins; the event's id follows."""

LATE: Final = "late/"
"""How the subject of a line that says several late events begins; their ids follow, between blanks."""

FOLD: Final = timedelta(milliseconds=300)
"""Changes that come this close together become one edit of the card."""

COUNT_FOLD: Final = timedelta(seconds=20)
"""The same for what only changes the number of alerts on it: a storm may not use up what Slack allows."""

HEADLINE_COUNT_FOLD: Final = timedelta(minutes=1)
"""The same for that number on the announcement."""


def decided(
    cause: str,
    now: datetime,
    incident: Incident,
    *events: Event,
    before: Incident | None,
    jobs: Iterable[Job] = (),
    alerts: tuple[AlertRecord, ...] = (),
    findings: tuple[Finding, ...] = (),
    approvals: tuple[Approval, ...] = (),
    settles: Claim | None = None,
) -> Change:
    """The Change of one incident, with everything that follows from it. ``before`` is None for a new incident."""
    incident, ticks = ticked(called(linked(incident, alerts), before, events, now), events)
    events = (*events, *ticks)
    return Change(
        cause=cause,
        at=now,
        incident=incident,
        events=events,
        alerts=alerts,
        findings=findings,
        approvals=approvals,
        jobs=(
            *jobs,
            *_lines(cause, now, incident, events),
            *_displays(now, incident, before, alerts, approvals),
            *_clocks(incident, before),
            *_walks(now, incident, before),
            *pager_jobs(cause, now, incident, before, events),
        ),
        settles=settles,
    )


def _lines(cause: str, now: datetime, incident: Incident, events: tuple[Event, ...]) -> Iterable[Job]:
    rank = incident.severity.rank
    for index, event in enumerate(events):
        told = event_id(cause, index)
        if event.kind in LOUD:
            yield owe(JobName.TELL, incident.id, now, subject=told, urgency=rank)
        elif event.kind in QUIET and not _more_to_come(event):
            yield owe(JobName.TELL, incident.id, now, subject=told, urgency=rank + CHATTER)
        if event.kind in HEADLINES and incident.home.channel is not None:
            yield owe(JobName.TELL, incident.id, now, subject=HEADLINE + told, urgency=rank)


def _more_to_come(event: Event) -> bool:
    """One of many alerts is over: only the last one is worth a line."""
    return event.kind is Kind.ALERT_RESOLVED and event.facts.get("still_firing") != 0


def _displays(
    now: datetime,
    incident: Incident,
    before: Incident | None,
    alerts: tuple[AlertRecord, ...],
    approvals: tuple[Approval, ...],
) -> Iterable[Job]:
    rank, due = incident.severity.rank, now + FOLD
    if before is None:
        return
    # What is being posted just now shows what was true when it was read, so it is owed anew, too.
    opened = before.home.channel is not None
    if opened and (_card(incident) != _card(before) or approvals):
        yield owe(JobName.CARD, incident.id, due, urgency=rank)
    elif opened and alerts:
        yield owe(JobName.CARD, incident.id, now + COUNT_FOLD, urgency=rank)
    if before.home.card is not None and (incident.checklist, incident.open) != (before.checklist, before.open):
        yield owe(JobName.CHECKLIST, incident.id, due, urgency=rank)
    announced = opened or before.home.awaited_until is not None
    if announced and _headline(incident) != _headline(before):
        yield owe(JobName.ANNOUNCEMENT, incident.id, due, urgency=rank)
    elif announced and (alerts or incident.clocks != before.clocks):
        yield owe(JobName.ANNOUNCEMENT, incident.id, now + HEADLINE_COUNT_FOLD, urgency=rank)
    if incident.home.channel is not None and _topic(incident) != _topic(before):
        yield owe(JobName.TOPIC, incident.id, due, urgency=rank)
    # Also the card of what one takes back: it offers the undo no more, or again.
    for shown in dict.fromkeys(each for approval in approvals for each in (approval.id, approval.undoes) if each):
        yield owe(JobName.APPROVAL_CARD, incident.id, now, subject=shown, urgency=rank)


def _clocks(incident: Incident, before: Incident | None) -> Iterable[Job]:
    due = clock.next_instant(incident.clocks)
    if due is not None and (before is None or incident.clocks != before.clocks):
        yield owe(JobName.RING_CLOCKS, incident.id, due, urgency=incident.severity.rank)


def _walks(now: datetime, incident: Incident, before: Incident | None) -> Iterable[Job]:
    """A walk that moved is shown anew, and a hold that began is watched from now on."""
    known = {walk.id: walk for walk in before.walks} if before is not None else {}
    # What can be done with any of them hangs on whether the incident is open and another one goes on.
    turned = before is not None and _offers(incident) != _offers(before)
    rank = incident.severity.rank
    for walk in incident.walks:
        earlier = known.get(walk.id)
        if walk != earlier or turned:
            yield owe(JobName.WALK_CARD, incident.id, now, subject=walk.id, urgency=rank)
        if walk == earlier:
            continue
        for index, leg in enumerate(walk.legs):
            if leg.state is LegState.HOLDING and (earlier is None or earlier.legs[index].state is not leg.state):
                leg_id, again = place(walk, index), now.isoformat()
                yield owe(JobName.WATCH_HOLD, incident.id, now, subject=leg_id, urgency=rank, again=again)


def _offers(incident: Incident) -> tuple[object, ...]:
    return (incident.open, incident.going is None)


def _card(incident: Incident) -> tuple[object, ...]:
    shown = (_headline(incident), incident.summary, incident.clocks, incident.checklist, incident.responders)
    going = incident.going
    walked = (going.id, going.settled) if going is not None else None
    return (*shown, incident.home.channel, incident.evidence, walked)


def _headline(incident: Incident) -> tuple[object, ...]:
    people = (incident.acknowledged_at, tuple(incident.roles.items()))
    return (incident.title, incident.severity, incident.status, people, incident.home.channel, len(incident.responders))


def _topic(incident: Incident) -> tuple[object, ...]:
    return (incident.severity, incident.status)
