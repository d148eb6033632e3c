"""Severity levels: the four words of the house for the many that teams use, and what each level obliges people to."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.document import Item, Row, Sentence, Table
from compiler.recognise import spans
from compiler.recognise.facts import AlertRule, Cadence, Fact, Level, Said, Stated
from compiler.recognise.outline import Group, Placed, Section
from compiler.recognise.procedure import Procedure
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
_COUNTS: Final = re.compile(
    r"\b(?:counts? as|treat(?:ed)?(?: it| this)? as|(?:this|it) is(?: always)?)(?: an?)? (?P<level>(?:p|sev-?)[0-4])\b"
    r"(?! (?:when|if|once|unless|while|until|as)\b)",
    re.IGNORECASE,
)
_SAID: Final = ("counts as", "count as", "treat", "is P", "is a P", "is SEV", "is a SEV", "always")
"""One of these is in whatever counts as a level."""
_LONGEST_CODE: Final = 12
_DUTIES: Final = {
    "postmortem": re.compile(r".*\b(?:post-?\s?mortems?|rca|retrospectives?|root cause analysis)\b.*", re.IGNORECASE),
    "assess": re.compile(r"(?:.* )?assess(?:ed|ment)?(?: .*)?", re.IGNORECASE),
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
_TIMED: Final = frozenset({"response", "update", "escalation", "resolution", "postmortem", "assess"})
_CLAUSE: Final = re.compile(r"(?<=[.;,])\s+")
_LONGEST: Final = 2_000
_TELLING: Final = re.compile(r"\b(?:updates?|status|communicat\w+|post|inform|stakeholders?)\b", re.IGNORECASE)


def severity_in(title: str) -> Severity | None:
    """The level that a title names by its code: *P1: queue stuck*, *[SEV2] …*. *High latency* names none."""
    match = _CODE.search(title[:60])
    if match is None or match["scale"].lower() in ("s", "level", "tier"):
        return None
    return of_word(match["scale"][0].lower().replace("s", "sev") + match["rank"])


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
            if _CODE.fullmatch(each.text.strip(" .")):
                return each.text
        elif counts := _COUNTS.search(each.text[:_LONGEST]) if any(map(each.text.__contains__, _SAID)) else None:
            return counts["level"]
    return ""


def severity_of(level: str) -> Severity | None:
    """The severity that a level means, by its code or else by its grade."""
    return severity_in(level) or _named(level)


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
        if each.name:
            level = _with(level, each.name, each.value or each.text)
        else:
            level = _told(level, each.text) or _with(level, each.text if spans.span(each.text) else "", each.text)
    return replace(level, last=section.last)


def of_list(section: Section, placed: Sequence[Placed]) -> Iterator[Level]:
    """Levels as a list: each outer item or paragraph names one, the items below it say what it means."""
    level: Level | None = None
    for each in placed:
        item = each.piece
        if not isinstance(item, Item | Sentence):
            continue
        name, value = _parted(each, item)
        named = _level(name, each.line, each.last, section.path) if names_level(name) else None
        if named:
            if level:
                yield level
            inline = spans.span(value)
            answer = Stated(text=inline.text, span=inline.longest) if inline else None
            level = _told(named, value) or replace(named, definition=value, response=answer)
        elif level and isinstance(item, Item):
            told = None if each.name else _told(level, each.text)
            level = replace(told or _with(level, each.name, each.value or each.text), last=each.last)
    if level:
        yield level


def coded(section: Section) -> Iterator[Level]:
    """Levels as a list under a heading of the team's own (*How bad is it?*): every outer item begins with a code."""
    outer = [each for each in section.placed if isinstance(each.piece, Item) and each.piece.depth == 0]
    names = [_parted(each, each.piece)[0] for each in outer if isinstance(each.piece, Item)]
    if len(names) > 1 and all(names_level(name) and begins_level(name) for name in names):
        yield from of_list(section, section.placed)


def _parted(placed: Placed, piece: Item | Sentence) -> tuple[str, str]:
    """A level's name and what is said of it; words in bold name one although the sentence goes on from them."""
    if not placed.name and piece.label and names_level(piece.label):
        return piece.label, piece.text.partition(piece.label)[2].strip()
    return placed.name or placed.text, placed.value


def of_table(section: Section, table: Table) -> Iterator[Level]:
    """Levels as a table: a column names the level, the others what it obliges to."""
    column = next((n for n in range(len(table.header)) if _is_level_column(table, n)), None)
    if column is None:
        return
    for row in table.rows:
        level = _level(row.cells[column], row.line, row.line, section.path) if column < len(row.cells) else None
        if level:
            yield _of_row(level, table, row, column)


def begins_at_one(levels: Iterable[Level]) -> bool:
    """True for a scale of SEV or S that has no zero: its worst is 1."""
    codes = [(code["scale"].lower(), int(code["rank"])) for level in levels if (code := _CODE.search(level.name))]
    return any(scale != "p" for scale, _ in codes) and all(rank > 0 for _, rank in codes)


def on_one_scale(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts with the house's severities: where the document's own scale begins at 1, SEV1 is P0 everywhere."""
    if not begins_at_one(each for each in facts if isinstance(each, Level)):
        return tuple(facts)
    return tuple(map(_shifted, facts))


def one_for_each(levels: Iterable[Level]) -> Mapping[Severity, Level]:
    """One level for each severity: of several, what the first one says of each duty stands."""
    found: dict[Severity, Level] = {}
    for level in levels:
        first = found.setdefault(level.severity, level)
        added = {duty: getattr(level, duty) for duty in _TIMED if getattr(first, duty) is None}
        found[level.severity] = replace(first, **added)
    return found


def _shifted(fact: Fact) -> Fact:
    if isinstance(fact, Level):
        return replace(fact, severity=_from_one(fact.name) or fact.severity)
    # Beside such a scale a P1 is the house's own.
    if isinstance(fact, Procedure):
        return replace(fact, severity=_from_one(fact.level, "p") or fact.severity)
    if isinstance(fact, AlertRule):
        severity = _from_one(fact.severity, "p")
        return replace(fact, severity=severity.value) if severity else fact
    if isinstance(fact, Cadence) and fact.severity:
        return replace(fact, severity=_from_one(fact.text, "p") or fact.severity)
    return fact


def _from_one(text: str, but: str = "") -> Severity | None:
    """The severity that a code means where the worst is 1; None where there is no code, or one of the scale ``but``."""
    code = _CODE.search(text)
    if code is None or code["scale"].lower() == but:
        return None
    return list(Severity)[min(max(int(code["rank"]) - 1, 0), 3)]


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


def _told(level: Level, text: str) -> Level | None:
    """The level with what a text says of it, each clause by its own words: *Respond in 1 hour, update hourly.*

    None where no clause says how long anything may take.
    """
    known, rest = level, list[str]()
    for clause in _CLAUSE.split(text):
        timed = _duty(clause) in _TIMED and (spans.span(clause) or spans.every(clause))
        if timed:
            known = _with(known, clause, clause.rstrip(".,; "))
        else:
            rest.append(clause)
    return _with(known, "", " ".join(rest).rstrip(",; ")) if known is not level else None


def _duty(name: str) -> str:
    return next((duty for duty, pattern in _DUTIES.items() if name and pattern.fullmatch(name)), "definition")


def _with(level: Level, name: str, text: str) -> Level:
    """The level with one duty or description more; a second text for the same one is added to the first."""
    if is_empty(text):
        return level
    duty = _duty(name)
    timed = duty in _TIMED and (spans.span(text) or spans.every(text) or duty in ("response", "postmortem"))
    stated = _stated(text)
    match duty if timed or duty not in _TIMED else "definition":
        case "response":
            return replace(level, response=level.response or stated)
        case "update":
            return replace(level, update=_oftener(level.update, stated))
        case "escalation":
            return replace(level, escalation=level.escalation or stated)
        case "resolution":
            return replace(level, resolution=level.resolution or stated)
        case "assess":
            return replace(level, assess=level.assess or stated)
        case "postmortem":
            return replace(level, postmortem=level.postmortem or stated)
        case "notify":
            return replace(level, notify=_added(level.notify, text))
        case "examples":
            return replace(level, examples=_added(level.examples, text))
        case _:
            return replace(level, definition=_added(level.definition, text))


def _oftener(known: Stated | None, stated: Stated) -> Stated:
    """How often to tell people: *every 30 minutes* counts, and not by when they are told first."""
    return stated if known is None or (spans.every(stated.text) and not spans.every(known.text)) else known


def _added(known: str, text: str) -> str:
    """Both texts, up to a length that no definition has: what follows is no longer about the level."""
    return "; ".join(filter(None, (known, text))) if len(known) < _LONGEST else known


def _stated(text: str) -> Stated:
    return Stated(text=text, span=spans.length(text) or spans.every(text))
