"""When a watch looks, when it alarms, when it is over, and what it says of a target that it cannot look at."""

from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from incident.alert import AlertStatus
from incident.timeline import Kind
from incident.watch import Bound, Watch, WatchRecord, WatchState, first_look, next_look
from incident.watching import AWAY_AFTER, SAY_AGAIN, Look, alert, away, back, cut, looked
from tests.fakes.runbooks import diagnostic

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WATCH = Watch(every=MINUTE, lasting=5 * MINUTE)
FRESH = WatchRecord(id="shop/stuck", next_at=NOW)
BAD, WELL, BLIND = Look(value="7"), Look(healthy=True, value="0"), Look(blind="it cannot be reached.")


def after(record: WatchRecord, *looks: Look, watch: Watch = WATCH) -> tuple[WatchRecord, list[AlertStatus | None]]:
    """How it stands after looks a minute apart, and what each of them said."""
    said = []
    for minute, look in enumerate(looks):
        at = NOW + minute * MINUTE
        record, says = looked(record, watch, look, at, at + MINUTE)
        said.append(says)
    return record, said


def test_it_alarms_once_its_value_was_beyond_the_bound_for_long_enough() -> None:
    record, said = after(FRESH, *[BAD] * 7)
    assert said == [None] * 5 + [AlertStatus.FIRING, None]
    assert (record.state, record.since, record.value) == (WatchState.FIRING, NOW, "7")


def test_one_good_look_on_the_way_begins_the_time_anew() -> None:
    record, said = after(FRESH, BAD, BAD, BAD, WELL, BAD, BAD)
    assert said == [None] * 6
    assert (record.state, record.since) == (WatchState.BREAKING, NOW + 4 * MINUTE)


def test_without_a_time_it_alarms_at_once() -> None:
    assert after(FRESH, BAD, watch=Watch(every=MINUTE))[1] == [AlertStatus.FIRING]


def test_it_is_over_when_its_value_is_within_the_bound_again_and_that_is_said_once() -> None:
    record, said = after(FRESH, BAD, WELL, WELL, watch=Watch(every=MINUTE))
    assert said == [AlertStatus.FIRING, AlertStatus.RESOLVED, None]
    assert (record.state, record.since, record.told_at) == (WatchState.HEALTHY, NOW + MINUTE, None)


def test_an_alert_that_stands_is_sent_again_now_and_then() -> None:
    _, said = after(FRESH, *[BAD] * 32, watch=Watch(every=MINUTE))
    again = [minute for minute, says in enumerate(said) if says is AlertStatus.FIRING]
    assert again == [0, SAY_AGAIN // MINUTE, 2 * SAY_AGAIN // MINUTE]


def test_what_fires_goes_on_firing_when_the_clock_is_set_back_and_its_end_is_said() -> None:
    """Found by a simulated run: it fell back to breaking, and nobody heard that it was over."""
    firing, _ = after(FRESH, *[BAD] * 6)
    back = NOW - 10 * MINUTE
    record, says = looked(firing, WATCH, BAD, back, back + MINUTE)
    assert (record.state, says) == (WatchState.FIRING, None)
    record, says = looked(record, WATCH, WELL, back + MINUTE, back + 2 * MINUTE)
    assert (record.state, says) == (WatchState.HEALTHY, AlertStatus.RESOLVED)


@pytest.mark.parametrize("looks", [(BLIND,), (WELL, BLIND), (BAD, BLIND, BLIND, BLIND, BLIND, BLIND, BLIND)])
def test_what_it_cannot_see_raises_nothing(looks: tuple[Look, ...]) -> None:
    record, said = after(FRESH, *looks)
    assert set(said) == {None}
    assert record.blind == "it cannot be reached."


def test_an_alert_that_stands_is_not_over_because_nobody_can_look() -> None:
    record, said = after(FRESH, BAD, BLIND, BLIND, BAD, WELL, watch=Watch(every=MINUTE))
    assert said == [AlertStatus.FIRING, None, None, None, AlertStatus.RESOLVED]
    assert (record.blind, record.blind_since) == ("", None)


def test_blindness_is_dated_from_its_first_look() -> None:
    record, _ = after(FRESH, WELL, BLIND, BLIND)
    assert (record.blind_since, record.state) == (NOW + MINUTE, WatchState.HEALTHY)


def test_its_moments_do_not_drift_and_what_was_missed_is_left_out() -> None:
    first = next_look("shop/stuck", MINUTE, NOW)
    assert NOW < first <= NOW + MINUTE
    assert next_look("shop/stuck", MINUTE, first) == first + MINUTE
    late = first + timedelta(seconds=17)
    assert next_look("shop/stuck", MINUTE, late) == first + MINUTE
    assert next_look("shop/stuck", MINUTE, first + 100 * MINUTE + timedelta(seconds=3)) == first + 101 * MINUTE


def test_watches_of_one_interval_are_spread_over_it() -> None:
    moments = {next_look(f"shop/watch-{number}", MINUTE, NOW) for number in range(50)}
    seconds = sorted((each - NOW).total_seconds() for each in moments)
    assert len(seconds) == 50
    assert seconds[0] < 10
    assert seconds[-1] > 50


def test_after_a_start_it_looks_as_it_was_going_to_or_within_seconds_where_that_is_past() -> None:
    day = timedelta(days=1)
    ahead = replace(FRESH, next_at=NOW + timedelta(hours=3))
    assert first_look("shop/stuck", day, None, NOW) <= NOW + timedelta(seconds=10)
    assert first_look("shop/stuck", day, replace(FRESH, next_at=NOW - day), NOW) <= NOW + timedelta(seconds=10)
    assert first_look("shop/stuck", 40 * day, ahead, NOW) == ahead.next_at
    # It was made to look more often than it did.
    assert first_look("shop/stuck", MINUTE, ahead, NOW) == next_look("shop/stuck", MINUTE, NOW)


def test_its_alert_says_what_it_saw_and_what_should_be() -> None:
    step = replace(diagnostic("stuck", "Stuck orders"), watch=replace(WATCH, bound=Bound.CRITICAL))
    record = replace(FRESH, state=WatchState.FIRING, since=NOW, value="101")
    made = alert(step, record, AlertStatus.FIRING, system="shop", environment="production", now=NOW)
    assert made.title == "Stuck orders"
    assert made.description == "It is 101; it should be at most 100. Seen on shop-db."
    assert (made.source, made.key, made.severity, made.starts_at) == ("watch", "shop/stuck", "critical", NOW)
    assert made.labels["watch"] == "stuck"
    assert made.labels["system"] == "shop"


def test_a_private_value_is_not_in_its_alert() -> None:
    step = replace(diagnostic("stuck", "Stuck orders"), watch=WATCH, private=True)
    made = alert(step, FRESH, AlertStatus.FIRING, system="shop", environment="production", now=NOW)
    assert made.description.startswith("What it sees is private; it should be at most 0.")


def test_a_long_value_is_cut_to_one_line() -> None:
    assert cut("a\nb") == "a b"
    assert len(cut("x" * 500)) == 120


def test_a_target_out_of_sight_is_told_once_it_has_been_for_long() -> None:
    blind = replace(FRESH, blind="it cannot be reached.", blind_since=NOW)
    later = replace(blind, id="shop/oldest", blind_since=NOW + MINUTE)
    assert away("shop-db", ["Stuck orders"], [blind], NOW + AWAY_AFTER - MINUTE) is None
    told = away("shop-db", ["Stuck orders", "Oldest"], [later, blind], NOW + AWAY_AFTER)
    again = away("shop-db", ["Stuck orders", "Oldest"], [blind, later], NOW + AWAY_AFTER + MINUTE)
    assert told is not None
    assert again is not None
    assert told.cause == again.cause
    assert told.events[0].kind is Kind.WATCH_AWAY
    assert told.events[0].facts["watches"] == ["Oldest", "Stuck orders"]


def test_that_it_is_seen_again_is_told_when_the_last_watch_sees_it_and_only_after_it_was_missed() -> None:
    blind = replace(FRESH, blind="it cannot be reached.", blind_since=NOW)
    assert back("shop-db", blind, [], NOW + MINUTE) is None
    assert back("shop-db", blind, [replace(blind, id="shop/oldest")], NOW + AWAY_AFTER) is None
    told = back("shop-db", blind, [], NOW + AWAY_AFTER)
    assert told is not None
    assert told.events[0].kind is Kind.WATCH_BACK
