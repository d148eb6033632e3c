"""Slack's limits, and the few ways of making any data fit them. Every block is built through here.

The limits are held a little below Slack's own, so that all the text of a message stays below 10,000 characters: Slack
refuses somewhere above 11,000, and does not say where. What is cut says so; a command to be approved is split instead.
"""

import re
import unicodedata
from typing import Final

HEADER: Final = 148
SECTION: Final = 2_900
BUTTON: Final = 75
OPTION: Final = 75
OPTIONS: Final = 100
LABEL: Final = 150
HINT: Final = 300
VIEW_TITLE: Final = 24
TYPED: Final = 3_000
TOPIC: Final = 250
CODE: Final = 2_500
"""One code block; longer texts are split or cut."""
NAME: Final = 120
"""A title or a name inside a line."""
SAID: Final = 400
"""A sentence or two of somebody's words inside a message."""
URL: Final = 2_000
ELLIPSIS: Final = "…"

_CALLS_ALL: Final = re.compile(r"@(?=(?:here|channel|everyone|group)\b)", re.IGNORECASE)
_NAMED: Final = re.compile(r"<([@#])[A-Z0-9]{2,30}\|([^<>|\n]{1,80})>", re.ASCII)
_LINK: Final = re.compile(r"<(https?://[^<>|\s]+)(?:\|[^<>|\n]*)?>", re.ASCII)
_HARMLESS: Final = frozenset("\n\t\u200d\ufe0f")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """The text with every character that would hide or reorder others shown as its code, such as ``\\u202e``.

    What is approved must look like what runs, and Slack refuses some of these outright. Line breaks, tabs and the
    joiner inside emoji stay.
    """
    text = text.replace("\r\n", "\n")
    return text.translate({ord(c): f"\\u{ord(c):04x}" for c in set(text) if _hides(c)})


def _hides(character: str) -> bool:
    return unicodedata.category(character) in _UNSEEN and character not in _HARMLESS


def as_read(text: str) -> str:
    """What somebody typed, as Slack shows it: it hands mentions and links on as ``<@U0BEN|ben>`` and ``<https://…|…>``.

    They become words, which call nobody a second time.
    """
    return _LINK.sub(r"\1", _NAMED.sub(r"\1\2", text)) if "<" in text else text


def cut(text: str, limit: int) -> str:
    """At most ``limit`` characters, the last one an ellipsis when some were left out; a dash for nothing at all."""
    text = visible(text)
    if not text.strip():
        return "–"
    return text if len(text) <= limit else text[: limit - 1].rstrip() + ELLIPSIS


def one_line(text: str, limit: int) -> str:
    """The same on one line: every run of blanks and line breaks is one space."""
    return cut(" ".join(text.split()), limit)


def excerpt(text: str, limit: int) -> tuple[str, int]:
    """The beginning of a long output, cut at a line's end if that loses little; how many characters are left out."""
    text = visible(text)
    if len(text) <= limit:
        return text, 0
    head = text[:limit]
    end = head.rfind("\n")
    head = head[:end] if end > limit // 2 else head
    return head, len(text) - len(head)


def ending(text: str, limit: int) -> tuple[str, int]:
    """The end of a long output, begun at a line's start if that loses little; how many characters are left out."""
    text = visible(text)
    if len(text) <= limit:
        return text, 0
    tail = text[-limit:]
    start = tail.find("\n") + 1
    tail = tail[start:] if start < limit // 2 else tail
    return tail, len(text) - len(tail)


def split(text: str, size: int = CODE) -> tuple[str, ...]:
    """The whole text in pieces of at most ``size`` characters, at line ends where there are some. Nothing is lost."""
    text = visible(text)
    pieces = []
    while len(text) > size:
        end = text.rfind("\n", size // 2, size) + 1 or size
        pieces.append(text[:end])
        text = text[end:]
    return (*pieces, text) if text or not pieces else tuple(pieces)


def topic(text: str) -> str:
    """A channel's topic: one line that Slack shows as it is, and in which nothing calls anybody.

    Slack reads ``<!channel>``, and may read ``@here``, in a topic as in a message; it has no blocks that would not.
    """
    words = _CALLS_ALL.sub("＠", one_line(text, TOPIC))
    while len(escaped := escape(words)) > TOPIC:
        words = cut(words, len(words) - 1)
    return escaped


def escape(text: str) -> str:
    """The text as mrkdwn that shows it literally: it can name nobody and link nowhere."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
