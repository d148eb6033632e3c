"""What is going on, for anybody who opens Muster's home in Slack: the open incidents, and who is on call."""

from datetime import datetime

from msgspec import Struct

from commands.on_call import OnCall, on_call
from commands.ports import Ports
from commands.watched import WatchesOf, watches_of
from incident.incident import Incident
from incident.stop import Stop

MOST = 15


class Overview(Struct, frozen=True, kw_only=True):
    """The open incidents, worst first (``more`` when there are others), and each system's people."""

    incidents: tuple[Incident, ...]
    more: bool
    on_call: tuple[OnCall, ...]
    now: datetime
    stop: Stop | None = None
    """The stop of all remediations that stands."""
    watches: tuple[WatchesOf, ...] = ()


async def overview(*, ports: Ports) -> Overview:
    """As of now."""
    incidents = await ports.store.open_incidents(limit=MOST + 1)
    now = ports.clock()
    return Overview(
        incidents=incidents[:MOST],
        more=len(incidents) > MOST,
        on_call=on_call(now, ports=ports),
        now=now,
        stop=await ports.store.stopped(),
        watches=await watches_of(ports.store, ports.runbooks),
    )
