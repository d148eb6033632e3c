"""One connection of whoever knocks: what comes is answered in its order, under limits and in time.

A client that hangs up does not end the work on what it asked: what came counts.
"""

import asyncio
import logging
from collections import deque
from email.utils import formatdate
from http import HTTPStatus
from typing import Final, cast

from msgspec import Struct, field

from bot.http.call import Answer, Call, Handler, refused
from bot.http.reader import Asked, Phase, Reader
from bot.telemetry.traces import span

READ_WITHIN: Final = 10.0
"""Seconds that the head of a request may take to come, and its body once more."""
IDLE_WITHIN: Final = 75.0
"""Seconds without a request: load balancers keep a connection for sixty."""
LINGER: Final = 5.0
"""Seconds that a client has to read why the rest of what it sends is not read."""
MOST_AHEAD: Final = 8
"""So many requests may wait for their turn on one connection."""

_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"
_CLOSE: Final = ("Connection", "close")
_LINES: Final = {each.value: f"HTTP/1.1 {each.value} {each.phrase}\r\n" for each in HTTPStatus}

log = logging.getLogger(__name__)


class Shared(Struct, kw_only=True, eq=False):
    """What the connections of one server have in common. ``largest`` is how many bytes a body may have.

    While it is ``leaving``, each answer asks its client to connect anew next time, which leads to another process.
    """

    handler: Handler
    largest: int
    leaving: bool = False
    connections: set["Connection"] = field(default_factory=set)
    date: str = field(default_factory=lambda: formatdate(usegmt=True))

    def tick(self, now: float) -> None:
        """Called every second: whoever is too slow is told so, or let go."""
        self.date = formatdate(usegmt=True)
        for each in tuple(self.connections):
            each.tick(now)


class Connection(asyncio.Protocol):
    """One connection."""

    _transport: asyncio.Transport

    def __init__(self, shared: Shared) -> None:
        self._shared = shared
        self._loop = asyncio.get_running_loop()
        self._reader = Reader(shared.largest)
        self._asked: deque[Asked] = deque()
        self._answering: asyncio.Task[None] | None = None
        self._until = self._loop.time() + IDLE_WITHIN
        self._read = (Phase.BETWEEN, 0)
        self._room: asyncio.Future[None] | None = None
        """Waited for while the client does not read its answers."""
        self._half = False
        """The client sends nothing more."""
        self._ended = False
        """Its last answer is written."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody connected."""
        self._transport = cast("asyncio.Transport", transport)
        self._shared.connections.add(self)

    def connection_lost(self, error: Exception | None) -> None:
        """They are gone."""
        self._ended = True
        self._shared.connections.discard(self)
        self._reader.end()
        self.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Some bytes came: a part of a request, or several."""
        if self._reader.phase is Phase.OVER:
            return
        self._take(self._reader.feed(data))
        if (read := (self._reader.phase, self._reader.begun)) != self._read:
            self._read = read
            self._until = self._loop.time() + (IDLE_WITHIN if read[0] is Phase.BETWEEN else READ_WITHIN)
        if self._reader.expecting:
            self._bid()

    def eof_received(self) -> bool:
        """They send nothing more; what came is answered before the connection ends."""
        self._half = True
        return self._answering is not None and not self._ended

    def pause_writing(self) -> None:
        """The client does not read its answers: it gets no more until it does."""
        self._room = self._loop.create_future()
        self._until = self._loop.time() + IDLE_WITHIN

    def resume_writing(self) -> None:
        """It reads again, or is gone."""
        if self._room is not None and not self._room.done():
            self._room.set_result(None)
        self._room = None

    def tick(self, now: float) -> None:
        """See whether the client has taken too long."""
        if now < self._until:
            return
        if self._room is not None or self._transport.is_closing():
            self._transport.abort()
        elif self._ended or self._idle:
            self._transport.close()
        elif self._transport.is_reading():
            self._take(self._reader.too_slow())

    def leave(self) -> None:
        """End now if nothing was asked; else it ends with the next answer, because the server is leaving."""
        if self._idle:
            self._transport.close()

    def abort(self) -> None:
        """End now, whatever was asked."""
        self._transport.abort()

    @property
    def _idle(self) -> bool:
        return self._reader.phase is Phase.BETWEEN and self._answering is None

    def _take(self, asked: list[Asked]) -> None:
        self._asked += asked
        if self._asked and self._answering is None:
            self._answering = self._loop.create_task(self._answer_all())
        if len(self._asked) > MOST_AHEAD:
            self._transport.pause_reading()

    def _bid(self) -> None:
        """A client that waits for a word before it sends the body gets it when what it asked before is answered."""
        if self._answering is None:
            self._reader.expecting = False
            self._transport.write(_CONTINUE)

    async def _answer_all(self) -> None:
        try:
            await self._answer_each()
        except BaseException:
            # Whoever is not answered must not take the next answer for its own.
            self._transport.abort()
            raise
        self._answering = None
        if self._half:
            self._transport.close()
        elif not self._ended:
            self._transport.resume_reading()
            self._until = self._loop.time() + (IDLE_WITHIN if self._reader.phase is Phase.BETWEEN else READ_WITHIN)
            if self._reader.expecting:
                self._bid()

    async def _answer_each(self) -> None:
        while self._asked:
            each = self._asked.popleft()
            answer = each.answer if each.call is None else await self._answered(each.call)
            assert answer is not None, "whatever is no request has its answer"
            if self._ended:
                continue
            self._write(answer, each)
            if self._room is not None:
                await self._room

    async def _answered(self, call: Call) -> Answer:
        try:
            with span(f"{call.method} {call.path}") as told:
                answer = await self._shared.handler(call)
                told.tell("status", answer.status)
        except Exception:
            # Whatever a handler fails at, whoever knocked is answered, and those behind it are, too.
            log.exception("a request failed", extra={"path": call.path})
            return refused(500, "Muster failed at this; its log says at what.")
        return answer

    def _write(self, answer: Answer, asked: Asked) -> None:
        last = asked.last or self._shared.leaving
        given = (*answer.headers, _CLOSE) if last else answer.headers
        headers = "".join([f"{name}: {value}\r\n" for name, value in given])
        head = (
            f"{_LINES[answer.status]}Content-Type: {answer.content_type}\r\nContent-Length: {len(answer.body)}\r\n"
            f"Date: {self._shared.date}\r\n{headers}\r\n"
        )
        whole = asked.call is None or asked.call.method != "HEAD"
        self._transport.write(head.encode("latin-1") + (answer.body if whole else b""))
        if last:
            self._end(unread=asked.unread)

    def _end(self, *, unread: bool) -> None:
        """Nothing is answered any more. A client that still sends would not read its answer if it were cut off now."""
        self._ended = True
        self._asked.clear()
        if unread and self._transport.can_write_eof():
            self._transport.write_eof()
            self._until = self._loop.time() + LINGER
        else:
            self._transport.close()
            self._until = self._loop.time() + IDLE_WITHIN
