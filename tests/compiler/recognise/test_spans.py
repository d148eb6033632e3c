"""Lengths of time, as people write them."""

from datetime import timedelta

import pytest

from compiler.recognise import quantities, spans

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("within 20 minutes", 20 * MINUTE, 20 * MINUTE),
        ("2hrs", 2 * HOUR, 2 * HOUR),
        ("< 2 h", None, 2 * HOUR),
        ("> 45 min", 45 * MINUTE, None),
        ("10+ minutes", 10 * MINUTE, None),
        ("5-10 minutes", 5 * MINUTE, 10 * MINUTE),
        ("30 to 45 min", 30 * MINUTE, 45 * MINUTE),
        ("2h15m", 135 * MINUTE, 135 * MINUTE),
        ("1 hour and 20 minutes", 80 * MINUTE, 80 * MINUTE),
        ("half an hour", 30 * MINUTE, 30 * MINUTE),
        ("an hour", HOUR, HOUR),
        ("1.5 days", 1.5 * DAY, 1.5 * DAY),
        ("bis zu 3 Stunden", None, 3 * HOUR),
        ("T+20m", 20 * MINUTE, 20 * MINUTE),
    ],
)
def test_a_length_has_its_ends(text: str, low: timedelta | None, high: timedelta | None) -> None:
    found = spans.span(text)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@pytest.mark.parametrize(
    "text", ["next business day", "2 business days", "p95", "port 8080", "03:00-05:00 AM", "$20", "10 GB", "v1.2.3", ""]
)
def test_what_nobody_can_compute_is_no_length(text: str) -> None:
    assert spans.span(text) is None


@pytest.mark.parametrize(
    ("text", "often"),
    [
        ("Every 4 hours", 4 * HOUR),
        ("updates hourly", HOUR),
        ("nightly to the bucket", DAY),
        ("Real-time replication", timedelta(0)),
        ("alle 30 Minuten", 30 * MINUTE),
        ("once", None),
    ],
)
def test_how_often(text: str, often: timedelta | None) -> None:
    assert spans.every(text) == often


@pytest.mark.parametrize(
    ("line", "often"),
    [("15 2 * * * dump", DAY), ("0 */8 * * * dump", 8 * HOUR), ("0 4 * * 1 dump", 7 * DAY), ("dump it", None)],
)
def test_a_cron_line_says_how_often(line: str, often: timedelta | None) -> None:
    assert spans.of_cron(line) == often


def test_all_lengths_of_a_text_in_order() -> None:
    assert [found.text for found in spans.spans("5 minutes, then 2 hours, then 3 d")] == ["5 minutes", "2 hours", "3 d"]


@pytest.mark.parametrize("text", ["10 mınutes", "10 MİNUTES", "10 minuteſ"])
def test_letters_that_a_pattern_takes_for_others_make_no_unit_unknown(text: str) -> None:
    assert spans.length(text) == 10 * MINUTE


@pytest.mark.parametrize("text", ["leſſ than 10 mſ", "at moſt 10 ms", "MİN 10 ms", "exceedſ 10 ms"])
def test_nor_a_comparison(text: str) -> None:
    found = quantities.bound(text)
    assert found is not None
    assert found.number == 10
