"""Hours that come again, by the clocks of a place: past midnight, on some days, and when those clocks change."""

from datetime import UTC, datetime, time

import pytest

from incident import hours
from incident.hours import Hours

NIGHT = Hours(start=time(22), end=time(7), timezone="Europe/Berlin")
WEEKEND = Hours(start=time(2), end=time(5), timezone="UTC", days=(5, 6))


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-03-02T20:59:59", None),
        ("2026-03-02T21:00:00", "2026-03-03T06:00:00"),
        ("2026-03-03T05:59:59", "2026-03-03T06:00:00"),
        ("2026-03-03T06:00:00", None),
    ],
)
def test_a_night_goes_past_midnight_and_is_over_on_the_minute(now: str, until: str | None) -> None:
    assert hours.ends([NIGHT], at(now)) == (at(until) if until else None)


def test_the_clocks_of_the_place_decide_also_when_they_change() -> None:
    """Berlin goes to summer time on 29 March 2026: the same night ends an hour earlier in UTC."""
    assert hours.ends([NIGHT], at("2026-03-28T23:00:00")) == at("2026-03-29T05:00:00")
    assert hours.begins([NIGHT], at("2026-03-29T12:00:00")) == at("2026-03-29T20:00:00")


def test_days_are_those_on_which_the_hours_begin() -> None:
    friday = Hours(start=time(22), end=time(4), timezone="UTC", days=(4,))
    assert hours.ends([friday], at("2026-03-07T03:00:00")) == at("2026-03-07T04:00:00"), "Saturday, begun on Friday"
    assert hours.ends([friday], at("2026-03-08T03:00:00")) is None


def test_the_next_hours_are_found_a_week_ahead() -> None:
    assert hours.begins([WEEKEND], at("2026-03-08T03:00:00")) == at("2026-03-14T02:00:00")
    monday = Hours(start=time(2), end=time(3), timezone="UTC", days=(0,))
    assert hours.begins([monday], at("2026-03-09T02:30:00")) == at("2026-03-16T02:00:00")


def test_of_several_hours_the_longest_holds_and_the_soonest_begins() -> None:
    short = Hours(start=time(23), end=time(0), timezone="UTC")
    assert hours.ends([short, NIGHT], at("2026-03-02T23:30:00")) == at("2026-03-03T06:00:00")
    assert hours.begins([NIGHT, short], at("2026-03-02T12:00:00")) == at("2026-03-02T21:00:00")
    assert hours.begins([], at("2026-03-02T12:00:00")) is None


def test_from_and_to_alike_are_a_whole_day() -> None:
    whole = Hours(start=time(0), end=time(0), timezone="UTC")
    assert hours.ends([whole], at("2026-03-02T12:00:00")) == at("2026-03-03T00:00:00")
