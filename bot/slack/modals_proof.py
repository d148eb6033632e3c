"""*Proof*: how Muster knows that a diagnostic only looked, and what exactly it ran."""

from collections.abc import Mapping
from typing import Final

from bot.slack import fit
from bot.slack.blocks import Block, Element, bold, moment, paragraph, preformatted, text
from bot.slack.modals import View, told
from bot.words.phrase import When
from incident.finding import Finding

_FACTS: Final = 30
_COMMAND: Final = 5
"""Code blocks of the command: a look of more than 12,000 characters goes on in the post-mortem."""


def proof(found: Finding) -> View:
    """What judged the command, what proves that the credential could not write, and what the receipt says."""
    pieces = fit.split(found.shown)
    blocks: list[Block | None] = [
        paragraph(
            [bold(fit.one_line(found.title, fit.NAME))],
            [text(f"{fit.one_line(found.target, fit.NAME)}, {found.sight.seconds:.3f} s, "), moment(When(found.at))],
        ),
        paragraph([bold("What ran, to the letter")]),
        *(preformatted(each) for each in pieces[:_COMMAND]),
        paragraph([bold(f"1. It was judged {found.verdict.value}")], _said(found.reason, "No reason was kept.")),
        paragraph(
            [bold("2. Whether its credential could write")],
            _said(found.attested, "That was not proven, so nothing was read."),
        ),
        paragraph([bold("3. The receipt of this one look")], *_receipt(found.sight.receipt)),
    ]
    return told("Proof", blocks)


def _said(words: str, otherwise: str) -> list[Element]:
    return [text(fit.one_line(words, fit.SAID) if words.strip() else otherwise)]


def _receipt(receipt: Mapping[str, object]) -> list[list[Element]]:
    """One fact a line."""
    facts = [_fact(name, value) for name, value in list(receipt.items())[:_FACTS]]
    return facts or [[text("There is none: nothing was read.")]]


def _fact(name: str, value: object) -> list[Element]:
    said = "none" if value is None else fit.one_line(str(value), 300)
    return [text(f"{fit.one_line(name.replace('_', ' '), 40)}: {said}")]
