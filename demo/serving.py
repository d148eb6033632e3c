"""What every patient stands on: servers started side by side, and its HTTP address."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Protocol

from aiohttp import web


class NoServerError(Exception):
    """A server that a patient runs on could not be found or started; the message says what to do."""


class Server(Protocol):
    """A real server that a patient runs on; starting and stopping block."""

    def start(self) -> None:
        """Start it and wait until it answers."""

    def stop(self) -> None:
        """End it; no error when it is not running."""


@asynccontextmanager
async def running(*servers: Server) -> AsyncIterator[None]:
    """The servers, started side by side; when one does not start, the others end too."""
    async with AsyncExitStack() as undo:
        for server in servers:
            undo.push_async_callback(asyncio.to_thread, server.stop)
        started = await asyncio.gather(*(asyncio.to_thread(each.start) for each in servers), return_exceptions=True)
        for failure in started:
            if failure is not None:
                raise failure
        yield


async def serve(undo: AsyncExitStack, application: web.Application, *, port: int = 0) -> str:
    """Serve it on a port of loopback (0: a free one) until `undo` is closed; its address."""
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=1)
    undo.push_async_callback(runner.cleanup)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    host, taken = runner.addresses[0][:2]
    return f"http://{host}:{taken}"


def bears(request: web.Request, *tokens: str) -> bool:
    """Whether it has one of these tokens."""
    given = request.headers.get("Authorization", "").encode()
    return any(hmac.compare_digest(given, f"Bearer {token}".encode()) for token in tokens)
