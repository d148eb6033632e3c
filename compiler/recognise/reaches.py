"""How somebody is reached, by the shape of what is written: a name, an address, a number, a channel, a rotation."""

import re
from collections.abc import Iterator
from typing import Final

from compiler.recognise.facts import Channel, Reach
from compiler.recognise.wording import is_empty, named

_CHANNELS: Final = (
    (Channel.MAIL, re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    (Channel.LINK, re.compile(r"https?://\S+", re.IGNORECASE)),
    (Channel.SLACK, re.compile(r"(?<![\w#])[#@][a-z][\w.-]{1,80}|\bslack\b", re.IGNORECASE)),
    (Channel.PHONE, re.compile(r"\+?\(?[0-9][0-9 ()/.-]{6,20}[0-9]")),
    (
        Channel.ROTATION,
        re.compile(r"pagerduty|opsgenie|pager|rotation|schedule|on.?call|victorops|rota\b", re.IGNORECASE),
    ),
)
ADDRESSED: Final = re.compile(
    r"[\w.+-]+@[\w-]+\.\w|://|[#@][a-z][\w.-]*\]?$|[0-9](?:[0-9 ()/.-]{5,})[0-9]", re.IGNORECASE
)
"""What reaches somebody even between brackets, where other words are a place to be filled in."""
_ADDRESS: Final = re.compile(
    r"[\w.+-]{1,64}@[\w-]+\.[\w.-]*\w|https?://[^\s,;)>]+|(?<![\w#@])[#@][a-z][\w.-]{0,79}\w"
    r"|(?<![\w.-])\+?\(?[0-9][0-9 ()/.-]{6,20}[0-9](?![\w-])",
    re.IGNORECASE,
)
_PERSONAL: Final = re.compile(r"[\w.+-]@[\w-]+\.\w|(?<![\w@])@[a-z]|\+[0-9][0-9 ()/.-]{6}", re.IGNORECASE)
_AROUND: Final = " \t,;:|/()<>[]–—-."
_JOINS: Final = re.compile(
    r"(?:and|or|via|on|at|in|by|phone|mobile|cell|tel(?:ephone)?|e-?mail|mail|slack|call|ext|channel|us|handle|to)"
    r"(?:[\s,:]+(?:and|or|via|on|at|in|by|phone|mobile|cell|tel|e-?mail|slack|channel))*",
    re.IGNORECASE,
)
"""Words between two addresses that name nobody."""
_LONGEST: Final = 500


def reach(text: str, column: str = "") -> Reach:
    """A way to reach somebody, by the shape of what is written."""
    channel = next((channel for channel, pattern in _CHANNELS if pattern.search(text)), Channel.NAME)
    blank = is_empty(text) or is_empty(named(text)[1])
    return Reach(channel=channel, text=text, column=column, empty=blank and not ADDRESSED.search(text))


def reaches(text: str) -> tuple[Reach, ...]:
    """Every way that one text names: *Jane Doe, jane@shop.example, +1 555 0100* are a name, an address and a number."""
    parts = tuple(_parts(text)) if len(text) <= _LONGEST and addressed(text) else ()
    return tuple(map(reach, parts)) or (reach(text),)


def without_addresses(text: str) -> str:
    """What a text says before the first address in it: who is reached there."""
    found = _ADDRESS.search(text)
    told = text[: found.start()] if found else text
    before = told.strip(_AROUND)
    before += ")" * (f"{before})" in told and before.count("(") > before.count(")"))
    return before or (found.group() if found else "")


def addressed(text: str) -> bool:
    """True for a text that holds an address, a number or a channel of somebody."""
    return _ADDRESS.search(text) is not None


def reaches_person(text: str) -> bool:
    """True for a text that holds what only a person has: a mailbox, a handle, a number with its country."""
    return _PERSONAL.search(text) is not None


def _parts(text: str) -> Iterator[str]:
    end = 0
    for found in _ADDRESS.finditer(text):
        if words := _words(text[end : found.start()]):
            yield words
        yield found.group()
        end = found.end()
    if words := _words(text[end:]):
        yield words


def _words(text: str) -> str:
    words = text.strip(_AROUND)
    return "" if _JOINS.fullmatch(words) else words
