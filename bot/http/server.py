"""A web server: whoever connects is answered by one handler, and nobody is cut off when it ends."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.http.call import Handler
from bot.http.connection import Connection, Shared

BACKLOG: Final = 1024
"""So many may wait until they are let in."""
ACCEPTED: Final = 0.3
"""Seconds for what was let in, but has not said yet what it wants."""
END_WITHIN: Final = 20.0
"""Seconds for everybody to be answered before the rest is cut off."""


class Server:
    """Serves as long as ``listening`` is entered."""

    def __init__(self, handler: Handler, *, largest: int) -> None:
        self._shared = Shared(handler=handler, largest=largest)

    def leave(self) -> None:
        """From now on every answer asks its client to connect anew next time."""
        self._shared.leaving = True

    @asynccontextmanager
    async def listening(self, at: tuple[str, int] | socket.socket) -> AsyncIterator[int]:
        """Listen at a host and port, or on a socket that listens already; the port. Raises OSError when that cannot be.

        At the end nobody new is let in, and who is there is answered.
        """
        loop = asyncio.get_running_loop()
        if isinstance(at, socket.socket):
            served = await loop.create_server(self._connection, sock=at, backlog=BACKLOG)
        else:
            served = await loop.create_server(self._connection, *at, backlog=BACKLOG)
        ticking = asyncio.create_task(self._tick(), name="http")
        try:
            yield served.sockets[0].getsockname()[1]
        finally:
            await _shut(served)
            self.leave()
            await asyncio.sleep(ACCEPTED)
            await self._see_off()
            ticking.cancel()

    def _connection(self) -> Connection:
        return Connection(self._shared)

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(1)
            self._shared.tick(asyncio.get_running_loop().time())

    async def _see_off(self) -> None:
        """Wait until everybody is answered and gone."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(END_WITHIN):
                while self._shared.connections:
                    for each in tuple(self._shared.connections):
                        each.leave()
                    await asyncio.sleep(0.02)
        for each in tuple(self._shared.connections):
            each.abort()


async def _shut(served: asyncio.Server) -> None:
    """Let nobody new in. Whoever was let in this very moment becomes a connection first: asyncio would drop them."""
    for each in served.sockets:
        asyncio.get_running_loop().remove_reader(each)
    await asyncio.sleep(0)
    served.close()
