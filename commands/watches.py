"""``/incident watches``: every watch with what it saw last, system by system."""

from commands.answers import Watches
from commands.asked import Asked
from commands.ports import Ports
from commands.watched import watches_of


async def watches(asked: Asked, *, ports: Ports) -> Watches:
    """Seen only by whoever asks."""
    return Watches(systems=await watches_of(ports.store, ports.runbooks), now=asked.at)
