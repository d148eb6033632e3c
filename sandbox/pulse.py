"""Waiting for something to become true without polling: each change or call wakes whoever waits, who looks again."""

import asyncio
import time
from collections.abc import Callable
from typing import TypeVar

from sandbox.record.calls import Calls
from sandbox.state.workspace import Workspace

T = TypeVar("T")


class Pulse:
    """Beats at every change of a workspace, and at the end of every call: not each call changes what people see."""

    def __init__(self, workspace: Workspace, calls: Calls) -> None:
        self._waiting: set[asyncio.Future[None]] = set()
        workspace.listen(lambda _: self.beat())
        calls.listen(lambda _: self.beat())

    def beat(self) -> None:
        """Wake everybody who waits."""
        for waiting in self._waiting:
            if not waiting.done():
                waiting.set_result(None)

    async def until(self, look: Callable[[], T | None], seconds: float, what: Callable[[], str]) -> T:
        """What `look` finds, as soon as it finds something. Raises TimeoutError with the sentence of `what`."""
        deadline = time.monotonic() + seconds
        while True:
            waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._waiting.add(waiting)
            try:
                found = look()
                if found is not None:
                    return found
                async with asyncio.timeout(deadline - time.monotonic()):
                    await waiting
            except TimeoutError:
                raise TimeoutError(f"not within {seconds:g} s: {what()}") from None
            finally:
                self._waiting.discard(waiting)
