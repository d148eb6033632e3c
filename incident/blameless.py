"""Words that judge people or tell hindsight, found in what was typed: advice for whoever finishes a post-mortem."""

import re
from enum import StrEnum
from typing import Final

from msgspec import Struct


class Advice(StrEnum):
    """Why a word is worth another look. It advises and never blocks."""

    BLAME = "blame"
    """It judges somebody, instead of what they saw and what the system allowed."""
    COUNTERFACTUAL = "counterfactual"
    """It tells what did not happen."""
    SINGLE_CAUSE = "single_cause"
    """It looks for one cause, where several things came together."""
    WHY = "why"
    """It asks for a reason to justify, where *how* and *what* ask for what happened."""
    HINDSIGHT = "hindsight"
    """It was not plain to anybody at the time."""


class Found(Struct, frozen=True, kw_only=True):
    """One expression in a text, as it was written."""

    advice: Advice
    words: str


_EXPRESSIONS: Final = {
    Advice.BLAME: r"human error|operator error|careless(?:ly|ness)?|negligen(?:t|ce|tly)|incompeten(?:t|ce)"
    r"|stupid(?:ly)?|should have (?:known|noticed|seen)|failed to (?:notice|check|follow|test|read)|fault of|to blame",
    Advice.COUNTERFACTUAL: r"would (?:not )?have|wouldn['’]t have|could have|if only",
    Advice.SINGLE_CAUSE: r"(?:the )?root cause",
    Advice.WHY: r"(?:why|who) (?:did|didn['’]t|was|broke|caused)",
    Advice.HINDSIGHT: r"obvious(?:ly)?|of course|clearly|everybody knows|everyone knows",
}
_PATTERNS: Final = {advice: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for advice, words in _EXPRESSIONS.items()}


def lint(text: str) -> tuple[Found, ...]:
    """The expressions in ``text`` that are worth another look, in the order in which they stand."""
    hits = ((hit.start(), advice, hit[0]) for advice, pattern in _PATTERNS.items() for hit in pattern.finditer(text))
    return tuple(Found(advice=advice, words=words) for _, advice, words in sorted(hits))
