"""Work that goes on beside everything else until the process ends."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, Final

AGAIN: Final = 3.0
"""Seconds after which a task that still runs is cancelled once more: longer than cleaning up takes."""


def in_the_background(work: Coroutine[None, None, None], name: str, undo: AsyncExitStack) -> None:
    """Begin it; ``undo`` ends it, and raises what it may have failed at."""
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        await end(task)
        if not task.cancelled():
            task.result()

    undo.push_async_callback(stop)


async def end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel them until they have ended, however that is.

    Once is not enough: Python 3.11's ``asyncio.wait_for``, on which clients of NATS and PostgreSQL rest, loses a
    cancellation that comes together with what it waits for (https://github.com/python/cpython/issues/86296).
    """
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=AGAIN)
