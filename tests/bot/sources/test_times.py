"""A monitor's times are read in every way in which programs write them, and what is none is unknown."""

from datetime import UTC, datetime

import pytest

from bot.sources.reading import time

AT = datetime(2026, 5, 4, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "2026-05-04T10:00:00Z",
        "2026-05-04t10:00:00z",
        "20260504T100000Z",
        "2026-05-04T13:30:00+03:30",
        "2026-05-04 10:00:00",
        "2026-05-04 10:00:00 UTC",
        "2026-05-04 10:00:00 +0000 UTC",
        "2026-05-04 10:00:00.000000123 +0000 UTC m=+42208.256292221",
        "2026-05-04T10:00:00Z[UTC]",
        "Mon, 04 May 2026 10:00:00 GMT",
        "Mon, 04 May 2026 12:00:00 +0200",
        "1777888800",
        1777888800000,
        1777888800000000000,
    ],
)
def test_one_moment_is_the_same_however_it_is_written(written: object) -> None:
    assert time(written) == AT


@pytest.mark.parametrize(
    "written",
    [
        "UTC",
        "soon GMT",
        "Mon, 99 May 2026 10:00:00 GMT",
        "Mon, 04 May 99999 10:00:00 GMT",
        "Mon, 04 May 2026 10:00:00 +9999999",
        "05/04/2026 10:00",
        "9999-12-31T23:59:59-14:00",
        "Thu, 01 Jan 1970 00:00:00 GMT",
    ],
)
def test_what_is_no_moment_or_may_be_two_is_unknown(written: object) -> None:
    assert time(written) is None
