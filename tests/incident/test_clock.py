"""Deadlines: they start, remind once, are met, late or breached once, and never run backwards."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from incident import clock
from incident.clock import Clock, ClockKind, ClockState, Signal
from incident.severity import HOUSE, Severity

START = datetime(2026, 3, 14, 9, tzinfo=UTC)
P1, P2, P3 = HOUSE[Severity.P1], HOUSE[Severity.P2], HOUSE[Severity.P3]


def at(minutes: float) -> datetime:
    return START + timedelta(minutes=minutes)


def only(clocks: Sequence[Clock], kind: ClockKind) -> Clock:
    (found,) = [each for each in clocks if each.kind is kind]
    return found


def test_a_declaration_starts_what_its_severity_asks_for_and_nothing_else() -> None:
    kinds = [each.kind for each in clock.started(P1, START)]
    assert kinds == [ClockKind.ACKNOWLEDGE, ClockKind.ASSESS, ClockKind.UPDATE, ClockKind.ESCALATE]
    assert [each.kind for each in clock.started(P2, START)] == [ClockKind.ACKNOWLEDGE, ClockKind.ESCALATE]


@pytest.mark.parametrize(("minutes", "state"), [(60, ClockState.MET), (60.1, ClockState.LATE)])
def test_a_clock_is_met_until_its_last_moment_and_late_from_then(minutes: float, state: ClockState) -> None:
    met = clock.meet(clock.started(P1, START), ClockKind.ACKNOWLEDGE, at(minutes))
    assert only(met, ClockKind.ACKNOWLEDGE).state is state


def test_a_reminder_is_said_once() -> None:
    clocks = clock.start(ClockKind.ACKNOWLEDGE, P1, START)
    assert clock.ring(clocks, P1, at(29)) == (clocks, ())
    after, signals = clock.ring(clocks, P1, at(31))
    assert [signal for _, signal in signals] == [Signal.REMIND]
    assert clock.ring(after, P1, at(32)) == (after, ())


def test_after_a_long_sleep_a_breach_is_said_once_and_covers_the_reminders_before_it() -> None:
    after, signals = clock.ring(clock.start(ClockKind.ACKNOWLEDGE, P1, START), P1, at(600))
    ((breached, signal),) = signals
    assert signal is Signal.BREACH
    assert breached.breached_at == at(60), "it was breached when it ran out, not when somebody looked"
    assert clock.ring(after, P1, at(700)) == (after, ())


def test_a_missed_update_starts_the_next_interval_so_that_silence_is_noticed_again() -> None:
    after, _ = clock.ring(clock.start(ClockKind.UPDATE, P1, START), P1, at(31))
    assert [each.state for each in after] == [ClockState.BREACHED, ClockState.RUNNING]
    assert after[1].due_at == at(61)


def test_a_breached_clock_that_is_met_at_last_is_late_and_its_breach_stays() -> None:
    breached, _ = clock.ring(clock.start(ClockKind.ACKNOWLEDGE, P1, START), P1, at(61))
    (met,) = clock.meet(breached, ClockKind.ACKNOWLEDGE, at(62))
    assert met.state is ClockState.LATE
    assert met.breached_at == at(60)


def test_under_another_severity_running_clocks_keep_their_start() -> None:
    acknowledge = only(clock.rescaled(clock.started(P3, START), P1, at(10)), ClockKind.ACKNOWLEDGE)
    assert acknowledge.started_at == START
    assert acknowledge.due_at == at(60)


def test_a_reminder_whose_time_has_passed_under_the_new_severity_is_not_said() -> None:
    acknowledge = only(clock.rescaled(clock.started(P3, START), P1, at(45)), ClockKind.ACKNOWLEDGE)
    assert acknowledge.reminders == ()


def test_what_the_lower_severity_does_not_ask_for_is_stopped() -> None:
    clocks = clock.rescaled(clock.started(P1, START), P3, at(5))
    assert only(clocks, ClockKind.UPDATE).state is ClockState.STOPPED


def test_a_severity_that_goes_down_and_up_again_asks_for_updates_again() -> None:
    down = clock.rescaled(clock.started(P1, START), P3, at(5))
    up = clock.rescaled(down, P1, at(20))
    running = [each for each in up if each.kind is ClockKind.UPDATE and each.state is ClockState.RUNNING]
    assert [each.due_at for each in running] == [at(50)]


def test_raising_the_severity_needs_no_further_assessment() -> None:
    assert not [each for each in clock.rescaled(clock.started(P2, START), P1, at(5)) if each.kind is ClockKind.ASSESS]


def test_what_is_shown_is_the_newest_clock_of_each_kind() -> None:
    after, _ = clock.ring(clock.started(P1, START), P1, at(31))
    shown = clock.current(after)
    assert [each.kind for each in shown] == [
        ClockKind.ACKNOWLEDGE,
        ClockKind.ASSESS,
        ClockKind.UPDATE,
        ClockKind.ESCALATE,
    ]
    assert only(shown, ClockKind.UPDATE).state is ClockState.RUNNING


Act = tuple[str, ClockKind, Severity]
acts = st.tuples(
    st.sampled_from(["ring", "meet", "stop", "rescale"]), st.sampled_from(ClockKind), st.sampled_from(Severity)
)


def played(act: Act, clocks: tuple[Clock, ...], severity: Severity, now: datetime) -> tuple[tuple[Clock, ...], int]:
    """The clocks after one act, and how often it breached something."""
    name, kind, to = act
    if name == "ring":
        after, signals = clock.ring(clocks, HOUSE[severity], now)
        return after, sum(signal is Signal.BREACH for _, signal in signals)
    if name == "rescale":
        return clock.rescaled(clocks, HOUSE[to], now), 0
    return (clock.meet(clocks, kind, now) if name == "meet" else clock.stop(clocks, (kind,), now)), 0


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 90), acts), max_size=25))
def test_whatever_happens_clocks_are_never_lost_never_breach_twice_and_never_ring_in_the_past(
    steps: list[tuple[int, Act]],
) -> None:
    clocks, severity, now, breaches = clock.started(P1, START), Severity.P1, START, 0
    for minutes, act in steps:
        now += timedelta(minutes=minutes)
        after, more = played(act, clocks, severity, now)
        severity = act[2] if act[0] == "rescale" else severity
        breaches += more
        assert {(c.kind, c.started_at) for c in clocks} <= {(c.kind, c.started_at) for c in after}
        for each in after:
            assert each.started_at <= now
            assert each.met_at is None or each.stopped_at is None
            assert each.open or not each.reminders
        if act[0] == "ring":
            following = clock.next_instant(after)
            assert following is None or following > now
            assert clock.ring(after, HOUSE[severity], now) == (after, ()), "the same moment rings once"
        clocks = after
    assert breaches == sum(each.breached_at is not None for each in clocks)
