"""What a runbook states as facts, each with the lines it came from. Nothing here is guessed: a text stays as written.

``line`` is the first line and ``last`` the last one that the fact takes up, 1-based, in the document as it stands.
"""

from datetime import date, time, timedelta
from enum import StrEnum

from msgspec import Struct

from compiler.recognise.quantities import Bound
from incident.severity import Severity


class Fact(Struct, frozen=True, kw_only=True):
    """What all facts have: where they stand, and under which headings (outermost first)."""

    line: int
    last: int
    path: tuple[str, ...] = ()


class Said(Fact, frozen=True, kw_only=True):
    """A sentence, an item or a cell, kept as it is written."""

    text: str


class Stated(Struct, frozen=True, kw_only=True):
    """A time as it is written, and its length where it has one: *next business day* has none."""

    text: str
    span: timedelta | None


class Level(Fact, frozen=True, kw_only=True):
    """One severity level, and what it obliges people to."""

    severity: Severity
    name: str
    """As written: *P0 – Critical*, *SEV1*."""
    definition: str = ""
    examples: str = ""
    response: Stated | None = None
    assess: Stated | None = None
    update: Stated | None = None
    escalation: Stated | None = None
    resolution: Stated | None = None
    postmortem: Stated | None = None
    notify: str = ""


class Cadence(Fact, frozen=True, kw_only=True):
    """How often people are told: *Post updates every 30 minutes*."""

    text: str
    every: timedelta
    severity: Severity | None = None


class Healthy(StrEnum):
    """On which side of its bounds a metric is well."""

    LOW = "low"
    HIGH = "high"
    UNKNOWN = "unknown"


class Threshold(Fact, frozen=True, kw_only=True):
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


class AlertRule(Fact, frozen=True, kw_only=True):
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


class Checklist(Fact, frozen=True, kw_only=True):
    """What is done once a day, a week, a month, a quarter or a year."""

    cadence: str
    every: timedelta
    items: tuple[Said, ...]


class Window(Fact, frozen=True, kw_only=True):
    """When maintenance may be done. ``start`` is None where the document gives no hours (*anytime with approval*)."""

    environment: str
    days: tuple[str, ...]
    start: time | None
    end: time | None
    zone: str
    text: str


class Backup(Fact, frozen=True, kw_only=True):
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


class RecoveryObjective(Fact, frozen=True, kw_only=True):
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


class Reach(Struct, frozen=True, kw_only=True):
    """One way to reach somebody; ``column`` is the column it stands in (*Secondary*). Empty: left to be filled in."""

    channel: Channel
    text: str
    column: str = ""
    empty: bool = False


class Contact(Fact, frozen=True, kw_only=True):
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


class ErrorCode(Fact, frozen=True, kw_only=True):
    """One code of an error-code table."""

    code: str
    meaning: str
    action: str = ""


class ServiceLevel(Fact, frozen=True, kw_only=True):
    """What is promised: an availability, a latency, a success rate, an error budget."""

    metric: str
    target: Bound
    scope: str = ""
    text: str = ""


class Service(Fact, frozen=True, kw_only=True):
    """A part of the system: where it answers, what it is for, and what it needs."""

    name: str
    urls: tuple[tuple[str, str], ...] = ()
    """Pairs of environment (may be empty) and address."""
    port: int | None = None
    purpose: str = ""
    needs: tuple[str, ...] = ()
    severity: Severity | None = None
    """How bad its failure is, where a *Priority* column says so."""


class Environment(Fact, frozen=True, kw_only=True):
    """*Staging*, *Production*: a place where the system runs."""

    name: str
    text: str


class LogPlace(Fact, frozen=True, kw_only=True):
    """Where a part writes its log."""

    name: str
    place: str


class Setting(Fact, frozen=True, kw_only=True):
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


class Review(Fact, frozen=True, kw_only=True):
    """When the document was written and when it is due. ``on`` is None for a blank left to be filled in."""

    kind: ReviewKind
    text: str
    on: date | None = None
    every: timedelta | None = None


class Detail(Fact, frozen=True, kw_only=True):
    """A named value that is of no other kind: kept, so that nothing the document names is lost."""

    name: str
    value: str
