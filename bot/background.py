"""Work that goes on beside everything else until the process ends."""

import asyncio
import contextlib
from collections.abc import Coroutine
from contextlib import AsyncExitStack


def in_the_background(work: Coroutine[None, None, None], name: str, undo: AsyncExitStack) -> None:
    """Begin it; ``undo`` ends it."""
    task = asyncio.create_task(work, name=name)

    async def stop() -> None:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    undo.push_async_callback(stop)
