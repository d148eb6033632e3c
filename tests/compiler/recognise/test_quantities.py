"""Figures with units and comparisons, as people write them."""

from datetime import timedelta

import pytest

from compiler.recognise.quantities import Bound, Comparison, bound, cell, statistic


@pytest.mark.parametrize(
    ("text", "comparison", "number", "unit"),
    [
        ("CPU > 85%", Comparison.ABOVE, 85, "%"),
        ("latency below 300 ms", Comparison.BELOW, 300, "ms"),
        ("≥ 1,500 messages", Comparison.AT_LEAST, 1500, "messages"),
        ("at least 3 replicas", Comparison.AT_LEAST, 3, "replicas"),
        ("spend > $250", Comparison.ABOVE, 250, "$"),
        ("$40+/day", Comparison.AT_LEAST, 40, "$/day"),
        ("less than 7 days left", Comparison.BELOW, 7, "days"),
        ("> 20 logins/hour", Comparison.ABOVE, 20, "logins/hour"),
        ("score > 3.5/5", Comparison.ABOVE, 3.5, "/5"),
        ("mehr als 5 Prozent", Comparison.ABOVE, 5, "%"),
        ("> 5k", Comparison.ABOVE, 5000, ""),
    ],
)
def test_a_comparison(text: str, comparison: Comparison, number: float, unit: str) -> None:
    found = bound(text)
    assert found is not None
    assert (found.comparison, found.number, found.unit) == (comparison, number, unit)


@pytest.mark.parametrize("text", ["HTTP 502 errors", "3 replicas", "version 2.1", "nothing at all"])
def test_a_number_that_nothing_is_compared_with_is_no_bound(text: str) -> None:
    assert bound(text) is None


def test_a_bound_keeps_its_window() -> None:
    found = bound("> 12 in 10 min")
    assert found is not None
    assert (found.number, found.window) == (12, timedelta(minutes=10))


def test_a_cell_may_hold_a_range() -> None:
    found = cell("40–60s")
    assert found is not None
    assert (found.comparison, found.number, found.high, found.unit) == (Comparison.BETWEEN, 40, 60, "s")


def test_a_cell_may_name_a_state_and_for_how_long() -> None:
    assert cell("tripped > 2 min") == Bound(
        comparison=Comparison.IS, number=None, state="tripped", window=timedelta(minutes=2), text="tripped > 2 min"
    )


def test_a_cell_with_words_alone_is_a_state() -> None:
    found = cell("closed")
    assert found is not None
    assert (found.state, found.number) == ("closed", None)


@pytest.mark.parametrize(
    ("text", "which"), [("P95 latency", "p95"), ("(99th percentile)", "99th percentile"), ("errors", "")]
)
def test_which_figure_of_many(text: str, which: str) -> None:
    assert statistic(text) == which
