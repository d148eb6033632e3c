"""The answer to ``/incident silence``: what was just done, and what is silenced now, until when and why."""

from typing import Final

from bot.slack import fit
from bot.slack.blocks import Element, Rendered, bold, code, elements, fallback, moment, named, paragraph, rendered, text
from bot.words.phrase import When
from bot.words.sentences import event_phrase
from commands.answers import Silences
from incident.silence import Silence

_MOST: Final = 20


def silences(answer: Silences) -> Rendered:
    """For one person's eyes."""
    standing, more = answer.standing[:_MOST], len(answer.standing) - _MOST
    head = f"{len(answer.standing)} silenced" if standing else "Nothing is silenced from here."
    return rendered(
        fallback(head),
        [
            paragraph(elements(event_phrase(answer.event))) if answer.event is not None else None,
            paragraph([bold(head)], *map(_line, standing), [text(f"and {more} more")] if more > 0 else []),
            paragraph([text("muster.yaml may keep more alerts quiet: silences and maintenance there.")]),
        ],
    )


def _line(silence: Silence) -> list[Element]:
    until = moment(When(silence.until, day=True))
    why = fit.one_line(silence.reason, fit.NAME)
    return [
        code(fit.one_line(silence.name, fit.NAME)),
        text(" until "),
        until,
        text(f", {why} ("),
        *named(silence.by),
        text(")"),
    ]
