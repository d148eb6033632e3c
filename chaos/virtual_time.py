"""Time that costs nothing: an event loop in which a wait is over as soon as nobody else has anything to do.

Everything runs in one thread and nothing outside is waited for, so the same coroutines do the same in the same order
each time, and an hour passes in as long as its work takes.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar, TypeVarTuple, Unpack

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class Asleep(RuntimeError):
    """Nobody will ever do anything again: what is waited for cannot come."""


class _Now(selectors.SelectSelector):
    """Instead of waiting for the outside, which does not exist, time moves on."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise Asleep("everything waits for something that nobody will do")
        self.seconds += max(timeout, 0.0)
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """An event loop whose time begins at 0 and passes only by waiting."""

    def __init__(self) -> None:
        self._passed = _Now()
        super().__init__(self._passed)

    def time(self) -> float:
        """Seconds since the loop was made."""
        return self._passed.seconds

    def run_in_executor(self, executor: object, func: Callable[[Unpack[Ts]], T], *args: *Ts) -> "asyncio.Future[T]":
        """What is given to another thread is done before anything else: nobody can tell when that would end."""
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except BaseException as error:  # noqa: BLE001  (it belongs to whoever waits for the thread)
            done.set_exception(error)
        return done


def run(main: Coroutine[Any, Any, T]) -> T:
    """What ``main`` returns, run in a time of its own. Raises what it raises; Asleep when it can never end."""
    loop = VirtualLoop()
    try:
        return loop.run_until_complete(main)
    finally:
        _end(loop)
        loop.close()


def _end(loop: VirtualLoop) -> None:
    left = asyncio.all_tasks(loop)
    for task in left:
        task.cancel()
    if left:
        loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))
