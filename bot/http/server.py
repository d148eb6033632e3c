"""A web server: whoever connects is answered by one handler, and nobody is cut off when it ends.

HTTP itself, its order and the limits of a head are aiohttp's affair. It is its low-level server, because an application
with its router takes longer.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Final

from aiohttp import web

from bot.http.call import Answer, Call, Cut, Handler, refused
from bot.telemetry.traces import span

READ_WITHIN: Final = 10.0
"""Seconds that the body of a request may take to come."""
IDLE_WITHIN: Final = 75.0
"""Seconds without a request: load balancers keep a connection for sixty."""
BACKLOG: Final = 1024
"""So many may wait until they are let in."""
ACCEPTED: Final = 0.3
"""Seconds for what was let in, but has not said yet what it wants."""
END_WITHIN: Final = 20.0
"""Seconds for everybody to be answered before the rest is cut off."""
READ_LAST_WITHIN: Final = 2.0
"""Seconds for the last answers to be read."""

_BROKEN_OFF: Final = refused(400, "The body broke off.")
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"

log = logging.getLogger(__name__)


class Server:
    """Serves as long as ``listening`` is entered. ``largest`` is how many bytes a body may have."""

    def __init__(self, handler: Handler, *, largest: int) -> None:
        self._handler = handler
        self._largest = largest
        self._leaving = False
        self._asked = 0
        """How many requests wait for their answer."""
        self._quiet = asyncio.Event()
        """No request waits for its answer."""
        self._quiet.set()

    def leave(self) -> None:
        """From now on every answer asks its client to connect anew next time."""
        self._leaving = True

    @asynccontextmanager
    async def listening(self, at: tuple[str, int] | socket.socket) -> AsyncIterator[int]:
        """Listen at a host and port, or on a socket that listens already; the port. Raises OSError when that cannot be.

        At the end nobody new is let in, and who has asked is answered.
        """
        loop = asyncio.get_running_loop()
        # A body stays as it came: a signature is of its bytes, and a packed one may be far larger than the cap.
        http = web.Server(self._answered, access_log=None, keepalive_timeout=IDLE_WITHIN, auto_decompress=False)
        if isinstance(at, socket.socket):
            served = await loop.create_server(http, sock=at, backlog=BACKLOG)
        else:
            served = await loop.create_server(http, *at, backlog=BACKLOG)
        try:
            yield served.sockets[0].getsockname()[1]
        finally:
            await _shut(served)
            self.leave()
            await asyncio.sleep(ACCEPTED)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(END_WITHIN):
                    await self._quiet.wait()
            # It stops reading: before this, what is still being sent would never become whole.
            http.pre_shutdown()
            await http.shutdown(READ_LAST_WITHIN)

    async def _answered(self, request: web.BaseRequest) -> web.Response:
        with self._counted():
            try:
                call = await self._call(request)
            except (ConnectionError, web.RequestPayloadError):
                return _given(_BROKEN_OFF, last=True)
            answer = await self._told(call)
        return _given(answer, last=self._leaving or call.cut is not None)

    @contextlib.contextmanager
    def _counted(self) -> Iterator[None]:
        self._asked += 1
        self._quiet.clear()
        try:
            yield
        finally:
            self._asked -= 1
            if not self._asked:
                self._quiet.set()

    async def _told(self, call: Call) -> Answer:
        try:
            with span(f"{call.method} {call.path}") as told:
                answer = await self._handler(call)
                told.tell("status", answer.status)
        except Exception:
            # Whatever a handler fails at, whoever knocked is answered, and those behind it are, too.
            log.exception("a request failed", extra={"path": call.path})
            return refused(500, "Muster failed at this; its log says at what.")
        return answer

    async def _call(self, request: web.BaseRequest) -> Call:
        url, cut, body = request.rel_url, None, b""
        try:
            body = await self._body(request)
        except TimeoutError:
            cut = Cut.TOO_SLOW
        except _TooLargeError:
            cut = Cut.TOO_LARGE
        return Call(
            method=request.method,
            path=url.path,
            behind=url.raw_query_string,
            headers=request.headers,
            body=body,
            cut=cut,
        )

    async def _body(self, request: web.BaseRequest) -> bytes:
        """The body. Raises TimeoutError when it comes too slowly, and _TooLargeError."""
        content = request.content
        if content.is_eof():
            return self._fitting(content.read_nowait())
        if (request.content_length or 0) > self._largest:
            raise _TooLargeError
        if request.headers.get("Expect", "").lower() == "100-continue":
            await request.writer.write(_CONTINUE)
            request.writer.output_size = 0
        body = b""
        async with asyncio.timeout(READ_WITHIN):
            async for part in content.iter_any():
                body = self._fitting(body + part)
        return body

    def _fitting(self, body: bytes) -> bytes:
        if len(body) > self._largest:
            raise _TooLargeError
        return body


def _given(answer: Answer, *, last: bool) -> web.Response:
    given = web.Response(status=answer.status, body=answer.body, headers=dict(answer.headers))
    given.headers["Content-Type"] = answer.content_type
    if last:
        given.force_close()
    return given


class _TooLargeError(Exception):
    """A body over the cap."""


async def _shut(served: asyncio.Server) -> None:
    """Let nobody new in. Whoever was let in this very moment becomes a connection first: asyncio would drop them."""
    for each in served.sockets:
        asyncio.get_running_loop().remove_reader(each)
    await asyncio.sleep(0)
    served.close()
