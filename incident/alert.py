"""What a monitor said: one message about one thing, whatever monitor it came from."""

from collections.abc import Collection, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field


class AlertStatus(StrEnum):
    """Whether the monitor says that the thing is broken now."""

    FIRING = "firing"
    RESOLVED = "resolved"


class Alert(Struct, frozen=True, kw_only=True):
    """One message from a monitor. Times are UTC; a time the monitor did not give is None, never a guess.

    ``key`` names *this alert* across its repeats and its resolution; ``group`` names what its monitor sends together.
    Where each outage has a key of its own, ``thing`` is one name for all of them. ``goes_on`` is set on an end that is
    none: the key of the alert of the same source as which it goes on, which the ``description`` says in words.
    ``severity`` is the monitor's own word. ``links`` holds absolute http(s) URLs only, by name.
    """

    source: str
    key: str
    status: AlertStatus
    title: str
    description: str = ""
    severity: str | None = None
    service: str | None = None
    group: str | None = None
    thing: str = ""
    goes_on: str = ""
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The alert's name in the store: its source and key."""
        return f"{self.source}:{self.key}"

    @property
    def outage_of(self) -> str | None:
        """The name in the store of what this is one outage of; None where all its outages have one key."""
        return f"{self.source}:{self.thing}" if self.thing else None

    @property
    def names(self) -> tuple[str, ...]:
        """Its own name in the store, and that of what it is one outage of."""
        return (self.id, f"{self.source}:{self.thing}") if self.thing else (self.id,)


class AlertRecord(Struct, frozen=True, kw_only=True):
    """All that is known of one alert: its last message, how often it came, and the incident it belongs to.

    ``version`` counts its saves, so that two messages decided at once cannot both be the first.
    """

    alert: Alert
    incident_id: str | None
    first_at: datetime
    last_at: datetime
    count: int = 1
    firings: int = 1
    """How often it went from quiet to firing."""
    changes: tuple[datetime, ...] = ()
    """When it last went from firing to over or back, oldest first; only so many are kept."""
    flapping: bool = False
    """It changes so often that its single changes are not told."""
    muted_by: str = ""
    """The silence or maintenance that keeps it quiet, by name."""
    told_at: datetime | None = None
    """When its notice was last told, where that is all that it leads to."""
    version: int = 0

    @property
    def id(self) -> str:
        """The alert's name in the store."""
        return self.alert.id

    @property
    def firing(self) -> bool:
        """True while the monitor's last word was that it is broken."""
        return self.alert.status is AlertStatus.FIRING


class AlertTally(Struct, frozen=True, kw_only=True):
    """How many alerts an incident has, how many of them fire, how many messages came, and from which sources."""

    alerts: int = 0
    firing: int = 0
    messages: int = 0
    sources: tuple[str, ...] = ()


def tally_of(records: Collection[AlertRecord]) -> AlertTally:
    """What is counted of these alerts."""
    return AlertTally(
        alerts=len(records),
        firing=sum(each.firing for each in records),
        messages=sum(each.count for each in records),
        sources=tuple(sorted({each.alert.source for each in records})),
    )


class DeliveryState(StrEnum):
    """What became of a raw webhook body."""

    RECEIVED = "received"
    TAKEN = "taken"
    DEAD = "dead"


class Delivery(Struct, frozen=True, kw_only=True):
    """One webhook request as it came: the raw body, an allow-list of headers (never a credential), when it came.

    ``key`` says *this request again*. A *dead* delivery could not be understood; it is kept for replay with its reason.
    ``by_body`` is true of one that just came and bears no number: its key is its body's hash, and holds only for as
    long as the state of its alerts (see taking.request_keys).
    """

    key: str
    source: str
    received_at: datetime
    headers: Mapping[str, str]
    body: bytes
    state: DeliveryState = DeliveryState.RECEIVED
    reason: str = ""
    by_body: bool = False
