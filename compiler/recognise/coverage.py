"""How much of a document was understood: its lines with content, and those that a fact or a step takes up."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec import Struct

from compiler.recognise.facts import Checklist, Fact
from compiler.recognise.procedure import Hold, Procedure, Step

_NO_CONTENT: Final = re.compile(r"\s*(?:[-*_=|: ]{0,200}|(?:```|~~~).{0,80}|#{1,6}\s.*)")

_DELIMITER: Final = re.compile(r"\s*\|?(?:\s*:?-{2,}:?\s*\|)+[\s:|-]*")
"""The line below a table's header."""


class Coverage(Struct, frozen=True, kw_only=True):
    """How many lines have content (no blank ones, rules, headings, table headers or fences), and those missed."""

    content: int
    missed: tuple[int, ...]

    @property
    def share(self) -> float:
        """From 0 to 1; 1 for an empty document."""
        return 1 - len(self.missed) / self.content if self.content else 1.0


def lines_of(facts: Iterable[Fact]) -> set[int]:
    """The lines that the facts take up. A procedure's are those of its steps and sayings, not all between its ends."""
    lines: set[int] = set()
    for fact in facts:
        if isinstance(fact, Procedure):
            for phase in fact.phases:
                lines.add(phase.line)
                _take(lines, phase.steps)
                _take(lines, phase.said)
        elif isinstance(fact, Checklist):
            lines.add(fact.line)
            _take(lines, fact.items)
        else:
            _take(lines, (fact,))
    return lines


def _take(lines: set[int], taken: Iterable[Fact | Step | Hold]) -> None:
    for each in taken:
        if each.line == each.last:
            lines.add(each.line)
        else:
            lines.update(range(each.line, each.last + 1))


def coverage(text: str, facts: Iterable[Fact]) -> Coverage:
    """What of the document's text the facts take up."""
    understood, lines = lines_of(facts), text.split("\n")
    content = [
        n
        for n, (line, below) in enumerate(zip(lines, [*lines[1:], ""], strict=True), 1)
        if not _NO_CONTENT.fullmatch(line) and not _DELIMITER.fullmatch(below)
    ]
    return Coverage(content=len(content), missed=tuple(n for n in content if n not in understood))
