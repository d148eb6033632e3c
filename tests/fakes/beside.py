"""Other work beside what a test does: how long the loop was held up."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

HELD = 1.0
"""Seconds of the processor that one turn of the loop may take, whatever comes; a busy machine takes tenths."""


class Beside:
    """Ticks, and remembers the longest turn of the loop in seconds of the processor."""

    def __init__(self) -> None:
        self.longest = 0.0

    @asynccontextmanager
    async def __call__(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self._tick())
        try:
            yield
        finally:
            task.cancel()

    async def _tick(self) -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            self.longest = max(self.longest, time.thread_time() - before)
