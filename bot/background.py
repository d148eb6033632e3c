"""Work that goes on beside everything else until the process ends."""

import asyncio
import logging
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final

AGAIN: Final = 3.0
"""Seconds after which a task that still runs is cancelled once more: longer than cleaning up takes."""

log = logging.getLogger(__name__)


def in_the_background(work: Coroutine[None, None, None], name: str, undo: AsyncExitStack) -> None:
    """Begin it; ``undo`` ends it, and raises what it may have failed at, which is in the log from that moment on."""
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_tell)

    async def stop() -> None:
        await end(task)
        if not task.cancelled():
            task.result()

    undo.push_async_callback(stop)


def _tell(task: asyncio.Task[None]) -> None:
    fault = None if task.cancelled() else task.exception()
    if fault is not None:
        log.error("work in the background failed", extra={"work": task.get_name()}, exc_info=fault)


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel them until they have ended, however that is.

    Once is not enough: Python 3.11's ``asyncio.wait_for``, on which clients of NATS and PostgreSQL rest, loses a
    cancellation that comes together with what it waits for (https://github.com/python/cpython/issues/86296).
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN)
