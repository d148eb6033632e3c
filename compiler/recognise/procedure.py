"""What a runbook tells people to do: procedures in phases, phases in steps, and holds between steps."""

from datetime import timedelta
from enum import StrEnum

from compiler.recognise.facts import Fact, Said
from incident.severity import Severity


class Purpose(StrEnum):
    """What a procedure is for."""

    INCIDENT = "incident"
    RESPONSE = "incident response"
    EMERGENCY = "emergency"
    SECURITY = "security"
    DISASTER = "disaster recovery"
    BACKUP = "backup"
    RESTORE = "restore"
    ROLLBACK = "rollback"
    DEPLOYMENT = "deployment"
    MAINTENANCE = "maintenance"
    HEALTH = "health check"
    TUNING = "tuning"
    OPERATION = "operation"


class Role(StrEnum):
    """What one phase of a procedure is for."""

    SYMPTOMS = "symptoms"
    CAUSES = "causes"
    DIAGNOSIS = "diagnosis"
    ACTIONS = "actions"
    TEMPORARY = "temporary mitigation"
    VERIFICATION = "verification"
    PREVENTION = "prevention"
    ESCALATION = "escalation"
    IMPACT = "impact"
    EXPECTED = "expected"
    BEFORE = "before"
    DURING = "during"
    AFTER = "after"
    STEPS = "steps"
    FACTS = "facts"


class Hold(Fact, frozen=True, kw_only=True):
    """A wait between two steps: *monitor for 10 minutes, then promote*."""

    span: timedelta
    text: str
    condition: str = ""
    """When to wait; empty: always."""


class Step(Fact, frozen=True, kw_only=True):
    """One thing to do. Its commands are those found on its lines; ``manual`` says that no code stands there."""

    title: str
    detail: str = ""
    number: int | None = None
    condition: str = ""
    """When to do it: *recent deployment*, *the pool is exhausted*. Empty: always."""
    alternative: bool = False
    """It replaces the step before it (*Or …*)."""
    after: timedelta | None = None
    within: timedelta | None = None
    """Its deadline, from the start of the procedure."""
    expected: str = ""
    gives: tuple[str, ...] = ()
    """Names of values that its words tell to keep: *note the snapshot id*."""
    takes: tuple[tuple[str, int], ...] = ()
    """Names of values that its words take from a numbered step: *the run id from step 2*."""
    manual: bool = True
    parts: tuple["Step | Hold", ...] = ()
    stands: bool = False
    """It is done, too, and does not only name its parts (*Restore it:*)."""


class Phase(Fact, frozen=True, kw_only=True):
    """Steps that belong together: *Diagnosis*, *Resolution*, *Via the pipeline*. ``line`` is that of its label."""

    role: Role
    label: str
    condition: str = ""
    """When to do any of it: *If the primary is down* in a heading above."""
    steps: tuple[Step | Hold, ...] = ()
    said: tuple[Said, ...] = ()
    """What the phase says besides its steps."""
    warnings: tuple[Said, ...] = ()
    """What it warns of, each before the step that it stands before."""


class Escalation(Fact, frozen=True, kw_only=True):
    """Whom to call when it does not get better. ``to`` is empty where nobody is named."""

    text: str
    after: timedelta | None = None
    to: str = ""


class Procedure(Fact, frozen=True, kw_only=True):
    """One procedure, from its heading or label to its last line."""

    purpose: Purpose
    title: str
    severity: Severity | None = None
    level: str = ""
    """The words that name its severity, as written."""
    cadence: timedelta | None = None
    """How often it is done, where the document says so."""
    phases: tuple[Phase, ...] = ()
    escalations: tuple[Escalation, ...] = ()
    alerts: tuple[str, ...] = ()
    """Names of the alerts that lead here by its heading or its own words."""

    def of_role(self, role: Role) -> tuple[Phase, ...]:
        """Its phases of one role, in the document's order."""
        return tuple(phase for phase in self.phases if phase.role is role)

    @property
    def steps(self) -> tuple[Step | Hold, ...]:
        """All its steps and holds, in the document's order."""
        return tuple(step for phase in self.phases for step in phase.steps)

    @property
    def symptoms(self) -> tuple[Said, ...]:
        """What one sees when it is needed."""
        return tuple(said for phase in self.of_role(Role.SYMPTOMS) for said in phase.said)

    @property
    def prevention(self) -> tuple[Said, ...]:
        """What keeps it from happening again."""
        return tuple(said for phase in self.of_role(Role.PREVENTION) for said in phase.said)
