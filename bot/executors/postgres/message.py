"""What a PostgreSQL says, message by message: which kinds there are, and how each is made.

Of most kinds the driver reads text to its end, and numbers, without a look at where the message ends. What is not made
as it expects would leave it in the midst of the next one. Source: PostgreSQL's documentation, “Message Formats”.
"""

import re
import struct
from collections.abc import Callable
from typing import Final

SHORTEST: Final = 4
"""What a message's length counts beside its body: itself."""

MOST_BYTES: Final = 64 << 20
"""The longest answer to one question that is read: what a look asks for is cut by the server, to far less as a rule."""

_MOST_ROUNDS: Final = 100_000
"""How often a password may be hashed to log in; PostgreSQL's own number is 4096. More would hold Muster up."""

_ROUNDS: Final = re.compile(rb",i=(\d+)")
_AUTHENTICATION: Final = re.compile(rb"\0\0\0(?:\x05[\s\S]{4}|\x0a(?:[^\0]+\0)*\0|[^\x05\x0a][\s\S]*)")
_COUNT: Final = struct.Struct("!h")
_LENGTH: Final = struct.Struct("!i")


class Noise(ConnectionError):
    """What came is not what a PostgreSQL says."""


class Flood(ConnectionError):
    """The answer is longer than what is read."""


def _made_as(pattern: bytes) -> Callable[[bytes], bool]:
    whole = re.compile(pattern)
    return lambda body: whole.fullmatch(body) is not None


def _is_authentication(body: bytes) -> bool:
    """Also what would take hours to answer is none."""
    rounds = _ROUNDS.search(body) if body.startswith(b"\0\0\0\x0b") else None
    bearable = rounds is None or (len(rounds[1]) < 9 and int(rounds[1]) <= _MOST_ROUNDS)
    return bearable and _AUTHENTICATION.fullmatch(body) is not None


def _is_row(body: bytes) -> bool:
    """As many values as are announced, each as long as it says it is; one of -1 is null."""
    if len(body) < _COUNT.size:
        return False
    at = _COUNT.size
    for _ in range(_COUNT.unpack_from(body)[0]):
        if len(body) - at < _LENGTH.size:
            return False
        (length,) = _LENGTH.unpack_from(body, at)
        if length < -1:
            return False
        at += _LENGTH.size + max(length, 0)
    return at == len(body)


_empty: Final = _made_as(b"")
_anything: Final = _made_as(rb"[\s\S]*")
_fields: Final = _made_as(rb"(?:[^\0]+\0)*\0")
_MADE: Final = {
    b"R": _is_authentication,
    b"K": _made_as(rb"[\s\S]{8,260}"),
    b"S": _made_as(rb"[^\0]*\0[^\0]*\0"),
    b"Z": _made_as(rb"[ITE]"),
    b"E": _fields,
    b"N": _fields,
    b"A": _made_as(rb"[\s\S]{4}[^\0]*\0[^\0]*\0"),
    b"t": _made_as(rb"[\s\S]{2}(?:[\s\S]{4})*"),
    b"T": _made_as(rb"[\s\S]{2}(?:[^\0]*\0[\s\S]{18})*"),
    b"D": _is_row,
    b"C": _made_as(rb"[^\0]*\0"),
    **dict.fromkeys((b"1", b"2", b"3", b"I", b"n", b"s"), _empty),
    # What the driver passes over: a newer server's version, and what COPY says.
    **dict.fromkeys((b"v", b"G", b"H", b"c", b"d"), _anything),
}
"""How the body of each kind is made."""


def check_head(kind: bytes, length: int, *, before: int) -> None:
    """Before a message is waited for. ``before`` are the bytes of the same answer. Raises Noise or Flood."""
    # A row may be too long to be read; of all else so much is no message, but a text that happens to begin like one.
    if kind not in _MADE or length < SHORTEST or (length > MOST_BYTES and kind != b"D"):
        raise Noise(f"no message begins with {kind!r} and a length of {length}")
    if before + length > MOST_BYTES:
        raise Flood("more than is read")


def check_body(kind: bytes, body: bytes) -> None:
    """Once a message is there. Raises Noise."""
    if not _MADE[kind](body):
        raise Noise(f"no message {kind!r} is made so")
