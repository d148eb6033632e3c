"""A fault that any patient with a database may have: connections that are opened and never closed."""

import asyncio
from dataclasses import dataclass, field

import asyncpg

from bot.background import end
from demo.database import OUTAGES

AGAIN = 0.1
ALL_TAKEN = 20
"""How often in a row it finds none before it takes the others for held by somebody who does not let go."""


@dataclass(slots=True, kw_only=True)
class ConnectionLeak:
    """An export job opens connections and never closes one, until the application's role may have no more.

    `application` is the name that its connections bear, `query` what it reads with each, `most` how many the role may
    have. It crashes, and thereby frees them all, when one of them is terminated.
    """

    dsn: str = field(repr=False)
    most: int
    application: str
    query: str
    name: str = "connections"
    title: str = "An export leaks database connections until none is left"
    _leak: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        """Whether it goes on."""
        return self._leak is not None and not self._leak.done()

    async def begin(self) -> None:
        """Leak; returns when no connection is left, also none that somebody else lets go of."""
        exhausted = asyncio.Event()
        self._leak = asyncio.create_task(self._leak_until_killed(exhausted))
        await exhausted.wait()

    async def end(self) -> None:
        """Give all of them back."""
        if self._leak is not None:
            await end(self._leak)

    async def _leak_until_killed(self, exhausted: asyncio.Event) -> None:
        held: list[asyncpg.Connection[asyncpg.Record]] = []
        in_vain = 0
        try:
            while not any(connection.is_closed() for connection in held):
                try:
                    named = {"application_name": self.application}
                    held.append(await asyncpg.connect(self.dsn, server_settings=named))
                    await held[-1].fetch(self.query)
                    in_vain = 0
                except asyncpg.TooManyConnectionsError:
                    in_vain += 1
                    await asyncio.sleep(AGAIN)
                if len(held) >= self.most or in_vain >= ALL_TAKEN:
                    exhausted.set()
        except OUTAGES:
            return
        finally:
            exhausted.set()
            for connection in held:
                connection.terminate()
