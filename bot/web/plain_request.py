"""A plain request: whole, small and without anything odd, as monitors' webhooks are; read at once, without a server.

It is read strictly, and only what every server would read the same way: whatever else comes is *odd*, and left to
aiohttp, byte for byte as it came. So nothing is refused here, and nothing is understood that aiohttp would not.
"""

import re
from collections.abc import Sequence
from enum import Enum
from typing import Final

from msgspec import Struct
from multidict import CIMultiDict

LARGEST_HEAD: Final = 8190
LARGEST_PLAIN: Final = 64 * 1024
"""Bytes of a body; a longer one comes in so many pieces that aiohttp reads it better."""

_TOKEN: Final = r"[-!#$%&'*+.^_`|~0-9A-Za-z]+"  # noqa: S105 - a word of HTTP's grammar
_FIELD: Final = rf"({_TOKEN}):[ \t]*([\t -~]*?)[ \t]*\r\n"
_HEAD: Final = re.compile(rf"POST /alerts/([a-z]{{1,40}}) HTTP/1\.1\r\n((?:{_TOKEN}:[\t -~]*\r\n)+)", re.ASCII)
_FIELDS: Final = re.compile(_FIELD, re.ASCII)
_LENGTH: Final = re.compile(r"\d{1,6}", re.ASCII)
_ODD_FIELDS: Final = frozenset({"transfer-encoding", "expect", "upgrade"})


class Unread(Enum):
    """Why there is no plain request yet, or none at all."""

    MORE = "it has not come whole"
    ODD = "aiohttp is to read it"


class Plain(Struct, frozen=True):
    """One request to ``/alerts/<source>``, and how many bytes of what came it was."""

    source: str
    headers: CIMultiDict[str]
    body: bytes
    size: int


def plain(came: bytes) -> Plain | Unread:
    """The request at the beginning of what came over a connection."""
    end = came.find(b"\r\n\r\n")
    if end < 0:
        return Unread.MORE if len(came) <= LARGEST_HEAD and _begun(came) else Unread.ODD
    head = _HEAD.fullmatch(came[: end + 2].decode("latin-1")) if end <= LARGEST_HEAD else None
    if head is None:
        return Unread.ODD
    fields = _FIELDS.findall(head[2])
    length = _length(fields)
    if length is None:
        return Unread.ODD
    begin, size = end + 4, end + 4 + length
    return Plain(head[1], CIMultiDict(fields), came[begin:size], size) if size <= len(came) else Unread.MORE


def _begun(came: bytes) -> bool:
    start = b"POST /alerts/"
    return came.startswith(start) or start.startswith(came)


def _length(fields: Sequence[tuple[str, str]]) -> int | None:
    """How long the body is; None where it does not come in one piece, or the sender wants something besides."""
    told = {name.lower(): value for name, value in fields}
    length = told.get("content-length", "")
    if len(told) < len(fields) or not _ODD_FIELDS.isdisjoint(told) or not _LENGTH.fullmatch(length):
        return None
    goes_on = told.get("connection", "keep-alive").lower() == "keep-alive"
    return int(length) if goes_on and int(length) <= LARGEST_PLAIN else None
