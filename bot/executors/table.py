"""Rows as a small plain table that a phone can show: aligned columns, one line a row, nothing hidden in a cell."""

import unicodedata
from collections.abc import Sequence
from typing import Final

from bot.redaction.redactor import CUT

CELL: Final = 2000
"""The longest cell, in characters, that is fetched or shown."""

_PADDED_TO: Final = 40
"""A wider cell does not push the columns of all other rows to the right."""

_HIDDEN_CATEGORIES: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})

Row = Sequence[str | None]


def drawn(names: Sequence[str], rows: Sequence[Row], *, characters: int) -> tuple[str, bool]:
    """The table and whether it was cut: at a whole line, so that it stays within ``characters``.

    An unset value (SQL's NULL) shows as ``∅``, which no text can be mistaken for by accident.
    """
    cells = [[_shown(name) for name in names], *([_shown(value) for value in row] for row in rows)]
    widths = [max(min(len(line[n]), _PADDED_TO) for line in cells) for n in range(len(names))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in cells]
    lines.insert(1, "  ".join("─" * width for width in widths))
    text = "\n".join(lines)
    if len(text) <= characters:
        return text, any(len(value or "") > CELL for row in rows for value in row)
    return text[: max(text.rfind("\n", 0, characters), 0)] or text[:characters], True


def listed(names: Sequence[str], rows: Sequence[Row], *, more: bool, characters: int) -> tuple[str, bool]:
    """The table with the line that counts its rows under it, within ``characters``, and whether there is more."""
    line = counted(len(rows), more=more)
    text, cut = drawn(names, rows, characters=characters - len(line) - 1)
    return f"{text}\n{line}", cut or more


def counted(rows: int, *, more: bool) -> str:
    """The line under a table: how many rows it shows, and whether there are more."""
    if more:
        return f"(the first {rows} rows; there are more)"
    return "(1 row)" if rows == 1 else f"({rows} rows)"


def _shown(value: str | None) -> str:
    if value is None:
        return "∅"
    cut = value[:CELL] + CUT if len(value) > CELL else value
    if cut.isascii() and cut.isprintable():
        return cut
    return "".join(map(_visible, cut.replace("\r\n", "\n")))


def _visible(character: str) -> str:
    if character == "\n":
        return "⏎"
    if character == "\t":
        return " "
    return "�" if unicodedata.category(character) in _HIDDEN_CATEGORIES else character
