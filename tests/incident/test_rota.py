"""Who is on call: turns by the clocks of a place, people who stand in, and until when each of them has to answer."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from incident.responder import UserId
from incident.rota import Override, Rotation, Shift, shifts

ANA, BEN, CLEO, DAN = (UserId(each) for each in ("U0ANA", "U0BEN", "U0CLEO", "U0DAN"))
WEEKLY = Rotation(
    people=(ANA, BEN, CLEO),
    starts=date(2026, 3, 2),
    every=timedelta(weeks=1),
    at=time(9),
    timezone="Europe/Berlin",
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def override(person: UserId, start: str, end: str) -> Override:
    return Override(person=person, start=at(start), end=at(end))


@pytest.mark.parametrize(
    ("now", "person", "until"),
    [
        ("2026-03-02T08:00:00", ANA, "2026-03-09T08:00:00"),
        ("2026-03-09T07:59:59", ANA, "2026-03-09T08:00:00"),
        ("2026-03-09T08:00:00", BEN, "2026-03-16T08:00:00"),
        ("2026-03-22T12:00:00", CLEO, "2026-03-23T08:00:00"),
        ("2026-03-23T08:00:00", ANA, "2026-03-30T07:00:00"),
    ],
    ids=["first", "to the second", "handed over", "third", "first again, into summer time"],
)
def test_each_has_a_turn_in_order_and_hands_over_at_the_same_hour_by_the_clocks(
    now: str, person: UserId, until: str
) -> None:
    """Berlin goes to summer time on 29 March 2026: the hand-over stays at nine there, and is an hour earlier in UTC."""
    assert WEEKLY.shift(at(now)) == Shift(person=person, until=at(until))


def test_the_turn_in_which_summer_time_ends_is_an_hour_longer() -> None:
    daily = replace(WEEKLY, every=timedelta(days=1), starts=date(2026, 10, 24))
    assert daily.shift(at("2026-10-24T07:00:00")) == Shift(person=ANA, until=at("2026-10-25T08:00:00"))
    assert daily.shift(at("2026-10-25T07:59:59")).person == ANA
    assert daily.shift(at("2026-10-25T08:00:00")).person == BEN


@pytest.mark.parametrize(
    ("day", "before", "moment"),
    [
        (date(2026, 3, 29), "2026-03-29T01:29:59", "2026-03-29T01:30:00"),
        (date(2026, 10, 25), "2026-10-25T00:29:59", "2026-10-25T00:30:00"),
    ],
    ids=["an hour that is left out", "an hour that comes twice"],
)
def test_a_hand_over_in_the_hour_when_the_clocks_change_happens_once(day: date, before: str, moment: str) -> None:
    """02:30 in Berlin: on the one night there is none, and 03:30 it is; on the other it is the first of the two."""
    nightly = replace(WEEKLY, every=timedelta(days=1), at=time(2, 30), starts=day)
    assert nightly.shift(at(before)) == Shift(person=CLEO, until=at(moment))
    assert nightly.shift(at(moment)).person == ANA
    assert nightly.shift(at(moment) + timedelta(hours=1)).person == ANA, "not handed back when the hour comes again"


def test_before_the_first_day_somebody_is_on_call_too() -> None:
    """The order counts backwards."""
    assert WEEKLY.shift(at("2026-03-02T07:59:59")) == Shift(person=CLEO, until=at("2026-03-02T08:00:00"))
    assert WEEKLY.shift(at("2026-02-20T00:00:00")).person == BEN


def test_who_stands_in_is_on_call_to_the_second_and_then_it_is_whoever_s_turn_it_is() -> None:
    covered = replace(WEEKLY, overrides=(override(DAN, "2026-03-04T12:00:00", "2026-03-10T12:00:00"),))
    assert covered.shift(at("2026-03-04T11:59:59")) == Shift(person=ANA, until=at("2026-03-04T12:00:00"))
    assert covered.shift(at("2026-03-04T12:00:00")) == Shift(person=DAN, until=at("2026-03-10T12:00:00"))
    assert covered.shift(at("2026-03-10T12:00:00")) == Shift(person=BEN, until=at("2026-03-16T08:00:00"))


def test_of_two_who_stand_in_at_once_the_first_one_does() -> None:
    both = replace(
        WEEKLY,
        overrides=(
            override(DAN, "2026-03-04T00:00:00", "2026-03-05T00:00:00"),
            override(CLEO, "2026-03-03T00:00:00", "2026-03-06T00:00:00"),
        ),
    )
    assert both.shift(at("2026-03-03T12:00:00")) == Shift(person=CLEO, until=at("2026-03-04T00:00:00"))
    assert both.shift(at("2026-03-04T12:00:00")) == Shift(person=DAN, until=at("2026-03-05T00:00:00"))
    assert both.shift(at("2026-03-05T12:00:00")) == Shift(person=CLEO, until=at("2026-03-06T00:00:00"))


def test_whoever_goes_on_after_standing_in_is_on_call_until_somebody_else_is() -> None:
    """Ben takes the end of Ana's week, and then it is his own."""
    early = replace(WEEKLY, overrides=(override(BEN, "2026-03-07T00:00:00", "2026-03-09T08:00:00"),))
    assert early.shift(at("2026-03-08T00:00:00")) == Shift(person=BEN, until=at("2026-03-16T08:00:00"))


def test_alone_in_a_rotation_one_is_on_call_for_good_or_until_somebody_stands_in() -> None:
    alone = replace(WEEKLY, people=(ANA, ANA))
    assert alone.shift(at("2026-03-05T00:00:00")) == Shift(person=ANA)
    covered = replace(alone, overrides=(override(DAN, "2026-04-01T00:00:00", "2026-04-02T00:00:00"),))
    assert covered.shift(at("2026-03-05T00:00:00")) == Shift(person=ANA, until=at("2026-04-01T00:00:00"))
    assert covered.shift(at("2026-04-02T00:00:00")) == Shift(person=ANA)


@pytest.mark.parametrize(
    ("layers", "people"),
    [
        ([DAN, CLEO], [DAN, CLEO]),
        ([WEEKLY, DAN], [ANA, DAN]),
        ([DAN, WEEKLY], [DAN, ANA]),
        ([WEEKLY, ANA, replace(WEEKLY, people=(BEN, ANA))], [ANA, BEN]),
    ],
    ids=["a plain list", "a rotation first", "a person first", "nobody twice"],
)
def test_of_a_rotation_one_is_called_and_the_others_sleep(
    layers: Sequence[UserId | Rotation], people: list[UserId]
) -> None:
    assert [each.person for each in shifts(layers, at("2026-03-05T00:00:00"))] == people


ZONES = st.sampled_from(["UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"])
MOMENTS = st.integers(0, 3 * 365 * 86_400).map(lambda seconds: at("2025-01-01T00:00:00") + timedelta(seconds=seconds))
OVERRIDES = st.builds(
    lambda person, start, hours: Override(person=person, start=start, end=start + timedelta(hours=hours)),
    st.sampled_from([ANA, BEN, DAN]),
    MOMENTS,
    st.integers(1, 2_000),
)
ROTATIONS = st.builds(
    Rotation,
    people=st.lists(st.sampled_from([ANA, BEN, CLEO]), min_size=1, max_size=4).map(tuple),
    starts=st.dates(date(2025, 1, 1), date(2028, 1, 1)),
    every=st.integers(1, 400).map(lambda hours: timedelta(hours=hours)),
    at=st.times(),
    timezone=ZONES,
    overrides=st.lists(OVERRIDES, max_size=3).map(tuple),
)


@given(ROTATIONS, MOMENTS, st.floats(0, 1))
def test_until_then_it_is_the_same_person_and_then_another(rotation: Rotation, now: datetime, share: float) -> None:
    """Whatever the rotation, the zone and the moment."""
    shift = rotation.shift(now)
    if shift.until is None:
        assert rotation.shift(now + timedelta(days=4_000)).person == shift.person
        return
    between = now + (shift.until - now) * share
    assert now < shift.until
    assert rotation.shift(min(between, shift.until - timedelta(microseconds=1))).person == shift.person
    assert rotation.shift(shift.until).person != shift.person


@given(ROTATIONS, MOMENTS)
def test_whole_days_hand_over_at_the_hour_that_was_agreed(rotation: Rotation, now: datetime) -> None:
    """Outside the hours in which the clocks change."""
    daily = replace(rotation, people=(ANA, BEN), every=timedelta(days=1), at=time(9, 15), overrides=())
    until = daily.shift(now).until
    assert until is not None
    assert until.astimezone(ZoneInfo(daily.timezone)).time() == time(9, 15)
