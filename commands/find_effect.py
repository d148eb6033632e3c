"""*Say what you found there*: after a run that was cut short, a person looks at the target and tells what is so."""

from commands.asked import Asked
from commands.deciding import anew, said_before, with_approval
from commands.ports import Ports
from commands.store import Saved
from incident import refusal, running
from incident.approval import Approval
from incident.effect import Effect


async def may_find(asked: Asked, approval_id: str, *, ports: Ports) -> Approval:
    """The request, if nobody has said yet what became of it: asked before a form is filled in. Raises as below."""
    incident, request = await with_approval(ports.store, approval_id)
    running.found(incident, request, Effect.NONE, note="asked", by=asked.by, cause=asked.cause, now=asked.at)
    return request


async def find_effect(asked: Asked, approval_id: str, effect: Effect, *, note: str, ports: Ports) -> Saved:
    """Record what a person found; from then on the undo is offered, if there is something to take back.

    Raises Spent unless nobody knew how it ended, AlreadySo, NothingSaid.
    """

    async def attempt() -> Saved:
        incident, request = await with_approval(ports.store, approval_id)
        change = running.found(incident, request, effect, note=note, by=asked.by, cause=asked.cause, now=ports.clock())
        return await ports.store.save(change)

    try:
        return await anew(attempt)
    except refusal.Refused:
        # The same form again finds its own word recorded: it is a repeat, and told so.
        if await said_before(ports.store, asked.cause) is None:
            raise
        incident, _ = await with_approval(ports.store, approval_id)
        return Saved(incident=incident, fresh=False)
