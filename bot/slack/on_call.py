"""Who is on call for each system now, and until when: a line a system, in Muster's home and in lists."""

from collections.abc import Sequence
from typing import Final

from bot.slack import fit
from bot.slack.blocks import Element, joined, mention, moment, text
from bot.words.phrase import When
from commands.on_call import OnCall
from incident.rota import Shift

_SYSTEMS: Final = 20
_PEOPLE: Final = 10


def on_call_lines(systems: Sequence[OnCall]) -> list[list[Element]]:
    """``AI Storybook · @ana until 30 Nov 09:00 · @ben``, the time in the reader's own zone."""
    return [
        joined([text(fit.one_line(each.system, fit.NAME))], *(_shift(shift) for shift in each.shifts[:_PEOPLE]))
        for each in systems[:_SYSTEMS]
    ]


def _shift(shift: Shift) -> list[Element]:
    until = [text(" until "), moment(When(shift.until, day=True))] if shift.until is not None else []
    return [mention(shift.person), *until]
