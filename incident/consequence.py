"""What follows from an alert's decision: the Change, in which every reason and the name of its rule are kept."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident import quiet
from incident.alert import Alert, AlertRecord
from incident.change import Change, event_id
from incident.digest import Facts
from incident.flapping import MOST_KEPT
from incident.incident import Incident
from incident.intake import Decision, Seen, Verb, recorded
from incident.job import Job, JobName, owe
from incident.opening import Declaration, declare, reopen
from incident.owing import decided
from incident.paging import Paging
from incident.responder import UserId, monitor
from incident.routing import Routed
from incident.runbook import Procedure
from incident.severity import Policy
from incident.timeline import Event, Kind
from incident.typed import visible

MOST_LISTED: Final = 20
"""So many alerts' comings and goings have a line each on an incident's timeline; in a storm, the others are counted."""

SUM_UP_EVERY: Final = timedelta(minutes=1)
"""How often repeated alerts get one line on the timeline and a new count on the card."""


class Heard(Struct, frozen=True, kw_only=True):
    """One alert that came, and how it was decided. ``delivery`` is the key of the request that brought it; None when
    nothing came, but what kept it quiet is over.

    ``policy``, ``responders`` and ``paging`` are those of an incident that it would declare; ``procedure`` the one that
    is followed in the incident concerned.
    """

    alert: Alert
    routed: Routed
    seen: Seen
    decision: Decision
    delivery: str | None
    received_at: datetime
    policy: Policy
    responders: tuple[UserId, ...] = ()
    doubt: str = ""
    """Why these may not be whoever is on call."""
    paging: Paging | None = None
    procedure: Procedure | None = None
    later: Alert | None = None
    """What was said of a later outage of the same thing, where nothing else tells that this one is over."""

    def history(self, record: AlertRecord, now: datetime) -> AlertRecord:
        """What changes, flaps and is told: the alert itself, or that of which it is one outage, with its past."""
        said = self.later or self.alert
        if not said.thing:
            return record
        alert = replace(said, key=said.thing, thing="")
        past = self.seen.past or AlertRecord(alert=alert, incident_id=None, first_at=now, last_at=now, count=0)
        changes = tuple(sorted({*past.changes, *record.changes}))[-MOST_KEPT:]
        return replace(past, alert=alert, last_at=now, changes=changes)

    @property
    def first(self) -> bool:
        """True unless the monitor only says again what it said before."""
        known = self.seen.known
        return known is None or known.alert.status is not self.alert.status

    def record(self, now: datetime) -> AlertRecord:
        """The alert's record with this message in it."""
        incident, known = self.decision.incident, self.seen.known
        if self.delivery is None and known is not None:
            return replace(known, muted_by="", incident_id=incident.id if incident else known.incident_id)
        record = recorded(self.alert, known, incident.id if incident else None, now)
        return record if self.later is None else replace(record, count=record.count - 1)

    @property
    def evidence(self) -> tuple[str, ...]:
        """What proves it: the request that brought it, and what is known of the alert."""
        alert = f"alert:{self.alert.source}:{self.alert.key}"
        return (alert,) if self.delivery is None else (f"delivery:{self.delivery}", alert)

    @property
    def reasons(self) -> Facts:
        """Why it did what it did, and by which rule, as the timeline keeps it."""
        return {
            "alert": f"{self.alert.source}:{self.alert.key}",
            "title": self.alert.title,
            "reason": self.decision.why,
            "rule": self.routed.rule,
            "rule_reason": self.routed.reason,
        }


def follow(heard: Heard, *, cause: str, now: datetime) -> Change:
    """The Change of one decided alert."""
    decision, incident = heard.decision, heard.decision.incident
    record = heard.record(now)
    if decision.verb is Verb.DECLARES:
        return _declare(heard, record, cause=cause, now=now)
    if decision.verb is Verb.MUTED:
        return _mute(heard, record, cause=cause, now=now)
    if decision.verb is Verb.NOTIFIES:
        return _notify(heard, record, cause=cause, now=now)
    if decision.verb is Verb.IGNORED:
        return _ignore(heard, record, cause=cause, now=now)
    unseen = heard.later is not None and incident is not None and not incident.open
    if incident is None or decision.verb is Verb.REPEATS or unseen:
        return count(record, cause=cause, now=now)
    if decision.verb is Verb.REOPENS:
        return _reopen(heard, incident, record, cause=cause, now=now)
    return _in_incident(heard, incident, record, cause=cause, now=now)


def _in_incident(heard: Heard, incident: Incident, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    """It joins an incident, or is over in it; one that flaps does either quietly."""
    history = heard.history(record, now)
    if history.flapping:
        return count(replace(record, flapping=True), cause=cause, now=now, beside=history)
    if heard.routed.flapping.begins(history.changes, now):
        return _flap(heard, incident, record, history, cause=cause, now=now)
    if heard.decision.verb is Verb.JOINS:
        return _join(heard, incident, record, cause=cause, now=now)
    return _quieten(heard, incident, replace(record, flapping=False), history, cause=cause, now=now)


def _declare(heard: Heard, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    alert, routed, before = heard.alert, heard.routed, heard.decision.earlier
    asked = Declaration(
        title=alert.title[:200] if visible(alert.title) else f"An alert of {alert.source} without a title",
        severity=routed.severity,
        system=routed.system,
        by=monitor(alert.source),
        policy=heard.policy,
        reason=f"an alert declares: {heard.decision.why}; {routed.reason}",
        responders=heard.responders,
        doubt=heard.doubt,
        paging=heard.paging,
        summary=alert.description,
        procedure=routed.procedure,
        catalog=routed.catalog,
        group=routed.group,
        group_window=routed.group_window,
        earlier=before.ended if before is not None else None,
        facts=_declared(heard),
        started_at=alert.starts_at,
        detected_at=heard.received_at,
        evidence=heard.evidence,
    )
    return declare(asked, cause=cause, now=now, alerts=(record,))


def _declared(heard: Heard) -> Facts:
    """Why the incident is what it is, for whoever asks later."""
    routed = heard.routed
    window = routed.group_window
    return {
        "alert": f"{heard.alert.source}:{heard.alert.key}",
        "rule": routed.rule,
        "rule_reason": routed.reason,
        "group": routed.group,
        "group_window_seconds": None if window is None else window.total_seconds(),
        "severity_reason": routed.severity_reason,
    }


def _reopen(heard: Heard, incident: Incident, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    return reopen(
        incident,
        by=monitor(heard.alert.source),
        reason=heard.decision.why,
        procedure=heard.procedure,
        cause=cause,
        now=now,
        alerts=(record,),
        facts={"rule": heard.routed.rule, "rule_reason": heard.routed.reason},
        evidence=heard.evidence[:-1],
    )


def _join(heard: Heard, incident: Incident, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    """Another alert of the same trouble. In a storm it is only counted, and the incident is not touched."""
    summary = owe(JobName.SUM_UP_REPEATS, incident.id, now + SUM_UP_EVERY)
    if incident.alerts_listed >= MOST_LISTED:
        return Change(cause=cause, at=now, alerts=(record,), jobs=(summary,), still_open=incident.id)
    event = Event(
        kind=Kind.ALERT_JOINED,
        at=now,
        actor=monitor(heard.alert.source),
        facts=heard.reasons,
        evidence=(f"alert:{record.id}",),
    )
    listed = replace(incident, alerts_listed=incident.alerts_listed + 1)
    return decided(cause, now, listed, event, before=incident, jobs=(summary,), alerts=(record,))


def _quieten(
    heard: Heard, incident: Incident, record: AlertRecord, history: AlertRecord, *, cause: str, now: datetime
) -> Change:
    """A monitor says that it is over. People resolve, unless the alert's route lets the monitor do it."""
    due = quiet.looks_at(heard.alert, heard.routed, incident, firing=heard.seen.firing, now=now)
    event = Event(
        kind=Kind.ALERT_RESOLVED,
        at=min(heard.alert.ends_at or now, now),  # a monitor's clock may go ahead of ours
        actor=monitor(heard.alert.source),
        facts={
            **heard.reasons,
            "end_lost": heard.later is not None,
            "goes_on": bool(heard.alert.goes_on),
            "still_firing": heard.seen.firing,
            "resolves_at": None if due is None else due.isoformat(),
        },
        evidence=(f"alert:{record.id}",),
    )
    # The incident is touched in a storm as well: of two who end its last alerts at once, one must see that it is over.
    events = [event] if incident.alerts_listed < MOST_LISTED or heard.seen.firing == 0 else []
    told = replace(incident, alerts_summed=incident.alerts_summed + 1, alerts_listed=incident.alerts_listed + 1)
    jobs = () if due is None else (owe(JobName.RESOLVE_QUIET, incident.id, due, urgency=incident.severity.rank),)
    return decided(cause, now, told, *events, before=incident, jobs=jobs, alerts=_both(record, history))


def _flap(
    heard: Heard, incident: Incident, record: AlertRecord, history: AlertRecord, *, cause: str, now: datetime
) -> Change:
    """It changed once too often: one line says so, and from now on its changes are only counted."""
    rule = heard.routed.flapping
    flaps = replace(history, flapping=True)
    event = Event(
        kind=Kind.ALERT_FLAPPING,
        at=now,
        actor=monitor(heard.alert.source),
        facts={**heard.reasons, "changes": len(flaps.changes), "within_seconds": rule.within.total_seconds()},
        evidence=(f"alert:{record.id}",),
    )
    told = replace(incident, alerts_summed=incident.alerts_summed + 1)
    steady = owe(JobName.STEADY_ALERT, incident.id, rule.steady_at(flaps.changes, now), subject=flaps.id)
    alerts = _both(replace(record, flapping=True), flaps)
    return decided(cause, now, told, event, before=incident, jobs=(steady,), alerts=alerts)


def _both(record: AlertRecord, history: AlertRecord) -> tuple[AlertRecord, ...]:
    return (history,) if history.id == record.id else (record, history)


def count(record: AlertRecord, *, cause: str, now: datetime, beside: AlertRecord | None = None) -> Change:
    """The same again: it is counted, and summed up once an interval. The incident itself is not touched."""
    jobs = (owe(JobName.SUM_UP_REPEATS, record.incident_id, now + SUM_UP_EVERY),) if record.incident_id else ()
    return Change(cause=cause, at=now, alerts=_both(record, beside or record), jobs=jobs)


def _mute(heard: Heard, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    """It is kept quiet; when that is over and it fires still, it is decided anew."""
    muted, known, incident = heard.routed.muted, heard.seen.known, heard.decision.incident
    assert muted is not None, "nothing else mutes"
    quiet = replace(record, muted_by=muted.rule)
    wake = Job(
        name=JobName.WAKE_ALERT, key=f"{JobName.WAKE_ALERT.value}:{record.id}", due_at=muted.until, subject=record.id
    )
    if known is not None and known.firing and known.muted_by == muted.rule:
        return Change(cause=cause, at=now, alerts=(quiet,), jobs=(wake,) if heard.delivery is None else ())
    facts = {**heard.reasons, "rule": muted.rule, "until": muted.until.isoformat(), "by": muted.by}
    event = Event(kind=Kind.ALERT_MUTED, at=now, actor=monitor(heard.alert.source), facts=facts)
    if incident is None:
        return Change(cause=cause, at=now, alerts=(quiet,), events=(event,), jobs=(wake,))
    return decided(cause, now, incident, event, before=incident, jobs=(wake,), alerts=(quiet,))


def _notify(heard: Heard, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    """One line where incidents are announced, and not again for a while; everything else is counted."""
    history = heard.history(record, now)
    if history.told_at is not None and now - history.told_at < heard.routed.tells_every:
        return Change(cause=cause, at=now, alerts=(record,))
    event = Event(
        kind=Kind.ALERT_NOTIFIED,
        at=now,
        actor=monitor(heard.alert.source),
        facts={**heard.reasons, "count": record.count, "severity": heard.routed.severity.value},
        evidence=heard.evidence,
    )
    notice = Job(
        name=JobName.TELL_NOTICE, key=f"{JobName.TELL_NOTICE.value}:{cause}", due_at=now, subject=event_id(cause, 0)
    )
    return Change(
        cause=cause, at=now, alerts=_both(record, replace(history, told_at=now)), events=(event,), jobs=(notice,)
    )


def _ignore(heard: Heard, record: AlertRecord, *, cause: str, now: datetime) -> Change:
    """Nothing follows from it but the line that says so, once; an end is remembered for what it may have overtaken."""
    event = Event(kind=Kind.ALERT_IGNORED, at=now, actor=monitor(heard.alert.source), facts=heard.reasons)
    return Change(cause=cause, at=now, alerts=(record,), events=(event,) if heard.first else ())
