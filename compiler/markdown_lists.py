"""Open lists, and boxes to tick: `- [ ] Tell the customer`, and the same outside of any list."""

import re
from typing import Final

from msgspec import Struct

BOX: Final = re.compile(r"\[([ xX])\](?:\s+|$)")


class OpenList(Struct):
    """One open list: the number its next item has (None in a bullet list), and what introduces it."""

    number: int | None
    under: str


LOOSE: Final = OpenList(None, "")
"""What boxes to tick stand in that are no items of a list."""
