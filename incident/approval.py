"""A second person's yes or no to one plan: asked, decided once, run once, and always ended in words."""

from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from incident import hours, refusal
from incident.approval_policy import ApprovalPolicy
from incident.effect import Found
from incident.finding import Outcome, OutcomeState
from incident.plan import Plan, Promise
from incident.responder import UserId
from incident.runbook import GuardKind


class ApprovalState(StrEnum):
    """Where a request stands."""

    PREPARING = "preparing"
    """Muster is looking at what it would touch."""
    ASKED = "asked"
    APPROVED = "approved"
    RUNNING = "running"
    RAN = "ran"
    FAILED = "failed"
    REJECTED = "rejected"
    EXPIRED = "expired"
    VOID = "void"
    CANCELLED = "cancelled"
    """Somebody stopped it before anything was changed."""
    UNKNOWN = "unknown"

    @property
    def final(self) -> bool:
        """True when nothing more can happen to it."""
        return self not in _OPEN


_OPEN = frozenset({ApprovalState.PREPARING, ApprovalState.ASKED, ApprovalState.APPROVED, ApprovalState.RUNNING})


class Preview(Struct, frozen=True, kw_only=True):
    """What a remediation would touch, seen before it is approved. ``count`` is None when the target cannot tell."""

    sentence: str
    count: int | None = None
    value: str | None = None
    """What the probe of a fingerprint shows."""


class Part(Struct, frozen=True, kw_only=True):
    """One change of a procedure that is approved as a whole: exactly what would run, by which policy."""

    leg: str
    """The step of the walk that it is: the walk's id and the step's place in it."""
    plan: Plan
    policy: ApprovalPolicy
    preview: Preview | None = None


class Approval(Struct, frozen=True, kw_only=True):
    """One request. It is bound to ``digest``: the plan that runs must have exactly that one (empty while preparing)."""

    id: str
    incident_id: str
    procedure_id: str
    plan: Plan
    digest: str
    requester: UserId
    asked_at: datetime
    expires_at: datetime
    policy: ApprovalPolicy
    state: ApprovalState = ApprovalState.ASKED
    yes: tuple[UserId, ...] = ()
    """Who has said yes so far, in that order."""
    decided_by: UserId | None = None
    decided_at: datetime | None = None
    reason: str = ""
    """Why it was rejected, voided, or run on break-glass."""
    broke_glass: bool = False
    preview: Preview | None = None
    outcome: Outcome | None = None
    message: str | None = None
    """Where its card is: ``CHANNEL/TIMESTAMP``."""
    leg: str = ""
    """The step of a walked procedure that it is for: the walk's id and the step's place in it; empty: of none."""
    cancelled_by: UserId | None = None
    """Who pressed *Cancel*; while it runs, its worker stops it as soon as it sees this."""
    cancelled_at: datetime | None = None
    output: str | None = None
    """Where what it prints is shown while it runs: ``CHANNEL/TIMESTAMP`` in its card's thread."""
    parts: tuple[Part, ...] = ()
    """Of one for a whole procedure: each of its changes, in order; ``plan`` then stands for all of them."""
    under: str = ""
    """The approval for the whole procedure under which this one runs; empty: it is answered by itself."""
    found: Found | None = None
    """What somebody found at the target, where nobody knew how its run ended."""
    undoes: str = ""
    """The request whose change it takes back, where it was asked for on that one's card."""

    @property
    def plans(self) -> tuple[Plan, ...]:
        """All that may run by it."""
        return tuple(part.plan for part in self.parts) or (self.plan,)

    @property
    def latency(self) -> timedelta | None:
        """From the request to the decision."""
        return None if self.decided_at is None else self.decided_at - self.asked_at


def ask(
    approval_id: str,
    *,
    incident_id: str,
    procedure_id: str,
    plan: Plan,
    requester: UserId,
    policy: ApprovalPolicy,
    now: datetime,
    leg: str = "",
    parts: tuple[Part, ...] = (),
    under: str = "",
    undoes: str = "",
) -> Approval:
    """A new request for one plan, before anybody knows what it would touch."""
    return Approval(
        id=approval_id,
        incident_id=incident_id,
        procedure_id=procedure_id,
        plan=plan,
        digest="",
        requester=requester,
        asked_at=now,
        expires_at=now + policy.expires_after,
        policy=policy,
        state=ApprovalState.PREPARING,
        leg=leg,
        parts=parts,
        under=under,
        undoes=undoes,
    )


def prepared(request: Approval, preview: Preview, *, now: datetime) -> Approval:
    """The request with what it would touch; from now on it can be answered, and its digest stands.

    The guard's number is what was seen plus the step's headroom, its value what was seen. Raises Spent when it is not
    being prepared, and of a guarded remediation NothingToChange when it would touch nothing, GuardBroken when nobody
    can tell what it would.
    """
    if request.state is not ApprovalState.PREPARING:
        raise refusal.Spent(state=request.state, by=request.decided_by)
    plan = replace(request.plan, promise=kept(request.plan, preview))
    return replace(
        request,
        plan=plan,
        digest=plan.digest,
        preview=preview,
        state=ApprovalState.ASKED,
        asked_at=now,
        expires_at=now + request.policy.expires_after,
    )


def kept(plan: Plan, preview: Preview) -> Promise:
    """The plan's guard with what was seen. Raises NothingToChange, GuardBroken."""
    promise = plan.promise
    if promise.kind is GuardKind.NONE:
        return promise
    if promise.kind is GuardKind.FINGERPRINT:
        if preview.value is None:
            raise refusal.GuardBroken(reason=f"{promise.of} could not be read")
        return replace(promise, value=preview.value)
    if preview.count is None:
        raise refusal.GuardBroken(reason="what it would touch could not be counted")
    if preview.count <= 0:
        raise refusal.NothingToChange(step=plan.title)
    return replace(promise, seen=preview.count, most=preview.count + promise.headroom)


def withdraw(request: Approval, *, reason: str, now: datetime) -> Approval:
    """The request, void before it was answered or used, for the reason given; why somebody broke the glass stays."""
    why = f"{request.reason}. Void: {reason}" if request.broke_glass else reason
    return replace(request, state=ApprovalState.VOID, decided_at=request.decided_at or now, reason=why)


def expire(request: Approval, now: datetime) -> Approval | None:
    """The request, expired; None when it was decided in time or its time has not come.

    One for a whole procedure has a time also after the yes: what has not begun by then asks for itself.
    """
    if request.parts and request.state is ApprovalState.APPROVED and now >= request.expires_at:
        return withdraw(request, reason="not all of its steps were begun in time", now=now)
    if request.state is not ApprovalState.ASKED or now < request.expires_at:
        return None
    return replace(request, state=ApprovalState.EXPIRED, decided_at=now)


def begin(request: Approval, *, digest: str, now: datetime) -> Approval:
    """The request as its one run starts. A yes holds no longer than a request does: whoever gave it is gone by then.

    Raises Spent unless it is approved, Expired, QuietHours when they came meanwhile and want more people than said
    yes, GuardBroken when the plan is another.
    """
    if request.state is not ApprovalState.APPROVED or request.decided_at is None:
        raise refusal.Spent(state=request.state, by=request.decided_by)
    until = request.expires_at if request.under else request.decided_at + request.policy.expires_after
    if now >= until:
        raise refusal.Expired(at=until)
    if not request.broke_glass and request.policy.wanted(now) > max(len(request.yes), 1):
        raise refusal.QuietHours(step=request.plan.title, until=hours.ends(request.policy.quiet_hours, now))
    if digest != request.digest:
        raise refusal.GuardBroken(reason="the plan is not the one that was approved")
    return replace(request, state=ApprovalState.RUNNING)


def settle(request: Approval, outcome: Outcome) -> Approval:
    """The request with the outcome of its run."""
    ended = {
        OutcomeState.RAN: ApprovalState.RAN,
        OutcomeState.FAILED: ApprovalState.FAILED,
        OutcomeState.VOID: ApprovalState.VOID,
        OutcomeState.CANCELLED: ApprovalState.CANCELLED,
        OutcomeState.UNKNOWN: ApprovalState.UNKNOWN,
    }[outcome.state]
    return replace(request, state=ended, outcome=outcome)
