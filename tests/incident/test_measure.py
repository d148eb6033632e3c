"""Times that diagnostics show become days left or hours old, and tables the share of the fullest."""

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
DISKS = """\
Filesystem      Size  Used Avail Use% Mounted on
udev            7.8G     0  7.8G   0% /dev
/dev/loop3       64M   64M     0 100% /snap/core20/2318
/dev/sda1        80G   73G  6.9G  92% /
/dev/sdb1       500G  120G  380G  24% /var/lib/docker
"""
CONTAINERS = """\
NAME     CPU %     MEM USAGE / LIMIT   MEM %     NET I/O   BLOCK I/O   PIDS
api      143.27%   120MiB / 512MiB     23.44%    0B / 0B   0B / 0B     9
worker   0.50%     461MiB / 512MiB     90.04%    0B / 0B   0B / 0B     3
new      --        -- / --             --        --        --          --
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
        (Measure.DISK, DISKS, 92.0),
        (Measure.DISK, DISKS.partition("udev")[0], None),
        (Measure.CPU, CONTAINERS, 143.3),
        (Measure.MEMORY, CONTAINERS, 90.0),
        (Measure.MEMORY, "CPU is at 20%", None),
    ],
)
def test_what_is_shown_is_measured_as_it_is_written(measure: Measure, shown: str, value: float | None) -> None:
    assert measured(measure, shown, NOW) == value
