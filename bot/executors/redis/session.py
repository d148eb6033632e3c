"""One connection to one Redis, as one user: words out, one bounded answer back, and what its faults mean.

A connection lives for one look or run, so nothing that a step does to it can outlive the step. It is written on the
parser alone, because a client that reads an answer whole before it is looked at cannot stop at a cap.
"""

import asyncio
import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import hiredis
from msgspec import Struct

from bot.executors.caps import Caps

Reply: TypeAlias = "str | int | float | bool | list[Reply] | hiredis.ReplyError | None"

MOST_BYTES: Final = 1 << 20
"""The longest answer to one command that is read; a longer one ends the connection."""

_PIECE: Final = 1 << 16
_END_SECONDS: Final = 1.0


class Refused(Exception):
    """The server answered with an error; the text is its own line."""


class TooLong(Exception):
    """The answer is longer than what is read."""


class Lost(Exception):
    """The connection ended before the answer was whole."""


FAULTS: Final = (OSError, TimeoutError, hiredis.ProtocolError, Refused, TooLong, Lost)
"""What a server or the way to it may answer instead of what was asked."""


class Server(Struct, frozen=True, kw_only=True):
    """Where a Redis listens, and which of its databases is meant."""

    host: str
    port: int = 6379
    db: int = 0
    tls: bool = False

    def __str__(self) -> str:
        """For receipts: *10.0.0.5:6379/0*."""
        return f"{self.host}:{self.port}/{self.db}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Login:
    """One of the server's ACL users; the password is sent and never shown."""

    user: str
    password: str = field(repr=False)


class Session:
    """An open connection. ``calls`` and ``received`` count the commands sent and the bytes of their answers."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._parser = hiredis.Reader(encoding="utf-8", errors="replace", notEnoughData=_UNFINISHED)
        self.calls = 0
        self.received = 0

    async def ask(self, *words: str) -> Reply:
        """Send one command and read its answer. Raises one of FAULTS."""
        reply = await self.answer(*words)
        if isinstance(reply, hiredis.ReplyError):
            raise Refused(str(reply))
        return reply

    async def answer(self, *words: str) -> Reply:
        """The same, but an error of the server is an answer as well."""
        self.calls += 1
        self._writer.write(_packed(words))
        await self._writer.drain()
        allowed = MOST_BYTES
        reply: Reply = self._parser.gets()
        while reply is _UNFINISHED:
            piece = await self._reader.read(_PIECE)
            if not piece:
                raise Lost
            allowed -= len(piece)
            self.received += len(piece)
            if allowed < 0:
                raise TooLong
            self._parser.feed(piece)
            reply = self._parser.gets()
        return reply


_UNFINISHED: Final = object()


def _packed(words: Sequence[str]) -> bytes:
    """Each word as one counted string, so that a line break in it is data and never another command."""
    counted = (b"$%d\r\n%b\r\n" % (len(data), data) for data in (word.encode() for word in words))
    return b"*%d\r\n" % len(words) + b"".join(counted)


@asynccontextmanager
async def session(server: Server, login: Login, caps: Caps) -> AsyncIterator[Session]:
    """A connection that is logged in, on the target's database. Raises one of FAULTS."""
    async with asyncio.timeout(caps.connect_seconds):
        reader, writer = await asyncio.open_connection(server.host, server.port, ssl=server.tls or None)
    try:
        opened = Session(reader, writer)
        async with asyncio.timeout(caps.connect_seconds):
            await opened.ask("AUTH", login.user, login.password)
            if server.db:
                await opened.ask("SELECT", str(server.db))
        yield opened
    finally:
        writer.close()
        # Not wait_for, which in Python 3.11 loses a cancellation that comes together with the end.
        with suppress(OSError, TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await writer.wait_closed()


_BY_CODE: Final = {
    "WRONGPASS": "did not let Muster in: check the user and the password of this target",
    "NOAUTH": "did not let Muster in: check the user and the password of this target",
    "LOADING": "is loading its data: try again in a moment",
    "BUSY": "is busy with a script: end it, or wait until it ends",
    "READONLY": "is a replica and takes no change: name the primary as the target",
    "MASTERDOWN": "is a replica without its primary: see whether the primary is up",
    "CLUSTERDOWN": "is a cluster that is down: see CLUSTER INFO on its nodes",
    "MOVED": "is a node of a cluster, and the key is on another one: do this by hand",
    "OOM": "has no memory left for a change: free some first",
    "MISCONF": "takes no change because it cannot save to disk: see its disk and its log",
}


def sentence_of(fault: BaseException, target: str, *, seconds: float) -> str:
    """What went wrong at the server, in one sentence that says what to do."""
    match fault:
        case Refused():
            return f"{target} {_told(str(fault))}."
        case TooLong():
            return f"{target} answered with more than {MOST_BYTES >> 20} MiB, which is not read: narrow the step."
        case Lost() | ConnectionResetError() | BrokenPipeError():
            return f"The connection to {target} was lost: see whether the server is up."
        case hiredis.ProtocolError():
            return f"What listens at the address of {target} is no Redis: check host, port and TLS."
        case ssl.SSLError():
            return f"{target} and Muster do not agree on TLS: check the target's `tls` and its certificate."
        case TimeoutError():
            return f"{target} did not answer within {seconds:g} s: see whether it is overloaded, or narrow the step."
    return f"{target} could not be reached: see whether the server is up and its address is right."


def _told(line: str) -> str:
    code = line.partition(" ")[0]
    if code == "NOPERM":
        return f"does not allow Muster's user to do that ({line[7:].rstrip('.')}): grant it, or leave the step out"
    if "max number of clients" in line:
        return "has no connection left for Muster: end some, or raise maxclients"
    return _BY_CODE.get(code) or f"answered: {line.rstrip('.')}"


def items(reply: Reply) -> Sequence[Reply]:
    """An answer as a sequence; empty when it is none."""
    return reply if isinstance(reply, list) else ()
