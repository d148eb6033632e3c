"""Synesthesia's narrative worker: takes story packs from the queue and makes them, one after the other."""

import asyncio
from collections.abc import Callable
from uuid import UUID

from demo.synesthesia.packs import AWAY, Packs

WAIT_SECONDS = 0.3
RETRY_SECONDS = 1.0
AT_REST = 60_000_000
"""Bytes that it uses when it keeps nothing."""


class Worker:
    """`hangs_on` are packs whose outside API never answered. It takes no other before somebody takes them from it.

    `kept` is what it forgot to let go of, and holds until it is restarted. `write` hears what it does.
    """

    def __init__(self, packs: Packs, *, seconds: float, write: Callable[[str], None], runs: bool = True) -> None:
        self._packs = packs
        self._seconds = seconds
        self._write = write
        self._runs = runs
        self.hangs_on: list[UUID] = []
        self.kept: list[bytearray] = []

    def memory(self) -> int:
        """How many bytes it uses."""
        return AT_REST + sum(map(len, self.kept))

    async def stop(self) -> None:
        """End the process: what it kept is gone, and so is what it hung on, which stays marked as being made."""
        self._runs = False
        self.hangs_on, self.kept = [], []

    async def start(self) -> None:
        """Start the process."""
        self._runs = True

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                if not self._runs or await self._hanging():
                    await asyncio.sleep(WAIT_SECONDS)
                elif pack := await self._packs.claim(WAIT_SECONDS):
                    await asyncio.sleep(self._seconds)
                    await self._packs.complete(pack)
                    self._write(f"INFO story pack {pack} completed")
            except AWAY as outage:
                self._write(f"ERROR the database or the queue is away: {outage}")
                await asyncio.sleep(RETRY_SECONDS)

    async def _hanging(self) -> bool:
        if self.hangs_on and not await self._packs.any_processing(self.hangs_on):
            self._write(f"WARN {len(self.hangs_on)} story packs were taken away; going on")
            self.hangs_on = []
        return bool(self.hangs_on)
