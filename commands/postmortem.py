"""``/incident postmortem``: the draft as it is now; ``/incident postmortem done``: people have finished it."""

from commands.answers import Answer, Drafting
from commands.asked import Asked
from commands.deciding import decide
from commands.finishing import settle
from commands.ports import Ports
from incident import drafting, working


async def postmortem(asked: Asked, *, ports: Ports) -> Answer:
    """Draft it, or say that it is done. Raises StillOpen, AlreadySo."""
    if asked.words.strip().lower() in {"done", "finished"}:
        return await settle(
            asked, ports, lambda it: working.finish_postmortem(it, by=asked.by, cause=asked.cause, now=asked.at)
        )
    await decide(
        ports.store, asked.incident.id, lambda it: drafting.draft_postmortem(it, cause=asked.cause, now=asked.at)
    )
    return Drafting(incident=asked.incident)
