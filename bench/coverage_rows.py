"""The rows that say what became of a team's first document, each resolved to a line of our runbook and its steps."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Final

from msgspec import Struct

from bot.runbooks.files import Compilation
from incident.runbook import Step

COLUMNS: Final = ("lines", "kind", "said", "section", "anchor", "note")
THEN: Final = " … "


class CoverageError(Exception):
    """A row that leads nowhere; the text is one sentence that names it."""


class Kind(StrEnum):
    """What a line of the first document held."""

    COMMAND = "command"
    """A command that a step of our runbook does, as it was or mended."""
    REFUSED = "refused"
    """A command that no step does; a note of our runbook says why."""
    FACT = "fact"
    """A figure, a deadline, a threshold, a contact, a thing to do, a name."""
    PART = "part"
    """A heading, a label, the head of a table: it says only what comes next."""

    @property
    def is_command(self) -> bool:
        """Whether the line held a command."""
        return self in (Kind.COMMAND, Kind.REFUSED)


class Row(Struct, frozen=True, kw_only=True):
    """One row of a table: ``first`` to ``last`` are lines of the first document, from 1.

    ``said`` is the command as it stood there, or the fact in our words; ``section`` a heading of our runbook, and
    ``anchor`` a text below it that only one line has, or one command. ``note`` says what was mended, or why refused.
    """

    first: int
    last: int
    kind: Kind
    said: str
    section: str
    anchor: str
    note: str


class Covered(Struct, frozen=True, kw_only=True):
    """A row with where it leads: ``line`` of our runbook, its ``part`` (the heading of level 2), a command's steps.

    There are several steps where our runbook does the same in several places of the section.
    """

    row: Row
    line: int
    part: str
    steps: tuple[Step, ...] = ()

    @property
    def mended(self) -> bool:
        """Whether a step does the command in another form than the one first written."""
        return bool(self.steps) and squeezed(self.steps[0].written) != self.row.said


class System(Struct, frozen=True, kw_only=True):
    """One system: its runbook's title, its compiled runbook, and the rows of its table."""

    name: str
    title: str
    covered: tuple[Covered, ...]
    compilation: Compilation


def rows(table: Iterable[Mapping[str, str]], where: str) -> tuple[Row, ...]:
    """The rows in the order of their lines. Raises CoverageError."""
    read = tuple(_row(each, f"{where}, row {number}") for number, each in enumerate(table, start=2))
    for before, after in pairwise(read):
        if after.first <= before.last:
            raise CoverageError(f"{where}: line {after.first} has two rows, or stands before line {before.last}.")
    return read


def _row(cells: Mapping[str, str], where: str) -> Row:
    first, _, last = cells["lines"].partition("-")
    if not (first.isdecimal() and (last or first).isdecimal() and cells["kind"] in set(Kind)):
        raise CoverageError(f"{where}: it needs lines such as 7 or 7-9, and one of the kinds {', '.join(Kind)}.")
    if empty := [name for name in COLUMNS[2:5] if not cells[name]]:
        raise CoverageError(f"{where}: {empty[0]} is empty.")
    return Row(
        first=int(first),
        last=int(last or first),
        kind=Kind(cells["kind"]),
        **{each: cells[each] for each in COLUMNS[2:]},
    )


def covered(table: Iterable[Row], compilation: Compilation, where: str) -> tuple[Covered, ...]:
    """Each row with where it leads. Raises CoverageError with all that lead nowhere, or to two places."""
    sections = _sections(compilation)
    steps = _steps(compilation)
    lines = compilation.text.splitlines()
    found, wrong = [], []
    for row in table:
        try:
            found.append(_covered(row, sections, steps, lines))
        except CoverageError as error:
            wrong.append(f"{where}, line {row.first} of the first document: {error}")
    if wrong:
        raise CoverageError("\n".join(wrong))
    return tuple(found)


class _Section(Struct, frozen=True):
    """The lines below a heading, up to the next heading of any level."""

    first: int
    last: int
    part: str


def _sections(compilation: Compilation) -> Mapping[str, _Section]:
    """Every section of our runbook by its title."""
    headings = compilation.compiled.document.headings
    ends = [*(heading.line - 1 for heading in headings[1:]), len(compilation.text.splitlines())]
    sections: dict[str, _Section] = {}
    part = ""
    for heading, end in zip(headings, ends, strict=True):
        part = heading.title if heading.level <= 2 else part
        sections[heading.title] = _Section(heading.line, end, part)
    return sections


def _steps(compilation: Compilation) -> tuple[Step, ...]:
    """The steps of the catalog that come from a command, in the order of their lines."""
    listed = compilation.catalog.procedures if compilation.catalog is not None else ()
    return tuple(step for procedure in listed for step in procedure.steps if step.written)


def _covered(row: Row, sections: Mapping[str, _Section], steps: Iterable[Step], lines: list[str]) -> Covered:
    section = sections.get(row.section)
    if section is None:
        raise CoverageError(f"our runbook has no section “{row.section}”.")
    if row.kind is not Kind.COMMAND:
        if row.kind is Kind.REFUSED and not row.note:
            raise CoverageError("a refused command needs a note that says why.")
        return Covered(row=row, line=_line(row, section, lines), part=section.part)
    chosen = _chosen(row, [step for step in steps if section.first <= (step.origin.line or 0) <= section.last])
    found = Covered(row=row, line=chosen[0].origin.line or 0, part=section.part, steps=chosen)
    if found.mended != bool(row.note):
        raise CoverageError("a note says what was mended: a command in another form needs one, the same command none.")
    return found


def _line(row: Row, section: _Section, lines: list[str]) -> int:
    """The one line of the section that holds the anchor; the heading's own where it is the heading.

    Of an anchor such as ``alert: HighErrorRate … for: 2m`` the first text stands in one line, the next one follows.
    """
    if row.anchor == row.section:
        return section.first
    unique, _, following = row.anchor.partition(THEN)
    found = [number for number in range(section.first, section.last + 1) if unique in lines[number - 1]]
    if len(found) != 1:
        raise CoverageError(f"“{unique}” stands in {len(found)} lines of “{row.section}”, and must in one.")
    below = (number for number in range(found[0], section.last + 1) if following in lines[number - 1])
    if (line := next(below, None)) is None:
        raise CoverageError(f"“{following}” does not follow “{unique}” in “{row.section}”.")
    return line


def _chosen(row: Row, steps: list[Step]) -> tuple[Step, ...]:
    """The steps whose command is the anchor, else those whose command holds it; all must be the same command."""
    same = [step for step in steps if squeezed(step.written) == row.anchor]
    found = same or [step for step in steps if row.anchor in squeezed(step.written)]
    if len({squeezed(step.written) for step in found}) != 1:
        raise CoverageError(f"“{row.anchor}” leads to {len(found)} steps of “{row.section}”, and must to one command.")
    return tuple(found)


def squeezed(text: str) -> str:
    """A command on one line, with one blank between its words."""
    return " ".join(text.split())
