"""A team's Markdown document as the pieces a reader sees: headings, sentences, list items, tables and code, with lines.

Every line is 1-based and counted in the file as it stands, so that whatever is found can be shown where it was written.
"""

from msgspec import Struct


class Code(Struct, frozen=True, kw_only=True):
    """Code between backticks inside a heading, a sentence or a cell."""

    text: str
    line: int


class Heading(Struct, frozen=True, kw_only=True):
    """One heading; ``level`` is 1–6. A line in bold alone that ends with a colon is a label, no heading."""

    title: str
    level: int
    line: int
    codes: tuple[Code, ...] = ()


class Piece(Struct, frozen=True, kw_only=True):
    """What all pieces have: the headings above it, outermost first, and the line that it begins in."""

    headings: tuple[Heading, ...]
    line: int
    quoted: bool = False
    """True for what stands in a block quote or a note: it is about the text around it."""
    warns: bool = False
    """True for words of a warning: they belong to what comes next."""

    @property
    def path(self) -> tuple[str, ...]:
        """The titles of the headings above, outermost first."""
        return tuple(heading.title for heading in self.headings)


class Sentence(Piece, frozen=True, kw_only=True):
    """A paragraph as plain text; ``label`` is its leading part in bold without the colon (*Symptoms*).

    ``lines`` are those it is written in, where there are several: a list of people may have one each.
    """

    text: str
    label: str = ""
    codes: tuple[Code, ...] = ()
    lines: tuple[str, ...] = ()


class Item(Piece, frozen=True, kw_only=True):
    """One item of a list, without the items below it.

    ``number`` is the place in an ordered list, None in a bullet list; ``depth`` 0 is the outermost list; ``ticked`` is
    None where there is no box; ``label`` as in Sentence; ``under`` is the label of the sentence that introduces the
    list, or of the item above.
    """

    text: str
    number: int | None
    depth: int
    ticked: bool | None = None
    label: str = ""
    under: str = ""
    codes: tuple[Code, ...] = ()


class Row(Struct, frozen=True, kw_only=True):
    """One row of a table: its cells as plain text, the code in them, and its line."""

    cells: tuple[str, ...]
    line: int
    codes: tuple[Code, ...] = ()


class Table(Piece, frozen=True, kw_only=True):
    """A table. ``label`` is that of the sentence that introduces it."""

    header: tuple[str, ...]
    rows: tuple[Row, ...]
    label: str = ""


class Block(Piece, frozen=True, kw_only=True):
    """A block of code. ``line`` is the first line *of its content*; ``language`` is lower-case and may be empty.

    ``label`` is that of the nearest sentence above it under the same heading (*Diagnosis*), ``sentence`` the text of
    the sentence or list item that it belongs to. ``closed`` is False for a fence that the document never ends.
    """

    text: str
    language: str
    label: str = ""
    sentence: str = ""
    closed: bool = True
    depth: int = 0
    """In how many lists it stands, one within another."""


class Document(Struct, frozen=True, kw_only=True):
    """All pieces in the order of the text."""

    headings: tuple[Heading, ...]
    pieces: tuple[Piece, ...]
