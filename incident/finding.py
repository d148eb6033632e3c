"""What a diagnostic saw, with the proof that it only looked; and how a remediation ended."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from incident.digest import Facts, Json
from incident.verdict import Verdict


class Phase(StrEnum):
    """When a diagnostic ran."""

    FIRST = "first"
    """By itself, when the incident was declared."""
    ASKED = "asked"
    BEFORE = "before"
    """Just before a remediation ran."""
    AFTER = "after"
    """Just after it, to see whether it helped."""
    WATCH = "watch"
    """Some time after the fix, to see whether it lasted."""
    STEP = "step"
    """As a step of a procedure that is walked."""
    HOLD = "hold"
    """While a walk waits before its next step."""


class Sight(Struct, frozen=True, kw_only=True):
    """What an executor saw: redacted, capped output; the one value that matters, if there is one; the receipt.

    ``error`` is a sentence when the look failed; then ``value`` is None. ``rows`` counts what was returned. ``single``
    says that the value is the one thing that was asked for, and not the number of what was found.
    """

    output: str
    value: Json = None
    rows: int | None = None
    truncated: bool = False
    receipt: Facts = field(default_factory=dict)
    error: str | None = None
    seconds: float = 0.0
    single: bool = False

    @property
    def counts(self) -> bool:
        """Whether the value is the number of what was found, and not something that was found."""
        return not self.single and type(self.value) is int and self.value == self.rows

    @property
    def given(self) -> Json:
        """What a later step may take of it: its value, if that is one thing that was found; else None."""
        return self.value if self.single and self.error is None else None


def public(sight: Sight) -> Sight:
    """What everybody may know of what a private step saw: that it looked, how long that took, and the receipt."""
    error = None if sight.error is None else "why is told to whoever may read it"
    return Sight(output="", error=error, receipt=sight.receipt, seconds=sight.seconds)


class Finding(Struct, frozen=True, kw_only=True):
    """One run of one diagnostic in an incident. ``healthy`` is None when the step says nothing of what is healthy."""

    id: str
    incident_id: str
    step_id: str
    title: str
    phase: Phase
    at: datetime
    verdict: Verdict
    reason: str
    shown: str
    target: str
    sight: Sight
    healthy: bool | None = None
    critical: bool = False
    """The value is beyond the bound that the runbook calls critical."""
    expectation: str = ""
    attested: str = ""
    """What proved that the credential cannot write."""
    cause: str = ""
    """What it was run for: a declaration, a person's question, an approval."""
    withheld: Sight | None = None
    """What a private step saw, for one reader; ``sight`` then holds nothing of it."""

    @property
    def private(self) -> bool:
        """Whether what it saw goes to one person and not into the channel."""
        return self.withheld is not None


class OutcomeState(StrEnum):
    """How a remediation ended."""

    RAN = "ran"
    FAILED = "failed"
    VOID = "void"
    """The guard no longer held, so nothing was changed."""
    CANCELLED = "cancelled"
    """Somebody stopped it before anything was changed."""
    UNKNOWN = "unknown"
    """It was cut short and may or may not have happened: a person must look."""


class Outcome(Struct, frozen=True, kw_only=True):
    """How one approved run ended. ``changed`` counts the rows or things it touched, when the target told."""

    state: OutcomeState
    sentence: str
    output: str = ""
    changed: int | None = None
    value: Json = None
    """The one value that the answer holds, if it holds one: later steps may take it."""
    in_vain: bool = False
    """It failed before anything was sent to the target: it may be tried again at once."""
    started_at: datetime | None = None
    ended_at: datetime | None = None
    receipt: Facts = field(default_factory=dict)

    @property
    def cools(self) -> bool:
        """True when the step must cool down after it: it changed something, or may have."""
        return self.state in (OutcomeState.RAN, OutcomeState.FAILED, OutcomeState.UNKNOWN) and not self.in_vain


class Comparison(StrEnum):
    """The before/after verdict of a remediation."""

    HEALED = "healed"
    BETTER = "better"
    UNCHANGED = "unchanged"
    WORSE = "worse"
    UNTOLD = "untold"
    """The diagnostics could not tell."""


def compare(before: Iterable[Finding], after: Sequence[Finding]) -> Comparison:
    """Whether the symptom went away, from the same diagnostics before and after.

    Healed: something was wrong before, and afterwards every diagnostic that can tell says healthy.
    """
    told_before = {f.step_id: f.healthy for f in before if f.healthy is not None}
    told_after = {f.step_id: f.healthy for f in after if f.healthy is not None}
    shared = told_before.keys() & told_after.keys()
    if not shared or any(f.sight.error for f in after):
        return Comparison.UNTOLD
    bad_before = sum(not told_before[step] for step in shared)
    bad_after = sum(not told_after[step] for step in shared)
    if bad_after == 0:
        return Comparison.HEALED if bad_before else Comparison.UNCHANGED
    if bad_after == bad_before:
        return Comparison.UNCHANGED
    return Comparison.BETTER if bad_after < bad_before else Comparison.WORSE
