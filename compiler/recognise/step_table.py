"""Tables that tell what to do, a step a row: *If | Then | Command*, *Task | Command*, *No. | Action | Expected*."""

import re
from collections.abc import Iterator
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.document import Table
from compiler.recognise.columns import cell
from compiler.recognise.instruction import Instruction, condition_alone, instruction
from compiler.recognise.wording import bare
from compiler.recognise.words import is_told

_WHY: Final = re.compile(r"if|when|conditions?|causes?|cases?|situations?|wenn|falls", re.IGNORECASE)
_WHAT: Final = re.compile(
    r"then|do|(?:what|how)(?: to do)?|actions?|steps?|(?:maintenance |routine )?tasks?|checks?|purpose|description|goal"
    r"|(?:work )?instructions?|activit(?:y|ies)|procedures?|dann|aufgabe",
    re.IGNORECASE,
)
_EXPECTED: Final = re.compile(r"expect\w*(?: .*)?|(?:good )?results?|outcome|output|erwartet\w*", re.IGNORECASE)
_COUNT: Final = re.compile(r"(?:step|no|nr|#)?[ .]?[0-9]{1,3}(?:\.[0-9]{1,3})?[.)]?", re.IGNORECASE)
_HOW: Final = re.compile(r"commands?|run|cli|quer(?:y|ies)|how(?: to (?:look|check|run))?|befehle?", re.IGNORECASE)


class ToldRow(Struct, frozen=True, kw_only=True):
    """What one row tells to do, with its code and what should come of it."""

    said: Instruction
    line: int
    code: tuple[str, ...]
    number: int | None = None
    expected: str = ""


def told_rows(table: Table) -> Iterator[ToldRow]:
    """The steps of a table; one that neither counts its rows nor says how or when to do them has none."""
    when, told, how = (_column(table, pattern) for pattern in (_WHY, _WHAT, _HOW))
    counts = _is_count(table, 0)
    if how is None and (told is None or not (when is not None or counts or _is_coded(table, told))):
        return
    expected = _column(table, _EXPECTED)
    for number, row in enumerate(table.rows, 1):
        why, what = cell(row, when), cell(row, told)
        if (row.codes or how is None or counts or is_told(what)) and (what or why):
            said = instruction(what or why)
            condition = condition_alone(f"{why}:") or why if what else ""
            yield ToldRow(
                said=replace(said, condition=condition or said.condition), line=row.line,
                code=tuple(each.text for each in row.codes), number=number if counts else None,
                expected=cell(row, expected),
            )  # fmt: skip


def _is_coded(table: Table, told: int) -> bool:
    """True for tasks most of which stand beside code, whatever its column is called."""
    coded = sum(bool(row.codes) for row in table.rows) * 2 > len(table.rows)
    return coded and all(is_told(cell(row, told)) for row in table.rows)


def _is_count(table: Table, column: int) -> bool:
    """True for a column that only counts the rows: *1*, *2.*, *Step 3*."""
    return bool(table.rows) and all(_COUNT.fullmatch(cell(row, column)) for row in table.rows)


def _column(table: Table, pattern: re.Pattern[str]) -> int | None:
    """The first column of such a header that does not only count the rows."""
    fitting = (n for n, header in enumerate(table.header) if pattern.fullmatch(bare(header)))
    return next((n for n in fitting if not _is_count(table, n)), None)
