"""What stands between two lines of dashes at the very beginning of a page, for the generator of a site."""

import re
from typing import Final

from compiler.document import Block, Document, Heading

_FRONT_MATTER: Final = re.compile(r"---[ \t]*\n(?=[ \t]*[\w#-])((?:.*\n)*?)(?:---|\.\.\.)[ \t]*(?:\n|$)")
_TITLE: Final = re.compile(r"(?m)^title:[ \t]*(?P<quote>[\"']?)(?P<title>[^\s\"'].*?)(?P=quote)[ \t\r]*$")


def parted(text: str) -> tuple[str | None, str]:
    """The settings of a page, None where there are none, and its text with a blank line for each line of theirs."""
    found = _FRONT_MATTER.match(text)
    if found is None:
        return None, text
    return found[1], "\n" * found[0].count("\n") + text[found.end() :]


def above(front: str | None, title: str, *, titled: bool) -> Document:
    """What stands above a page: its settings as a block, and where it is not titled, its title as a heading.

    The settings may give one, which a generator shows; else it is ``title``.
    """
    pieces = () if front is None else (Block(headings=(), line=2, text=front.rstrip("\n"), language="yaml"),)
    if titled:
        return Document(headings=(), pieces=pieces)
    if front is not None and (found := _TITLE.search(front)):
        heading = Heading(title=found["title"], level=1, line=2 + front.count("\n", 0, found.start()))
        return Document(headings=(heading,), pieces=pieces)
    return Document(headings=(Heading(title=title, level=1, line=1),) if title else (), pieces=pieces)
