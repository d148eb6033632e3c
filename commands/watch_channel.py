"""What happens in an incident's channel: somebody comes in, a message is pinned. Both go on the timeline."""

from datetime import datetime

from commands.asked import Asked
from commands.deciding import decide
from commands.note import note_said
from commands.ports import Ports
from incident import opening
from incident.change import Change
from incident.incident import Incident
from incident.responder import UserId


async def came_in(channel: str, user: UserId, *, cause: str, at: datetime, ports: Ports) -> None:
    """Somebody joined the channel; nothing, when the channel is no incident's."""
    incident = await ports.store.incident_by_channel(channel)
    if incident is None:
        return

    def joined(it: Incident) -> Change:
        return opening.join(it, user=user, cause=cause, now=at)

    await decide(ports.store, incident.id, joined)


async def pinned(
    channel: str, *, by: UserId, text: str, message: str, said_at: datetime, cause: str, at: datetime, ports: Ports
) -> None:
    """Somebody pinned a message: it is a note at its own time, with the message as its evidence."""
    incident = await ports.store.incident_by_channel(channel)
    if incident is None or not text.strip():
        return
    asked = Asked(by=by, words=text, cause=cause, at=at, about=incident)
    await note_said(asked, text=text, ports=ports, at=said_at, evidence=f"message:{channel}/{message}")
