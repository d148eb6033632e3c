"""Rules for notes as site generators write them: `!!! warning` and tabs with an indented body, `:::danger` up to `:::`.

What stands in one is read as it would be outside. A quotation that begins with `[!WARNING]` is a note, too.
"""

import re
from collections.abc import Sequence
from typing import Final

from markdown_it.rules_block import StateBlock
from msgspec import Struct

from compiler.proof.word_list import word_list

OPEN: Final = "note_open"
CLOSE: Final = "note_close"
QUOTE: Final = "quote"
"""The kind of a plain quotation."""
TAB: Final = "tab"
"""The kind of what is one of several ways to show the text: no note about it."""
_WARNING: Final = word_list(
    "warning warnings danger caution important attention critical error failure achtung warnung"
)
_LABEL: Final = word_list("warning danger caution important attention achtung warnung")
_FIGURE: Final = re.compile(r"[0-9<>≥≤%]")
"""Levels have bounds and deadlines."""
_BODY: Final = 4
"""Columns by which a note's body is indented."""
_INDENTED: Final = re.compile(
    r"(?:!!!|\?\?\?\+?)[ \t]+(?P<kind>[A-Za-z][\w-]*)(?:[ \t]+[A-Za-z][\w-]*)*(?:[ \t]+\"(?P<title>[^\"\n]*)\")?[ \t]*"
    r"|===[!+]?[ \t]+\"[^\"\n]*\"[ \t]*"
)
_FENCED: Final = re.compile(
    r":::+[ \t]*\{?(?P<kind>[A-Za-z][\w-]*)\}?"
    r"(?:\[(?P<boxed>[^\]\n]*)\]|\{[^}\n]*\})?(?:[ \t]+(?P<title>[^\n]*\S))?[ \t]*"
)
_FENCE: Final = re.compile(r":::+[ \t]*")
_GITHUB: Final = re.compile(r"\[!(?P<kind>[A-Za-z]+)\][+-]?\s*")


class Note(Struct, frozen=True):
    """An open note: what kind it is, and whether a line of colons ends it."""

    kind: str
    fenced: bool = False

    @property
    def warns(self) -> bool:
        """Whether it says what to take care of."""
        return self.kind in _WARNING


def in_fenced(notes: Sequence[Note]) -> bool:
    """Whether the innermost open note is one that a line of colons ends."""
    return bool(notes) and notes[-1].fenced


def is_warned(label: str, text: str) -> bool:
    """True for a sentence with a label such as *Warning:*, and not for the level of alerts that is called so."""
    return label.lower() in _LABEL and text.rstrip(": ") != label and not _FIGURE.search(text)


def warning_in(text: str) -> str:
    """The first word of a text that makes a note a warning; empty where none does."""
    return next((word for word in re.findall(r"[a-z]+", text.lower()) if word in _WARNING), "")


def github_kind(text: str) -> tuple[str, str]:
    """The kind of a note that a quotation's first words make it, and the text behind them; no kind: empty."""
    found = _GITHUB.match(text)
    return (found["kind"].lower(), text[found.end() :]) if found else ("", text)


def note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for what has an indented body. The body's blocks stand between its two tokens."""
    found = _line(state, start, _INDENTED)
    if found is None or silent:
        return found is not None
    indent = state.sCount[start] + _BODY
    last = start + 1
    while last < end and (state.isEmpty(last) or state.sCount[last] >= indent):
        last += 1
    opening = state.push(OPEN, "", 1)
    opening.map, opening.info = [start, last], (found["kind"] or TAB).lower()
    opening.content = found["title"] or ""
    around = state.blkIndent, state.lineMax, state.parentType
    state.blkIndent, state.lineMax, state.parentType = indent, last, "blockquote"
    state.md.block.tokenize(state, start + 1, last)
    state.blkIndent, state.lineMax, state.parentType = around
    state.push(CLOSE, "", -1)
    state.line = last
    return True


def fenced_note(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """The rule for a line of colons, which begins or ends a note; what stands between is read as outside."""
    opening = _line(state, start, _FENCED)
    if opening is None and _line(state, start, _FENCE) is None:
        return False
    if not silent:
        token = state.push(OPEN if opening else CLOSE, "", 0)
        token.map, token.meta = [start, start + 1], {"fenced": True}
        if opening:
            token.info, token.content = opening["kind"].lower(), opening["boxed"] or opening["title"] or ""
        state.line = start + 1
    return True


def _line(state: StateBlock, line: int, pattern: re.Pattern[str]) -> re.Match[str] | None:
    if state.is_code_block(line):
        return None
    return pattern.fullmatch(state.src, state.bMarks[line] + state.tShift[line], state.eMarks[line])
