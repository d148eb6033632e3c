"""``/incident changes``: what changed in the incident's system shortly before it began, and since."""

from commands.answers import RecentChanges
from commands.asked import Asked
from commands.ports import Ports
from commands.store import Store
from incident import recent
from incident.incident import Incident
from incident.system_change import SystemChange

MOST = 20


async def changes(asked: Asked, *, ports: Ports) -> RecentChanges:
    """Seen only by whoever asks; the newest first."""
    found = await recent_changes(asked.incident, store=ports.store)
    return RecentChanges(incident=asked.incident, changes=found)


async def recent_changes(incident: Incident, *, store: Store) -> tuple[SystemChange, ...]:
    """The newest changes around an incident, the newest first."""
    since, until = recent.span(incident)
    return await store.system_changes(incident.system, since=since, until=until, limit=MOST)
