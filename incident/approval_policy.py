"""What must be met before a remediation may run: who asks, who says yes, how many, where and when."""

from datetime import datetime, timedelta

from msgspec import Struct

from incident import hours
from incident.hours import Hours


class ApprovalPolicy(Struct, frozen=True, kw_only=True):
    """What a request must meet: who may ask and answer, how many, where, and when (``gate.demanded`` makes it).

    ``approvers`` and ``askers`` name people (``U…``), the chat's groups (``S…``) and parts (``gate.PARTS``); without
    askers anybody may ask, without environments or window it may run anywhere or at any time.
    """

    approvers: tuple[str, ...]
    expires_after: timedelta = timedelta(minutes=15)
    requester_may_approve: bool = False
    askers: tuple[str, ...] = ()
    approvals: int = 1
    """How many different people must say yes."""
    break_glass: bool = True
    cool_down: timedelta = timedelta(0)
    concurrency: int = 1
    """How many remediations may run on its target at once, this one included."""
    quiet_hours: tuple[Hours, ...] = ()
    quiet_approvals: int | None = None
    """How many must say yes in quiet hours; None: then it may not run at all."""
    window: tuple[Hours, ...] = ()
    environments: tuple[str, ...] = ()

    def wanted(self, now: datetime) -> int:
        """How many different people must say yes now."""
        if self.quiet_approvals is None or hours.ends(self.quiet_hours, now) is None:
            return self.approvals
        return max(self.approvals, self.quiet_approvals)
