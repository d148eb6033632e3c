"""Tables of what is done by the calendar: *Task | Frequency | Command*."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from compiler.document import Table
from compiler.recognise import spans
from compiler.recognise.columns import cell
from compiler.recognise.facts import Checklist, Said
from compiler.recognise.outline import Section
from compiler.recognise.wording import bare
from compiler.recognise.words import Topic, period

_OFTEN: Final = re.compile(
    r"(?:.* )?(?:frequency|cadence|how often|interval|schedule|recurrence|period(?:icity)?|when|häufigkeit|turnus)",
    re.IGNORECASE,
)
_TASK: Final = re.compile(
    r"(?:.* )?(?:tasks?|activit(?:y|ies)|checks?|actions?|jobs?|items?|what|procedures?|work|aufgaben?)(?: .*)?",
    re.IGNORECASE,
)


def checklists(section: Section, table: Table, _: Mapping[str, int], __: Topic | None) -> Iterator[Checklist]:
    """One checklist for each cadence that the rows name, if most of them name one."""
    often, task = _column(table, _OFTEN), _column(table, _TASK)
    if often is None or task is None or often == task:
        return
    by_cadence: dict[tuple[str, timedelta], list[Said]] = {}
    for row in table.rows:
        named = _cadence(cell(row, often))
        if named and cell(row, task):
            said = Said(text=cell(row, task), line=row.line, last=row.line, path=section.path)
            by_cadence.setdefault(named, []).append(said)
    if sum(map(len, by_cadence.values())) * 2 <= len(table.rows):
        return
    for (cadence, every), items in by_cadence.items():
        yield Checklist(
            cadence=cadence, every=every, items=tuple(items), line=items[0].line, last=items[-1].line, path=section.path
        )


def _cadence(text: str) -> tuple[str, timedelta] | None:
    every = spans.every(text)
    return period(text) or ((text.lower(), every) if every else None)


def _column(table: Table, pattern: re.Pattern[str]) -> int | None:
    return next((n for n, header in enumerate(table.header) if pattern.fullmatch(bare(header))), None)
