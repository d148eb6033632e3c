"""The groups of an extended pattern written out: `(GET|POST) /v(1|2)` is four searches for plain texts.

A group that is repeated has no such list, and neither has one with marks of its own (`(?i)`): both are refused.
"""

import re

from compiler.proof.usage import Misuse

MOST_ALTERNATIVES = 30
_PIECE = re.compile(r"\\.|\[\^?\]?(?:\[:[a-z]+:\]|[^\]\\])*\]|.", re.DOTALL)


def written_out(text: str) -> tuple[str, ...]:
    """The alternatives of an extended pattern, free of groups and bars. Raises Misuse when there is no such list."""
    found, end = _alternatives(text, 0)
    if end < len(text):
        raise Misuse("a group of the pattern is closed that was not opened")
    return found


def _alternatives(text: str, place: int) -> tuple[tuple[str, ...], int]:
    """The alternatives from `place` on, and where they end: at the bracket that closes their group, or the end."""
    done, current = list[str](), [""]
    while place < len(text) and text[place] != ")":
        if text[place] == "|":
            done, current, place = done + current, [""], place + 1
            continue
        inside, place = _group(text, place + 1) if text[place] == "(" else _piece(text, place)
        current = [before + after for before in current for after in inside]
        if len(done) + len(current) > MOST_ALTERNATIVES:
            raise Misuse("the pattern has too many alternatives")
    return (*done, *current), place


def _group(text: str, place: int) -> tuple[tuple[str, ...], int]:
    if text[place : place + 1] in ("?", "*", "+"):
        raise Misuse("a group with marks of its own is more than a search")
    inside, end = _alternatives(text, place)
    if text[end : end + 1] != ")":
        raise Misuse("a group of the pattern has no end")
    repeat = text[end + 1 : end + 2]
    if repeat in ("*", "+", "{") and repeat:
        raise Misuse("a group that is repeated is more than a search")
    return ((*inside, ""), end + 2) if repeat == "?" else (inside, end + 1)


def _piece(text: str, place: int) -> tuple[tuple[str, ...], int]:
    piece = _PIECE.match(text, place)
    whole = piece[0] if piece else text[place]
    return (whole,), place + len(whole)
