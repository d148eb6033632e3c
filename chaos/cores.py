"""Runs on every core: each worker is a process of its own, is given one run after the other, and is watched.

A worker that dies, and one that is stuck, are the end of their own run only: that is told of it, and another worker
takes the place.
"""

import gc
import logging
import multiprocessing
import os
import signal
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.context import ForkContext
from multiprocessing.process import BaseProcess
from typing import Final, Generic, TypeVar

from chaos.judging import Verdict
from chaos.patience import Patience
from chaos.simulation import Outcome

T = TypeVar("T")

STUCK_AFTER: Final = 120.0
"""Seconds after which a run that has not ended is stuck: the longest take a few."""


def cores() -> int:
    """How many this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    does: Callable[[T], Outcome],
    over: Iterable[T],
    *,
    workers: int,
    patience: Patience,
    stuck_after: float = STUCK_AFTER,
) -> Iterator[tuple[T, Outcome]]:
    """What ``does`` makes of each, until there are no more or the patience is over. What was begun then is ended.

    A run whose process died, or did not end in time, is *broken*.
    """
    each = iter(over)
    busy: list[_Worker[T]] = []
    undo = ExitStack()
    # What a worker leaves on the disk that is ended in the middle of its run goes with it.
    folder = undo.enter_context(tempfile.TemporaryDirectory(prefix="muster-chaos-"))
    try:
        while True:
            while len(busy) < workers and not patience.over and (following := next(each, None)) is not None:
                busy.append(_Worker(does, following, folder))
            if not busy:
                return
            wait([worker.line for worker in busy], timeout=1)
            for worker in list(busy):
                outcome = worker.ended(stuck_after)
                if outcome is None:
                    continue
                one = worker.one
                if not worker.alive or patience.over or (following := next(each, None)) is None:
                    busy.remove(worker)
                    worker.end()
                else:
                    worker.give(following)
                yield one, outcome
    finally:
        for worker in busy:
            worker.end()
        undo.close()


class _Worker(Generic[T]):
    """One process, and the run that it was given; ``folder`` is for whatever it writes."""

    def __init__(self, does: Callable[[T], Outcome], one: T, folder: str) -> None:
        forks: ForkContext = multiprocessing.get_context("fork")
        self.line, theirs = forks.Pipe()
        self._process: BaseProcess = forks.Process(target=_work, args=(theirs, does, folder), daemon=True)
        self._process.start()
        theirs.close()
        self.alive = True
        self.give(one)

    def give(self, one: T) -> None:
        """Its next run."""
        self.one, self._since = one, time.monotonic()
        with suppress(OSError):  # it has died since: that is seen when it is asked
            self.line.send(one)

    def ended(self, stuck_after: float) -> Outcome | None:
        """What its run came to; None while it goes on."""
        took = time.monotonic() - self._since
        try:
            if self.line.poll():
                answer: Outcome = self.line.recv()
                return answer
        except (EOFError, OSError):
            self._process.join()
            return self._lost(f"its process ended by itself ({self._process.exitcode}) after {took:.0f} s")
        if took < stuck_after:
            return None
        return self._lost(f"it was stuck, and was ended after {took:.0f} s")

    def end(self) -> None:
        """Stop it, whatever it does."""
        self.line.close()
        self._process.kill()
        self._process.join()

    def _lost(self, why: str) -> Outcome:
        self.alive = False
        return Outcome(seed=0, verdict=Verdict(broken=[why]), struck=Counter(), calls=0, trace="")


def _work(line: Connection, does: Callable[[T], Outcome], folder: str) -> None:
    """What a worker does until nobody gives it anything any more."""
    tempfile.tempdir = folder
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    logging.disable(logging.CRITICAL)
    # What is here already stays: to look for what may go among it costs a tenth of a run's time.
    gc.freeze()
    gc.set_threshold(100_000)
    with suppress(EOFError):
        while True:
            line.send(does(line.recv()))
