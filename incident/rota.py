"""Who is on call at a moment: people by name, and rotations in which they take turns by the clocks of a place."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from incident.responder import UserId


class Shift(Struct, frozen=True, kw_only=True):
    """One person who is on call now, and until when (UTC); None: for good, as far as anybody has said."""

    person: UserId
    until: datetime | None = None


class Override(Struct, frozen=True, kw_only=True):
    """Somebody stands in from ``start`` until ``end`` (UTC), whoever's turn it is."""

    person: UserId
    start: datetime
    end: datetime

    def holds(self, now: datetime) -> bool:
        """Whether they stand in now."""
        return self.start <= now < self.end


class Rotation(Struct, frozen=True, kw_only=True):
    """People who take turns in order: the first one on the day ``starts``, the next one ``every`` so long after.

    They hand over at ``at`` by the clocks of ``timezone`` (``Europe/Berlin``), also when those change: that turn is an
    hour longer or shorter. Before the first day the order counts backwards, so that there is always somebody. Of
    several overrides at once the first one holds. ``every`` is at least one hour.
    """

    people: tuple[UserId, ...]
    starts: date
    every: timedelta
    at: time
    timezone: str
    overrides: tuple[Override, ...] = ()

    def shift(self, now: datetime) -> Shift:
        """Who it is now, and until somebody else takes over."""
        person, edge = self._person(now), self._edge(now)
        while edge is not None and self._person(edge) == person:
            edge = self._edge(edge)
        return Shift(person=person, until=edge)

    def _person(self, now: datetime) -> UserId:
        stands_in = next((each.person for each in self.overrides if each.holds(now)), None)
        return stands_in or self.people[self._turn(now) % len(self.people)]

    def _edge(self, now: datetime) -> datetime | None:
        """The next moment at which it may become somebody else's; None when it stays as it is."""
        edges = [edge for each in self.overrides for edge in (each.start, each.end) if edge > now]
        if len(set(self.people)) > 1 and not any(each.holds(now) for each in self.overrides):
            edges.append(self._begins(self._turn(now) + 1))
        return min(edges, default=None)

    def _turn(self, now: datetime) -> int:
        """The number of the turn that runs now; the first one is 0."""
        wall = now.astimezone(ZoneInfo(self.timezone)).replace(tzinfo=None)
        turn = (wall - self._first) // self.every
        # In an hour that the clocks show twice or leave out, they alone do not tell on which side of a hand-over it is.
        while self._begins(turn) > now:
            turn -= 1
        while self._begins(turn + 1) <= now:
            turn += 1
        return turn

    def _begins(self, turn: int) -> datetime:
        wall = self._first + turn * self.every
        return wall.replace(tzinfo=ZoneInfo(self.timezone)).astimezone(UTC)

    @property
    def _first(self) -> datetime:
        return datetime.combine(self.starts, self.at)


def shifts(layers: Sequence[UserId | Rotation], now: datetime) -> tuple[Shift, ...]:
    """Who is on call now, first one first and nobody twice: people as they are named, of each rotation one."""
    found: dict[UserId, Shift] = {}
    for each in layers:
        shift = each.shift(now) if isinstance(each, Rotation) else Shift(person=each)
        found.setdefault(shift.person, shift)
    return tuple(found.values())
