"""What a watch's look means: nothing, an alert, or its end; and when a target that nobody can look at is to be told."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from incident.alert import Alert, AlertStatus
from incident.change import Change, event_id
from incident.digest import Facts
from incident.job import Job, JobName
from incident.runbook import Step
from incident.timeline import Event, Kind
from incident.watch import LONGEST_VALUE, SOURCE, Bound, Watch, WatchRecord, WatchState

SAY_AGAIN: Final = timedelta(minutes=15)
"""How often an alert that stands is sent again, so that an incident which people resolved too early comes back."""

AWAY_AFTER: Final = timedelta(minutes=10)
"""For how long a target must be out of sight before that is told in the announcements."""

LAST: Final = 9
"""The urgency of a look: whatever an incident owes goes first."""


class Look(Struct, frozen=True, kw_only=True):
    """What one look saw: ``healthy`` by the watch's bound. ``blind`` says why it saw nothing; the rest is void then."""

    healthy: bool = False
    value: str | None = None
    blind: str = ""


def owed_look(name: str, due_at: datetime) -> Job:
    """The one job of a watch: whoever claims it looks, and puts it off until the next look."""
    return Job(name=JobName.WATCH, key=f"watch:{name}", due_at=due_at, subject=name, urgency=LAST)


def looked(
    known: WatchRecord, watch: Watch, look: Look, now: datetime, next_at: datetime
) -> tuple[WatchRecord, AlertStatus | None]:
    """How the watch stands after a look, and what its alert is to say now, if anything."""
    if look.blind:
        return replace(
            known, next_at=next_at, looked_at=now, blind=look.blind, blind_since=known.blind_since or now
        ), None
    seen = replace(known, next_at=next_at, looked_at=now, value=look.value, blind="", blind_since=None)
    if look.healthy:
        since = known.since if known.state is WatchState.HEALTHY else now
        over = AlertStatus.RESOLVED if known.firing else None
        return replace(seen, state=WatchState.HEALTHY, since=since, told_at=None), over
    return _broken(known, seen, watch, now)


def proof(known: WatchRecord, status: AlertStatus) -> str:
    """The key of what is sent by a look that found the watch as ``known``: however often that look is begun anew."""
    since = known.looked_at.isoformat() if known.looked_at is not None else WatchState.NEW.value
    return f"{SOURCE}:{known.id}:{since}:{status.value}"


def caught_up(known: WatchRecord, status: AlertStatus, at: datetime) -> WatchRecord:
    """How the watch stands after an alert that was sent at that moment by a look which was cut before it was kept."""
    if status is AlertStatus.RESOLVED:
        return replace(known, state=WatchState.HEALTHY, since=at, told_at=None)
    since = known.since if known.state in (WatchState.BREAKING, WatchState.FIRING) else at
    return replace(known, state=WatchState.FIRING, since=since, told_at=at)


def _broken(
    known: WatchRecord, seen: WatchRecord, watch: Watch, now: datetime
) -> tuple[WatchRecord, AlertStatus | None]:
    began = known.since if known.state in (WatchState.BREAKING, WatchState.FIRING) and known.since else now
    # What fires does not fire again only because a clock was set back: its end would be told to nobody.
    if not known.firing and now - began < watch.lasting:
        return replace(seen, state=WatchState.BREAKING, since=began), None
    due = known.told_at is None or now - known.told_at >= SAY_AGAIN
    told_at = now if due else known.told_at
    after = replace(seen, state=WatchState.FIRING, since=began, told_at=told_at)
    return after, AlertStatus.FIRING if due else None


def alert(
    step: Step, record: WatchRecord, status: AlertStatus, *, system: str, environment: str, now: datetime
) -> Alert:
    """What a watch says of itself: its value and its threshold are in the description."""
    watch = step.watch
    critical = watch is not None and watch.bound is Bound.CRITICAL
    labels = {"alertname": step.title, "system": system, "watch": step.id, "environment": environment}
    return Alert(
        source=SOURCE,
        key=record.id,
        status=status,
        title=step.title,
        description=description(step, record),
        severity="critical" if critical else "warning",
        service=system,
        group=record.id,
        starts_at=record.since if status is AlertStatus.FIRING else None,
        ends_at=now if status is AlertStatus.RESOLVED else None,
        labels={**labels, "target": step.target or ""},
    )


def description(step: Step, record: WatchRecord) -> str:
    """``It is 7, and should be at most 5. Looked at storybook-api.``"""
    seen = "What it sees is private" if record.value is None else f"It is {record.value}"
    return f"{seen}; it should be {step.threshold}. Seen on {step.target}."


def cut(value: object) -> str:
    """A value as it is kept: on one line, and not longer than LONGEST_VALUE."""
    line = " ".join(str(value).split())
    return line if len(line) <= LONGEST_VALUE else line[: LONGEST_VALUE - 1] + "…"


def away(target: str, step_titles: Iterable[str], blind: Iterable[WatchRecord], now: datetime) -> Change | None:
    """One line in the announcements when a target has been out of sight for long; None before that.

    ``blind`` are all its watches that see nothing. The first of them names this absence, so it is told once.
    """
    first = min(blind, key=lambda each: (each.blind_since or now, each.id), default=None)
    if first is None or first.blind_since is None or now - first.blind_since < AWAY_AFTER:
        return None
    since = first.blind_since.isoformat()
    facts: Facts = {"target": target, "since": since, "reason": first.blind, "watches": sorted(step_titles)}
    return _told(Event(kind=Kind.WATCH_AWAY, at=now, facts=facts), f"watch_away:{target}:{since}", now)


def back(target: str, known: WatchRecord, others: Iterable[WatchRecord], now: datetime) -> Change | None:
    """The line that follows it when the last of the target's watches sees again; None where nothing was told."""
    since = known.blind_since
    if since is None or any(each.blind for each in others) or now - since < AWAY_AFTER:
        return None
    facts: Facts = {"target": target, "since": since.isoformat()}
    return _told(Event(kind=Kind.WATCH_BACK, at=now, facts=facts), f"watch_back:{target}:{since.isoformat()}", now)


def _told(event: Event, cause: str, now: datetime) -> Change:
    told = event_id(cause, 0)
    job = Job(name=JobName.TELL_NOTICE, key=f"{JobName.TELL_NOTICE.value}:{cause}", due_at=now, subject=told)
    return Change(cause=cause, at=now, events=(event,), jobs=(job,))
