"""A watch: a diagnostic on a schedule with a threshold, which raises an alert; and how it stands.

    healthy ──beyond its bound──▶ breaking ──for long enough──▶ firing ──within its bound──▶ healthy
       ▲──────────within it again─────┘

A look that fails says nothing of the threshold: the watch is *blind*, stays as it was, and raises nothing.
"""

import hashlib
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct

from incident.severity import Severity

SOURCE: Final = "watch"
"""The source of the alerts that watches raise."""

LONGEST_VALUE: Final = 120
"""Characters of a value that are kept and shown."""

_ORIGIN: Final = datetime(2000, 1, 1, tzinfo=UTC)
_SPREAD: Final = timedelta(seconds=10)
"""Within this time after a start, what should have looked meanwhile looks, each at another moment."""


class Bound(StrEnum):
    """Which of its diagnostic's two bounds is the threshold."""

    EXPECTS = "expects"
    CRITICAL = "critical"


class Watch(Struct, frozen=True, kw_only=True):
    """How often a diagnostic looks by itself, and what follows when its value is beyond the bound for ``lasting``.

    ``severity`` and ``procedure`` are those of the incident; None: what the runbook says, and the step's own procedure.
    """

    every: timedelta
    lasting: timedelta = timedelta(0)
    bound: Bound = Bound.EXPECTS
    severity: Severity | None = None
    procedure: str | None = None


class WatchState(StrEnum):
    """What its last look that could see said."""

    NEW = "new"
    """None could see yet."""
    HEALTHY = "healthy"
    BREAKING = "breaking"
    """Beyond its bound, not yet for long enough."""
    FIRING = "firing"


class WatchRecord(Struct, frozen=True, kw_only=True):
    """How one watch stands. ``since`` says since when it is healthy, or beyond its bound.

    ``id`` is its system and step, as in ``shop/stuck-orders``. ``blind`` says in words why its last look saw nothing;
    it is empty when it did see.
    """

    id: str
    next_at: datetime
    state: WatchState = WatchState.NEW
    since: datetime | None = None
    looked_at: datetime | None = None
    value: str | None = None
    """What it saw last, as text; None of a private step."""
    blind: str = ""
    blind_since: datetime | None = None
    told_at: datetime | None = None
    """When its alert was last sent."""

    @property
    def firing(self) -> bool:
        """Whether its alert stands."""
        return self.state is WatchState.FIRING


def watch_id(system: str, step_id: str) -> str:
    """The name of a watch in the store and in an alert's key."""
    return f"{system}/{step_id}"


def next_look(name: str, every: timedelta, after: datetime) -> datetime:
    """The first moment after ``after`` at which the watch of that name looks.

    Its moments are fixed by its name and interval alone: they do not drift, every process finds the same ones, those
    that were missed are left out, and watches of one interval are spread over it.
    """
    offset = every * _share(name)
    passed = (after - _ORIGIN - offset) // every
    return _ORIGIN + offset + every * (passed + 1)


def first_look(name: str, every: timedelta, known: WatchRecord | None, now: datetime) -> datetime:
    """When a watch looks first after a start: as it was going to; within seconds where that is past, or it is new."""
    regular = next_look(name, every, now)
    if known is None or known.next_at <= now:
        return min(regular, now + _SPREAD * _share(name))
    return min(known.next_at, regular)


def _share(name: str) -> float:
    """A number in [0, 1) that is always the same for a name."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6]) / 2**48
