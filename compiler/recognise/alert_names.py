"""Names of alerts in headings and sentences: in many collections of runbooks each heading is the name of an alert."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.document import Item, Sentence
from compiler.recognise.facts import AlertRule
from compiler.recognise.outline import Group, Section
from compiler.recognise.procedure import Role
from compiler.recognise.wording import named_alerts
from compiler.recognise.words import Topic, about

_ANY: Final = re.compile(r"(?=.{3,100}\Z)[A-Za-z_][A-Za-z0-9_:.-]*(?: [A-Za-z0-9_:.-]+){0,7}")
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
_FIRES: Final = re.compile(
    r"\b(?P<name>\w{5,100})[`*\"']? alert (?:fires|triggers|indicates|is (?:triggered|fired|raised))"
)


def heading_alerts(section: Section) -> tuple[str, ...]:
    """The alerts that a section is headed by: what stands there is what to do when they fire."""
    named = named_alerts(section.path[-1]) if section.path else ()
    if named or not any(about(title) is Topic.ALERTS for title in section.path[:-1]):
        return named
    told = {group.role for group in section.groups} & {Role.SYMPTOMS, Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY}
    return named_alerts(section.path[-1], listed=bool(told))


def alerts_led_here(section: Section, title: str, lines: range) -> tuple[str, ...]:
    """The alerts that lead to a procedure: by its heading, by a line *Alert: …* in it, or by what it says fires."""
    titled = heading_alerts(section) if section.path and section.path[-1].endswith(title) else named_alerts(title)
    said = (name for group in section.groups if group.line in lines for name in _said(group))
    return tuple(dict.fromkeys((*titled, *said)))


def _said(group: Group) -> Iterator[str]:
    listed = _LABEL.fullmatch(group.label) is not None
    for each in group.placed:
        piece = each.piece
        if not isinstance(piece, Sentence | Item):
            continue
        named = bool(each.value) and _LABEL.fullmatch(each.name) is not None
        if named or (listed and isinstance(piece, Item)):
            coded = [code.text for code in piece.codes if _ANY.fullmatch(code.text)]
            yield from coded or named_alerts(each.value if named else each.name or each.text)
        elif match := _FIRES.search(each.text):
            yield from named_alerts(match["name"])


def same_as(section: Section) -> Iterator[AlertRule]:
    """The alerts that a section is headed by, where all it says is which other section to follow."""
    told = [each for each in section.placed if each.text]
    match = _SAME.match(told[-1].text) if told and len(told) == len(section.placed) <= 2 else None
    if match:
        line, last, path = section.line, section.last, section.path
        for name in heading_alerts(section):
            yield AlertRule(name=name, action=match["other"], line=line, last=last, path=path)
