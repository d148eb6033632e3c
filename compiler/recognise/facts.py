"""What a runbook states as facts, each with the lines it came from. Nothing here is guessed: a text stays as written.

``line`` is the first line and ``last`` the last one that the fact takes up, 1-based, in the document as it stands.
"""

from dataclasses import dataclass
from datetime import date, time, timedelta
from enum import StrEnum

from compiler.recognise.quantities import Bound
from incident.severity import Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """What all facts have: where they stand, and under which headings (outermost first)."""

    line: int
    last: int
    path: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Said(Fact):
    """A sentence, an item or a cell, kept as it is written."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stated:
    """A time as it is written, and its length where it has one: *next business day* has none."""

    text: str
    span: timedelta | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Level(Fact):
    """One severity level, and what it obliges people to."""

    severity: Severity
    name: str
    """As written: *P0 – Critical*, *SEV1*."""
    definition: str = ""
    examples: str = ""
    response: Stated | None = None
    update: Stated | None = None
    escalation: Stated | None = None
    resolution: Stated | None = None
    notify: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cadence(Fact):
    """How often people are told: *Post updates every 30 minutes*."""

    text: str
    every: timedelta
    severity: Severity | None = None


class Healthy(StrEnum):
    """On which side of its bounds a metric is well."""

    LOW = "low"
    HIGH = "high"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold(Fact):
    """When a metric is well and when it is not. A symptom with a figure is one too."""

    metric: str
    normal: Bound | None = None
    warning: Bound | None = None
    critical: Bound | None = None
    statistic: str = ""
    """*p95*, *95th percentile*, *average*: which figure of many is meant."""
    action: str = ""
    text: str = ""

    @property
    def healthy(self) -> Healthy:
        """The side on which it is well, from the first bound that says so."""
        bad = next((b for b in (self.critical, self.warning) if b and b.comparison.upward is not None), None)
        if bad is not None:
            return Healthy.LOW if bad.comparison.upward else Healthy.HIGH
        if self.normal is None or self.normal.comparison.upward is None:
            return Healthy.UNKNOWN
        return Healthy.HIGH if self.normal.comparison.upward else Healthy.LOW


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertRule(Fact):
    """One alert: a Prometheus rule, or a line that says what pages people."""

    name: str
    expression: str = ""
    held: Stated | None = None
    """For how long it must be true before it fires."""
    severity: str = ""
    labels: tuple[tuple[str, str], ...] = ()
    annotations: tuple[tuple[str, str], ...] = ()
    runbook_url: str = ""
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist(Fact):
    """What is done once a day, a week, a month, a quarter or a year."""

    cadence: str
    every: timedelta
    items: tuple[Said, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Fact):
    """When maintenance may be done. ``start`` is None where the document gives no hours (*anytime with approval*)."""

    environment: str
    days: tuple[str, ...]
    start: time | None
    end: time | None
    zone: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Backup(Fact):
    """What is saved, how often, for how long and where."""

    what: str
    every: timedelta | None = None
    retention: tuple[Stated, ...] = ()
    where: str = ""
    text: str = ""


class Objective(StrEnum):
    """What a recovery is measured by."""

    TIME = "recovery time"
    POINT = "recovery point"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryObjective(Fact):
    """How long a recovery may take, or how much may be lost; ``scope`` is the service it is for, if one is named."""

    objective: Objective
    target: Stated
    scope: str = ""


class Channel(StrEnum):
    """How somebody is reached."""

    NAME = "name"
    PHONE = "phone"
    MAIL = "mail"
    SLACK = "Slack"
    LINK = "link"
    ROTATION = "rotation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """One way to reach somebody; ``column`` is the column it stands in (*Secondary*). Empty: left to be filled in."""

    channel: Channel
    text: str
    column: str = ""
    empty: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact(Fact):
    """A role and how it is reached. ``order`` is its place in an escalation path; ``after`` is when it is called."""

    role: str
    reaches: tuple[Reach, ...] = ()
    order: int | None = None
    after: timedelta | None = None
    when: str = ""
    """What it is called for: *infrastructure issues*."""

    @property
    def empty(self) -> bool:
        """True when nobody could be reached by what is written."""
        return bool(self.reaches) and all(reach.empty for reach in self.reaches)


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorCode(Fact):
    """One code of an error-code table."""

    code: str
    meaning: str
    action: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceLevel(Fact):
    """What is promised: an availability, a latency, a success rate, an error budget."""

    metric: str
    target: Bound
    scope: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Service(Fact):
    """A part of the system: where it answers, what it is for, and what it needs."""

    name: str
    urls: tuple[tuple[str, str], ...] = ()
    """Pairs of environment (may be empty) and address."""
    port: int | None = None
    purpose: str = ""
    needs: tuple[str, ...] = ()
    severity: Severity | None = None
    """How bad its failure is, where a *Priority* column says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Environment(Fact):
    """*Staging*, *Production*: a place where the system runs."""

    name: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace(Fact):
    """Where a part writes its log."""

    name: str
    place: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Fact):
    """A figure or a value that is configured: a pool's size, a limit, a variable and what it holds."""

    name: str
    value: str
    figure: Bound | None = None


class ReviewKind(StrEnum):
    """What a line about the document itself says."""

    UPDATED = "updated"
    NEXT = "next review"
    INTERVAL = "review interval"
    VERSION = "version"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Review(Fact):
    """When the document was written and when it is due. ``on`` is None for a blank left to be filled in."""

    kind: ReviewKind
    text: str
    on: date | None = None
    every: timedelta | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Detail(Fact):
    """A named value that is of no other kind: kept, so that nothing the document names is lost."""

    name: str
    value: str
