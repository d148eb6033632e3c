"""Times that diagnostics show become days left or hours old, as the tools write them."""

from datetime import UTC, datetime

import pytest

from incident.measure import Measure, measured

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
LISTED = """\
total 8
-rw-r--r-- 1 root root 4096 Feb 28 03:00 shop-2026-02-28.dump
-rw-r--r-- 1 root root 4096 Mar  1 03:00 shop-2026-03-01.dump
-rw-r--r-- 1 root root 4096 Apr 12  2025 shop-2025-04-12.dump
"""


@pytest.mark.parametrize(
    ("measure", "shown", "value"),
    [
        (Measure.DAYS_LEFT, "notAfter=Mar 31 12:00:00 2026 GMT", 30.0),
        (Measure.DAYS_LEFT, "notAfter=Feb  1 12:00:00 2026 GMT", -28.0),
        (Measure.DAYS_LEFT, "2026-03-11T12:00:00Z and 2026-03-03 12:00:00+02", 1.9),
        (Measure.HOURS_OLD, LISTED, 9.0),
        (Measure.HOURS_OLD, "-rw------- 1 a a 1 Dec 31 12:00 old.dump", 1440.0),
        (Measure.HOURS_OLD, "-rw------- 1 a a 1 Mar  1 12:40 from-a-clock-that-is-ahead.dump", -0.7),
        (Measure.HOURS_OLD, '["2026-02-01T00:00:00+00:00", "2026-03-01T11:30:00.123000+00:00"]', 0.5),
        (Measure.HOURS_OLD, "2026-03-01 14:00:00.5+0200", 0.0),
        (Measure.HOURS_OLD, "total 0", None),
        (Measure.HOURS_OLD, "Feb 31 03:00 and 2026-13-40T00:00:00Z", None),
        (Measure.HOURS_OLD, "version may 12 be", None),
    ],
)
def test_a_time_is_measured_as_it_is_written(measure: Measure, shown: str, value: float | None) -> None:
    assert measured(measure, shown, NOW) == value
