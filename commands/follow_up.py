"""``/incident followup 2 scaled back by hand``: what was left to do after an incident is done, by a person."""

import re
from typing import Final

from commands.answers import Answer
from commands.asked import Asked, first_word
from commands.finishing import settle
from commands.ports import Ports
from incident import reverting
from incident.change import Change
from incident.incident import Incident

_NUMBER: Final = re.compile(r"#?([0-9]{1,6})[.):]?", re.ASCII)


async def follow_up(asked: Asked, *, ports: Ports) -> Answer:
    """Say that a follow-up is done, by its number, with a note of how; also once the incident is over.

    Raises NoSuchFollowUp, which names those that are left, also where no number is given.
    """
    head, note = first_word(asked.words)
    number = _NUMBER.fullmatch(head)
    wanted = int(number[1]) if number is not None else 0

    def done(it: Incident) -> Change:
        return reverting.do(it, number=wanted, note=note, by=asked.by, cause=asked.cause, now=asked.at)

    return await settle(asked, ports, done)
