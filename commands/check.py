"""``/incident check 3``: a line of the checklist is done; ``/incident check 3 undo`` opens it again."""

import re
from typing import Final

from commands.answers import Answer, CatchUp
from commands.asked import Asked, first_word, procedure_of
from commands.finishing import settle
from commands.ports import Ports
from incident import refusal, working

_NUMBER: Final = re.compile(r"#?([0-9]+)[.):]?", re.ASCII)
_UNDO: Final = {"undo", "off", "open"}


async def check(asked: Asked, *, ports: Ports) -> Answer:
    """Tick or untick an item by its number; without one, the incident is shown.

    Raises NoSuchItem, UnknownWord, AlreadySo.
    """
    head, rest = first_word(asked.words)
    if not head:
        record = await ports.store.record(asked.incident.id)
        return CatchUp(record=record, procedure=procedure_of(asked.incident, ports), now=asked.at)
    number = _NUMBER.fullmatch(head)
    if number is None:
        raise refusal.NoSuchItem(asked=asked.words.strip(), count=len(asked.incident.checklist))
    if rest and rest.lower() not in _UNDO:
        raise refusal.UnknownWord(asked=rest, usage="/incident check number, one at a time, or with undo behind it")
    turn = working.untick if rest else working.tick
    return await settle(
        asked, ports, lambda it: turn(it, number=int(number[1][:6]), by=asked.by, cause=asked.cause, now=asked.at)
    )
