"""What people answer to a request: yes, no, alone behind break-glass; and stop, once it was a yes.

Each gives the request as it stands after it, or a refusal.
"""

from datetime import datetime

from msgspec.structs import replace

from incident import refusal
from incident.approval import Approval, ApprovalState
from incident.responder import UserId
from incident.typed import visible


def approve(request: Approval, *, by: UserId, allowed: bool, now: datetime) -> Approval:
    """The request with one more yes; approved when that is enough of them.

    ``allowed`` says whether the policy names the person, as checked just now. Raises Spent, Expired, OwnRequest,
    NotAnApprover, SaidYes (each person counts once).
    """
    _still_open(request, now)
    if by == request.requester and not request.policy.requester_may_approve:
        raise refusal.OwnRequest(break_glass=request.policy.break_glass)
    if not allowed:
        raise refusal.NotAnApprover(approvers=request.policy.approvers)
    missing = request.policy.wanted(now) - len(request.yes)
    if by in request.yes and missing > 0:
        raise refusal.SaidYes(missing=missing)
    given = replace(request, yes=tuple(dict.fromkeys((*request.yes, by))))
    return given if missing > 1 else replace(given, state=ApprovalState.APPROVED, decided_by=by, decided_at=now)


def reject(request: Approval, *, by: UserId, allowed: bool, reason: str, now: datetime) -> Approval:
    """The request with a no. Whoever asked may take it back; otherwise the policy must name the person.

    Raises Spent, Expired, NotAnApprover.
    """
    _still_open(request, now)
    if by != request.requester and not allowed:
        raise refusal.NotAnApprover(approvers=request.policy.approvers)
    return replace(request, state=ApprovalState.REJECTED, decided_by=by, decided_at=now, reason=reason)


def break_glass(request: Approval, *, by: UserId, allowed: bool, reason: str, now: datetime) -> Approval:
    """The requester, alone on call, lets it run without a second person, for a reason that is told and reviewed.

    ``allowed`` says whether they are on call, called when it lasts, or an approver. Raises Spent, Expired,
    NoBreakGlass, NotTheRequester, NotOnCall, NothingSaid (no reason).
    """
    _still_open(request, now)
    if not request.policy.break_glass:
        raise refusal.NoBreakGlass(step=request.plan.title)
    if by != request.requester:
        raise refusal.NotTheRequester()
    if not allowed:
        raise refusal.NotOnCall()
    if not visible(reason):
        raise refusal.NothingSaid(what="reason")
    return replace(
        request, state=ApprovalState.APPROVED, decided_by=by, decided_at=now, reason=reason.strip(), broke_glass=True
    )


def cancel(request: Approval, *, by: UserId, allowed: bool, now: datetime) -> Approval:
    """The request, stopped: one that was not begun ends here, one that runs is stopped by whoever runs it.

    ``allowed`` says whether this person asked, approved, leads or may approve, as checked just now.
    Raises Spent unless it is approved or runs, AlreadySo when somebody cancelled it before, MayNotCancel.
    """
    if request.state not in (ApprovalState.APPROVED, ApprovalState.RUNNING):
        raise refusal.Spent(state=request.state, by=request.decided_by)
    if request.cancelled_by is not None:
        raise refusal.AlreadySo(what="being cancelled", by=request.cancelled_by, at=request.cancelled_at)
    if not allowed:
        raise refusal.MayNotCancel()
    state = ApprovalState.CANCELLED if request.state is ApprovalState.APPROVED else request.state
    return replace(request, state=state, cancelled_by=by, cancelled_at=now)


def _still_open(request: Approval, now: datetime) -> None:
    if request.state is ApprovalState.EXPIRED or (request.state is ApprovalState.ASKED and now >= request.expires_at):
        raise refusal.Expired(at=request.expires_at)
    if request.state is not ApprovalState.ASKED:
        raise refusal.Spent(state=request.state, by=request.decided_by)
