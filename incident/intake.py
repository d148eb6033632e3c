"""What one alert means: it declares, joins, repeats, resolves, reopens or is ignored, always for a reason with a name.

firing    nothing known, no incident of its group          declares
          an open incident of its own or of its group      joins
          known and firing, its incident open              repeats
          known and firing, its incident just resolved     repeats   (the monitor has not caught up)
          known and firing, its incident resolved longer   reopens   (it never went away), or joins its group's open one
          it or its group came back within the window      reopens   (the one resolved last)
          came back later                                  declares
resolved  known and firing                                 resolves
          known and quiet already                          repeats
          never heard of                                   ignored
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from incident.alert import Alert, AlertRecord, AlertStatus
from incident.change import Change
from incident.incident import Incident
from incident.job import JobName, owe
from incident.owing import decided
from incident.responder import monitor
from incident.timeline import Event, Kind

SUM_UP_EVERY: Final = timedelta(minutes=1)
"""How often repeated alerts get one line on the timeline and a new count on the card."""

CATCH_UP: Final = timedelta(minutes=5)
"""How long a monitor may go on repeating an alert after people resolved its incident."""


class Verb(StrEnum):
    """What an alert does."""

    DECLARES = "declares"
    JOINS = "joins"
    REPEATS = "repeats"
    RESOLVES = "resolves"
    REOPENS = "reopens"
    IGNORED = "ignored"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What an alert does and why; the reason is logged, counted and shown. ``incident`` is the one concerned."""

    verb: Verb
    why: str
    incident: Incident | None = None


def decide(
    alert: Alert,
    *,
    known: AlertRecord | None,
    own: Incident | None,
    last: Incident | None,
    now: datetime,
    window: timedelta,
) -> Decision:
    """The table above. ``own`` is the incident of ``known``; ``last`` the newest incident of the alert's group."""
    if alert.status is AlertStatus.RESOLVED:
        return _quiet(known, own)
    still = known is not None and known.firing
    if still and own is not None and (own.open or _resolved_within(own, CATCH_UP, now)):
        return _caught_up(own)
    current = next((each for each in (own, last) if each is not None and each.open), None)
    if current is not None:
        why = "fires again while its incident is open" if current is own else "belongs to an incident that is open"
        return Decision(verb=Verb.JOINS, why=why, incident=current)
    if still and own is not None:
        return Decision(verb=Verb.REOPENS, why="still firing after its incident was resolved", incident=own)
    return _came_back(own, last, now, window)


def _quiet(known: AlertRecord | None, own: Incident | None) -> Decision:
    if known is None:
        return Decision(verb=Verb.IGNORED, why="resolved, and it was never heard of")
    if not known.firing:
        return Decision(verb=Verb.REPEATS, why="resolved already", incident=own)
    return Decision(verb=Verb.RESOLVES, why="the monitor says it is over", incident=own)


def _caught_up(own: Incident) -> Decision:
    why = "still firing" if own.open else "resolved by people a moment ago; the monitor repeats"
    return Decision(verb=Verb.REPEATS, why=why, incident=own)


def _came_back(own: Incident | None, last: Incident | None, now: datetime, window: timedelta) -> Decision:
    ended = [each for each in (own, last) if each is not None]
    soon = [each for each in ended if _resolved_within(each, window, now)]
    if soon:
        # The group's newest comes last and wins: only that one can go on without a twin of its group.
        return Decision(verb=Verb.REOPENS, why="came back soon after its incident was resolved", incident=soon[-1])
    if ended:
        return Decision(verb=Verb.DECLARES, why=f"came back long after {ended[-1].key} was resolved")
    return Decision(verb=Verb.DECLARES, why="nothing is known of it yet")


def _resolved_within(incident: Incident, span: timedelta, now: datetime) -> bool:
    return incident.resolved_at is not None and now - incident.resolved_at <= span


def recorded(alert: Alert, known: AlertRecord | None, incident_id: str | None, now: datetime) -> AlertRecord:
    """The alert's record with this message in it, based on the version that was decided on."""
    if known is None:
        return AlertRecord(alert=alert, incident_id=incident_id, first_at=now, last_at=now)
    fresh = alert.status is AlertStatus.FIRING and not known.firing
    return replace(
        known,
        alert=alert,
        incident_id=incident_id or known.incident_id,
        last_at=now,
        count=known.count + 1,
        firings=known.firings + fresh,
    )


def join(incident: Incident, alert: Alert, record: AlertRecord, why: str, *, cause: str, now: datetime) -> Change:
    """Another alert of the same trouble."""
    facts = {"alert": record.id, "title": alert.title, "reason": why}
    event = Event(
        kind=Kind.ALERT_JOINED, at=now, actor=monitor(alert.source), facts=facts, evidence=(f"alert:{record.id}",)
    )
    summary = owe(JobName.SUM_UP_REPEATS, incident.id, now + SUM_UP_EVERY)
    return decided(cause, now, incident, event, before=incident, jobs=(summary,), alerts=(record,))


def quieten(incident: Incident, alert: Alert, record: AlertRecord, firing: int, *, cause: str, now: datetime) -> Change:
    """A monitor says that it is over; ``firing`` alerts of the incident still say otherwise. People resolve."""
    event = Event(
        kind=Kind.ALERT_RESOLVED,
        at=alert.ends_at or now,
        actor=monitor(alert.source),
        facts={"alert": record.id, "title": alert.title, "still_firing": firing},
        evidence=(f"alert:{record.id}",),
    )
    told = replace(incident, alerts_summed=incident.alerts_summed + 1)
    return decided(cause, now, told, event, before=incident, alerts=(record,))


def count(record: AlertRecord, *, cause: str, now: datetime) -> Change:
    """The same again: it is counted, and summed up once an interval. The incident itself is not touched."""
    jobs = (owe(JobName.SUM_UP_REPEATS, record.incident_id, now + SUM_UP_EVERY),) if record.incident_id else ()
    return Change(cause=cause, at=now, alerts=(record,), jobs=jobs)


def ignore(alert: Alert, why: str, *, cause: str, now: datetime) -> Change:
    """Nothing follows from it but the line that says so."""
    facts = {"alert": f"{alert.source}:{alert.key}", "title": alert.title, "reason": why}
    return Change(
        cause=cause, at=now, events=(Event(kind=Kind.ALERT_IGNORED, at=now, actor=monitor(alert.source), facts=facts),)
    )
