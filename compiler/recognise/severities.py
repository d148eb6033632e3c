"""Severity levels: the four words of the house for the many that teams use, and what each level obliges people to."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.document import Item, Row, Sentence, Table
from compiler.recognise import spans
from compiler.recognise.facts import Cadence, Level, Said, Stated
from compiler.recognise.outline import Group, Placed, Section
from compiler.recognise.wording import bare, is_empty, title_of
from incident.severity import Severity, of_word

_CODE: Final = re.compile(
    r"(?<![\w.])(?P<scale>p|sev(?:erity)?|s|prio(?:rity)?|level|tier)[ -]?(?P<rank>[0-5])(?![\w.])", re.IGNORECASE
)
_GRADES: Final = {
    Severity.P0: "critical|blocker|emergency|disaster|kritisch",
    Severity.P1: "high|major|urgent|severe|hoch",
    Severity.P2: "medium|moderate|normal|warning|mittel",
    Severity.P3: "low|minor|trivial|info(?:rmational)?|niedrig|gering",
}
_GRADE: Final = {severity: re.compile(rf"\b(?:{words})\b", re.IGNORECASE) for severity, words in _GRADES.items()}
_ONLY: Final = re.compile(
    rf"[\W_]*(?:{_CODE.pattern})?[\W_]*(?:(?:{'|'.join(_GRADES.values())})\b[\W_]*){{0,2}}"
    r"(?:[ -]?(?:severity|priority|impact|incidents?|issues?))?s?[\W_]*",
    re.IGNORECASE,
)
_SCALE: Final = re.compile(r"severity|priority|schweregrad", re.IGNORECASE)
_DUTIES: Final = {
    "resolution": re.compile(r".*\b(?:resol\w+|fix|target|mttr|restor\w+|lösung\w*|mitigat\w+).*", re.IGNORECASE),
    "update": re.compile(r".*\b(?:updates?|communication|cadence|status).*", re.IGNORECASE),
    "escalation": re.compile(r".*\b(?:escalat\w+|eskalation).*", re.IGNORECASE),
    "response": re.compile(
        r".*\b(?:respon\w+|repl(?:y|ies)|acknowledg\w*|ack|time|sla|reaktions\w*|antwort\w*)\b.*", re.IGNORECASE
    ),
    "notify": re.compile(r".*\b(?:who|notif\w+|page\w*|contact)\b.*", re.IGNORECASE),
    "examples": re.compile(r".*\b(?:examples?|e\.g\.|beispiele?).*", re.IGNORECASE),
    "definition": re.compile(
        r".*\b(?:defin\w+|descri\w+|impact|criteria|meaning|when|beschreibung|bedeutung).*", re.IGNORECASE
    ),
}
_TIMED: Final = frozenset({"response", "update", "escalation", "resolution"})
_LONGEST: Final = 2_000
_TELLING: Final = re.compile(r"\b(?:updates?|status|communicat\w+|post|inform|stakeholders?)\b", re.IGNORECASE)


def severity_in(title: str) -> Severity | None:
    """The level that a title names by its code: *P1: queue stuck*, *[SEV2] …*. *High latency* names none."""
    match = _CODE.search(title[:60])
    if match is None or match["scale"].lower() in ("s", "level", "tier"):
        return None
    return of_word(match["scale"][0].lower().replace("s", "sev") + match["rank"])


def severity_said(groups: Iterable[Group]) -> Severity | None:
    """The level that a procedure's own *Severity* line or row names."""
    for each in (each for group in groups for each in group.placed):
        piece = each.piece
        pairs = [row.cells[:2] for row in piece.rows] if isinstance(piece, Table) else [(each.name, each.value)]
        for pair in pairs:
            if len(pair) == 2 and _SCALE.fullmatch(pair[0]):
                return _named(pair[1])
    return None


def names_level(title: str) -> bool:
    """True for a title that is the name of a level and nothing more: *P0 – Critical*, *SEV-1*, *High severity*."""
    return bool(title.strip()) and _ONLY.fullmatch(title_of(title)[:80]) is not None and _named(title) is not None


def begins_level(title: str) -> bool:
    """True for a level's name with words of its own after it: *Severity 1 – nobody can log in*."""
    return _CODE.match(bare(title)) is not None


def of_heading(section: Section) -> Level | None:
    """The level that a heading names, with what stands under it."""
    level = _level(section.path[-1], section.line, section.line, section.path) if section.path else None
    if level is None:
        return None
    for each in section.placed:
        name = each.name or (each.text if spans.span(each.text) else "")
        level = _with(level, name, each.value or each.text)
    return replace(level, last=section.last)


def of_list(section: Section, placed: Sequence[Placed]) -> Iterator[Level]:
    """Levels as a list: each outer item or paragraph names one, the items below it say what it means."""
    level: Level | None = None
    for each in placed:
        item = each.piece
        if not isinstance(item, Item | Sentence):
            continue
        named = (
            _level(each.name or each.text, each.line, each.last, section.path)
            if names_level(each.name or each.text)
            else None
        )
        if named:
            if level:
                yield level
            level = replace(named, definition=each.value)
            inline = spans.span(each.value)
            level = replace(level, response=Stated(text=inline.text, span=inline.longest) if inline else None)
        elif level and isinstance(item, Item):
            level = replace(_with(level, each.name, each.value or each.text), last=each.last)
    if level:
        yield level


def of_table(section: Section, table: Table) -> Iterator[Level]:
    """Levels as a table: a column names the level, the others what it obliges to."""
    column = next((n for n in range(len(table.header)) if _is_level_column(table, n)), None)
    if column is None:
        return
    for row in table.rows:
        level = _level(row.cells[column], row.line, row.line, section.path) if column < len(row.cells) else None
        if level:
            yield _of_row(level, table, row, column)


def on_one_scale(levels: Iterable[Level]) -> tuple[Level, ...]:
    """The levels with the house's severities. A scale of SEV or S that has no zero begins with its worst at 1."""
    found = list(levels)
    codes = [_CODE.search(level.name) for level in found]
    ranks = [int(code["rank"]) for code in codes if code]
    shifted = bool(ranks) and min(ranks) > 0 and any(code["scale"].lower() != "p" for code in codes if code)
    if not shifted:
        return tuple(found)
    order = list(Severity)
    return tuple(
        replace(level, severity=order[min(int(code["rank"]) - 1, 3)] if code else level.severity)
        for level, code in zip(found, codes, strict=True)
    )


def cadences(said: Iterable[Said]) -> Iterator[Cadence]:
    """*Post updates every 30 minutes*, wherever it is said."""
    for each in said:
        every = spans.every(each.text)
        if every and every.total_seconds() < 86_400 and _TELLING.search(each.text):
            severity = severity_in(each.text)
            yield Cadence(
                text=each.text, every=every, severity=severity, line=each.line, last=each.last, path=each.path
            )


def _of_row(level: Level, table: Table, row: Row, column: int) -> Level:
    for n, (header, text) in enumerate(zip(table.header, row.cells, strict=False)):
        if n != column:
            level = _with(level, header, text)
    return level


def _is_level_column(table: Table, column: int) -> bool:
    cells = [row.cells[column] for row in table.rows if column < len(row.cells)]
    return len(cells) > 1 and all(names_level(cell) for cell in cells)


def _named(title: str) -> Severity | None:
    code = _CODE.search(title)
    if code:
        return of_word("p" + code["rank"])
    return next((severity for severity, pattern in _GRADE.items() if pattern.search(title)), None)


def _level(name: str, line: int, last: int, path: tuple[str, ...]) -> Level | None:
    severity = _named(name)
    return Level(severity=severity, name=bare(name), line=line, last=last, path=path) if severity else None


def _with(level: Level, name: str, text: str) -> Level:
    """The level with one duty or description more; a second text for the same one is added to the first."""
    if is_empty(text):
        return level
    duty = next((duty for duty, pattern in _DUTIES.items() if name and pattern.fullmatch(name)), "definition")
    timed = duty in _TIMED and (spans.span(text) or spans.every(text) or duty == "response")
    stated = _stated(text)
    match duty if timed or duty not in _TIMED else "definition":
        case "response":
            return replace(level, response=level.response or stated)
        case "update":
            return replace(level, update=level.update or stated)
        case "escalation":
            return replace(level, escalation=level.escalation or stated)
        case "resolution":
            return replace(level, resolution=level.resolution or stated)
        case "notify":
            return replace(level, notify=_added(level.notify, text))
        case "examples":
            return replace(level, examples=_added(level.examples, text))
        case _:
            return replace(level, definition=_added(level.definition, text))


def _added(known: str, text: str) -> str:
    """Both texts, up to a length that no definition has: what follows is no longer about the level."""
    return "; ".join(filter(None, (known, text))) if len(known) < _LONGEST else known


def _stated(text: str) -> Stated:
    return Stated(text=text, span=spans.length(text) or spans.every(text))
