"""The workspace's wall clock: it runs by itself, or is turned by hand so that nobody waits for a rate limit."""

import time


class Clock:
    """Seconds since the epoch, for time stamps, rate windows, trigger_ids and response_urls.

    While held, it stands still until `advance` turns it. Waiting for an acknowledgement always takes real time.
    """

    def __init__(self) -> None:
        self._held: float | None = None

    def now(self) -> float:
        """The present moment in epoch seconds."""
        return time.time() if self._held is None else self._held

    def hold(self, at: float | None = None) -> None:
        """Stand still, now or at the given epoch second."""
        self._held = self.now() if at is None else at

    def advance(self, seconds: float) -> None:
        """Turn a clock forward, holding it first if it was running."""
        self._held = self.now() + seconds

    def release(self) -> None:
        """Follow real time again."""
        self._held = None
