"""SQL with blanks in it, as a statement with `$1`, `$2`: a value is bound and never becomes part of the text."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from compiler.placeholders import Blank, Blanks
from compiler.proof.sql.tree import Unreadable, parse
from incident.runbook import ParameterKind

_PIECE: Final = re.compile(
    r"(?P<comment>--[^\n]*|/\*.*?\*/)|(?P<name>\"(?:[^\"]|\"\")*\")"
    r"|(?P<kind>\b[A-Za-z_]\w*)?(?P<gap>\s*)(?P<text>'(?:[^']|'')*')|(?P<plain>[A-Za-z_]\w*|[^'\"/A-Za-z_-]+|.)",
    re.DOTALL,
)


class BoundSql(Struct, frozen=True, kw_only=True):
    """The statement, and the names of the parameters for `$1`, `$2` …; `whole` is False where a blank is no value."""

    text: str
    arguments: tuple[str, ...]
    whole: bool


def bind(text: str, blanks: Blanks) -> BoundSql:
    """The statement with each blank bound. A blank that names a table or a column stays, and nothing can run it."""
    present = blanks.within(text)
    if not present:
        return BoundSql(text=text, arguments=(), whole=True)
    names = tuple(blank.parameter.name for blank in present)
    marks = {blank.sample: f"${number}" for number, blank in enumerate(present, start=1)}
    bound = "".join(_piece(match, present, marks) for match in _PIECE.finditer(text))
    used = tuple(mark for mark in marks.values() if mark in bound)
    if len(used) < len(names) or blanks.within(bound) or not _is_readable(bound):
        return BoundSql(text=text, arguments=(), whole=False)
    return BoundSql(text=bound, arguments=names, whole=True)


def with_values(text: str, values: Sequence[str]) -> str:
    """The statement with texts in the place of `$1` …: for a query of ours whose values are known and plain."""
    return re.sub(r"\$(\d+)", lambda match: "'" + values[int(match[1]) - 1].replace("'", "''") + "'", text)


def _piece(match: re.Match[str], present: Sequence[Blank], marks: Mapping[str, str]) -> str:
    if match["comment"] or match["name"]:
        return match[0]
    if match["text"] is None:
        return _in_plain(match["plain"], present, marks)
    held = [blank for blank in present if blank.sample in match["text"]]
    before = (match["kind"] or "") + match["gap"]
    if not held:
        return match[0]
    if match["text"][1:-1] == held[0].sample and (match["kind"] or "").lower() not in ("interval", "date", "timestamp"):
        return before + marks[held[0].sample]
    joined = _joined(match["text"][1:-1], held, marks)
    if (match["kind"] or "").lower() in ("interval", "date", "timestamp", "timestamptz"):
        return f"({joined})::{match['kind'].lower()}"
    return f"{before}({joined})"


def _joined(inside: str, held: Sequence[Blank], marks: Mapping[str, str]) -> str:
    """`'a' || $1 || 'b'` for a text that holds a blank among other characters."""
    parts = re.split("(" + "|".join(re.escape(blank.sample) for blank in held) + ")", inside)
    casts = {blank.sample: _cast(blank) for blank in held}
    return " || ".join(f"{marks[part]}::{casts[part]}" if part in marks else f"'{part}'" for part in parts if part)


def _cast(blank: Blank) -> str:
    return "int" if blank.parameter.kind is ParameterKind.INTEGER else "text"


def _in_plain(text: str, present: Sequence[Blank], marks: Mapping[str, str]) -> str:
    for blank in present:
        text = re.sub(rf"(?<![\w.]){re.escape(blank.sample)}(?![\w.])", marks[blank.sample], text)
    return text


def _is_readable(text: str) -> bool:
    try:
        return bool(parse(text))
    except Unreadable:
        return False
