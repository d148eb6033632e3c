"""Alerts whose names are part of a heading's words: *When HighErrorRate fires*, *Checkout is slow (HighLatency)*."""

import re
from functools import lru_cache
from typing import Final

from compiler.proof.word_list import word_list
from compiler.recognise.wording import bare, is_bad_name, named_alerts, without_number
from compiler.recognise.words import first_word

_NAME: Final = r"[`\"'“]?[A-Za-z][\w:.-]{2,99}(?<![:.-])[`\"'”]?"
_NAMES: Final = rf"(?P<names>{_NAME}(?:(?:, (?:and |or )?| and | or | ?[/|&] ?){_NAME}){{0,7}})"
_KIND: Final = r"(?:alerts?|alarms?|monitors?)"
_FIRES: Final = (
    r"(?:fires?|(?:is |are )?firing|fired|triggers?|goes off|alerts|pages(?: you| us| me)?"
    r"|(?:is|are|was|has been) (?:triggered|fired|raised|received))(?![\w-]| up\b)"
)
_SURE: Final = (
    re.compile(
        rf"\b(?:when|if|once|after|because)(?: the| an?)?(?: {_KIND})? {_NAMES}(?: {_KIND})? {_FIRES}", re.IGNORECASE
    ),
    re.compile(rf"\A(?:the )?{_NAMES}(?: {_KIND})? {_FIRES}", re.IGNORECASE),
    re.compile(
        rf"\b{_KIND}(?: (?:fired|firing|name|called|named|for))?\s*[:–—-]?\s*{_NAMES}"
        r"(?=\Z|[)\]:,?]|\s+(?:[–—(-]|(?:on|in|for|at)\b))",
        re.IGNORECASE,
    ),
    re.compile(rf"(?:\A|\b(?:the|an?|for|to|on|with|by|handling|resolving) ){_NAMES} {_KIND}\b", re.IGNORECASE),
)
"""The words themselves say that it is an alert: any identifier is its name."""
_LIKELY: Final = (
    re.compile(rf"[(\[]{_NAMES}[)\]]"),
    re.compile(rf"\A{_NAMES}(?::|\s[–—-])\s+\S"),
    re.compile(rf"\S(?::|\s[–—-])\s+{_NAMES}\Z"),
    re.compile(
        r"\A(?:how to )?(?:what to do (?:about|on|for|with|against) "
        r"|(?:respond(?:ing)?|response|react(?:ing)?) to |(?:paged|woken)(?: up)? (?:for|by|with) |on "
        r"|(?:handl|resolv|fix|debugg?|investigat|troubleshoot|mitigat|diagnos)(?:e|ing)? )"
        rf"(?:the |an? )?{_NAMES}\??\Z",
        re.IGNORECASE,
    ),
)
"""Words around what may be a part of the system as well: only what sounds bad is the name of an alert."""
_QUOTED: Final = re.compile(
    rf"\b{_KIND}(?: (?:name|called|named))?\s*[:–—-]?\s*[\"“'](?P<name>[^\"”']{{3,100}})[\"”']", re.IGNORECASE
)
_EACH: Final = re.compile(r"[A-Za-z][\w:.-]*\w")
_IDENTIFIER: Final = re.compile(r"(?=.{4,100}\Z)(?=.*(?:[a-z0-9][A-Z]|[A-Z]{2}[a-z]|[A-Za-z0-9]_[A-Za-z]))[A-Za-z]\w*")
_WRITTEN_AS_ONE: Final = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]|\w_\w|[\"“']")
"""What a name of several words in one holds, or a title in quotes: most headings have neither."""
_OF_ALERTS: Final = word_list(
    "acknowledge add adding adjust change configure configuring create creating delete disable edit enable mute muting"
    " remove rename set silence silencing snooze test testing tune tuning understand understanding unmute update write"
    " writing"
)
"""Headings that begin so are about the alert itself, and not about what to do when it fires."""


@lru_cache(maxsize=4_096)
def titled_alerts(title: str, *, listed: bool = False) -> tuple[str, ...]:
    """The alerts that lead to what a heading stands above; ``listed`` as in ``named_alerts``."""
    text = without_number(bare(title))
    if not _WRITTEN_AS_ONE.search(text):
        return named_alerts(text, listed=listed)
    if first_word(text) in _OF_ALERTS:
        return ()
    told = _told(text)
    whole = named_alerts(text, listed=listed)
    return tuple(dict.fromkeys((*told, *whole)))


def _told(text: str) -> list[str]:
    if quoted := _QUOTED.search(text):
        return [quoted["name"]]
    for patterns, is_name in ((_SURE, _is_identifier), (_LIKELY, is_bad_name)):
        for match in (match for pattern in patterns for match in pattern.finditer(text)):
            names = [name for name in _EACH.findall(match["names"]) if name not in ("and", "or")]
            if all(map(is_name, names)):
                return names
    return []


def _is_identifier(name: str) -> bool:
    return _IDENTIFIER.fullmatch(name) is not None
