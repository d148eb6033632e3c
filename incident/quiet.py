"""What follows when nothing comes: an alert that flapped is steady again, a group is closed, a monitor resolves.

A monitor resolves an incident when the routes of all its alerts let it, and all of them have been quiet long enough.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from incident import working
from incident.alert import Alert, AlertRecord
from incident.approval import Approval
from incident.change import Change
from incident.digest import Facts
from incident.flapping import Flapping
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.owing import decided
from incident.responder import is_human, monitor
from incident.routing import Routed
from incident.timeline import Event, Kind

LOOK_AGAIN: Final = timedelta(minutes=5)
"""How long to wait while people are in the middle of something."""


def resolve(
    incident: Incident,
    *,
    alerts: Sequence[tuple[AlertRecord, Routed]],
    requests: Sequence[Approval],
    settles: Claim,
    now: datetime,
) -> Change:
    """The monitor resolves it; or it is looked at again later; or nothing, where people resolve it."""
    due = quiet_at(incident, alerts)
    if due is None:
        return Change(cause=settles.cause, at=now, settles=settles)
    if due <= now and (incident.going is not None or any(not each.state.final for each in requests)):
        due = now + LOOK_AGAIN
    if due > now:
        later = owe(JobName.RESOLVE_QUIET, incident.id, due, urgency=incident.severity.rank)
        return Change(cause=settles.cause, at=now, jobs=(later,), settles=settles)
    last, routed = max(alerts, key=lambda each: _changed(each[0]))
    return working.resolve(
        incident,
        fix="all its alerts are quiet",
        lingering="unknown",
        impact="",
        by=monitor(last.alert.source),
        cause=settles.cause,
        now=now,
        facts={"rule": routed.rule, "quiet_seconds": (now - _changed(last)).total_seconds()},
        settles=settles,
    )


def looks_at(alert: Alert, routed: Routed, incident: Incident, *, firing: int, now: datetime) -> datetime | None:
    """When it is looked whether the monitor may resolve the incident, now that an alert of it is over.

    None where the alert goes on as another, ``firing`` others fire, or people resolve.
    """
    after = routed.resolves_after
    waits = alert.goes_on or firing > 0 or not incident.open or is_human(incident.declared_by)
    return None if after is None or waits else now + after


def quiet_at(incident: Incident, alerts: Sequence[tuple[AlertRecord, Routed]]) -> datetime | None:
    """When all its alerts have been quiet long enough if nothing more happens; None where people resolve it."""
    if not incident.open or not alerts or is_human(incident.declared_by):
        return None
    if any(record.firing or routed.resolves_after is None for record, routed in alerts) or _goes_on(alerts):
        return None
    return max(_changed(record) + _waits(record, routed) for record, routed in alerts)


def _goes_on(alerts: Sequence[tuple[AlertRecord, Routed]]) -> bool:
    """Whether one of them goes on as an alert that is none of them: whether that is over, nobody here knows."""
    theirs = {record.id for record, _ in alerts}
    others = (f"{record.alert.source}:{record.alert.goes_on}" for record, _ in alerts if record.alert.goes_on)
    return any(other not in theirs for other in others)


def _waits(record: AlertRecord, routed: Routed) -> timedelta:
    """What flapped must be steady, too."""
    after = routed.resolves_after or timedelta()
    return max(after, routed.flapping.within) if record.flapping else after


def _changed(record: AlertRecord) -> datetime:
    return record.changes[-1] if record.changes else record.last_at


def looked_at(incident: Incident, record: AlertRecord, rule: Flapping, *, settles: Claim, now: datetime) -> Change:
    """One that flapped: it is steady again, and told like any other; or it is looked at again later."""
    due = rule.steady_at(record.changes, now)
    if due > now:
        job = owe(JobName.STEADY_ALERT, incident.id, due, subject=record.id)
        return Change(cause=settles.cause, at=now, jobs=(job,), settles=settles)
    steady = replace(record, flapping=False)
    if not incident.open:
        return Change(cause=settles.cause, at=now, alerts=(steady,), settles=settles)
    event = Event(
        kind=Kind.ALERT_STEADY,
        at=now,
        facts={"alert": record.id, "title": record.alert.title, "firing": record.firing},
        evidence=(f"alert:{record.id}",),
    )
    over = () if record.firing else (owe(JobName.RESOLVE_QUIET, incident.id, now, urgency=incident.severity.rank),)
    cause, alerts = settles.cause, (steady,)
    return decided(cause, now, incident, event, before=incident, jobs=over, alerts=alerts, settles=settles)


def close_group(incident: Incident, *, newest: datetime, settles: Claim, now: datetime) -> Change:
    """No new alert joined since ``newest``: those that come now are another trouble; or it is looked at again later."""
    window, cause = incident.group_window, settles.cause
    if not incident.open or incident.group is None or window is None:
        return Change(cause=cause, at=now, settles=settles)
    if newest + window > now:
        job = owe(JobName.CLOSE_GROUP, incident.id, newest + window)
        return Change(cause=cause, at=now, jobs=(job,), settles=settles)
    facts: Facts = {"group": incident.group, "window_seconds": window.total_seconds()}
    event = Event(kind=Kind.GROUP_CLOSED, at=now, facts=facts)
    return decided(cause, now, replace(incident, group=None), event, before=incident, settles=settles)
