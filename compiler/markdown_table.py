"""Tables of GitHub's Markdown, each as one token: a large runbook's tables have more cells than all else together."""

import re
from collections.abc import Sequence
from typing import Final

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

TABLE: Final = "table"
"""The token's type. Its children are rows, the header first, and theirs are cells, whose content is not yet read."""
_BAR: Final = re.compile(r"(?<!\\)\|")
_DASHES: Final = re.compile(r":?-+:?")
_BELOW_HEADER: Final = re.compile(r"(?:[|:]|-(?![ \t]))[-:| \t]+")
_MOST_MISSING: Final = 65_536
"""Cells that rows may lack together: a small text must not become a huge table."""


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule: a header, dashes for each of its columns, and rows up to a blank line or what begins another block."""
    header = _header(state, start, end)
    if header is None or silent:
        return header is not None
    token = state.push(TABLE, "", 0)
    token.children = [_row(start, header)]
    line, missing = start + 2, 0
    around, state.parentType = state.parentType, "table"
    while line < end and (cells := _cells_of_row(state, line, end)) is not None:
        missing += len(header) - len(cells)
        if missing > _MOST_MISSING:
            break
        token.children.append(_row(line, [*cells, *[""] * (len(header) - len(cells))][: len(header)]))
        line += 1
    state.parentType, state.line, token.map = around, line, [start, line]
    return True


def _header(state: StateBlock, start: int, end: int) -> list[str] | None:
    """The header's cells, where the line below has as many columns of dashes."""
    if start + 2 > end or state.sCount[start + 1] < state.blkIndent or state.is_code_block(start + 1):
        return None
    below = _line(state, start + 1)
    if not _BELOW_HEADER.fullmatch(below):
        return None
    dashes = [mdTrim(each) for each in below.split("|")]
    dashes = [each for at, each in enumerate(dashes) if each or 0 < at < len(dashes) - 1]
    above = mdTrim(_line(state, start))
    if not all(map(_DASHES.fullmatch, dashes)) or "|" not in above or state.is_code_block(start):
        return None
    cells = _cells(above)
    return cells if 0 < len(cells) == len(dashes) else None


def _cells_of_row(state: StateBlock, line: int, end: int) -> list[str] | None:
    """The cells of the line; None where the table has ended above it."""
    text = mdTrim(_line(state, line))
    if not text or state.sCount[line] < state.blkIndent or state.is_code_block(line):
        return None
    # What ends a quotation ends a table: Markdown names no rules of its own for it.
    ended = any(rule(state, line, end, True) for rule in state.md.block.ruler.getRules("blockquote"))
    return None if ended else _cells(text)


def _cells(text: str) -> list[str]:
    cells = _BAR.split(text) if "\\" in text else text.split("|")
    if cells and not cells[0]:
        cells.pop(0)
    if cells and not cells[-1]:
        cells.pop()
    return cells


def _row(line: int, cells: Sequence[str]) -> Token:
    inside = [Token("inline", "", 0, content=mdTrim(cell.replace("\\|", "|"))) for cell in cells]
    return Token("row", "", 0, map=[line, line + 1], children=inside)


def _line(state: StateBlock, line: int) -> str:
    return state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]]
