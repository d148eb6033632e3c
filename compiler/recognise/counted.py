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

_WAY: Final = re.compile(r"(?:scenario|option|case|variant|method|alternative|approach|path|plan)\b", re.IGNORECASE)


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
    return frozenset(chain[-1] for chain in chains if not steps.isdisjoint(chain))


def way_of(title: str) -> str:
    """The title of one of several ways, of which people go one (*Scenario A: No quorum*): that is when to go it."""
    return title if _WAY.match(title) else ""


def _steps(parent: Heading, children: Sequence[Heading]) -> Iterator[Heading]:
    for pattern in (_STEP, _NUMBER):
        found = [(each, int(match["number"])) for each in children if (match := pattern.match(each.title))]
        numbers = [number for _, number in found]
        in_order = len(numbers) > 1 and numbers[0] <= 1 and all(after == one + 1 for one, after in pairwise(numbers))
        first = children.index(found[0][0]) if found else 0
        in_order = in_order and [each for each, _ in found] == list(children[first : first + len(found)])
        if in_order and (pattern is _STEP or _tells(parent, [each for each, _ in found])):
            yield from (each for each, _ in found)
            return


def _tells(parent: Heading, steps: Sequence[Heading]) -> bool:
    told = sum(is_told(title_of(each.title)) for each in steps)
    several = holds_many(parent.title) or about(parent.title) in (Purpose.INCIDENT, Purpose.RESPONSE)
    return parent.level > 1 and not several and told * 4 >= len(steps) * 3
