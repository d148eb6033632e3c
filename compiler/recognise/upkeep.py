"""What is done by the calendar: checklists, maintenance windows, backups, their objectives, the document's review."""

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from typing import Final

from msgspec.structs import replace

from compiler.document import Block, Item
from compiler.recognise import spans
from compiler.recognise.facts import (
    Backup,
    Checklist,
    Objective,
    RecoveryObjective,
    Review,
    ReviewKind,
    Said,
    Stated,
    Window,
)
from compiler.recognise.groups import Group, Placed
from compiler.recognise.instruction import SENTENCE_END
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Purpose
from compiler.recognise.wording import named
from compiler.recognise.words import about, is_told, period

_DAY: Final = re.compile(
    r"\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:days?)?\b|\b(montag|dienstag"
    r"|mittwoch|donnerstag|freitag|samstag|sonntag)s?\b"
    r"|\b(weekdays?|weekends?|daily)\b",
    re.IGNORECASE,
)
_DAYS: Final = {
    "mon": "Monday", "tue": "Tuesday", "wed": "Wednesday", "thu": "Thursday", "fri": "Friday", "sat": "Saturday",
    "sun": "Sunday", "die": "Tuesday", "mit": "Wednesday", "don": "Thursday", "fre": "Friday", "sam": "Saturday",
    "son": "Sunday", "dai": "daily",
}  # fmt: skip
_HOURS: Final = re.compile(
    r"(?P<from>[0-9]{1,2})(?:[:.](?P<from_minute>[0-9]{2}))?\s*(?P<from_half>[ap]m)?\s*(?:uhr)?\s*(?:-"
    r"|–|—|to|until|bis)\s*(?:(?:mon|tue|wed|thu|fri|sat|sun|die|mit|don|sam)\w{0,8},?\s+)?"
    r"(?P<to>[0-9]{1,2})(?:[:.](?P<to_minute>[0-9]{2}))?\s*(?P<to_half>[ap]m)?\s*(?:uhr)?\s*\(?(?P<zone>[A-Z]{2,4}\b(?:[+-][0-9]{1,2})?"
    r"|[A-Z][a-z]+/[A-Z][A-Za-z_]+)?",
    re.IGNORECASE,
)
_ANY_TIME: Final = re.compile(
    r"\b(?:any ?time|jederzeit|24/7|never|outside|freeze|no (?:changes?|deploy\w*|releases?|maintenance))\b",
    re.IGNORECASE,
)
_LONGEST_WINDOW: Final = 200
_LONGEST_TOLD: Final = 2_000
_OBJECTIVE: Final = re.compile(r"\b(?:(?P<time>rto|recovery time)|(?P<point>rpo|recovery point))\b", re.IGNORECASE)
_BEHIND: Final = re.compile(r"(?P<text>[^()]{1,120})\((?:(?P<time>RTO)|(?P<point>RPO))\)(?!\s*[:=–-])")
"""*1 hour (RTO)*: the name stands behind its figure."""
_OBJECTIVE_WORDS: Final = ("rto", "rpo", "recovery ")
"""One of these is in whatever it finds."""
_SPELT: Final = re.compile(r"^\([^()]{1,60}\)\s*:\s*")
_RETENTION: Final = re.compile(r"\b(?:retain\w*|retention|kept|keep|aufbewahr\w*)\b", re.IGNORECASE)
_SAVES: Final = re.compile(r"\b(?:back(?:ed|s)?[ -]?ups?|snapshots?|dumps?|archived|gesichert)\b", re.IGNORECASE)
_PLACE: Final = re.compile(
    r"\b(?:to|in|on|nach)\s+(?P<place>S3|GCS|Glacier|Azure\b[\w ]*|[A-Z][\w./:-]{1,40}|s3://\S+|gs://\S+|/\S+)"
)
_BACKUP_LABELS: Final = {
    "every": re.compile(r"(?:.* )?(?:frequency|schedule|interval|häufigkeit)", re.IGNORECASE),
    "retention": re.compile(r"(?:.* )?(?:retention|retained|kept|aufbewahrung)(?: .*)?", re.IGNORECASE),
    "where": re.compile(r"(?:.* )?(?:location|storage|where|destination|stored)(?: .*)?", re.IGNORECASE),
    "text": re.compile(r"(?:.* )?(?:type|method|kind|tool|art)", re.IGNORECASE),
}
_REVIEWS: Final = (
    (
        ReviewKind.NEXT,
        re.compile(
            r"\bnext (?:scheduled )?review|\breview (?:due|by)|\bnächste (?:überprüfung|review)", re.IGNORECASE
        ),
    ),
    (ReviewKind.INTERVAL, re.compile(
        r"\breview(?:ed)?\b.{0,60}\b(?:daily|weekly|monthly|quarterly|annually|yearly|every)\b"
        r"|review (?:cycle|interval|cadence|frequency)|\bread (?:it |this )?(?:again|through) every\b", re.IGNORECASE)),
    (ReviewKind.UPDATED, re.compile(
        r"\b(?:last[ -](?:updated?|review(?:ed)?|verified|checked|edited|touched|modified|revised|tested|change)"
        r"|updated(?: on)?\b(?=\s*:)|(?:reviewed|updated|verified)(?: on)?:? +(?=[0-9]{1,4}[-/. ])"
        r"|revised|effective date|stand\s*:|zuletzt)|^date\b|^datum\b", re.IGNORECASE)),
    (ReviewKind.VERSION, re.compile(r"^(?:document |runbook )?version\b", re.IGNORECASE)),
    (ReviewKind.OTHER, re.compile(
        r"^(?:last incident|owner|author|maintained by|maintainer|audience|service|status"
        r"|approved by|document owner|team)\b\s*:", re.IGNORECASE)),
)  # fmt: skip
_REVIEW_WORDS: Final = (
    "review", "überprüfung", "last", "updated", "revised", "effective", "stand", "zuletzt", "date", "datum", "version",
    "verified", "again every", "through every", "owner", "author", "maintain", "audience", "service", "status",
    "approved", "team",
)  # fmt: skip
"""One of these is in whatever the patterns above find."""
_MONTHS: Final = {
    name: n
    for n, names in enumerate(
        ("jan", "feb", "mar mär", "apr", "may mai", "jun", "jul", "aug", "sep", "oct okt", "nov", "dec dez"), 1
    )
    for name in names.split()
}
_DATES: Final = (
    re.compile(r"\b(?P<y>[0-9]{4})[-/.](?P<m>[0-9]{1,2})[-/.](?P<d>[0-9]{1,2})\b"),
    re.compile(r"\b(?P<d>[0-9]{1,2})\.\s?(?P<m>[0-9]{1,2})\.(?P<y>[0-9]{4})\b"),
    re.compile(r"\b(?P<name>[A-Za-zä]{3,9})\.? (?P<d>[0-9]{1,2})(?:st|nd|rd|th)?,? (?P<y>[0-9]{4})\b"),
    re.compile(r"\b(?P<d>[0-9]{1,2})(?:st|nd|rd|th|\.)? (?P<name>[A-Za-zä]{3,9})\.?,? (?P<y>[0-9]{4})\b"),
    re.compile(r"\b(?P<name>[A-Za-zä]{3,9})\.?,? (?P<y>[0-9]{4})\b"),
    re.compile(r"\b(?P<y>[0-9]{4})-(?P<m>[0-9]{2})\b(?!-)"),
)
"""As people write a date; a month alone is its first day."""


def checklists(section: Section, groups: Sequence[Group]) -> Iterator[Checklist]:
    """Lists whose heading or label names a cadence."""
    for group in groups:
        named = period(group.label) or period(section.title)
        items = tuple(
            Said(text=each.text, line=each.line, last=each.last, path=section.path)
            for each in group.placed
            if isinstance(each.piece, Item)
        )
        if named and items:
            line = section.line if group is section.groups[0] and not group.label else group.line
            yield Checklist(
                cadence=named[0], every=named[1], items=items, line=line, last=items[-1].last, path=section.path
            )


def window(section: Section, name: str, text: str, placed: Placed) -> Window | None:
    """*Sunday 02:00–04:00 UTC*, or *anytime with approval*; None for a text that says neither."""
    days = tuple(
        dict.fromkeys(_DAYS.get(each.group()[:3].lower(), each.group().lower()) for each in _DAY.finditer(text))
    )
    hours = _HOURS.search(text)
    anytime = _ANY_TIME.search(text)
    if not (days and hours) and not anytime:
        return None
    start, end = _hours(hours) if hours else (None, None)
    return Window(
        environment=name, days=days, start=start, end=end, zone=(hours["zone"] or "") if hours else "", text=text,
        line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip


def tells_window(text: str) -> bool:
    """True for days with their hours: *Sundays 02:00–04:00 UTC*; also for days without changes."""
    if len(text) > _LONGEST_WINDOW or not _DAY.search(text):
        return False
    return _HOURS.search(text) is not None or _ANY_TIME.search(text) is not None


def backups(section: Section, placed: Iterable[Placed]) -> Iterator[Backup]:
    """One backup for the items that together say how often, how long and where; else one an item."""
    whole: Backup | None = None
    for each in placed:
        named = each.name if isinstance(each.piece, Item) else ""
        duty = next((duty for duty, pattern in _BACKUP_LABELS.items() if named and pattern.fullmatch(named)), None)
        if duty:
            whole = _with(whole or _whole(section, each), duty, each)
        elif found := _backup(section, each):
            yield found
    if whole:
        yield whole


def scheduled(section: Section, block: Block) -> Backup | None:
    """A backup that a cron line in a block makes, with what the block says of its retention."""
    every = spans.of_cron(block.text)
    if every is None:
        return None
    kept = [line for line in block.text.split("\n") if re.search(r"^\s*#", line) and _RETENTION.search(line)]
    retention = tuple(Stated(text=line.strip("# "), span=spans.length(line)) for line in kept)
    return Backup(
        what=section.title, every=every, retention=retention, text=block.text,
        line=block.line, last=block.line + block.text.count("\n"), path=section.path,
    )  # fmt: skip


def objectives(section: Section, placed: Placed) -> tuple[RecoveryObjective, ...]:
    """*RTO: 4 hours*, in an item or a sentence; *RPO: 1 hour, RTO: 4 hours* are both."""
    small = spans.small(placed.text)
    if not any(map(small.__contains__, _OBJECTIVE_WORDS)):
        return ()
    sentences = SENTENCE_END.split(placed.text) if len(placed.text) <= _LONGEST_TOLD else ()
    parts = [(each, *named(each)) for each in sentences if len(sentences) > 1]
    found = tuple(each for part in parts for each in _objectives_in(section, placed, *part))
    return found or tuple(_objectives_in(section, placed, placed.text, placed.name, placed.value))


def _objectives_in(section: Section, placed: Placed, text: str, name: str, value: str) -> Iterator[RecoveryObjective]:
    """The objectives of one sentence, each with the length of time behind its name, or before its name in brackets."""
    behind = [each for each in _BEHIND.finditer(text) if spans.span(each["text"])]
    if behind:
        yield from (_objective(section, placed, each, each["text"].strip()) for each in behind)
        return
    told = list(_OBJECTIVE.finditer(text))
    if len(told) == 2 and told[0].lastgroup != told[1].lastgroup:
        texts = text[told[0].end() : told[1].start()], text[told[1].end() :]
        if all(spans.span(each) for each in texts):
            for each, target in zip(told, texts, strict=True):
                yield _objective(section, placed, each, target.strip(" :=,;./"))
            return
    first = _OBJECTIVE.search(name or text)
    target = _SPELT.sub("", value or text)
    if first and spans.span(target):
        yield _objective(section, placed, first, target)


def _objective(section: Section, placed: Placed, named: re.Match[str], text: str) -> RecoveryObjective:
    return RecoveryObjective(
        objective=Objective.TIME if named["time"] else Objective.POINT,
        target=Stated(text=text, span=spans.length(text)),
        line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip


def reviews(section: Section, text: str, line: int, last: int, *, leading: bool = False) -> tuple[Review, ...]:
    """What a line says about the document itself; one sentence may say when it was updated and how often it is read.

    With ``leading``, only what the text begins with counts.
    """
    if not text or len(text) > 300:
        return ()
    small = spans.small(text)
    if not any(map(small.__contains__, _REVIEW_WORDS)):
        return ()
    found = [(kind, match) for kind, pattern in _REVIEWS if (match := pattern.search(text))]
    if leading and not any(match.start() == 0 for _, match in found):
        return ()
    dated = [kind for kind, _ in found if kind in (ReviewKind.UPDATED, ReviewKind.NEXT)]
    return tuple(
        Review(
            kind=kind, text=text,
            on=_date(text[match.start() :]) or (_date(text) if len(dated) == 1 else None) if kind in dated else None,
            every=spans.every(text) if kind in (ReviewKind.INTERVAL, ReviewKind.NEXT) else None,
            line=line, last=last, path=section.path,
        )
        for kind, match in found
    )  # fmt: skip


def _hours(match: re.Match[str]) -> tuple[time | None, time | None]:
    half = match["to_half"]
    return (
        _time(match["from"], match["from_minute"], match["from_half"] or half),
        _time(match["to"], match["to_minute"], half),
    )


def _time(hour: str, minute: str | None, half: str | None) -> time | None:
    hours, minutes = int(hour), int(minute or 0)
    if half:
        hours = hours % 12 + (12 if half.lower() == "pm" else 0)
    return time(hours % 24, minutes) if hours <= 24 and minutes < 60 else None


def _whole(section: Section, placed: Placed) -> Backup:
    return Backup(what=section.title, line=placed.line, last=placed.last, path=section.path)


def _with(backup: Backup, duty: str, placed: Placed) -> Backup:
    backup = replace(backup, last=placed.last, text="; ".join(filter(None, (backup.text[:2_000], placed.text))))
    if duty == "every":
        return replace(backup, every=spans.every(placed.value) or spans.length(placed.value))
    if duty == "retention":
        kept = (*(part.strip() for part in placed.value.split(",")),)
        return replace(backup, retention=tuple(Stated(text=part, span=spans.length(part)) for part in kept))
    return replace(backup, where=placed.value) if duty == "where" else backup


def _backup(section: Section, placed: Placed) -> Backup | None:
    item, text = isinstance(placed.piece, Item), placed.value or placed.text
    kept = _RETENTION.search(text)
    timed = spans.every(text) is not None or kept is not None
    if item and (not placed.name or is_told(placed.name) or not (timed or about(section.title) is Purpose.BACKUP)):
        return None
    if not item and not (timed and _SAVES.search(text)):
        return None
    place = _PLACE.search(text)
    return Backup(
        what=placed.name or section.title, every=spans.every(text),
        retention=(Stated(text=text, span=spans.length(text[kept.start() :])),) if kept else (),
        where=place["place"] if place else "", text=text, line=placed.line, last=placed.last, path=section.path,
    )  # fmt: skip


def _date(text: str) -> date | None:
    for pattern in _DATES:
        match = pattern.search(text)
        if match is None:
            continue
        parts = match.groupdict()
        month = _MONTHS.get((parts.get("name") or "")[:3].lower()) or int(parts.get("m") or 0)
        try:
            return date(int(match["y"]), month, int(parts.get("d") or 1))
        except ValueError:
            continue
    return None
