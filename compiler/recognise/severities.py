"""Severity levels as teams write them down: as headings, as a list, as a table, each with what it obliges people to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Final

from msgspec.structs import replace

from compiler.document import Item, Row, Sentence, Table
from compiler.recognise import scale, spans
from compiler.recognise.duties import TIMED, are_timed, told, with_duty
from compiler.recognise.facts import Cadence, Level, Said, Stated
from compiler.recognise.groups import Group, Placed
from compiler.recognise.outline import Section
from compiler.recognise.scale import may_name_level, names_level
from compiler.recognise.wording import bare
from compiler.recognise.words import Topic, about
from incident.severity import Severity

_SCALE: Final = re.compile(r"severity|priority|schweregrad", re.IGNORECASE)
_COUNTS: Final = re.compile(
    r"\b(?:counts? as|treat(?:ed)?(?: it| this)? as|(?:this|it) is(?: always)?)(?: an?)? (?P<level>(?:p|sev-?)[0-4])\b"
    r"(?! (?:when|if|once|unless|while|until|as)\b)",
    re.IGNORECASE,
)
_SAID: Final = ("counts as", "count as", "treat", "is P", "is a P", "is SEV", "is a SEV", "always")
"""One of these is in whatever counts as a level."""
_LONGEST: Final = 2_000
_LONGEST_CODE: Final = 12
_CORNER: Final = re.compile(
    r"(?:.*\b(?:severit|priorit|level|colou?r|class|dut(?:y|ies)|schweregrad).*)?", re.IGNORECASE
)
"""What stands above the duties where each other column is a level."""
_WORDS: Final = re.compile(r"[^\W\d_]{4}")
_BRACKETED: Final = re.compile(r"\A\(([^()]*)\)\s*[:–—-]?\s*")
_TELLING: Final = re.compile(r"\b(?:updates?|status|communicat\w+|post|inform|stakeholders?)\b", re.IGNORECASE)


def level_said(groups: Iterable[Group]) -> str:
    """The level that a procedure's own *Severity* line or row names, as it is written; empty where there is none.

    A line that is a level's code and nothing else names it too, and so does *It counts as a P1*.
    """
    for each in (each for group in groups for each in group.placed):
        piece = each.piece
        pairs = [row.cells[:2] for row in piece.rows] if isinstance(piece, Table) else [(each.name, each.value)]
        for pair in pairs:
            if len(pair) == 2 and _SCALE.fullmatch(pair[0]):
                return pair[1]
        if len(each.text) <= _LONGEST_CODE:
            if scale.is_code(each.text.strip(" .")):
                return each.text
        elif counts := _COUNTS.search(each.text[:_LONGEST]) if any(map(each.text.__contains__, _SAID)) else None:
            return counts["level"]
    return ""


def of_heading(section: Section) -> Level | None:
    """The level that a heading names, with what stands in it and under it."""
    name, rest = scale.parted(section.path[-1]) if section.path else ("", "")
    level = _level(name or rest, section.line, section.line, section.path)
    if level is None:
        return None
    if name and rest:
        level = told(level, rest) or with_duty(level, "", rest)
    for each in section.placed:
        if each.name:
            level = with_duty(level, each.name, each.value or each.text)
        else:
            level = told(level, each.text) or with_duty(level, each.text if spans.span(each.text) else "", each.text)
    return replace(level, last=section.last)


def headings(sections: Sequence[Section]) -> Set[int]:
    """The lines of headings that are levels by what stands beside them: several below one heading, most with times.

    *Red* alone is no level, and *High: CPU* is none.
    """
    beside: dict[tuple[str, ...], list[Section]] = {}
    for section in sections:
        if section.path and section.placed and scale.parted(section.path[-1])[0]:
            beside.setdefault(section.path[:-1], []).append(section)
    found: set[int] = set()
    for path, each in beside.items():
        of_severity = any(about(title) is Topic.SEVERITY for title in path[-1:])
        if len(each) > 1 and (of_severity or are_timed(filter(None, map(of_heading, each)))):
            found |= {section.line for section in each}
    return found


def of_list(section: Section, placed: Sequence[Placed]) -> Iterator[Level]:
    """Levels as a list: each outer item or paragraph names one, the items below it say what it means."""
    level: Level | None = None
    for each in placed:
        item = each.piece
        if not isinstance(item, Item | Sentence):
            continue
        name, value = _parted(each, item)
        named = _level(name, each.line, each.last, section.path) if name else None
        if named:
            if level:
                yield level
            inline = spans.span(value)
            answer = Stated(text=inline.text, span=inline.longest) if inline else None
            level = told(named, value) or replace(named, definition=value, response=answer)
        elif level and isinstance(item, Item):
            more = None if each.name else told(level, each.text)
            level = replace(more or with_duty(level, each.name, each.value or each.text), last=each.last)
    if level:
        yield level


def listed(section: Section) -> Iterator[Level]:
    """Levels as a list under a heading of the team's own (*How bad is it?*): every outer item names one.

    They begin with codes, or most say how soon somebody answers.
    """
    outer = [each for each in section.placed if isinstance(each.piece, Item) and each.piece.depth == 0]
    names = [_parted(each, each.piece)[0] for each in outer if isinstance(each.piece, Item)]
    if len(names) < 2 or not all(names):
        return
    found = tuple(of_list(section, section.placed))
    if all(map(scale.begins_level, names)) or are_timed(found):
        yield from found


def _parted(placed: Placed, piece: Item | Sentence) -> tuple[str, str]:
    """A level's name and what is said of it; words in bold name one although the sentence goes on from them."""
    if not placed.name and piece.label and may_name_level(piece.label):
        return piece.label, piece.text.partition(piece.label)[2].strip()
    name, rest = scale.parted(placed.name or placed.text)
    value = _BRACKETED.sub(r"\1, ", placed.value) if placed.name else ""
    return name, ", ".join(filter(None, (rest, value)))


def of_table(section: Section, table: Table, topic: Topic | None) -> Iterator[Level]:
    """Levels as a table: a column names the level, the others what it obliges to; or a row is a duty, a column a level.

    Outside a section for them each row is a level of its own; grades and colours stand first there, and have times.
    """
    column = next((n for n in range(len(table.header)) if _is_level_column(table, n)), None)
    if column is None:
        yield from _of_columns(section, table)
        return
    found = tuple(_of_rows(section, table, column))
    plain = all(names_level(row.cells[column]) for row in table.rows if column < len(row.cells))
    if topic is Topic.SEVERITY or (_is_scale(table, column) and (plain or are_timed(found))):
        yield from found


def _of_rows(section: Section, table: Table, column: int) -> Iterator[Level]:
    for row in table.rows:
        level = _level(row.cells[column], row.line, row.line, section.path) if column < len(row.cells) else None
        if level:
            yield _of_row(level, table, row, column)


def one_for_each(levels: Iterable[Level]) -> Mapping[Severity, Level]:
    """One level for each severity: of several, what the first one says of each duty stands."""
    found: dict[Severity, Level] = {}
    for level in levels:
        first = found.setdefault(level.severity, level)
        added = {duty: getattr(level, duty) for duty in TIMED if getattr(first, duty) is None}
        found[level.severity] = replace(first, **added)
    return found


def cadences(said: Iterable[Said]) -> Iterator[Cadence]:
    """*Post updates every 30 minutes*, wherever it is said."""
    for each in said:
        every = spans.every(each.text)
        if every and every.total_seconds() < 86_400 and _TELLING.search(each.text):
            severity = scale.severity_in(each.text)
            yield Cadence(
                text=each.text, every=every, severity=severity, line=each.line, last=each.last, path=each.path
            )


def _of_row(level: Level, table: Table, row: Row, column: int) -> Level:
    for n, (header, text) in enumerate(zip(table.header, row.cells, strict=False)):
        if n != column:
            level = with_duty(level, header, text)
    return level


def _of_columns(section: Section, table: Table) -> Iterator[Level]:
    """Levels side by side: *| Red | Amber | Green*, each row below them one duty."""
    named = topmost(table.header)
    for column, name in named.items():
        level = _level(name, table.line, table.line, section.path)
        for row in table.rows if level else ():
            if level and column < len(row.cells):
                level = replace(with_duty(level, row.cells[0], row.cells[column]), last=row.line)
        if level:
            yield level


def topmost(header: Sequence[str]) -> Mapping[int, str]:
    """The columns of a table that are levels, where all but the first are: *Level | Red | Amber | Green*."""
    named = dict(enumerate(header[1:], 1))
    several = len(set(named.values())) == len(named) > 1 and _CORNER.fullmatch(bare(header[0])) is not None
    return named if several and all(map(may_name_level, named.values())) else {}


def _is_level_column(table: Table, column: int) -> bool:
    cells = [row.cells[column] for row in table.rows if column < len(row.cells)]
    return len(cells) > 1 and all(map(may_name_level, cells))


def _is_scale(table: Table, column: int) -> bool:
    """True where each row is a level of its own: *High* beside what fails says how bad that is."""
    names = [row.cells[column] for row in table.rows if column < len(row.cells)]
    before = (cell for row in table.rows for cell in row.cells[:column])
    return len(set(names)) == len(names) and not any(map(_WORDS.search, before))


def _level(name: str, line: int, last: int, path: tuple[str, ...]) -> Level | None:
    severity = scale.named(name)
    return Level(severity=severity, name=bare(name) or name, line=line, last=last, path=path) if severity else None
