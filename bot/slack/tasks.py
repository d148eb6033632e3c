"""What goes on after a delivery was answered: held by name, so that a shutdown waits for it instead of losing it."""

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

log = logging.getLogger(__name__)


class Tasks:
    """The running tasks. A task that fails says so in the log; nobody else waits for it."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        """Let ``work`` go on by itself."""
        task = asyncio.create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._ended)

    async def drain(self, within: float) -> None:
        """Wait for all of them, at most ``within`` seconds, then cancel what is left."""
        if self._running:
            await asyncio.wait(self._running, timeout=within)
        left = list(self._running)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)

    def _ended(self, task: asyncio.Task[Any]) -> None:
        self._running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            problem = f"{type(error).__name__}: {error}"
            log.error("late answer failed", extra={"task": task.get_name(), "error": problem})
