"""``/incident ack``: I am on it. The acknowledge clock is met."""

from commands.answers import Done
from commands.asked import Asked
from commands.finishing import settle
from commands.ports import Kept
from incident import working


async def acknowledge(asked: Asked, *, ports: Kept) -> Done:
    """Own the incident. Raises Ended, AlreadySo."""
    return await settle(
        asked, ports, lambda it: working.acknowledge(it, by=asked.actor, cause=asked.cause, now=asked.at)
    )
