"""Characters that hide what a command says from the person who reads it.

A reviewer approves what the screen shows. A zero-width space, a direction override or a carriage return shows something
else than what would run, so text that holds one is never judged: it is refused, and the character is named.
"""

import re
import unicodedata

_LAYOUT = str.maketrans("", "", "\t\n")
"""Without these."""
_HIDING_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
WORD_PROCESSOR = frozenset("‐‑‒–—―−‘’‚‛“”„‟´«»…")
"""Dashes, quotes and dots that an editor puts in place of the ASCII character a command needs."""

_OTHER_LETTERS = r"Ѐ-ԯΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυА-Ｚａ-ｚ"
_LOOK_ALIKE = re.compile(rf"(?<=[A-Za-z0-9_])[{_OTHER_LETTERS}]|[{_OTHER_LETTERS}](?=[A-Za-z0-9_])")
"""A letter of another alphabet inside a word of Latin ones."""


def name_of(character: str) -> str:
    """The code point and Unicode name that a lint message shows, such as `U+200B ZERO WIDTH SPACE`."""
    return f"U+{ord(character):04X} {unicodedata.name(character, 'CONTROL CHARACTER')}"


def hiding_character(text: str) -> str | None:
    """The first character in `text` that does not show as what it is, named; None when there is none.

    Tab and newline are layout; a carriage return counts unless it ends a line; a space must be the ASCII one.
    """
    if text.isascii() and text.isprintable():
        return None
    shown = text.replace("\r\n", "\n")
    if shown.isascii() and shown.translate(_LAYOUT).isprintable():
        return None
    for character in shown:
        if character.isascii() and character.translate(_LAYOUT).isprintable():
            continue
        category = unicodedata.category(character)
        if category in _HIDING_CATEGORIES or category == "Zs":
            return name_of(character)
    return None


def look_alike(text: str) -> str | None:
    """The first letter in `text` that looks like one of the word it stands in and is another, named; None for none."""
    found = None if text.isascii() else _LOOK_ALIKE.search(text)
    return name_of(found[0]) if found else None


def word_processor_character(text: str) -> str | None:
    """The first typographic dash, quote or ellipsis in `text`, named; None when there is none."""
    found = () if text.isascii() else (character for character in text if character in WORD_PROCESSOR)
    return next(map(name_of, found), None)
