"""What may come over a connection to a PostgreSQL: whole messages of its protocol, and nothing else.

The driver trusts whoever it speaks to: a message that says it is shorter than nothing sends it back over what it has
read, for ever, and Muster with it. Whatever listens at an address that somebody typed is therefore read here first;
with what is no message of a PostgreSQL the connection ends.
"""

import asyncio
import re
import struct
from collections.abc import Callable
from ssl import SSLContext
from typing import Final, cast

from asyncpg.protocol import Protocol

from bot.executors.postgres.message import Flood, Noise, check_body, check_head

_HEAD: Final = struct.Struct("!ci")
_TO_TLS: Final = re.compile(rb"[SN]|E\0[\s\S]{3}(?:[^\0]+\0)*\0")
"""What a PostgreSQL answers when it is asked whether it speaks TLS: yes, no, or an error."""


def reading_first(loop: asyncio.AbstractEventLoop) -> asyncio.AbstractEventLoop:
    """The loop, for a driver that is to be handed only what a PostgreSQL says."""
    return cast(asyncio.AbstractEventLoop, _Loop(loop))


class _Loop:
    """The loop in all but one thing: what its connections receive passes a `_Gate`."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __getattr__(self, name: str) -> object:
        return getattr(self._loop, name)

    # The driver asks which task runs in its loop, and tasks are kept by their loop.
    def __hash__(self) -> int:
        return hash(self._loop)

    def __eq__(self, other: object) -> bool:
        return other is self._loop

    async def create_connection(
        self, protocol: Callable[[], asyncio.Protocol], host: str, port: int, *, ssl: SSLContext | None = None
    ) -> tuple["_Transport", asyncio.Protocol]:
        transport, gate = await self._loop.create_connection(lambda: _Gate(protocol()), host, port, ssl=ssl)
        return _Transport(transport), gate.inner

    async def create_unix_connection(
        self, protocol: Callable[[], asyncio.Protocol], path: str
    ) -> tuple["_Transport", asyncio.Protocol]:
        transport, gate = await self._loop.create_unix_connection(lambda: _Gate(protocol()), path)
        return _Transport(transport), gate.inner

    async def start_tls(
        self, transport: "_Transport", protocol: asyncio.Protocol, context: SSLContext, *, server_hostname: str
    ) -> "_Transport | None":
        inner = await self._loop.start_tls(transport.inner, protocol, context, server_hostname=server_hostname)
        return _Transport(inner) if inner else None


class _Transport:
    """A transport in all but one thing: whoever reads from it from now on does so behind a `_Gate`."""

    def __init__(self, inner: asyncio.Transport) -> None:
        self.inner = inner

    def __getattr__(self, name: str) -> object:
        return getattr(self.inner, name)

    def set_protocol(self, protocol: asyncio.Protocol) -> None:
        gate = _Gate(protocol)
        gate.transport = self.inner
        self.inner.set_protocol(gate)


class _Gate(asyncio.Protocol):
    """Hands the driver whole messages, and ends the connection with what is none."""

    def __init__(self, inner: asyncio.Protocol) -> None:
        self.inner = inner
        self.transport: asyncio.Transport | None = None
        self._reads_messages = isinstance(inner, Protocol)
        self._fault: ConnectionError | None = None
        self._waiting = bytearray()
        self._needed = _HEAD.size
        self._answered = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)
        self.inner.connection_made(transport)

    def connection_lost(self, exc: Exception | None) -> None:
        self.inner.connection_lost(self._fault or exc)

    def eof_received(self) -> bool | None:
        return self.inner.eof_received()

    def pause_writing(self) -> None:
        self.inner.pause_writing()

    def resume_writing(self) -> None:
        self.inner.resume_writing()

    def data_received(self, data: bytes) -> None:
        if self._fault:
            return
        try:
            ready = self._messages(data) if self._reads_messages else _answer_to_tls(data)
        except (Noise, Flood) as fault:
            self._fault = fault
            if self.transport:
                self.transport.abort()
            return
        if ready:
            self.inner.data_received(ready)

    def _messages(self, data: bytes) -> bytes:
        """All whole messages that are there by now. Raises Noise or Flood."""
        if self._waiting or len(data) < self._needed:
            self._waiting += data
            if len(self._waiting) < self._needed:
                return b""
            data = bytes(self._waiting)
            self._waiting.clear()
        end, self._needed = 0, _HEAD.size
        while len(data) - end >= self._needed:
            kind, length = _HEAD.unpack_from(data, end)
            check_head(kind, length, before=self._answered)
            self._needed = 1 + length
            if len(data) - end >= self._needed:
                check_body(kind, data[end + _HEAD.size : end + self._needed])
                # With *ready for query* the answer is whole, and the next one begins.
                self._answered = 0 if kind == b"Z" else self._answered + length
                end, self._needed = end + self._needed, _HEAD.size
        self._waiting += data[end:]
        return data[:end]


def _answer_to_tls(data: bytes) -> bytes:
    """Raises Noise."""
    if not _TO_TLS.fullmatch(data):
        raise Noise("no answer to whether it speaks TLS")
    return data
