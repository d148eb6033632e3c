"""Runs on every core: each in a process of its own, begun while there is time, and told as they end."""

import gc
import logging
import os
import signal
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from typing import Final, TypeVar

from chaos.patience import Patience
from chaos.simulation import Outcome

T = TypeVar("T")

AHEAD: Final = 4
"""So many runs wait for each worker, so that none of them ever waits for the next."""


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    does: Callable[[T], Outcome], over: Iterable[T], *, workers: int, patience: Patience
) -> Iterator[tuple[T, Outcome]]:
    """What ``does`` makes of each, until there are no more or the patience is over. What was begun then is ended."""
    each = iter(over)
    with ProcessPoolExecutor(workers, initializer=prepare) as pool:
        waiting: dict[Future[Outcome], T] = {pool.submit(does, one): one for one in islice(each, workers * AHEAD)}
        while waiting:
            done, _ = wait(waiting, timeout=1, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
                if not patience.over and (following := next(each, None)) is not None:
                    waiting[pool.submit(does, following)] = following
            if patience.over:
                waiting = {future: one for future, one in waiting.items() if not future.cancel()}


def prepare() -> None:
    """Make a process ready for runs: it logs nothing, and leaves Ctrl+C to the one that gave it its work."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)
    # What is here already stays: to look for what may go among it costs a tenth of a run's time.
    gc.freeze()
    gc.set_threshold(100_000)
