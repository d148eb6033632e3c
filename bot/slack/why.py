"""The answer to ``/incident why``: each decision with its reason and the name of its rule, oldest first."""

from typing import Final

from bot.slack import signs
from bot.slack.blocks import Element, Rendered, context, elements, fallback, header, moment, paragraph, rendered, text
from bot.words.alerts import because
from bot.words.phrase import When
from bot.words.sentences import event_phrase
from commands.answers import Why
from incident.timeline import Event

_FIRST, _LAST = 10, 15
"""How many decisions are told: how it began, and what came last."""
_LINE: Final = 300


def why(answer: Why) -> Rendered:
    """For one person's eyes."""
    events, left_out = answer.events, len(answer.events) - _FIRST - _LAST
    told = events if left_out <= 0 else (*events[:_FIRST], *events[-_LAST:])
    return rendered(
        fallback(f"Why {answer.incident.key} is what it is"),
        [
            header(f"Why {signs.headline(answer.incident)}"),
            *(paragraph(_line(event), *([text(f"    {words}")] for words in because(event))) for event in told),
            context(f"{left_out} more in between are on the timeline.") if left_out > 0 else None,
        ],
    )


def _line(event: Event) -> list[Element]:
    return [moment(When(event.at)), text("  "), *elements(event_phrase(event), _LINE, flat=True)]
