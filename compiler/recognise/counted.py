"""Headings that count the steps of one procedure: *Step 1: Look at it*, *1. Look at it*, *2. Restart it*."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from compiler.document import Heading
from compiler.recognise.procedure import Purpose
from compiler.recognise.wording import title_of
from compiler.recognise.words import about, holds_many, is_told

_STEP: Final = re.compile(r"\W{0,4}(?:step|schritt)\s*#?(?P<number>[0-9]{1,2})\b", re.IGNORECASE)
_NUMBER: Final = re.compile(r"\W{0,4}(?P<number>[0-9]{1,2})[.)]\s+[^\W\d]")

_CHOICE: Final = re.compile(
    r"(?:scenario|option|case|variant|method|alternative|approach|path|plan)\b|(?:if|when|in case)\b", re.IGNORECASE
)


def counted(chains: Iterable[Sequence[Heading]]) -> frozenset[Heading]:
    """The headings of counted steps, with all that stand below them; each chain is a heading below those above it.

    Mere numbers may count anything, also incidents: they count steps where nearly each tells something to do.
    """
    below: dict[Heading, list[Heading]] = {}
    chains = [chain for chain in chains if len(chain) > 1]
    for chain in chains:
        below.setdefault(chain[-2], []).append(chain[-1])
    steps = {step for parent, children in below.items() for step in _steps(parent, children)}
    if not steps:
        return frozenset()
    parts = (chain for chain in chains if not steps.isdisjoint(chain))
    return frozenset(chain[-1] for chain in parts if chain[-1] in steps or not any(map(_is_choice, chain)))


def _is_choice(heading: Heading) -> bool:
    """True for one of several ways, of which people go one: it stays a procedure of its own."""
    return _CHOICE.match(title_of(heading.title)) is not None


def _steps(parent: Heading, children: Sequence[Heading]) -> Iterator[Heading]:
    for pattern in (_STEP, _NUMBER):
        found = [(each, int(match["number"])) for each in children if (match := pattern.match(each.title))]
        numbers = [number for _, number in found]
        in_order = len(numbers) > 1 and numbers[0] <= 1 and all(after == one + 1 for one, after in pairwise(numbers))
        if in_order and (pattern is _STEP or _tells(parent, [each for each, _ in found])):
            yield from (each for each, _ in found)
            return


def _tells(parent: Heading, steps: Sequence[Heading]) -> bool:
    told = sum(is_told(title_of(each.title)) for each in steps)
    several = holds_many(parent.title) or about(parent.title) in (Purpose.INCIDENT, Purpose.RESPONSE)
    return parent.level > 1 and not several and told * 4 >= len(steps) * 3
