"""What targets answer, without what nobody sees: it would steer a terminal, turn a line round, or not be kept."""

import re
from typing import Final

_UNSEEN: Final = re.compile("[\0-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Control characters but tab and line feed, what turns the direction of writing, and halves of characters."""


def legible(text: str) -> str:
    """A text for people: a sign in the place of each."""
    return _UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text.replace("\r\n", "\n"))


def spelled_out(text: str) -> str:
    r"""A value: ``\u0000`` in the place of each, so that two that differ in them only still differ."""
    return _UNSEEN.sub(lambda found: f"\\u{ord(found.group()):04x}", text)
