"""When an alert flaps: it goes from firing to over and back so often that its single changes say nothing."""

from datetime import datetime, timedelta
from typing import Final

from msgspec import Struct

MOST_KEPT: Final = 50
"""How many of an alert's last changes are kept with it."""


class Flapping(Struct, frozen=True, kw_only=True):
    """What the team calls flapping: more than ``changes`` changes ``within`` that time.

    It is steady again once it has not changed for as long.
    """

    changes: int = 5
    within: timedelta = timedelta(minutes=30)

    def begins(self, changes: tuple[datetime, ...], now: datetime) -> bool:
        """True when an alert that changed at those times flaps now."""
        return sum(now - each <= self.within for each in changes) > self.changes

    def steady_at(self, changes: tuple[datetime, ...], now: datetime) -> datetime:
        """When an alert that flaps is steady, if nothing more happens."""
        return max(changes, default=now) + self.within


def changed(changes: tuple[datetime, ...], now: datetime) -> tuple[datetime, ...]:
    """The times of an alert's changes with one more, as many as are kept."""
    return (*changes, now)[-MOST_KEPT:]
