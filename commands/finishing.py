"""How a person's command ends: its change is saved, and its first event is the answer, also when it comes again."""

from collections.abc import Awaitable, Callable

from commands.answers import Done
from commands.asked import Asked
from commands.deciding import anew, known, said_before
from commands.ports import Kept
from commands.store import Saved
from incident.change import Change
from incident.incident import Incident
from incident.refusal import Refused
from incident.timeline import Event


async def settle(asked: Asked, ports: Kept, decision: Callable[[Incident], Change | Awaitable[Change]]) -> Done:
    """Save what ``decision`` makes of the incident; the answer is what its first event says.

    A decision that must read more than the incident is awaited.

    A delivery that comes again would find its own work done and be refused: it is answered as it was the first time.
    """
    said: list[Event] = []

    async def attempt() -> Saved:
        made = decision(await known(ports.store, asked.incident.id))
        change = await made if isinstance(made, Awaitable) else made
        said[:] = change.events[:1]
        return await ports.store.save(change)

    try:
        saved = await anew(attempt)
    except Refused:
        before = await said_before(ports.store, asked.cause)
        if before is None:
            raise
        return Done(incident=await known(ports.store, asked.incident.id), event=before, fresh=False)
    return Done(incident=saved.incident or asked.incident, event=said[0], fresh=saved.fresh)
