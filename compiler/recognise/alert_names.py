"""Names of alerts in headings and sentences: in many collections of runbooks each heading is the name of an alert."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from compiler.document import Code, Item, Row, Sentence, Table
from compiler.recognise import spans
from compiler.recognise.alert_titles import titled_alerts
from compiler.recognise.facts import AlertRule
from compiler.recognise.groups import Group
from compiler.recognise.instruction import SENTENCE_END
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Role
from compiler.recognise.wording import is_empty, named_alerts, title_of
from compiler.recognise.words import Topic, about

_ANY: Final = re.compile(r"(?=.{3,100}\Z)[A-Za-z_][A-Za-z0-9_:.-]*(?: [A-Za-z0-9_][A-Za-z0-9_:.-]*){0,7}")
_LABEL: Final = re.compile(
    r"(?:(?:triggering|corresponding|source|prometheus|pagerduty|grafana|datadog|nagios|icinga) )?"
    r"(?:alerts?|alarms?)(?: ?names?| ?ids?)?"
    r"(?: that .*)?"
    r"|(?:triggered|fired|raised|paged) by(?: alerts?)?",
    re.IGNORECASE,
)
_SAME: Final = re.compile(
    r"(?:this (?:alert )?is )?(?:the )?(?:same as|see(?: also)?|refer to|follow)(?: the)? [`\"']?"
    r"(?P<other>\w{5,100})\b",
    re.IGNORECASE,
)
_NAME: Final = r"[`\"'“]?[A-Za-z_][\w:.-]{2,99}[`\"'”]?"
_NAMES: Final = rf"(?P<names>{_NAME}(?:(?:, (?:and |or )?| and | or |/){_NAME}){{0,7}})"
_FIRE: Final = (
    r"(?:fires?|is firing|are firing|fired|triggers?|indicates?|goes off"
    r"|(?:is|are|was|has been) (?:triggered|fired|raised))"
)
_IN_PASSING: Final = (
    re.compile(rf"\b(?:alerts?|alarms?|monitors?)(?: called| named| rules?)? {_NAMES}", re.IGNORECASE),
    re.compile(
        r"\b(?:raises|sends|(?:raised|triggered|fired|paged|alerted) (?:by|with|for)"
        r"|pages(?: \w+){0,2} (?:with|on|for))"
        rf"(?: the)?(?: alerts?)? {_NAMES}",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:for|covers?|about|handles?|on|to|of|with)(?: the)? {_NAMES} (?:alerts?|alarms?)\b", re.IGNORECASE
    ),
    re.compile(rf"\b{_NAMES}(?: \([^()]{{0,60}}\))?(?: (?:alerts?|alarms?|monitors?))? {_FIRE}\b", re.IGNORECASE),
)
_EACH: Final = re.compile(r"[A-Za-z_][\w:.-]*\w")
_SIGNS: Final = ("alert", "alarm", "monitor", "fire", "raise", "sends", "page", "firing")
"""One of these is in whatever tells of an alert, in small letters."""
_ELSEWHERE: Final = re.compile(
    r"\b(?:also|other|others|see|related|instead|unless|not|never|no|until|clears?|cleared|resolves?|resolved|silence\w*"
    r"|mute\w*|acknowledg\w*)\b",
    re.IGNORECASE,
)
"""What tells of another alert, or of its end."""
_ABOUT: Final = re.compile(
    r"(?:(?:about (?:this|the) )?(?:alerts?|incident|runbook|document) ?)?"
    r"(?:details?|info(?:rmation)?|description|metadata|summary|overview|trigger|reference)?",
    re.IGNORECASE,
)
"""Headings of what a whole page is about."""
_LONGEST: Final = 2_000
_SAYS: Final = frozenset({None, Role.SYMPTOMS})
"""Where a procedure says what it is for."""


def heading_alerts(section: Section) -> tuple[str, ...]:
    """The alerts that a section is headed by: what stands there is what to do when they fire."""
    named = titled_alerts(section.path[-1]) if section.path else ()
    if named or not any(about(title) is Topic.ALERTS for title in section.path[:-1]):
        return named
    told = {group.role for group in section.groups} & {Role.SYMPTOMS, Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY}
    return titled_alerts(section.path[-1], listed=bool(told))


def alerts_led_here(section: Section, title: str, lines: range) -> tuple[str, ...]:
    """The alerts that lead to a procedure: by its heading, by a line *Alert: …* in it, or by what it says fires."""
    titled = heading_alerts(section) if section.path and section.path[-1].endswith(title) else titled_alerts(title)
    said = (name for group in section.groups if group.line in lines for name in _said(group))
    return tuple(dict.fromkeys((*titled, *said)))


def _said(group: Group) -> Iterator[str]:
    first = group.placed[0] if group.placed else None
    told = first is not None and first.name == group.label and first.value != ""
    listed = not told and _LABEL.fullmatch(group.label) is not None
    for each in group.placed:
        piece = each.piece
        named = bool(each.value) and _LABEL.fullmatch(each.name) is not None
        if isinstance(piece, Table):
            yield from _in_rows(piece)
        elif not isinstance(piece, Sentence | Item):
            continue
        elif named or (listed and isinstance(piece, Item)):
            yield from _named(each.value if named else each.name or each.text, piece.codes)
        elif group.role in _SAYS and not each.numbered:
            yield from _in_passing(each.text, piece.codes)


def _named(text: str, codes: Sequence[Code]) -> Sequence[str]:
    """The alerts that a text lists: those in code where there are any, else names, or the words of one title."""
    coded = [code.text for code in codes if code.text in text and _ANY.fullmatch(code.text)]
    return coded or named_alerts(text, listed=text[:1].isupper() and not is_empty(text))


def _in_rows(table: Table) -> Iterator[str]:
    """A table of what the procedure is about: *Alert | DiskFull*."""
    if len(table.header) != 2:
        return
    for row in (Row(cells=table.header, line=table.line), *table.rows):
        if len(row.cells) == 2 and _LABEL.fullmatch(row.cells[0]):
            yield from _named(row.cells[1], row.codes)


def _in_passing(text: str, codes: Sequence[Code]) -> Iterator[str]:
    """The alerts of which the words say that they fire: *You get here when the PoolWaits alert is raised*."""
    if not any(map(spans.small(text[:_LONGEST]).__contains__, _SIGNS)):
        return
    coded = {code.text for code in codes if any(not letter.islower() for letter in code.text)}
    for sentence in SENTENCE_END.split(text[:_LONGEST]):
        if _ELSEWHERE.search(sentence):
            continue
        for match in (match for pattern in _IN_PASSING for match in pattern.finditer(sentence)):
            names = _EACH.findall(match["names"])
            if any(name in coded or named_alerts(name) for name in names):
                yield from (name for name in names if name in coded or not name[1:].islower())


def alone(section: Section) -> Iterator[AlertRule]:
    """The alerts of a section without steps: those that it leaves to another one, and those that the page is about."""
    told = [each for each in section.placed if each.text]
    match = _SAME.match(told[-1].text) if told and len(told) == len(section.placed) <= 2 else None
    line, last, path = section.line, section.last, section.path
    for name in heading_alerts(section) if match else ():
        yield AlertRule(name=name, action=match["other"] if match else "", line=line, last=last, path=path)
    if len(path) <= 1 or (len(path) == 2 and _ABOUT.fullmatch(title_of(path[-1]))):
        for group in section.groups:
            yield from (AlertRule(name=name, line=group.line, last=group.line, path=path[:1]) for name in _said(group))
