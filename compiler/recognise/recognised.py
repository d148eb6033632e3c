"""Everything that a runbook says, by kind."""

from typing import TypeVar

from msgspec import Struct

from compiler.document import Heading
from compiler.recognise.facts import (
    AlertRule,
    Backup,
    Cadence,
    Checklist,
    Contact,
    Detail,
    Environment,
    ErrorCode,
    Fact,
    Level,
    LogPlace,
    RecoveryObjective,
    Review,
    Service,
    ServiceLevel,
    Setting,
    Threshold,
    Window,
)
from compiler.recognise.procedure import Procedure, Purpose

F = TypeVar("F", bound=Fact)


class Recognised(Struct, frozen=True, kw_only=True):
    """Everything that a runbook says, by kind, each in the order of the text. ``facts`` holds all of them."""

    title: str
    facts: tuple[Fact, ...]
    unrecognised: tuple[Heading, ...]
    """Headings with something under them that is not, or not all, understood."""

    @property
    def levels(self) -> tuple[Level, ...]:
        """Severity levels, on the house's scale."""
        return self.of(Level)

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """What to do, whatever for."""
        return self.of(Procedure)

    @property
    def thresholds(self) -> tuple[Threshold, ...]:
        """Bounds of metrics, those of symptoms and alert rules too."""
        return self.of(Threshold)

    @property
    def alerts(self) -> tuple[AlertRule, ...]:
        """What raises an alert."""
        return self.of(AlertRule)

    @property
    def contacts(self) -> tuple[Contact, ...]:
        """Whom to call."""
        return self.of(Contact)

    @property
    def objectives(self) -> tuple[RecoveryObjective, ...]:
        """How long a recovery may take, and how much may be lost."""
        return self.of(RecoveryObjective)

    @property
    def backups(self) -> tuple[Backup, ...]:
        """What is saved, how often and for how long."""
        return self.of(Backup)

    @property
    def checklists(self) -> tuple[Checklist, ...]:
        """What is done by the calendar."""
        return self.of(Checklist)

    @property
    def windows(self) -> tuple[Window, ...]:
        """When maintenance may be done."""
        return self.of(Window)

    @property
    def services(self) -> tuple[Service, ...]:
        """The parts of the system."""
        return self.of(Service)

    @property
    def environments(self) -> tuple[Environment, ...]:
        """Where the system runs."""
        return self.of(Environment)

    @property
    def service_levels(self) -> tuple[ServiceLevel, ...]:
        """What is promised."""
        return self.of(ServiceLevel)

    @property
    def errors(self) -> tuple[ErrorCode, ...]:
        """What the system's error codes mean."""
        return self.of(ErrorCode)

    @property
    def logs(self) -> tuple[LogPlace, ...]:
        """Where logs are written."""
        return self.of(LogPlace)

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Configured figures and values."""
        return self.of(Setting)

    @property
    def cadences(self) -> tuple[Cadence, ...]:
        """How often people are told."""
        return self.of(Cadence)

    @property
    def reviews(self) -> tuple[Review, ...]:
        """When the document was written, and when it is due."""
        return self.of(Review)

    @property
    def details(self) -> tuple[Detail, ...]:
        """Named values of no other kind."""
        return self.of(Detail)

    def of(self, kind: type[F]) -> tuple[F, ...]:
        """The facts of exactly one kind."""
        return tuple(fact for fact in self.facts if type(fact) is kind)

    def of_purpose(self, purpose: Purpose) -> tuple[Procedure, ...]:
        """The procedures for one purpose."""
        return tuple(procedure for procedure in self.procedures if procedure.purpose is purpose)
