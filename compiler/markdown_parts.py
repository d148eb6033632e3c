"""A long document in parts that are read beside one another, and come together as if it had been read in one.

A part begins with a heading of the first or second level below a blank line. That ends whatever stands above it, but
for a fence without an end and HTML up to its closing mark; and a link may be defined anywhere. Where a text has such,
it is no document of parts.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.document import Document, Heading, Piece

_LONG: Final = 50_000
"""Characters: a part is at least as long."""
_HEADING: Final = re.compile(r"\n\n(?=##? \S)")
_ACROSS: Final = ("<?", "<pre", "<script", "<style", "<textarea", "{code", "{noformat")
"""How HTML and code begin that go on over blank lines and headings; a comment is looked at by itself."""


class Part(Struct, frozen=True, kw_only=True):
    """What was read of one part. ``whole`` is False where it may not stand by itself; ``titled``: it names the page."""

    document: Document
    whole: bool
    titled: bool


def parts_of(text: str) -> list[tuple[int, str]]:
    """The parts of a text, each with the number of lines before it; one for a text that is short or has no parts."""
    begins = [0, *(_borders(text) if len(text) > 2 * _LONG and not _goes_across(text) else ()), len(text)]
    lines = 0
    parts = []
    for begin, end in pairwise(begins):
        parts.append((lines, text[begin:end]))
        lines += text.count("\n", begin, end)
    return parts


def _goes_across(text: str) -> bool:
    """Whether anything in the text may begin in one part and end in another."""
    return any(map(text.casefold().__contains__, _ACROSS)) or text.count("<!") > text.count("<!--")


def _borders(text: str) -> Iterator[int]:
    begin = 0
    for found in _HEADING.finditer(text, _LONG):
        end = found.end()
        if end - begin >= _LONG and _ends_all(text, begin, end):
            yield end
            begin = end


def _ends_all(text: str, begin: int, end: int) -> bool:
    """Whether no comment is open at the end of a part, and as far as can be seen no fence: a `# comment` in it."""
    fences = text.count("\n```", begin, end) + text.count("\n~~~", begin, end)
    return fences % 2 == 0 and text.rfind("<!--", begin, end) <= text.rfind("-->", begin, end)


def joined(parts: Sequence[Document]) -> Document:
    """The document of these parts, each under the headings that are open at the end of the one before it."""
    headings: list[Heading] = []
    pieces: list[Piece] = []
    above: tuple[Heading, ...] = ()
    for part in parts:
        pieces += _below(above, part.pieces) if above else part.pieces
        headings += part.headings
        for heading in part.headings:
            above = (*(each for each in above if each.level < heading.level), heading)
    return Document(headings=tuple(headings), pieces=tuple(pieces))


def _below(above: tuple[Heading, ...], pieces: Iterable[Piece]) -> Iterator[Piece]:
    """The pieces of a part with the headings that they stand under in the parts before it, too."""
    own: tuple[Heading, ...] = ()
    whole = above
    for piece in pieces:
        if piece.headings is not own:
            own = piece.headings
            whole = (*(each for each in above if each.level < own[0].level), *own) if own else above
        yield piece if len(whole) == len(own) else replace(piece, headings=whole)
