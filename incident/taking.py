"""What monitors said at about the same time, decided one after the other and saved together.

``Known`` is what the store knows of it, ``View`` what is true after each decision, and ``Batch`` what is saved: all of
it in one transaction, or nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TypeAlias

from msgspec import Struct, field
from msgspec.structs import replace

from incident import intake
from incident.alert import Alert, AlertRecord, Delivery
from incident.change import Change
from incident.digest import identifier
from incident.incident import Incident
from incident.intake import Seen
from incident.job import Claim
from incident.silence import Silence

Keyed: TypeAlias = Callable[[Mapping[str, AlertRecord]], Sequence[str]]
"""Says by which key each request is known, in their order, once the records of its alerts are known."""


def unkeyed(_: Mapping[str, AlertRecord]) -> Sequence[str]:
    """For whoever asks about alerts, and about no request."""
    return ()


class Known(Struct, frozen=True, kw_only=True):
    """What the store knows of some alerts: their records, the incidents of these and of their groups.

    Among the ``records`` are the other outages of the same things that fire still.
    ``firing`` counts each incident's alerts that fire. ``silences`` are those made in the chat that stand. ``keys`` are
    those of the requests that it was asked about, and ``kept`` those of them, and of the causes, that are there.
    """

    records: Mapping[str, AlertRecord] = field(default_factory=dict)
    incidents: tuple[Incident, ...] = ()
    firing: Mapping[str, int] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    keys: tuple[str, ...] = ()
    kept: frozenset[str] = frozenset()


class Taking(Struct, frozen=True, kw_only=True):
    """A request and the alerts in it; a watch's look is one, too. What is taken in under the same key is a repeat.

    ``cause`` names a copy of it that lay in a spool, so that it is not taken in again either. ``dead`` is why it could
    not be understood. ``replayed`` is true of one that the store has kept as a dead letter, or left over, until now.
    ``settles`` is the job that brought it, and that this ends.
    """

    delivery: Delivery
    alerts: tuple[Alert, ...]
    cause: str = ""
    dead: str = ""
    replayed: bool = False
    settles: Claim | None = None


class Batch(Struct, frozen=True, kw_only=True):
    """Requests of monitors and what they change. Each delivery and each cause must be new to the store.

    The changes are in the order in which they were decided, each on what the one before left: an incident's versions
    count through. ``replayed`` are deliveries that were dead letters, or left over, until now.
    """

    at: datetime
    changes: tuple[Change, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    replayed: tuple[Delivery, ...] = ()
    causes: tuple[str, ...] = ()
    settles: tuple[Claim, ...] = ()


class _Records:
    """Alerts' records by name, and together those of one thing whose outages each have a key of their own."""

    def __init__(self, records: Iterable[AlertRecord]) -> None:
        self._by_name: dict[str, AlertRecord] = {}
        self._outages: dict[str, dict[str, None]] = {}
        for record in records:
            self.keep(record)

    def get(self, name: str) -> AlertRecord | None:
        return self._by_name.get(name)

    def keep(self, record: AlertRecord) -> None:
        self._by_name[record.id] = record
        if record.alert.outage_of is not None:
            self._outages.setdefault(record.alert.outage_of, {})[record.id] = None

    def told(self, alert: Alert, now: datetime) -> Sequence[tuple[Alert, Alert | None]]:
        known = self.get(alert.id)
        said = [(each, None) for each in intake.told(alert, known, now)]
        if alert.outage_of is None:
            return said
        outages = [self._by_name[each] for each in self._outages.get(alert.outage_of, ())]
        return [*said, *((each, alert) for each in intake.lost_ends(alert, known, outages, now))]


class View:
    """What is true while a batch is decided: what was known, and what each Change made of it."""

    def __init__(self, known: Known) -> None:
        self._records = _Records(known.records.values())
        self._incidents = {each.id: each for each in known.incidents}
        self._firing = dict(known.firing)
        self._newest: dict[str, Incident] = {}
        for each in sorted(known.incidents, key=lambda incident: incident.number):
            self._note(each)

    def seen(self, alert: Alert, group: str) -> Seen:
        """What is known of one alert now."""
        known, past = self._records.get(alert.id), [self._records.get(name) for name in alert.names[1:]]
        own = self._incidents.get(known.incident_id) if known is not None and known.incident_id else None
        firing = self._firing.get(own.id, 0) if own is not None else 0
        others = firing - (known is not None and known.firing)
        return Seen(known=known, own=own, last=self._newest.get(group), firing=others, past=past[0] if past else None)

    def told(self, alert: Alert, now: datetime) -> Sequence[tuple[Alert, Alert | None]]:
        """What one message says, in order; last the ends that were lost, each with the alert that alone tells it."""
        return self._records.told(alert, now)

    def apply(self, change: Change) -> None:
        """Take a Change as saved: what it holds has the next version."""
        if change.incident is not None:
            self._note(replace(change.incident, version=change.incident.version + 1))
        for record in change.alerts:
            self._count(self._records.get(record.id), -1)
            self._count(record, 1)
            self._records.keep(replace(record, version=record.version + 1))

    def _note(self, incident: Incident) -> None:
        self._incidents[incident.id] = incident
        if incident.group is None:
            return
        newest = self._newest.get(incident.group)
        if newest is None or newest.id == incident.id or _newer(incident, newest):
            self._newest[incident.group] = incident

    def _count(self, record: AlertRecord | None, by: int) -> None:
        if record is not None and record.firing and record.incident_id is not None:
            self._firing[record.incident_id] = self._firing.get(record.incident_id, 0) + by


def _newer(incident: Incident, other: Incident) -> bool:
    """One that has no number yet is declared in this very batch, after all that have one."""
    return other.number != 0 and (incident.number == 0 or incident.number > other.number)


def request_keys(takings: Sequence[Taking], records: Mapping[str, AlertRecord], now: datetime) -> tuple[str, ...]:
    """The key by which each request is known when it comes again.

    A monitor that numbers its requests says the key. Else the same bytes are the same request for as long as all their
    alerts are in the state in which they left them: the next outage may be told in the very same bytes.
    """
    left = _Records(records.values())
    return tuple(_request_key(each, left, now) for each in takings)


def _request_key(taking: Taking, left: _Records, now: datetime) -> str:
    turns = {}
    for heard in taking.alerts:
        for alert, later in left.told(heard, now):
            record = intake.recorded(alert, left.get(alert.id), None, now)
            left.keep(record)
            if later is None:
                turns[record.id] = f"{record.firings}{'f' if record.firing else 'q'}"
    if taking.replayed or not (taking.delivery.by_body and turns):
        return taking.delivery.key
    one = next(iter(turns.values())) if len(turns) == 1 else identifier("turns", *map("=".join, sorted(turns.items())))
    return f"{taking.delivery.key}:{one}"
