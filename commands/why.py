"""``/incident why``: how the incident came to be, by which rules, and why each alert did what it did."""

from typing import Final

from commands.answers import Why
from commands.asked import Asked
from commands.ports import Kept
from incident.timeline import Kind

EXPLAINS: Final = frozenset(
    {
        Kind.DECLARED,
        Kind.REOPENED,
        Kind.PAGED,
        Kind.ESCALATED,
        Kind.SEVERITY_CHANGED,
        Kind.ALERT_JOINED,
        Kind.ALERTS_REPEATED,
        Kind.ALERT_RESOLVED,
        Kind.ALERT_MUTED,
        Kind.ALERT_FLAPPING,
        Kind.ALERT_STEADY,
        Kind.GROUP_CLOSED,
        Kind.RESOLVED,
    }
)
"""What is told by it: decisions about alerts, people and the level, not the work."""


async def why(asked: Asked, *, ports: Kept) -> Why:
    """Every decision that made it what it is, oldest first, seen only by whoever asks."""
    links = await ports.store.timeline(asked.incident.id)
    events = tuple(each.event for each in links if each.event is not None and each.event.kind in EXPLAINS)
    return Why(incident=asked.incident, events=events)
