"""What a severity level obliges people to: each of its duties by the words that name it, with its length of time."""

import re
from collections.abc import Iterable
from typing import Final

from msgspec.structs import replace

from compiler.recognise import spans
from compiler.recognise.facts import Level, Stated
from compiler.recognise.wording import is_empty

_DUTIES: Final = {
    "postmortem": re.compile(r".*\b(?:post-?\s?mortems?|rca|retrospectives?|root cause analysis)\b.*", re.IGNORECASE),
    "assess": re.compile(r"(?:.* )?assess(?:ed|ment)?(?: .*)?", re.IGNORECASE),
    "resolution": re.compile(r".*\b(?:resol\w+|fix|target|mttr|restor\w+|lösung\w*|mitigat\w+).*", re.IGNORECASE),
    "update": re.compile(r".*\b(?:updates?|communication|cadence|status).*", re.IGNORECASE),
    "escalation": re.compile(r".*\b(?:escalat\w+|eskalation).*", re.IGNORECASE),
    "response": re.compile(
        r".*\b(?:respon\w+|repl(?:y|ies)|acknowledg\w*|ack|time|sla|answer\w*|reacts?|reaction|pick(?:ed|s)? up"
        r"|reaktions\w*|antwort\w*)\b.*",
        re.IGNORECASE,
    ),
    "notify": re.compile(r".*\b(?:who|notif\w+|page\w*|contact)\b.*", re.IGNORECASE),
    "examples": re.compile(r".*\b(?:examples?|e\.g\.|beispiele?).*", re.IGNORECASE),
    "definition": re.compile(
        r".*\b(?:defin\w+|descri\w+|impact|criteria|meaning|when|beschreibung|bedeutung).*", re.IGNORECASE
    ),
}
TIMED: Final = frozenset({"response", "update", "escalation", "resolution", "postmortem", "assess"})
"""Duties that say how long something may take."""
_ANSWERED: Final = re.compile(
    r".*\b(?:pag(?:e[sd]?|ing)|call(?:s|ed)?|look(?:s|ed)?|start(?:s|ed)?|on it|somebody|someone)\b.*"
    r"\b(?:within|in|under|inside)\b.*",
    re.IGNORECASE,
)
"""*Page within 10 minutes*: by when somebody is on it, in other words."""
_ONLY_TIME: Final = re.compile(r"(?:within|in|under|inside|at most|max\.?|up to|[<≤~]=?)?\s*\W*", re.IGNORECASE)
"""What may stand around a length of time that says nothing more: *(within 15 min)*."""
_CLAUSE: Final = re.compile(r"(?<=[.;,])\s+")
_LONGEST: Final = 2_000


def told(level: Level, text: str) -> Level | None:
    """The level with what a text says of it, each clause by its own words: *Respond in 1 hour, update hourly.*

    None where no clause says how long anything may take.
    """
    known, rest = level, list[str]()
    for clause in _CLAUSE.split(text):
        duty = _timed_duty(clause)
        if duty:
            known = with_duty(known, duty, clause.strip(".,; "))
        else:
            rest.append(clause)
    return with_duty(known, "", " ".join(rest).rstrip(",; ")) if known is not level else None


def are_timed(levels: Iterable[Level]) -> bool:
    """True where most of the levels say how soon somebody answers, tells people or escalates."""
    timed = [any(each and each.span for each in (level.response, level.update, level.escalation)) for level in levels]
    return sum(timed) * 2 >= len(timed) > 0


def _timed_duty(clause: str) -> str:
    """The duty of a clause that says how long it may take; empty where it says no such thing."""
    span = spans.span(clause)
    if span is None and spans.every(clause) is None:
        return ""
    if (duty := _duty(clause)) in TIMED:
        return duty
    if span is None or not (_ANSWERED.fullmatch(clause) or _ONLY_TIME.fullmatch(clause.replace(span.text, "", 1))):
        return ""
    return "response"


def _duty(name: str) -> str:
    return next((duty for duty, pattern in _DUTIES.items() if name and pattern.fullmatch(name)), "definition")


def with_duty(level: Level, name: str, text: str) -> Level:
    """The level with one duty or description more; a second text for the same one is added to the first."""
    if is_empty(text):
        return level
    duty = _duty(name)
    timed = duty in TIMED and (spans.span(text) or spans.every(text) or duty in ("response", "postmortem"))
    stated = _stated(text)
    match duty if timed or duty not in TIMED else "definition":
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
