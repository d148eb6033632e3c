"""A sentence before anybody knows where it is shown: its words, people and times stay apart until the last moment.

Slack shows a person as a mention and a time in the reader's own zone; a post-mortem shows a role and UTC. Words
are never markup: an edge that knows a markup escapes them whole.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from string import Formatter
from typing import Final, TypeAlias

from msgspec import Struct

from incident.responder import Actor, UserId, person


class Who(Struct, frozen=True):
    """Somebody or something that acts: a person, a user group of the chat, a monitor, Muster."""

    actor: Actor


class When(Struct, frozen=True):
    """A moment (UTC). ``day`` asks for the date too, because it may not be today."""

    at: datetime
    day: bool = False


Part: TypeAlias = str | Who | When
Phrase: TypeAlias = tuple[Part, ...]
Template: TypeAlias = str | Callable[[Mapping[str, object]], str]
"""A sentence with holes (see ``fill``), or what makes one of the facts."""


def plain(phrase: Phrase, who: Callable[[Actor], str], when: Callable[[When], str] | None = None) -> str:
    """The phrase as one text, its people as ``who`` names them and its times as ``when`` does (UTC by default)."""
    return "".join(_shown(part, who, when or clock_time) for part in phrase)


def _shown(part: Part, who: Callable[[Actor], str], when: Callable[[When], str]) -> str:
    if isinstance(part, Who):
        return who(part.actor)
    return when(part) if isinstance(part, When) else part


def clock_time(moment: When) -> str:
    """``12:33 UTC``, or ``22 Nov 12:33 UTC`` with the day."""
    at = moment.at.astimezone(UTC)
    return f"{at.day} {at:%b %H:%M} UTC" if moment.day else f"{at:%H:%M} UTC"


_UNITS: Final = (("d", 86400), ("h", 3600), ("min", 60), ("s", 1))


def duration(span: timedelta) -> str:
    """A length of time in its two largest units: ``48 s``, ``4 min``, ``1 h 5 min``, ``2 d 3 h``.

    Seconds are told only below one minute: nobody plans by them above it. A negative length counts as none.
    """
    seconds = max(0, int(span.total_seconds()))
    if seconds < 60:
        return f"{seconds} s"
    left, parts = seconds, []
    for unit, size in _UNITS[:-1]:
        count, left = divmod(left, size)
        parts.append((count, unit))
    first = next(index for index, (count, _) in enumerate(parts) if count)
    return " ".join(f"{count} {unit}" for count, unit in parts[first : first + 2] if count)


_OPTIONAL: Final = re.compile(r"\[([^\[\]]*)\]")


def fill(template: str, facts: Mapping[str, object], actor: Actor) -> Phrase:
    """The template with its ``{names}`` filled from ``facts``; ``{actor}`` is whoever acted.

    ``{name}`` is a fact as text; ``{name:who}`` a person, ``{name:when}`` a time, ``{name:day}`` a time with its date,
    ``{name:span}`` a number of seconds as a duration. What stands in ``[brackets]`` is left out unless all its facts
    are there.
    """
    chosen = _OPTIONAL.sub(lambda found: found[1] if _all_there(found[1], facts) else "", template)
    return tuple(_joined(part for piece in Formatter().parse(chosen) for part in _filled(piece[:3], facts, actor)))


def fields(template: str) -> frozenset[str]:
    """The facts that a template names."""
    return frozenset(name for _, name, _, _ in Formatter().parse(_OPTIONAL.sub(r"\1", template)) if name) - {"actor"}


def _all_there(template: str, facts: Mapping[str, object]) -> bool:
    return all(facts.get(name) not in (None, "", (), []) for name in fields(template))


def _filled(piece: tuple[str, str | None, str | None], facts: Mapping[str, object], actor: Actor) -> Iterator[Part]:
    words, name, kind = piece
    yield words
    if name == "actor":
        yield Who(actor)
    elif name is not None:
        yield from _KINDS[kind or ""](facts.get(name))


def _text(value: object) -> Iterator[Part]:
    if isinstance(value, Sequence) and not isinstance(value, str):
        several = [str(each) for each in value]
        yield ("; " if any("," in each for each in several) else ", ").join(several)
    elif value is not None:
        yield str(value)


def _people(value: object) -> Iterator[Part]:
    ids = [value] if isinstance(value, str) or not isinstance(value, Sequence) else list(value)
    for position, each in enumerate(ids):
        yield ", " if position else ""
        yield Who(person(UserId(str(each)))) if each else "nobody"


def _moment(value: object, *, day: bool = False) -> Iterator[Part]:
    try:
        yield When(value if isinstance(value, datetime) else datetime.fromisoformat(str(value)), day)
    except ValueError:
        yield "an unknown time"


def _span(value: object) -> Iterator[Part]:
    yield duration(timedelta(seconds=float(value))) if isinstance(value, int | float) else "an unknown time"


_KINDS: Final[Mapping[str, Callable[[object], Iterator[Part]]]] = {
    "": _text,
    "who": _people,
    "when": _moment,
    "day": lambda value: _moment(value, day=True),
    "span": _span,
}


def _joined(parts: Iterator[Part]) -> Iterator[Part]:
    words = ""
    for part in parts:
        if isinstance(part, str):
            words += part
            continue
        if words:
            yield words
        words = ""
        yield part
    if words:
        yield words
