"""The engine's logs as lines: its two streams taken apart, in the order in which they were written."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bot.executors.tool.answer import HeardBytes

_HEADER: Final = struct.Struct(">BxxxL")
_STREAMS: Final = frozenset({0, 1, 2})


def text_of_stream(body: bytes) -> bytes:
    """The text of an answer that carries output and errors in one stream, each piece behind eight bytes.

    An answer without such headers is a terminal's, and stays as it is; a piece that was cut off is kept as far as it
    goes.
    """
    return b"".join(_pieces(body)) if _is_multiplexed(body) else body


class Unframed:
    """Takes the engine's headers off a stream as it comes, and passes on what each whole piece holds."""

    def __init__(self, heard: HeardBytes) -> None:
        self._heard = heard
        self._rest = b""

    def take(self, chunk: bytes) -> None:
        """Some more of the stream, cut anywhere."""
        self._rest += chunk
        while len(self._rest) >= _HEADER.size and _is_multiplexed(self._rest):
            end = _HEADER.size + _HEADER.unpack_from(self._rest)[1]
            if len(self._rest) < end:
                return
            self._heard(self._rest[_HEADER.size : end])
            self._rest = self._rest[end:]


def merged(logs: Mapping[str, Sequence[str]], *, timestamps: bool, prefixed: bool) -> list[str]:
    """The lines of several containers in the order of their times; each line begins with its time as the engine has it.

    ``prefixed`` puts the container's name before each line, as Compose does.
    """
    width = max((len(name) for name in logs), default=0)
    timed = [(line.partition(" ")[0], name, line) for name, lines in logs.items() for line in lines]
    timed.sort(key=lambda each: each[0])
    return [
        (f"{name.ljust(width)} | " if prefixed else "") + (line if timestamps else line.partition(" ")[2])
        for _, name, line in timed
    ]


def _is_multiplexed(body: bytes) -> bool:
    return len(body) >= _HEADER.size and body[0] in _STREAMS and body[1:4] == b"\0\0\0"


def _pieces(body: bytes) -> Iterator[bytes]:
    at = 0
    while at + _HEADER.size <= len(body):
        stream, length = _HEADER.unpack_from(body, at)
        if stream not in _STREAMS:
            return
        yield body[at + _HEADER.size : at + _HEADER.size + length]
        at += _HEADER.size + length
