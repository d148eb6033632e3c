"""The types of a runbook's parameters, from the *Parameters* tables that stand beside its procedures.

A table names each parameter with what it is, what is allowed and the default: *1 to 8*, *one of blue, green*, *a user's
id*. What no table types keeps the careful text that the compiler gave it.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.document import Document, Row, Table
from incident import refusal
from incident.runbook import Parameter, ParameterKind

_RANGE: Final = re.compile(
    r"(?:whole numbers? )?(?:from )?(-?[0-9]{1,9})(?:\s*(?:to|–|-|…)\s*)(-?[0-9]{1,9})(?:\s+\w+)?"
)
_CHOICE: Final = re.compile(r"(?:one of:?\s+)(.+)", re.IGNORECASE)
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:@/-]{0,127}")
_NONE: Final = frozenset({"", "-", "–", "—", "none"})


class Typed(Struct, frozen=True, kw_only=True):
    """One row of a table, and the headings that it stands under."""

    name: str
    path: tuple[str, ...]
    what: str
    allowed: str
    default: str


def typed_rows(document: Document) -> tuple[Typed, ...]:
    """All rows of the document's tables of parameters."""
    tables = [piece for piece in document.pieces if isinstance(piece, Table)]
    return tuple(row for table in tables for row in _rows(table))


def typed(parameter: Parameter, path: Sequence[str], rows: Iterable[Typed]) -> Parameter:
    """The parameter as the nearest table types it: the one that shares most headings with the command's place."""
    own = [row for row in rows if row.name == parameter.name]
    if not own:
        return parameter
    row = max(own, key=lambda each: _shared(each.path, path))
    return _with_default(_with_type(replace(parameter, label=row.what or parameter.label), row.allowed), row.default)


def _rows(table: Table) -> Iterable[Typed]:
    columns = [title.strip().lower() for title in table.header]
    if "allowed" not in columns or not {"name", "parameter"} & set(columns):
        return
    name = columns.index("name" if "name" in columns else "parameter")
    for row in table.rows:
        yield Typed(
            name=row.cells[name].strip("`{} ").lower().replace("-", "_"),
            path=table.path,
            what=_cell(columns, row, "what", "meaning", "description"),
            allowed=_cell(columns, row, "allowed"),
            default=_cell(columns, row, "default"),
        )


def _cell(columns: Sequence[str], row: Row, *names: str) -> str:
    for name in names:
        if name in columns and columns.index(name) < len(row.cells):
            text = row.cells[columns.index(name)].strip("` ")
            return "" if text.lower() in _NONE else text
    return ""


def _shared(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for mine, yours in zip(one, other, strict=False):
        if mine != yours:
            break
        count += 1
    return count


def _with_type(parameter: Parameter, allowed: str) -> Parameter:
    if match := _RANGE.fullmatch(allowed):
        low, high = int(match[1]), int(match[2])
        if low <= high:
            return replace(parameter, kind=ParameterKind.INTEGER, minimum=low, maximum=high, default=None)
    if match := _CHOICE.fullmatch(allowed):
        choices = [word.strip("`“”\"' ") for word in re.split(r",| or ", match[1])]
        if all(_WORD.fullmatch(choice) for choice in choices):
            return replace(parameter, kind=ParameterKind.CHOICE, choices=tuple(choices), default=None)
    return parameter


def _with_default(parameter: Parameter, default: str) -> Parameter:
    """With the table's default, where the parameter may have it."""
    try:
        parameter.read(default or None)
    except refusal.BadParameter:
        return parameter
    return replace(parameter, default=default or parameter.default)
