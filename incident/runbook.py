"""The team's document as Muster holds it: a catalog of procedures, and steps whose verdicts were proven.

A *diagnostic* only looks; a *remediation* changes something; a *manual* step is done by a person and ticked. What a
step runs is typed (``command``), never a line for a shell.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from incident import refusal
from incident.digest import Facts
from incident.expectation import Expectation
from incident.measure import Measure
from incident.pattern import matches, pattern
from incident.severity import Policy, Severity
from incident.verdict import Verdict
from incident.watch import Bound, Watch

SECURITY: Final = "security"
"""The purpose of a procedure whose incidents freeze evidence from their first moment."""


class StepKind(StrEnum):
    """Who does a step, and whether it changes something."""

    DIAGNOSTIC = "diagnostic"
    REMEDIATION = "remediation"
    MANUAL = "manual"


class Origin(Struct, frozen=True, kw_only=True):
    """Where in the team's document a step stands: the headings above it, and the 1-based line."""

    heading: str
    line: int | None = None


PLAIN: Final = r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}"
"""The shape of a text parameter that names no other: never a flag, and no blank, quote or control character."""


class ParameterKind(StrEnum):
    """What a parameter may hold."""

    INTEGER = "integer"
    CHOICE = "choice"
    TEXT = "text"


class Parameter(Struct, frozen=True, kw_only=True):
    """A value that a person may give a step. It is checked here, and bound, never pasted into a command's text."""

    name: str
    kind: ParameterKind
    label: str
    default: str | None = None
    minimum: int | None = None
    maximum: int | None = None
    choices: tuple[str, ...] = ()
    pattern: str = PLAIN
    """What a text must match whole. Whatever it allows, nothing that cannot be seen on the card is taken."""
    taken_from: str = ""
    """The id of the step whose value it takes when nobody gives another; empty: of none."""

    @property
    def shape(self) -> str:
        """What a text must be, in words."""
        plain = "at most 128 letters, digits and . _ : @ / -, the first one a letter or a digit"
        return plain if self.pattern == PLAIN else f"text that matches {self.pattern}"

    def read(self, given: str | None) -> int | str:
        """The checked value. Raises BadParameter with the rule that was not met."""
        value = (given if given not in (None, "") else self.default) or ""
        if self.kind is ParameterKind.INTEGER:
            return self._integer(value)
        if self.kind is ParameterKind.CHOICE and value not in self.choices:
            raise refusal.BadParameter(name=self.label, value=value, rule="one of " + ", ".join(self.choices))
        if self.kind is ParameterKind.TEXT:
            self._check_text(value)
        return value

    def _check_text(self, value: str) -> None:
        if not matches(pattern(self.pattern), value):
            raise refusal.BadParameter(name=self.label, value=value, rule=self.shape)
        if not value.isprintable():
            raise refusal.BadParameter(name=self.label, value=value, rule="text of visible characters on one line")

    def _integer(self, value: str) -> int:
        low = self.minimum if self.minimum is not None else 0
        high = self.maximum if self.maximum is not None else 2**31 - 1
        number = int(value) if re.fullmatch(r"-?[0-9]{1,10}", value, re.ASCII) else None
        if number is None or not low <= number <= high:
            raise refusal.BadParameter(name=self.label, value=value, rule=f"a whole number from {low} to {high}")
        return number


class GuardKind(StrEnum):
    """What must still hold when an approved remediation runs."""

    ROWS = "rows"
    """The statement may change at most the approved number of rows; above it, it is rolled back."""
    COUNT = "count"
    """A read counts what would be touched; above the approved number nothing is run."""
    FINGERPRINT = "fingerprint"
    """A read shows one value (a revision, a leader); when it is another than was approved, nothing is run."""
    NONE = "none"
    """Nothing is checked, and the card says so."""


class Guard(Struct, frozen=True, kw_only=True):
    """A step's guard as its author declared it. ``headroom`` is how much more than was seen is still as approved."""

    kind: GuardKind
    probe: Facts | None = None
    """The read that counts or shows the value, in the executor's own terms. Its verdict is read-only."""
    headroom: int = 0
    of: str = ""
    """What a fingerprint's value is, for people: *replicas*, *the leader*."""
    why: str = ""
    """Why nothing needs to be checked, in its author's words."""


class Step(Struct, frozen=True, kw_only=True):
    """One thing that the runbook says to do.

    ``command`` is what the executor takes, by its kind: ``{"sql": …, "arguments": [parameter names]}``,
    ``{"method": …, "path": …, "pick": …}``. ``written`` is the line as it stands in the document.
    """

    id: str
    title: str
    kind: StepKind
    verdict: Verdict
    reason: str
    written: str
    origin: Origin
    executor: str | None = None
    target: str | None = None
    environment: str | None = None
    """The environment that its target must be of; None: any."""
    command: Facts = field(default_factory=dict)
    parameters: tuple[Parameter, ...] = ()
    expects: Expectation | None = None
    """What its value is when nothing is wrong."""
    critical: Expectation | None = None
    """What its value is as long as it is not critical, where the runbook tells a warning from that."""
    guard: Guard = Guard(kind=GuardKind.NONE)
    undo: str = ""
    """How to take it back, in words; empty when there is no way back."""
    undo_step: str = ""
    """The step of the same procedure that takes it back, which is offered once this one ran; empty: words only."""
    undo_takes: str = ""
    """The parameter of that step which takes the value that the guard's fingerprint showed before; empty: none does."""
    temporary: bool = False
    """A mitigation that must be reverted later: it opens a follow-up."""
    cool_down: timedelta = timedelta(0)
    effect_after: timedelta = timedelta(0)
    """How long its effect takes to show: the diagnostics look again after that."""
    tags: tuple[str, ...] = ()
    """Words by which the team's rules speak of several steps at once."""
    condition: str = ""
    """When the runbook says to do it."""
    warning: str = ""
    """What the runbook warns of right before it; empty: nothing."""
    private: bool = False
    """What it sees may name people: it goes to one reader, and the channel learns only whether it is healthy."""
    hold: timedelta = timedelta(0)
    """How long to wait before the next step: *watch for 10 minutes, then promote*."""
    gives: str = ""
    """What the one value that it shows or returns is called, which later steps take; empty: it gives none."""
    measure: Measure | None = None
    """What of a time that it shows is its value; None: its value is what it sees."""
    watch: Watch | None = None
    """How often it looks by itself, and what it raises; None: only when somebody asks."""

    @property
    def runnable(self) -> bool:
        """Whether Muster may run it: an executor and a target are bound and it was not refused."""
        return self.executor is not None and self.target is not None and self.verdict is not Verdict.REFUSED

    @property
    def threshold(self) -> Expectation | None:
        """The bound that its watch keeps to; None where it is not watched or lacks that bound."""
        if self.watch is None:
            return None
        return self.critical if self.watch.bound is Bound.CRITICAL else self.expects

    @property
    def unfilled(self) -> tuple[Parameter, ...]:
        """Its parameters without a default: a person gives them, or an earlier step."""
        return tuple(each for each in self.parameters if each.default is None)


class Procedure(Struct, frozen=True, kw_only=True):
    """What the runbook says about one kind of incident."""

    id: str
    title: str
    origin: Origin
    purpose: str = "incident"
    """What it is for: *incident*, *deployment*, *restore*, SECURITY …"""
    severity: Severity | None = None
    """How bad the runbook says it is."""
    symptoms: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    checklist: tuple[str, ...] = ()
    escalate_after: timedelta | None = None
    prevention: tuple[str, ...] = ()

    def of_kind(self, kind: StepKind) -> tuple[Step, ...]:
        """Its steps of one kind, in the document's order."""
        return tuple(step for step in self.steps if step.kind is kind)

    @property
    def diagnostics(self) -> tuple[Step, ...]:
        """The steps that only look and that Muster may run by itself: none of their values waits for anybody."""
        return tuple(step for step in self._looks if not step.unfilled)

    def waiting_for(self, giver: str) -> tuple[Step, ...]:
        """The diagnostics that lack nothing but the value that the step of this id gives."""
        looks = (step for step in self._looks if step.unfilled)
        return tuple(step for step in looks if all(each.taken_from == giver for each in step.unfilled))

    @property
    def _looks(self) -> tuple[Step, ...]:
        return tuple(s for s in self.of_kind(StepKind.DIAGNOSTIC) if s.runnable and s.verdict is Verdict.READ_ONLY)

    @property
    def remediations(self) -> tuple[Step, ...]:
        """The steps that change something and that Muster may run once a second person approved."""
        return tuple(s for s in self.of_kind(StepKind.REMEDIATION) if s.runnable)

    def step(self, step_id: str) -> Step:
        """The step of that id. Raises NoSuchStep."""
        for step in self.steps:
            if step.id == step_id:
                return step
        raise refusal.NoSuchStep(asked=step_id, offered=tuple(step.id for step in self.steps))


class Route(Struct, frozen=True, kw_only=True):
    """Which alerts belong to a procedure: every label named must have exactly that value."""

    labels: Mapping[str, str]
    procedure: str
    severity: Severity | None = None

    def matches(self, labels: Mapping[str, str]) -> bool:
        """True when an alert with these labels takes this route."""
        return self.labels.items() <= labels.items()


class Catalog(Struct, frozen=True, kw_only=True):
    """A whole runbook, proven. ``digest`` names its content: an approval is bound to it."""

    system: str
    title: str
    digest: str
    procedures: tuple[Procedure, ...]
    routes: tuple[Route, ...] = ()
    policies: Mapping[Severity, Policy] = field(default_factory=dict)
    """The document's own severity levels; empty when it has none and the house's apply."""
    runbook_url: str | None = None
    remarks: tuple[str, ...] = ()
    """What of the team's additions no longer fits the runbook, one sentence each."""

    def procedure(self, procedure_id: str | None) -> Procedure | None:
        """The procedure of that id, or None."""
        return next((each for each in self.procedures if each.id == procedure_id), None)

    @property
    def watched(self) -> tuple[Step, ...]:
        """The steps that look by themselves on a schedule; one that is not runnable sees nothing, which is said."""
        return tuple(step for procedure in self.procedures for step in procedure.steps if step.watch is not None)

    def route(self, labels: Mapping[str, str]) -> Route | None:
        """The first route that an alert with these labels takes."""
        return next((route for route in self.routes if route.matches(labels)), None)
