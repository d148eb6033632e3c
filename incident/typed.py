"""What people and monitors typed: whether there is anything to see in it."""

import unicodedata

_UNSEEN = ("C", "Z")
"""Unicode's categories of what shows nothing: controls, formats, half characters; blanks and line ends."""


def visible(text: str) -> str:
    """The text without blanks around it; empty when nothing in it can be seen."""
    seen = any(not unicodedata.category(character).startswith(_UNSEEN) for character in text)
    return text.strip() if seen else ""
