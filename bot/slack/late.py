"""What could not be said in time, in one message: a line of why, then what happened, each with its own time.

A line that comes late by itself says its time, too.
"""

from datetime import datetime
from typing import Final

from bot.slack import signs
from bot.slack.blocks import Element, Rendered, bold, elements, fallback, moment, paragraph, rendered, text
from bot.words.phrase import Phrase, When
from bot.words.sentences import event_phrase
from commands.messages import LateMessage
from commands.outage import Away
from incident.timeline import Event

_LINE: Final = 200
"""Characters: forty lines of it are what one message holds."""
_AT_ONCE: Final = 12
"""Lines in one block, whose text Slack limits."""


def late(message: LateMessage) -> Rendered:
    """All of it, oldest first."""
    lines = [_line(event) for event in message.events]
    parts = [lines[start : start + _AT_ONCE] for start in range(0, len(lines), _AT_ONCE)]
    many = f"{len(lines)} late line{'s' if len(lines) > 1 else ''}"
    return rendered(
        fallback(f"{message.incident.key}: {many}"),
        [paragraph(_why(message.away)), *(paragraph(*part) for part in parts)],
    )


def since(at: datetime, *, late: bool) -> Phrase:
    """What a line that comes late by itself begins with: when it was."""
    return ("🕓 ", When(at), " · ") if late else ()


def _why(away: Away | None) -> list[Element]:
    """The reason as far as it is known: a stop of Muster's own leaves no trace of itself."""
    if away is None:
        return [
            bold("🕓 Slack's limits, or a stop of Muster's own, held these lines back; each has its time before it:")
        ]
    end = [] if away.until is None else [moment(When(away.until))]
    if away.since is None:
        return [bold(f"🕓 Slack was away{' until ' if end else ''}"), *end, bold("; this was not said yet:")]
    head = [bold("🕓 Slack was away from "), moment(When(away.since))]
    return [*head, *([bold(" to "), *end] if end else []), bold("; these lines are from then:")]


def _line(event: Event) -> list[Element]:
    sign = signs.EVENT.get(event.kind, "")
    words = elements(event_phrase(event), _LINE, flat=True)
    return [moment(When(event.at)), text(f"  {sign} " if sign else "  "), *words]
