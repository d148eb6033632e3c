"""Names of alerts in headings and sentences: in many collections of runbooks each heading is the name of an alert."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from compiler.document import Item, Sentence
from compiler.recognise.outline import Group, Section
from compiler.recognise.procedure import Role
from compiler.recognise.wording import bare
from compiler.recognise.words import Topic, about

_IDENTIFIER: Final = re.compile(
    r"(?=.{5,100}\Z)(?=.*(?:[a-z0-9][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]_[A-Za-z]))[A-Za-z][A-Za-z0-9_]*"
)
"""Several words written as one, as rules of monitors are called: `KubePodCrashLooping`, `disk_almost_full`."""
_ANY: Final = re.compile(r"(?=.{3,100}\Z)[A-Za-z_][A-Za-z0-9_:.-]*(?: [A-Za-z0-9_:.-]+){0,7}")
_MARKED: Final = re.compile(r"(?:alert|alarm)(?:\s+name)?\s*[:–—-]\s*", re.IGNORECASE)
_KIND: Final = re.compile(r"(?:runbook|playbook)(?:\s+for)?\s*[:–—-]?\s+", re.IGNORECASE)
_AFTER: Final = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\b(?:alert|alarm|runbook|playbook)s?)$", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:,|/|\||&|\band\b|\bor\b)\s*(?:(?:and|or)\b\s*)?")
_LABEL: Final = re.compile(
    r"(?:(?:triggering|related|associated|corresponding|prometheus|source) )?(?:alerts?|alarms?)(?: ?names?)?"
    r"(?: that .*)?"
    r"|(?:triggered|fired|raised|paged) by(?: alerts?)?",
    re.IGNORECASE,
)
_FIRES: Final = re.compile(
    r"\b(?P<name>\w{5,100})[`*\"']? alert (?:fires|triggers|indicates|is (?:triggered|fired|raised))"
)


@lru_cache(maxsize=4_096)
def named_alerts(title: str, *, listed: bool = False) -> tuple[str, ...]:
    """The alerts that a heading names; empty for one in words, unless it is marked (*Alert: disk full*).

    ``listed`` says that it stands in a list of alerts: there any words are a name.
    """
    text = bare(title)
    mark = _MARKED.match(text)
    text = text[mark.end() :] if mark else _KIND.sub("", text, count=1)
    text = _AFTER.sub("", text).strip("`* ")
    names = tuple(_BETWEEN.split(text))
    if all(map(_IDENTIFIER.fullmatch, names)):
        return names
    return (text,) if (mark or listed) and _ANY.fullmatch(text) else ()


def heading_alerts(section: Section) -> tuple[str, ...]:
    """The alerts that a section is headed by: what stands there is what to do when they fire."""
    if not section.path:
        return ()
    told = {group.role for group in section.groups} & {Role.SYMPTOMS, Role.DIAGNOSIS, Role.ACTIONS, Role.TEMPORARY}
    listed = any(about(title) is Topic.ALERTS for title in section.path[:-1])
    return named_alerts(section.path[-1], listed=listed and bool(told))


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
