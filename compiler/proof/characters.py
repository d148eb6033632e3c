"""Characters that hide what a command says from the person who reads it.

A reviewer approves what the screen shows. A zero-width space, a direction override or a carriage return shows something
else than what would run, so text that holds one is never judged: it is refused, and the character is named.
"""

import string
import unicodedata

_LAYOUT = str.maketrans("", "", "\t\n")
"""Without these."""
_HIDING_CATEGORIES = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
WORD_PROCESSOR = frozenset("‐‑‒–—―−‘’‚‛“”„‟´«»…")
"""Dashes, quotes and dots that an editor puts in place of the ASCII character a command needs."""

_LATIN = frozenset(string.ascii_letters + string.digits + "_")
_GREEK = frozenset("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυ")
"""The Greek letters that look like Latin ones."""
_OTHER_SCRIPTS = (("\N{CYRILLIC CAPITAL LETTER IE WITH GRAVE}", "\N{FULLWIDTH LATIN CAPITAL LETTER Z}"),
                  ("\N{FULLWIDTH LATIN SMALL LETTER A}", "\N{FULLWIDTH LATIN SMALL LETTER Z}"))  # fmt: skip
"""Where the others stand: from Cyrillic on, whatever a command's word has no use for."""


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
    if text.isascii():
        return None
    for before, letter, after in zip(f" {text}", text, f"{text[1:]} ", strict=False):
        if (before in _LATIN or after in _LATIN) and _is_of_another_script(letter):
            return name_of(letter)
    return None


def _is_of_another_script(letter: str) -> bool:
    return letter in _GREEK or any(first <= letter <= last for first, last in _OTHER_SCRIPTS)


def word_processor_character(text: str) -> str | None:
    """The first typographic dash, quote or ellipsis in `text`, named; None when there is none."""
    found = () if text.isascii() else (character for character in text if character in WORD_PROCESSOR)
    return next(map(name_of, found), None)
