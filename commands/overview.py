"""What is going on, for anybody who opens Muster's home in Slack: the open incidents, and who is on call."""

from dataclasses import dataclass
from datetime import datetime

from commands.ports import Ports
from incident.incident import Incident
from incident.responder import UserId
from incident.stop import Stop

MOST = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class OnCall:
    """The people who are called for one system, first one first."""

    system: str
    people: tuple[UserId, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The open incidents, worst first (``more`` when there are others), and each system's people."""

    incidents: tuple[Incident, ...]
    more: bool
    on_call: tuple[OnCall, ...]
    now: datetime
    stop: Stop | None = None
    """The stop of all remediations that stands."""


async def overview(*, ports: Ports) -> Overview:
    """As of now."""
    incidents = await ports.store.open_incidents(limit=MOST + 1)
    systems = ports.runbooks.systems.items()
    return Overview(
        incidents=incidents[:MOST],
        more=len(incidents) > MOST,
        on_call=tuple(OnCall(system=title, people=ports.settings.on_call(system)) for system, title in systems),
        now=ports.clock(),
        stop=await ports.store.stopped(),
    )
