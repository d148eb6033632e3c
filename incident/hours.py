"""Hours of a day that come again, on a wall's clock: when something may be done, or when it must be quiet."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from msgspec import Struct

_WEEK: Final = 7


class Hours(Struct, frozen=True, kw_only=True):
    """From ``start`` until ``end`` by the clocks of ``timezone`` (``Europe/Berlin``), past midnight if need be.

    ``days`` are the weekdays on which they begin, Monday 0; none named means every day.
    """

    start: time
    end: time
    timezone: str
    days: tuple[int, ...] = ()

    def near(self, now: datetime) -> Iterator[tuple[datetime, datetime]]:
        """When they begin and end (UTC), from yesterday's on for a week: whatever holds now or comes next is there."""
        zone = ZoneInfo(self.timezone)
        today = now.astimezone(zone).date()
        overnight = timedelta(days=1 if self.end <= self.start else 0)
        for ahead in range(-1, _WEEK + 1):
            day = today + timedelta(days=ahead)
            if not self.days or day.weekday() in self.days:
                start, end = datetime.combine(day, self.start, zone), datetime.combine(day + overnight, self.end, zone)
                yield start.astimezone(UTC), end.astimezone(UTC)


def ends(hours: Sequence[Hours], now: datetime) -> datetime | None:
    """When the hours that hold now are over (UTC); None when none of them holds."""
    return max((end for each in hours for start, end in each.near(now) if start <= now < end), default=None)


def begins(hours: Sequence[Hours], now: datetime) -> datetime | None:
    """When the next of them begin (UTC); None when there are none."""
    return min((start for each in hours for start, _ in each.near(now) if start > now), default=None)
