"""Escalation paths that are written in one line: *On call → 15 min → team lead → 30 min → CTO*."""

import re
from datetime import timedelta
from typing import Final

from compiler.recognise import spans
from compiler.recognise.facts import Contact
from compiler.recognise.groups import Placed
from compiler.recognise.outline import Section
from compiler.recognise.procedure import Escalation
from compiler.recognise.reaches import reaches, without_addresses
from compiler.recognise.words import is_told

_ARROWS: Final = ("→", "⇒", "➜", "->", "=>")
_ARROW: Final = re.compile(rf"\s*(?:{'|'.join(_ARROWS)})\s*")
_WAITS: Final = frozenset({"after", "if", "no", "wait", "within", "then", "in", "for", "another"})
_TIMED: Final = re.compile(r"\s*\([^()]{0,60}\)")
_REST: Final = 20
"""Characters that may come behind a time that somebody waits: *15 min no answer*."""
_LONGEST: Final = 60
"""Characters of a role's name."""


def has_arrow(text: str) -> bool:
    """True for a text that leads from one to another."""
    return any(map(text.__contains__, _ARROWS))


def of_line(section: Section, placed: Placed) -> tuple[Contact | Escalation, ...]:
    """The people of a path in order; *L1 → L2: if …* says when to go one place on. Empty for what is no path."""
    name, body = (placed.name, placed.value) if placed.value else ("", placed.text)
    if not has_arrow(name):
        head, colon, why = body.partition(": ")
        name, body = (head, why) if colon and has_arrow(head) else (name, body)
    at = {"line": placed.line, "last": placed.last}
    if has_arrow(name):
        to = _ARROW.split(name)[-1].strip()
        return (Escalation(text=placed.text, after=spans.length(body), to=to, path=section.path, **at),)
    return _people(section, body, placed) if has_arrow(body) else ()


def _people(section: Section, text: str, placed: Placed) -> tuple[Contact, ...]:
    found: list[Contact] = []
    after: timedelta | None = None
    for part in (each.strip(" .,;") for each in _ARROW.split(text[:1_000])):
        if _is_wait(part):
            after = spans.length(part)
            continue
        role = without_addresses(_TIMED.sub("", part) if spans.span(part) else part)
        if not role or len(role) > _LONGEST or is_told(role):
            return ()
        found.append(
            Contact(
                role=role, reaches=reaches(part) if role != part and not spans.span(part) else (),
                order=len(found) + 1, after=after or spans.length(part),
                line=placed.line, last=placed.last, path=section.path,
            )
        )  # fmt: skip
        after = None
    return tuple(found) if len(found) > 1 else ()


def _is_wait(part: str) -> bool:
    """True for what only says how long to wait: *15 min*, *after 30 minutes*, *no answer in 10 minutes*."""
    span = spans.span(part)
    if span is None or len(part) - span.end > _REST:
        return False
    before = part[: span.start].lower().split()
    return not before or before[0] in _WAITS
