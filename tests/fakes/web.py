"""A web server as the bot's own, for as long as a test asks it."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from aiohttp import ClientSession

from bot.http.call import Handler
from bot.http.server import Server
from bot.web.knock import LARGEST_BODY


def listening(handler: Handler) -> AbstractAsyncContextManager[int]:
    """The port of the loopback where it listens."""
    return Server(handler, largest=LARGEST_BODY).listening(("127.0.0.1", 0))


@asynccontextmanager
async def served(handler: Handler) -> AsyncIterator[ClientSession]:
    """Whoever asks it: a path is enough."""
    async with listening(handler) as port, ClientSession(f"http://127.0.0.1:{port}") as client:
        yield client
