"""``/incident check 3``: a line of the checklist is done; ``/incident check 3 undo`` opens it again."""

from commands.answers import Answer, CatchUp
from commands.asked import Asked, first_word, procedure_of
from commands.finishing import settle
from commands.ports import Ports
from incident import refusal, working


async def check(asked: Asked, *, ports: Ports) -> Answer:
    """Tick or untick an item by its number; without one, the incident is shown. Raises NoSuchItem, AlreadySo."""
    head, rest = first_word(asked.words)
    if not head:
        record = await ports.store.record(asked.incident.id)
        return CatchUp(record=record, procedure=procedure_of(asked.incident, ports), now=asked.at)
    if not (head.isascii() and head.isdigit()):
        raise refusal.NoSuchItem(asked=head, count=len(asked.incident.checklist))
    turn = working.untick if rest.lower() in {"undo", "off", "open"} else working.tick
    return await settle(
        asked, ports, lambda it: turn(it, number=int(head[:6]), by=asked.by, cause=asked.cause, now=asked.at)
    )
