"""Which of the house's four severities a word means: a code, a grade or a colour, on the scale of the document."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from compiler.recognise.facts import AlertRule, Cadence, Fact, Level
from compiler.recognise.procedure import Procedure
from compiler.recognise.wording import bare, title_of
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
_COLOURS: Final = (
    ("black|schwarz", "⚫", Severity.P0),
    ("red|rot", "🔴", Severity.P0),
    ("orange", "🟠", Severity.P1),
    ("amber", "🟧", Severity.P1),
    ("yellow|gelb", "🟡", Severity.P2),
    ("green|grün", "🟢", Severity.P3),
    ("blue|blau", "🔵", Severity.P3),
)
"""The worst first, each with its place where no worse one has it."""
_COLOUR: Final = [re.compile(rf"\b(?:{words})\b|{sign}", re.IGNORECASE) for words, sign, _ in _COLOURS]
_COLOUR_WORDS: Final = "|".join(words for words, _, _ in _COLOURS)
_BEHIND: Final = r"(?:[ -]?(?:severity|priority|impact|incidents?|issues?))?s?[\W_]*"
_ONLY: Final = re.compile(
    rf"[\W_]*(?:{_CODE.pattern})?[\W_]*(?:(?:{'|'.join(_GRADES.values())})\b[\W_]*){{0,2}}{_BEHIND}", re.IGNORECASE
)
_UNNAMED: Final = re.sub(r"\?P<\w+>", "?:", _CODE.pattern)
_ONLY_COLOUR: Final = re.compile(
    r"[\W_]*(?:(?:code|level|severity|status|condition|category|priority|alert)\b[\W_]*)?"
    rf"(?:(?:{_UNNAMED}|(?:{'|'.join(_GRADES.values())}|{_COLOUR_WORDS})\b)[\W_]*){{0,3}}"
    rf"(?:(?:alert|level|status|phase)\b)?{_BEHIND}",
    re.IGNORECASE,
)
_LONGEST: Final = 80
_APART: Final = re.compile(r"\s*(?:[:–—(\[]|\s-\s)\s*")
"""What parts a level's name from what is said of it."""
_MARKED: Final = re.compile(
    rf"[(\[](?P<within>{_COLOUR_WORDS})[)\]]|(?:code )?(?P<before>{_COLOUR_WORDS})\b\s*[:–—-]", re.IGNORECASE
)
"""A heading's colour: *Slow search (Amber)*, *Red: nobody can order*."""


def severity_in(title: str) -> Severity | None:
    """The level that a title names by its code: *P1: queue stuck*, *[SEV2] …*. *High latency* names none."""
    match = _CODE.search(title[:60])
    if match is None or match["scale"].lower() in ("s", "level", "tier"):
        return None
    return of_word(match["scale"][0].lower().replace("s", "sev") + match["rank"])


def severity_of(level: str) -> Severity | None:
    """The severity that a level means: by its code, or else by its grade, or else by its colour."""
    return severity_in(level) or named(level)


def named(level: str) -> Severity | None:
    """The severity of a level with this name."""
    graded = _graded(level)
    colour = colour_in(level) if graded is None else None
    return graded if colour is None else _COLOURS[colour][2]


def is_code(word: str) -> bool:
    """True for a level's code and nothing else."""
    return _CODE.fullmatch(word) is not None


def names_level(title: str) -> bool:
    """True for a title that is the name of a level and nothing more: *P0 – Critical*, *SEV-1*, *High severity*."""
    return (
        bool(title.strip()) and _ONLY.fullmatch(title_of(title)[:_LONGEST]) is not None and _graded(title) is not None
    )


def may_name_level(title: str) -> bool:
    """True also for a colour, which names a level only where others beside it do: *Red*, *Code Amber*, 🟢."""
    if names_level(title):
        return True
    return colour_in(title) is not None and _ONLY_COLOUR.fullmatch(title_of(title)[:_LONGEST]) is not None


def begins_level(title: str) -> bool:
    """True for a level's name with words of its own after it: *Severity 1 – nobody can log in*."""
    return _CODE.match(bare(title)) is not None


def parted(title: str) -> tuple[str, str]:
    """*Red (15 min)* as the level's name and what is said of it; the name is empty where the title names none."""
    if may_name_level(title):
        return title, ""
    for match in reversed(list(_APART.finditer(title[:_LONGEST]))):
        if may_name_level(title[: match.start()]):
            return title[: match.start()], title[match.end() :].replace(")", "", 1)
    return "", title


def colour_in(text: str) -> int | None:
    """Which colour a text names first of all, counted from the worst; None where it names none."""
    return next((n for n, pattern in enumerate(_COLOUR) if pattern.search(text[:_LONGEST])), None)


def begins_at_one(levels: Iterable[Level]) -> bool:
    """True for a scale of SEV or S that has no zero: its worst is 1."""
    codes = [(code["scale"].lower(), int(code["rank"])) for level in levels if (code := _CODE.search(level.name))]
    return any(scale != "p" for scale, _ in codes) and all(rank > 0 for _, rank in codes)


def on_one_scale(facts: Sequence[Fact]) -> tuple[Fact, ...]:
    """The facts with the house's severities, whatever the document's own scale calls them.

    Where it begins at 1, SEV1 is P0 everywhere; where its levels are colours, *Red* is what the level says.
    """
    levels = [each for each in facts if isinstance(each, Level)]
    if begins_at_one(levels):
        facts = tuple(map(_shifted, facts))
    coloured = _coloured(each for each in facts if isinstance(each, Level))
    return tuple(_painted(each, coloured) for each in facts) if coloured else tuple(facts)


def _coloured(levels: Iterable[Level]) -> Mapping[int, Severity]:
    """Colour → severity: that of its code or grade, else its own place, one step down where a worse colour has it."""
    by_colour = {colour: level for level in levels if (colour := colour_in(level.name)) is not None}
    found: dict[int, Severity] = {}
    above = -1
    for colour, level in sorted(by_colour.items()):
        graded = _graded(level.name) is not None
        rank = level.severity.rank if graded else min(max(level.severity.rank, above + 1), Severity.P3.rank)
        found[colour], above = list(Severity)[rank], rank
    return found


def _painted(fact: Fact, coloured: Mapping[int, Severity]) -> Fact:
    """The fact with the severity of the colour that it names."""
    if isinstance(fact, Level):
        return replace(fact, severity=_of_colour(fact.name, coloured) or fact.severity)
    if isinstance(fact, AlertRule):
        severity = _of_colour(fact.severity, coloured)
        return replace(fact, severity=severity.value) if severity else fact
    if not isinstance(fact, Procedure):
        return fact
    heading = fact.path[-1] if fact.path else ""
    marked = None if fact.level else _MARKED.search(heading)
    level = fact.level or (marked["within"] or marked["before"] if marked else "")
    severity = _of_colour(level or (heading if may_name_level(heading) else ""), coloured)
    return replace(fact, level=level, severity=severity) if severity else fact


def _of_colour(text: str, coloured: Mapping[int, Severity]) -> Severity | None:
    colour = colour_in(text) if _graded(text) is None else None
    return coloured.get(colour) if colour is not None else None


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


def _graded(title: str) -> Severity | None:
    if code := _CODE.search(title):
        return of_word("p" + code["rank"])
    return next((severity for severity, pattern in _GRADE.items() if pattern.search(title)), None)
