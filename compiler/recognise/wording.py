"""Plain text taken apart as a reader does: titles without numbering, names and values, blanks left to be filled."""

import re
from functools import lru_cache
from typing import Final

from compiler.document import Item, Piece, Sentence

_NUMBERING: Final = re.compile(
    r"(?:(?:section|step|phase|part|schritt)\s+)?[0-9]{1,3}(?:\.[0-9]{1,3}){0,4}(?:[.):]\s*|\s+[-–—]\s+|\s+)(?=\S)",
    re.IGNORECASE,
)
_KIND_OF: Final = re.compile(
    r"(?:\[?(?:p|sev-?)[0-5]\]?|issue|incident|problem|scenario|alert|alarm|runbook|playbook|procedure|störung)s?"
    r"(?:\s*#?[0-9]{1,3})?\s*[:–—-]\s*(?=\S)",
    re.IGNORECASE,
)
_PLAIN_LABEL: Final = re.compile(r"(?P<name>[^\s:→][^:→]{0,60}?)\s*(?::(?=\s|$)|\s[–—](?=\s)|\s-(?=\s))\s*")
_AFTER_LABEL: Final = re.compile(r"\s*[:(\[–—→]|\s+-\s")
_EMPTY: Final = re.compile(
    r"(?:[-–—]|n/?a|none|tb[adc]|todo|unknown|fill in.{0,30}|to be (?:configured|defined"
    r"|decided|determined|added)|keine?|offen"
    r"|\?+|x{3,}|_{2,}|\.{3,}|\[[^\]]{0,80}\]|<[^>]{0,80}>|\{\{[^}]{0,80}\}\})?",
    re.IGNORECASE,
)


_IDENTIFIER: Final = re.compile(
    r"(?=.{5,100}\Z)(?=.*(?:[a-z0-9][A-Z]|[A-Z]{2}[a-z]|[A-Za-z]_[A-Za-z]))[A-Za-z][A-Za-z0-9_]*"
)
"""Several words written as one, as rules of monitors are called: `KubePodCrashLooping`, `disk_almost_full`."""
_WORDS: Final = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+|[0-9]+")
_IS_BAD: Final = re.compile(
    r"down|high|low|slow|full|late|lag|missing|absent|stuck|stale|errors?|fail(?:s|ures?)?|latency|unhealthy|usage"
    r"|saturation|exhaustion|loss|drops?|spike|burn|restarts?|crash\w*|outage|grows?|backlog|limit|mismatch|timeouts?"
    r"|pressure|offline|\w+(?:ed|ing|able)",
    re.IGNORECASE,
)
"""The last of two words says what is wrong; products are called by two words too (`RabbitMQ`)."""
_NEGATES: Final = frozenset({"not", "no", "too", "never", "oom"})
_IS_THING: Final = re.compile(
    r"services?|servers?|queues?|controllers?|managers?|api|apps?|workers?|jobs?|autoscaler|gateway|proxy|clients?"
    r"|handlers?|exporter|breakers?|pool|table|topics?|budget|policy|plugin|module|store|scheduler|operator|page",
    re.IGNORECASE,
)
"""What a part of the system is called, whatever stands before it: `ErrorReportingService`."""
_ANY_ALERT: Final = re.compile(r"(?=.{3,100}\Z)[A-Za-z_][A-Za-z0-9_:.-]*(?: [A-Za-z0-9_:.-]+){0,7}")
_MARKED: Final = re.compile(r"(?:alert|alarm)(?:(?:\s+name)?\s*[:–—-]\s*|\s+name\s+)", re.IGNORECASE)
_KIND: Final = re.compile(r"(?:runbook|playbook)(?:\s+for)?\s*[:–—-]?\s+", re.IGNORECASE)
_AFTER: Final = re.compile(r"\s*(?:\([^()]*\)|\[[^\[\]]*\]|\b(?:alert|alarm|runbook|playbook)s?)$", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"\s*(?:,|/|\||&|\band\b|\bor\b)\s*(?:(?:and|or)\b\s*)?")


@lru_cache(maxsize=4_096)
def title_of(heading: str) -> str:
    """A heading's words without numbering, emoji, and *Issue:*, *Incident 1:* or *P1:* in front."""
    text = bare(heading)
    text = text[match.end() :] if (match := _NUMBERING.match(text)) else text
    text = text[match.end() :] if (match := _KIND_OF.match(text)) else text
    return text.strip() or heading.strip()


@lru_cache(maxsize=4_096)
def bare(text: str) -> str:
    """The text without the pictures and marks around it that only decorate."""
    if text[:1].isalnum() and text[-1:].isalnum():
        return text
    start, end = 0, len(text)
    while start < end and not (text[start].isalnum() or text[start] in "<>≥≤=[($€£\"'/#@{-+~_"):
        start += 1
    while end > start and not (text[end - 1].isalnum() or text[end - 1] in "%)]>\"'/}!?.+_*"):
        end -= 1
    return text[start:end]


def named(text: str) -> tuple[str, str]:
    """*Redis CPU: > 80%* as its name and its value; a dash parts as well as a colon does. No name: empty."""
    text = text.strip()
    match = _PLAIN_LABEL.match(text)
    return (bare(match["name"]), text[match.end() :].strip()) if match else ("", text)


def name_and_value(piece: Piece) -> tuple[str, str]:
    """A sentence's or an item's name and value. Words in bold that the sentence simply goes on from are no name."""
    if not isinstance(piece, Sentence | Item):
        return "", ""
    label = piece.label
    start = piece.text.find(label) if label else -1
    if start < 0:
        return named(piece.text)
    rest = piece.text[start + len(label) :]
    if not rest.strip() or _AFTER_LABEL.match(rest):
        return bare(label), rest.strip().lstrip(":–—→ ").removeprefix("- ").strip()
    return "", piece.text


def is_empty(text: str) -> bool:
    """True for a place that was left to be filled in: *[Name]*, *TBD*, *-*."""
    return _EMPTY.fullmatch(text.strip().strip("*_`").strip()) is not None


def parted(text: str) -> tuple[str, ...]:
    """*PostgreSQL, Redis and NATS* as its parts; a comma in brackets parts nothing."""
    return tuple(
        part.strip()
        for part in re.split(r",(?![^()]*\))|\band\b|\bund\b|;", text)
        if part.strip() and not is_empty(part)
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
    if all(map(_is_one_word, names)):
        return names
    return (text,) if (mark or listed) and _ANY_ALERT.fullmatch(text) else ()


def without_number(heading: str) -> str:
    """A heading's words without *1.2* or *Step 3:* in front."""
    match = _NUMBERING.match(heading)
    return heading[match.end() :] if match else heading


def is_bad_name(name: str) -> bool:
    """True for several words written as one of which any says what is wrong, and which is no part of a system."""
    words = _WORDS.findall(name) if _IDENTIFIER.fullmatch(name) else ()
    return (
        len(words) > 1
        and any(_IS_BAD.fullmatch(word) or word.lower() in _NEGATES for word in words)
        and not _IS_THING.fullmatch(words[-1])
    )


def _is_one_word(name: str) -> bool:
    words = _WORDS.findall(name) if _IDENTIFIER.fullmatch(name) else ()
    return len(words) > 2 or (len(words) == 2 and _IS_BAD.fullmatch(words[-1]) is not None)
