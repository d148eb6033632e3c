"""``/incident freeze`` and ``unfreeze``: no remediation runs anywhere, until somebody lets them run again."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

from commands.answers import Stopping
from commands.asked import Asked
from commands.deciding import anew, said_before
from commands.gating import may_stop
from commands.late import is_late
from commands.messages import StopMessage
from commands.ports import Ports
from commands.store import Store
from incident import freezing, refusal
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.incident import Incident, Place
from incident.job import Claim
from incident.responder import Actor, person
from incident.stop import Stop
from incident.timeline import Event

EVERY: Final = 10_000
"""More incidents than that are not open at once; the cards of the others would be late, not wrong."""


class Decision(Protocol):
    """What sets a stop, or lifts it."""

    def __call__(
        self,
        standing: Stop | None,
        *,
        by: Actor,
        reason: str,
        cause: str,
        now: datetime,
        incidents: Sequence[Incident],
        requests: Sequence[Approval],
    ) -> Change: ...


async def freeze(asked: Asked, *, ports: Ports) -> Stopping:
    """Stop everything that would change a system. Raises MayNotStop, AlreadySo, UnknownApprovers."""
    await _check(asked, ports)
    return await stop(ports.store, by=person(asked.by), reason=asked.words, cause=asked.cause, clock=ports.clock)


async def unfreeze(asked: Asked, *, ports: Ports) -> Stopping:
    """Let remediations run again. Raises MayNotStop, NotStopped, UnknownApprovers."""
    await _check(asked, ports)
    return await lift_stop(ports.store, by=person(asked.by), reason=asked.words, cause=asked.cause, clock=ports.clock)


async def stop(store: Store, *, by: Actor, reason: str, cause: str, clock: Callable[[], datetime]) -> Stopping:
    """Stop them, whoever asks. What runs already goes on, and the answer names it. Raises AlreadySo."""
    return await _decide(store, freezing.stop, by=by, reason=reason, cause=cause, clock=clock)


async def lift_stop(store: Store, *, by: Actor, reason: str, cause: str, clock: Callable[[], datetime]) -> Stopping:
    """Lift the stop, whoever asks. Raises NotStopped."""
    return await _decide(store, freezing.lift_stop, by=by, reason=reason, cause=cause, clock=clock)


async def tell_stop(claim: Claim, *, ports: Ports) -> None:
    """The clock asks: say in the announcements that remediations are stopped, or may run again."""
    link = await ports.store.event(claim.job.subject)
    if link is not None and link.event is not None:
        late, again = is_late(link.recorded_at, ports=ports), claim.attempts > 1
        place, message = Place(channel=ports.settings.announcements), StopMessage(event=link.event, late=late)
        await ports.chat.post(place, message, mark=claim.job.key, again=again, urgency=claim.job.urgency)
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


async def _check(asked: Asked, ports: Ports) -> None:
    if not await may_stop(asked.by, ports=ports):
        raise refusal.MayNotStop()


async def _decide(
    store: Store,
    decision: Decision,
    *,
    by: Actor,
    reason: str,
    cause: str,
    clock: Callable[[], datetime],
) -> Stopping:
    said: list[Event] = []

    async def attempt() -> bool:
        incidents, requests = await store.open_incidents(limit=EVERY), await store.approvals_under_way()
        change = decision(
            await store.stopped(),
            by=by,
            reason=reason,
            cause=cause,
            now=clock(),
            incidents=incidents,
            requests=requests,
        )
        said[:] = change.events
        return (await store.save(change)).fresh

    try:
        fresh = await anew(attempt)
    except refusal.Refused:
        before = await said_before(store, cause)
        if before is None:
            raise
        said, fresh = [before], False
    running = [each for each in await store.approvals_under_way() if each.state is ApprovalState.RUNNING]
    return Stopping(event=said[0], running=tuple(running), fresh=fresh)
