"""``/incident show``: what is known, for somebody who comes to it now.

``/incident list``: what is open, and who is on call.
"""

from commands.answers import CatchUp, Listing
from commands.asked import Asked, procedure_of
from commands.on_call import on_call
from commands.ports import Ports


async def show(asked: Asked, *, ports: Ports) -> CatchUp:
    """Everything about the incident, seen only by whoever asks."""
    record = await ports.store.record(asked.incident.id)
    stop = await ports.store.stopped()
    return CatchUp(record=record, procedure=procedure_of(asked.incident, ports), now=asked.at, stop=stop)


async def list_incidents(asked: Asked, *, ports: Ports) -> Listing:
    """The open incidents, worst first, the newest that ended, and who is on call now."""
    recent = await ports.store.recent_incidents(limit=20)
    ended = tuple(each for each in recent if not each.open)[:5]
    shown, stop = await ports.store.open_incidents(limit=15), await ports.store.stopped()
    return Listing(incidents=shown, ended=ended, now=asked.at, on_call=on_call(asked.at, ports=ports), stop=stop)
