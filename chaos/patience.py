"""How long it may go on: until its time is over, or until somebody says that it is enough (Ctrl+C, SIGTERM)."""

import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class Patience:
    """A time that passes, and may be cut short. Shares of it end when it ends."""

    def __init__(self, seconds: float, whole: "Patience | None" = None) -> None:
        self._until = time.monotonic() + seconds
        self._whole = whole
        self._enough = False

    @property
    def left(self) -> float:
        """Seconds; 0 when it is over."""
        if self._enough:
            return 0.0
        left = max(self._until - time.monotonic(), 0.0)
        return left if self._whole is None else min(left, self._whole.left)

    @property
    def over(self) -> bool:
        """Whether nothing more is to be begun."""
        return self.left <= 0

    def share(self, part: float) -> "Patience":
        """A part of what is left."""
        return Patience(self.left * part, self)

    def end(self) -> None:
        """It is enough."""
        self._enough = True


@contextmanager
def ends_when_told(patience: Patience) -> Iterator[None]:
    """Ctrl+C or SIGTERM ends the patience, once; a second one ends the program as ever."""

    def enough(number: int, frame: FrameType | None) -> None:
        patience.end()
        signal.signal(number, before[signal.Signals(number)])

    before = {number: signal.signal(number, enough) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, was in before.items():
            signal.signal(number, was)
