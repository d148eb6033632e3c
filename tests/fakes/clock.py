"""A clock that stands until a test moves it."""

from datetime import UTC, datetime, timedelta

START = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


class FakeClock:
    """The time for everything in a test: the commands, the store's leases and what is due."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> datetime:
        """Let some time go by; the new time."""
        self.now += timedelta(**span)
        return self.now
