"""What of what a diagnostic shows is its value: a time is so far away, or the fullest of several is so full."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO: Final = re.compile(
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,6})?)?"
    r"(?:Z|[+-][0-9]{2}(?::?[0-9]{2})?)?"
)
_NAMED: Final = re.compile(
    rf"\b({'|'.join(_MONTHS)}) {{1,2}}([0-9]{{1,2}})"
    r"(?: ([0-9]{2}):([0-9]{2})(?::([0-9]{2}))?)?(?: {1,2}([0-9]{4}))?\b",
    re.IGNORECASE,
)
"""As ``openssl`` and ``ls -l`` write it: ``Mar  1 12:00:00 2026``, ``Mar  1 12:00``, ``Mar  1  2025``."""


class Measure(StrEnum):
    """What of a shown time is the value."""

    DAYS_LEFT = "days left"
    """Until the first of the times shown."""
    HOURS_OLD = "hours old"
    """Since the last of the times shown."""
    DISK = "disk percent"
    """How full the fullest disk of ``df`` is."""
    CPU = "cpu percent"
    """What the container of ``docker stats`` that computes most uses, of one core."""
    MEMORY = "memory percent"
    """What the container of ``docker stats`` that holds most uses, of its limit."""


_PERCENT: Final = re.compile(r"\b([0-9]+(?:\.[0-9]+)?)%")
_ALWAYS_FULL: Final = ("/dev/loop", "/dev/sr", "devfs", "efivarfs", "snapfuse", "squashfs")
"""What no file fills: images and discs that are only read, and the firmware's own store."""
_COLUMNS: Final = {Measure.DISK: (1, 0), Measure.CPU: (2, 0), Measure.MEMORY: (2, 1)}
"""How many percentages stand in a line at least, and which of them it is."""


def measured(measure: Measure, shown: str, now: datetime) -> float | None:
    """The value, to one decimal; None where nothing such is shown. A time without a zone is read as UTC."""
    if measure in _COLUMNS:
        return max(_percents(shown, *_COLUMNS[measure]), default=None)
    found = list(_times(shown, now))
    if not found:
        return None
    if measure is Measure.DAYS_LEFT:
        return round((min(found) - now) / timedelta(days=1), 1)
    return round((now - max(found)) / timedelta(hours=1), 1)


def _percents(shown: str, least: int, place: int) -> Iterator[float]:
    for line in shown.splitlines():
        found = _PERCENT.findall(line)
        if len(found) >= least and not line.startswith(_ALWAYS_FULL):
            yield round(float(found[place]), 1)


def _times(shown: str, now: datetime) -> Iterator[datetime]:
    for match in _ISO.finditer(shown):
        try:
            at = datetime.fromisoformat(match[0])
        except ValueError:
            continue
        yield at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    for match in _NAMED.finditer(shown):
        named = _named(match, now)
        if named is not None:
            yield named


def _named(match: re.Match[str], now: datetime) -> datetime | None:
    """A time with a month's name; one without a year is the last that was, as ``ls`` means it."""
    if match[3] is None and match[6] is None:
        return None
    month, (hour, minute, second) = _MONTHS.index(match[1].lower()) + 1, (int(match[part] or 0) for part in (3, 4, 5))
    try:
        day, year = int(match[2]), int(match[6] or now.year)
        at = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        # A host's clock, or its zone, may be ahead of this one.
        return at.replace(year=at.year - 1) if match[6] is None and at > now + timedelta(days=1) else at
    except ValueError:
        return None
