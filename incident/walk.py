"""A procedure walked in an incident, step by step: what is done, what is next, what waits, what came of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from incident import giving, refusal
from incident.approval import Approval, ApprovalState
from incident.digest import Json
from incident.giving import Given
from incident.plan import bind, shown
from incident.responder import UserId
from incident.runbook import Step, StepKind


class LegState(StrEnum):
    """Where one step of a walk stands."""

    AHEAD = "ahead"
    RUNNING = "running"
    """A diagnostic looks, or a remediation is asked for, waits for its approval, or runs."""
    HOLDING = "holding"
    """It is done, and the time to watch before the next step runs."""
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"
    """It did not come to its end, and can be begun again."""

    @property
    def settled(self) -> bool:
        """True when the walk may go past it."""
        return self in {LegState.DONE, LegState.SKIPPED}

    @property
    def offered(self) -> bool:
        """True when a person may begin it, if it is its turn."""
        return self in {LegState.AHEAD, LegState.FAILED}


class Leg(Struct, frozen=True, kw_only=True):
    """One step of a walk. ``tries`` counts how often it was begun; ``at`` and ``by`` belong to what was done last."""

    step: str
    """The step's id in the catalog; empty for an undo that is only told in words."""
    title: str
    kind: StepKind
    """*manual* also for a step that Muster may not run."""
    text: str = ""
    """What a person does, where no step of the catalog says it."""
    hold: timedelta = timedelta(0)
    gives: str = ""
    state: LegState = LegState.AHEAD
    tries: int = 0
    by: UserId | None = None
    at: datetime | None = None
    note: str = ""
    """What a person wrote: how it was done, or why it was skipped. For a failed one: why."""
    given: dict[str, str] = field(default_factory=dict)
    """The parameters that a person gave it, or for a way back, those with which the step ran that it takes back."""
    value: Json = None
    """What it showed or returned, for later steps."""
    healthy: bool | None = None
    """Of a diagnostic: what its finding says."""
    finding: str | None = None
    approval: str | None = None
    unsure: bool = False
    """Its change did not come to its end, and may be there: it is taken back with what was done."""
    was: str = ""
    """What its guard's fingerprint showed before it ran: the value that its undo may take."""
    hold_ends_at: datetime | None = None
    looked_at: datetime | None = None
    """When the diagnostics last looked during its hold."""
    unhealthy: tuple[str, ...] = ()
    """The titles of those that were not healthy then."""

    @property
    def only_waits(self) -> bool:
        """True for a step that is nothing but a hold: *monitor for 10 minutes*."""
        return self.kind is StepKind.MANUAL and self.hold > timedelta(0)


class WalkState(StrEnum):
    """Whether a walk goes on. It ends once."""

    GOING = "going"
    FINISHED = "finished"
    ABORTED = "aborted"


class Walk(Struct, frozen=True, kw_only=True):
    """One walk of one procedure. Its steps are taken in order; a step is done, skipped for a reason, or ends it."""

    id: str
    procedure: str
    title: str
    by: UserId
    begun_at: datetime
    legs: tuple[Leg, ...]
    state: WalkState = WalkState.GOING
    takes_back: str | None = None
    """The walk that it rolls back."""
    ended_at: datetime | None = None
    ended_by: UserId | None = None
    reason: str = ""
    """Why it was ended before its end."""
    message: str | None = None
    """Where it is shown: the channel and the chat's timestamp."""
    whole: str = ""
    """The approval by which its changes run that stands now; empty: each of them asks for itself."""

    @property
    def next(self) -> int | None:
        """The index of the leg whose turn it is, also while it runs or holds; None when all are settled."""
        return next((index for index, leg in enumerate(self.legs) if not leg.state.settled), None)

    @property
    def settled(self) -> int:
        """How many of its legs are done or skipped."""
        return sum(leg.state.settled for leg in self.legs)

    def turn(self, index: int, tries: int | None = None, *, holding: bool = False) -> Leg:
        """The leg at ``index``, if it can be begun, done or skipped now. Raises WalkEnded, NotItsTurn.

        ``tries`` is how often it had been begun when a person saw it: somebody else may have begun it since.
        ``holding``: also while its hold runs.
        """
        self.check_going()
        leg = self.legs[index]
        ready = leg.state.offered or (holding and leg.state is LegState.HOLDING)
        if index != self.next or not ready or tries not in (None, leg.tries):
            by = leg.by if leg.state is not LegState.AHEAD else None
            raise refusal.NotItsTurn(step=leg.title, state=leg.state.value, by=by)
        return leg

    def check_going(self) -> None:
        """Raises WalkEnded."""
        if self.state is not WalkState.GOING:
            raise refusal.WalkEnded(title=self.title, state=self.state.value, by=self.ended_by, at=self.ended_at)

    def with_leg(self, index: int, leg: Leg) -> "Walk":
        """The walk with another leg at ``index``."""
        return replace(self, legs=(*self.legs[:index], leg, *self.legs[index + 1 :]))

    def taking(self, index: int, step: Step) -> Step:
        """The step at ``index``; its parameters' defaults are what a person gave it, else what earlier steps gave."""
        earlier = (leg for leg in self.legs[:index] if leg.gives)
        filled = giving.taking(step, [Given(step=leg.step, name=leg.gives, value=leg.value) for leg in earlier])
        own = self.legs[index].given
        parameters = (replace(each, default=own.get(each.name, each.default)) for each in filled.parameters)
        return replace(filled, parameters=tuple(parameters))

    def command(self, index: int, step: Step) -> str:
        """What the step at ``index`` runs: final where every value is known, else as the runbook has it."""
        parameters = self.taking(index, step).parameters
        if self.legs[index].kind is StepKind.MANUAL or any(each.default is None for each in parameters):
            return step.written
        try:
            return shown(bind(step.command, {each.name: each.read(None) for each in parameters}))
        except refusal.BadParameter:
            return step.written


def leg_of(step: Step) -> Leg:
    """The leg for a step of the catalog, still ahead."""
    kind = step.kind if step.runnable else StepKind.MANUAL
    return Leg(step=step.id, title=step.title, kind=kind, hold=step.hold, gives=step.gives)


def way_back(walk: Walk, steps: Sequence[Step]) -> tuple[Leg, ...]:
    """How to take back what a walk did, the last first. ``steps`` are those of its procedure. Empty: nothing to do."""
    known = {step.id: step for step in steps}
    effects = {LegState.DONE, LegState.HOLDING}
    done = [leg for leg in reversed(walk.legs) if leg.step in known and (leg.state in effects or leg.unsure)]
    return tuple(back for leg in done if (back := _back(leg, known)) is not None)


def _back(leg: Leg, known: Mapping[str, Step]) -> Leg | None:
    """The step that takes a leg back, else its undo in words; None when there is no way back."""
    step = known[leg.step]
    if step.undo_step in known:
        before = {step.undo_takes: leg.was} if step.undo_takes and leg.was else {}
        return replace(leg_of(known[step.undo_step]), given={**leg.given, **before})
    if not step.undo.strip():
        return None
    return Leg(step="", title=f"Take back “{leg.title}”", kind=StepKind.MANUAL, text=step.undo)


_STATES = {
    ApprovalState.PREPARING: LegState.RUNNING,
    ApprovalState.ASKED: LegState.RUNNING,
    ApprovalState.APPROVED: LegState.RUNNING,
    ApprovalState.RUNNING: LegState.RUNNING,
    ApprovalState.RAN: LegState.DONE,
}


def after_request(leg: Leg, request: Approval, now: datetime) -> Leg:
    """A remediation's leg as its request stands. What ended otherwise than *ran* failed, and says why."""
    state = _STATES.get(request.state, LegState.FAILED)
    outcome = request.outcome
    why = (outcome.sentence if outcome is not None else request.reason) or request.state.value
    return replace(
        leg,
        state=state,
        at=now,
        by=request.requester,
        approval=request.id,
        given={name: str(value) for name, value in request.plan.parameters.items()},
        note="" if state is not LegState.FAILED else why,
        value=giving.kept(outcome.value) if outcome is not None and state is LegState.DONE else leg.value,
        unsure=outcome is not None and outcome.cools and state is LegState.FAILED,
        was=request.plan.promise.value or "",
    )
