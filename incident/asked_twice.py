"""One fix, one card: what is asked for again while its first request can still run is pointed to that one."""

from collections.abc import Collection
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from incident import refusal
from incident.approval import Approval, ApprovalState, Part
from incident.plan import NO_PROMISE, Plan


class Standing(Struct, frozen=True):
    """A request that can still run what is asked for again: ``step`` is what both would run."""

    request: Approval
    step: str


def check(new: Approval, known: Collection[Approval], now: datetime) -> None:
    """Whether another request of the incident stands for anything that this one would run. Raises AskedAlready.

    ``known`` are all of the incident's requests. Where this one is among them, its own delivery came again.
    """
    there = standing(new, known, now)
    if there is not None:
        request = there.request
        raise refusal.AskedAlready(
            step=there.step, by=request.requester, at=request.asked_at, state=request.state.value
        )


def standing(new: Approval, known: Collection[Approval], now: datetime) -> Standing | None:
    """The first of these requests that stands for anything that ``new`` would run; None where it is among them."""
    if any(each.id == new.id for each in known):
        return None
    wanted = {_fix(part.plan): part.leg for part in _parts(new)}
    for other in known:
        for part in _parts(other) if _may_run(other, now) else ():
            leg = wanted.get(_fix(part.plan))
            # A walk's step runs once, even where the card for all of the walk's changes is open beside its own.
            if leg is not None and not (other.parts and part.leg == leg):
                return Standing(other, part.plan.title)
    return None


def _parts(request: Approval) -> tuple[Part, ...]:
    return request.parts or (Part(leg=request.leg, plan=request.plan, policy=request.policy),)


def _fix(plan: Plan) -> str:
    """What would run, and where: all that a plan's digest covers but the guard, whose number is seen only later."""
    return replace(plan, promise=NO_PROMISE).digest


def _may_run(request: Approval, now: datetime) -> bool:
    """Whether a request can still be answered, is about to run, or runs.

    One for a whole procedure does so only until its yes: then each of its steps makes a request of its own.
    """
    if request.state is ApprovalState.RUNNING:
        return True
    if request.state is ApprovalState.APPROVED and not request.under:
        return not request.parts and now < (request.decided_at or request.asked_at) + request.policy.expires_after
    return not request.state.final and now < request.expires_at
