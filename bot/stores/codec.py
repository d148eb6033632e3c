"""The text that a database keeps for each value, and the value again."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Final, Generic, TypeVar

from msgspec.json import Decoder, Encoder

from incident.alert import AlertRecord
from incident.approval import Approval
from incident.digest import canonical
from incident.finding import Finding
from incident.incident import Incident
from incident.responder import Actor
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.timeline import Event, Kind
from incident.watch import WatchRecord

T = TypeVar("T")


class Codec(Generic[T]):
    """JSON of one kind of value, by the types of its fields."""

    def __init__(self, kind: type[T]) -> None:
        self._kind = kind

    @cached_property
    def _decoder(self) -> Decoder[T]:
        """Built with the first value that is read: few kinds are read in the first second."""
        return Decoder(self._kind)

    def text(self, value: T) -> str:
        """The value as JSON."""
        return _ENCODER.encode(value).decode()

    def value(self, text: str) -> T:
        """The value that was kept."""
        return self._decoder.decode(text)


_ENCODER: Final = Encoder()
INCIDENT: Final = Codec(Incident)
INCIDENTS: Final = Codec(tuple[Incident, ...])
ALERT: Final = Codec(AlertRecord)
ALERTS: Final = Codec(tuple[AlertRecord, ...])
FINDING: Final = Codec(Finding)
APPROVAL: Final = Codec(Approval)
STOP: Final = Codec(Stop)
SILENCE: Final = Codec(Silence)
WATCH: Final = Codec(WatchRecord)
SYSTEM_CHANGE: Final = Codec(SystemChange)


def table_text(table: Mapping[str, str]) -> str:
    """A table of texts as JSON."""
    return _ENCODER.encode(table).decode()


def event_text(event: Event) -> str:
    """An event as JSON that gives back exactly what its content digest covers, down to a number's type."""
    return canonical(
        {
            "kind": event.kind.value,
            "at": event.at.isoformat(),
            "actor": event.actor,
            "facts": dict(event.facts),
            "evidence": list(event.evidence),
        }
    )


def event_value(text: str) -> Event:
    """The event that was kept."""
    kept = json.loads(text)
    return Event(
        kind=Kind(kept["kind"]),
        at=datetime.fromisoformat(kept["at"]),
        actor=Actor(kept["actor"]),
        facts=kept["facts"],
        evidence=tuple(kept["evidence"]),
    )


def stamp(at: datetime) -> str:
    """A time as UTC text of one width, so that texts compare as their times do."""
    at = at if at.tzinfo is UTC else at.astimezone(UTC)
    return at.isoformat(timespec="microseconds")


def moment(kept: str | datetime) -> datetime:
    """The time that a stamp says, or that a database keeps as a time."""
    return kept if isinstance(kept, datetime) else datetime.fromisoformat(kept)
