"""How the processes of one database wake each other: whoever saved a debt notifies, and every worker looks at once.

It may be lost, at the price of a second: each worker looks by itself too. So it has a connection of its own, apart from
the transactions: a notification inside one would make all commits queue for a lock.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Final

import asyncpg

from bot.background import end
from bot.stores.postgres_connection import FAULTS, outage

CHANNEL: Final = "muster_owed"
APART: Final = 0.01
"""Seconds between two notifications: what is owed in between is told with the next one."""
AGAIN_AFTER: Final = 1.0
PATIENCE: Final = 5.0

log = logging.getLogger(__name__)


class Wakes:
    """``tell`` wakes the others; ``woken`` is called when they tell. Listens in the event loop that makes it."""

    def __init__(self, dsn: str, woken: Callable[[], None]) -> None:
        self._dsn = dsn
        self._woken = woken
        self._owed = asyncio.Event()
        self._stopped = False
        self._serving = asyncio.create_task(self._serve(), name="muster-wakes")

    def tell(self) -> None:
        """Something is owed that others may do."""
        self._owed.set()

    async def close(self) -> None:
        """Let go."""
        await end(self._serving)

    async def _serve(self) -> None:
        while True:
            try:
                await self._listen()
            except FAULTS as fault:
                if not self._stopped:
                    log.info("waking by the database stopped", extra={"error": outage(fault).sentence})
                self._stopped = True
            await asyncio.sleep(AGAIN_AFTER)

    async def _listen(self) -> None:
        connection = await asyncpg.connect(self._dsn, timeout=PATIENCE, command_timeout=PATIENCE)
        own = connection.get_server_pid()

        def heard(_: object, pid: int, channel: str, payload: object) -> None:
            if pid != own:
                self._woken()

        try:
            # A lost connection is found by the next notification, so that one is asked for at once.
            connection.add_termination_listener(lambda _: self._owed.set())
            await connection.add_listener(CHANNEL, heard)
            self._stopped = False
            while True:
                await self._owed.wait()
                self._owed.clear()
                await connection.execute(f"NOTIFY {CHANNEL}")
                await asyncio.sleep(APART)
        finally:
            with suppress(*FAULTS):
                await connection.close(timeout=APART)
