"""One connection to the web server: plain requests of monitors are answered right here, all others by aiohttp.

In a storm most of a webhook's cost would be the web server's. What is plain needs none of it (plain_request.py); at the
first request that is odd, large or slow, the connection with all that came goes over to aiohttp, for good.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from datetime import datetime
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Final

from bot.sources.admission import Request
from bot.telemetry.traces import span
from bot.web.knock import JSON, Answer, Doorkeeper, said
from bot.web.plain_request import LARGEST_PLAIN, Plain, Unread, plain
from commands.take_alerts import FAULT

IDLE_FOR: Final = 3630.0
"""Seconds after which a connection that says nothing is closed, as aiohttp has it: later than any proxy lets go of it,
which would otherwise send into one that is closing."""
WHOLE_WITHIN: Final = 2.0
"""Seconds for a plain request to come whole; after that aiohttp waits for the rest of it."""
LOOK_EVERY: Final = 1.0
ANSWER_WITHIN: Final = 60.0
"""Seconds that those who were heard have for their answers, once the process leaves."""

log = logging.getLogger(__name__)


class PlainDoor:
    """All connections. ``others`` makes aiohttp's protocol for one; ``leaving`` says whether the process stops."""

    def __init__(
        self,
        keeper: Doorkeeper,
        *,
        others: Callable[[], asyncio.Protocol],
        leaving: Callable[[], bool],
        clock: Callable[[], datetime],
    ) -> None:
        self._keeper = keeper
        self._clock = clock
        self.others = others
        self.leaving = leaving
        self.connections: set[PlainConnection] = set()

    def __call__(self) -> "PlainConnection":
        """The protocol of a new connection."""
        return PlainConnection(self)

    async def answer(self, request: Plain) -> Answer:
        """What is answered to one request."""
        stranger = self._keeper.stranger(request.source)
        if stranger is not None:
            return stranger
        came = Request(headers=request.headers, body=request.body, at=self._clock())
        return await self._keeper.answer(request.source, came)

    async def look_after(self) -> None:
        """Close connections that say nothing, and hand over those that are slow, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            for each in tuple(self.connections):
                each.look()

    async def close(self) -> None:
        """Answer whoever was heard, and close all connections."""
        answering = [task for each in tuple(self.connections) if (task := each.leave()) is not None]
        if answering:
            await asyncio.wait(answering, timeout=ANSWER_WITHIN)


class PlainConnection(asyncio.Protocol):
    """One connection, whose requests are answered one after the other."""

    _transport: asyncio.Transport

    def __init__(self, door: PlainDoor) -> None:
        self._door = door
        self._came = b""
        self._since = time.monotonic()
        self._answering: asyncio.Task[None] | None = None
        self._last = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport), "a stream"
        self._transport = transport
        self._door.connections.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._door.connections.discard(self)

    def data_received(self, data: bytes) -> None:
        if not self._came:
            self._since = time.monotonic()
        self._came += data
        if self._answering is None:
            self._next()
        elif len(self._came) > LARGEST_PLAIN:
            self._transport.pause_reading()

    def pause_writing(self) -> None:
        # Whoever reads no answers is asking for none.
        self._transport.abort()

    def look(self) -> None:
        """Do what is to be done about one that says nothing, or not enough."""
        waited = time.monotonic() - self._since
        if self._answering is not None or waited < WHOLE_WITHIN:
            return
        if self._came:
            self._hand_over()
        elif waited > IDLE_FOR:
            self._transport.close()

    def leave(self) -> asyncio.Task[None] | None:
        """Close it, after the answer that somebody waits for."""
        self._last = True
        if self._answering is None:
            self._transport.close()
        return self._answering

    def _next(self) -> None:
        """Begin with the next request, once it is there."""
        request = plain(self._came)
        if isinstance(request, Plain):
            self._came = self._came[request.size :]
            self._answering = asyncio.create_task(self._answer(request))
        elif request is Unread.ODD:
            self._hand_over()

    def _hand_over(self) -> None:
        self._door.connections.discard(self)
        other = self._door.others()
        self._transport.set_protocol(other)
        other.connection_made(self._transport)
        other.data_received(self._came)

    async def _answer(self, request: Plain) -> None:
        with span(f"POST /alerts/{request.source}") as told:
            try:
                answer = await self._door.answer(request)
            except Exception:
                log.exception("a request could not be answered")
                answer = said(500, error=f"It cannot be taken, because {FAULT}.")
            told.tell("status", answer.status)
        self._answering = None
        self._say(answer)

    def _say(self, answer: Answer) -> None:
        last = self._last or self._door.leaving()
        if not self._transport.is_closing():
            self._transport.write(_written(answer, last=last))
        if last:
            self._transport.close()
        if self._transport.is_closing():
            return
        self._since = time.monotonic()
        self._transport.resume_reading()
        if self._came:
            self._next()


def _written(answer: Answer, *, last: bool) -> bytes:
    headers = {
        "Content-Type": JSON,
        "Content-Length": len(answer.body),
        "Date": _date(int(time.time())),
        **answer.headers,
        **({"Connection": "close"} if last else {}),
    }
    lines = "".join([f"{name}: {value}\r\n" for name, value in headers.items()])
    return f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}\r\n{lines}\r\n".encode() + answer.body


@lru_cache(maxsize=1)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
