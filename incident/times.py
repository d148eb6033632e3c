"""When it began, was seen, answered and ended, how each time is known, and how long it took. Nothing is guessed."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import Final

from msgspec import Struct

from incident.alert import AlertRecord
from incident.incident import Incident
from incident.responder import is_human
from incident.timeline import Event, Kind


class Point(StrEnum):
    """The moments that every incident is measured by, in the order in which they should come."""

    IMPACT_START = "impact start"
    DETECTED = "detected"
    DECLARED = "declared"
    CHANNEL_OPENED = "channel opened"
    FIRST_PAGE = "first page"
    ACKNOWLEDGED = "acknowledged"
    FIRST_UPDATE = "first update"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"


class Provenance(StrEnum):
    """How a time is known."""

    MONITOR = "the monitor's own start time"
    RECEIPT = "receipt of the monitor's message"
    PERSON = "a person's command or click"
    MUSTER = "recorded by Muster as it did it"
    FINDING = "a diagnostic's finding"
    RESOLUTION = "the resolution: nobody said earlier that it was mitigated"
    RECORD = "the incident's record"


class Instant(Struct, frozen=True, kw_only=True):
    """One of the moments. ``at`` is None when nobody recorded it; then there is no provenance either."""

    point: Point
    at: datetime | None = None
    provenance: Provenance | None = None
    evidence: tuple[str, ...] = ()

    @property
    def inferred(self) -> bool:
        """True when it was not recorded for itself: another moment stands in for it."""
        return self.provenance is Provenance.RESOLUTION


class Measure(StrEnum):
    """What responders ask of an incident afterwards: how long did it take?"""

    DETECT = "time to detect"
    ACKNOWLEDGE = "time to acknowledge"
    MITIGATE = "time to mitigate"
    RESOLVE = "time to resolve"
    IMPACT = "time of impact"


_ENDS: Final = {
    Measure.DETECT: (Point.IMPACT_START, Point.DETECTED),
    Measure.ACKNOWLEDGE: (Point.DECLARED, Point.ACKNOWLEDGED),
    Measure.MITIGATE: (Point.DECLARED, Point.MITIGATED),
    Measure.RESOLVE: (Point.DECLARED, Point.RESOLVED),
    Measure.IMPACT: (Point.IMPACT_START, Point.MITIGATED),
}


class Duration(Struct, frozen=True, kw_only=True):
    """From one moment to another. ``took`` is None when ends are ``unknown``, or when the end came before the start."""

    measure: Measure
    start: Point
    end: Point
    took: timedelta | None
    unknown: tuple[Point, ...] = ()


class Silence(Struct, frozen=True, kw_only=True):
    """A stretch of an open incident in which nobody gave an update. The ends say what bounded it."""

    since: datetime
    until: datetime
    after: Kind
    before: Kind | None
    """None: the incident is still open, and this is when the draft was written."""

    @property
    def length(self) -> timedelta:
        """How long nothing was said."""
        return self.until - self.since


def times(incident: Incident, events: Sequence[Event], alerts: Iterable[AlertRecord]) -> tuple[Instant, ...]:
    """Every moment in order of time; what nobody recorded stands where Point has it. ``events`` are in order, too."""
    return _in_order(
        _impact_start(incident, alerts),
        _detected(incident, events),
        _recorded(Point.DECLARED, incident.declared_at, events, Kind.DECLARED),
        _first(Point.CHANNEL_OPENED, Kind.CHANNEL_OPENED, events),
        _first(Point.FIRST_PAGE, Kind.PAGED, events),
        _acknowledged(incident, events),
        _first(Point.FIRST_UPDATE, Kind.UPDATED, events),
        _recorded(Point.MITIGATED, incident.mitigated_at, events, Kind.MITIGATED, Kind.RESOLVED),
        _recorded(Point.RESOLVED, incident.resolved_at, events, Kind.RESOLVED),
    )


def _in_order(*instants: Instant) -> tuple[Instant, ...]:
    latest, placed = datetime.min.replace(tzinfo=UTC), []
    for each in instants:
        latest = max(latest, each.at or latest)
        placed.append((each.at or latest, each))
    return tuple(each for _, each in sorted(placed, key=lambda pair: pair[0]))


def durations(instants: Iterable[Instant]) -> tuple[Duration, ...]:
    """How long each part took, from moments that are known and in order."""
    known = {instant.point: instant.at for instant in instants}
    return tuple(_duration(measure, start, end, known) for measure, (start, end) in _ENDS.items())


def out_of_order(instants: Iterable[Instant]) -> tuple[tuple[Point, Point], ...]:
    """Pairs of moments where the one that should come first came later: a clock is wrong somewhere, or a record."""
    known = {instant.point: instant.at for instant in instants if instant.at is not None}
    beginning = (Point.IMPACT_START, Point.DETECTED, Point.DECLARED)
    later = (point for point in Point if point not in beginning)
    pairs = (
        *pairwise(beginning),
        *((Point.DECLARED, point) for point in later),
        (Point.MITIGATED, Point.RESOLVED),
    )
    return tuple((a, b) for a, b in pairs if a in known and b in known and known[b] < known[a])


def longest_silence(incident: Incident, events: Iterable[Event], now: datetime) -> Silence | None:
    """The longest stretch without an update while the incident was open; the time between two lives does not count."""
    spoken = (Kind.UPDATED, Kind.RESOLVED, Kind.REOPENED)
    marks: list[tuple[datetime, Kind | None]] = [(incident.declared_at, Kind.DECLARED)]
    marks += [(event.at, event.kind) for event in events if event.kind in spoken and event.at > incident.declared_at]
    if incident.open:
        marks.append((now, None))
    stretches = [
        Silence(since=since, until=until, after=after, before=before)
        for (since, after), (until, before) in pairwise(marks)
        if after not in (Kind.RESOLVED, None) and until > since
    ]
    return max(stretches, key=lambda stretch: stretch.length, default=None)


def provenance(event: Event) -> Provenance:
    """How the time of an event is known: who did it says so."""
    if is_human(event.actor):
        return Provenance.PERSON
    if event.actor.startswith("monitor:"):
        return Provenance.RECEIPT
    seen = any(reference.startswith("finding:") for reference in event.evidence)
    return Provenance.FINDING if seen else Provenance.MUSTER


def _impact_start(incident: Incident, alerts: Iterable[AlertRecord]) -> Instant:
    at = incident.started_at
    if at is None:
        return Instant(point=Point.IMPACT_START)
    said = tuple(f"alert:{record.id}" for record in alerts if record.alert.starts_at == at)
    return Instant(point=Point.IMPACT_START, at=at, provenance=Provenance.MONITOR, evidence=said)


def _detected(incident: Incident, events: Sequence[Event]) -> Instant:
    declared = next((event for event in events if event.kind is Kind.DECLARED), None)
    if declared is None:
        return Instant(point=Point.DETECTED, at=incident.detected_at, provenance=Provenance.RECORD)
    how = Provenance.PERSON if is_human(incident.declared_by) else Provenance.RECEIPT
    return Instant(point=Point.DETECTED, at=incident.detected_at, provenance=how, evidence=declared.evidence)


def _acknowledged(incident: Incident, events: Sequence[Event]) -> Instant:
    """The first answer. A reopened incident waits for another one, which its clocks show."""
    answered = _first(Point.ACKNOWLEDGED, Kind.ACKNOWLEDGED, events)
    return answered if answered.at else _recorded(Point.ACKNOWLEDGED, incident.acknowledged_at, events)


def _recorded(point: Point, at: datetime | None, events: Iterable[Event], *kinds: Kind) -> Instant:
    """A moment that the incident keeps, with the event that says the same, looked for in the order of ``kinds``."""
    if at is None:
        return Instant(point=point)
    same = [event for kind in kinds for event in events if event.kind is kind and event.at == at]
    if not same:
        return Instant(point=point, at=at, provenance=Provenance.RECORD)
    inferred = point is Point.MITIGATED and same[0].kind is Kind.RESOLVED
    how = Provenance.RESOLUTION if inferred else provenance(same[0])
    return Instant(point=point, at=at, provenance=how, evidence=same[0].evidence)


def _first(point: Point, kind: Kind, events: Iterable[Event]) -> Instant:
    event = next((each for each in events if each.kind is kind), None)
    if event is None:
        return Instant(point=point)
    return Instant(point=point, at=event.at, provenance=provenance(event), evidence=event.evidence)


def _duration(measure: Measure, start: Point, end: Point, known: dict[Point, datetime | None]) -> Duration:
    began, ended = known[start], known[end]
    if began is None or ended is None:
        unknown = tuple(point for point in (start, end) if known[point] is None)
        return Duration(measure=measure, start=start, end=end, took=None, unknown=unknown)
    return Duration(measure=measure, start=start, end=end, took=ended - began if ended >= began else None)
