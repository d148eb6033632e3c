"""``/incident reopen it is back``: the same incident goes on."""

from commands.answers import Done
from commands.asked import Asked, procedure_of
from commands.finishing import settle
from commands.ports import Ground
from incident import opening, refusal
from incident.incident import Incident


async def reopen(asked: Asked, *, ports: Ground) -> Done:
    """Go on with it: new clocks, and its people are called again. Raises AlreadySo, GoesOnElsewhere."""
    await _goes_on_nowhere_else(asked.incident, ports)
    procedure = procedure_of(asked.incident, ports)
    return await settle(
        asked,
        ports,
        lambda it: opening.reopen(
            it, by=asked.actor, reason=asked.words.strip(), procedure=procedure, cause=asked.cause, now=asked.at
        ),
    )


async def _goes_on_nowhere_else(incident: Incident, ports: Ground) -> None:
    last = await ports.store.last_incident_of_group(incident.group) if incident.group is not None else None
    if last is not None and last.open and last.id != incident.id:
        raise refusal.GoesOnElsewhere(number=last.number)
