"""How bad it is: the words that monitors and people use, and what each level obliges to."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.refusal import NoSuchSeverity
from incident.severity import HOUSE, Severity, of_change, of_code, of_head, of_word


@pytest.mark.parametrize(
    ("word", "level"),
    [
        ("P0", Severity.P0),
        ("sev-1", Severity.P1),
        ("SEV 2", Severity.P2),
        ("critical", Severity.P1),
        (" Warning ", Severity.P2),
        ("info", Severity.P3),
        ("none", Severity.P3),
        ("5", Severity.P3),
        ("major_outage", Severity.P1),
        ("partial_outage", Severity.P2),
        ("degraded_performance", Severity.P3),
        ("purple", None),
        ("", None),
        (None, None),
    ],
)
def test_the_words_of_monitors_and_people_mean_a_level_or_nothing(word: str | None, level: Severity | None) -> None:
    assert of_word(word) is level


@pytest.mark.parametrize("word", ["P1", "p1", "S1", "sev1", "SEV-1"])
def test_a_code_names_a_level(word: str) -> None:
    assert of_code(word) is Severity.P1


@pytest.mark.parametrize("word", ["high", "critical", "page", "error", "1", "outage", "P9", "P1:", ""])
def test_an_ordinary_word_is_no_code_so_that_a_title_may_begin_with_it(word: str) -> None:
    assert of_code(word) is None


@pytest.mark.parametrize(
    ("words", "level", "title"),
    [
        ("P1 Checkout fails", Severity.P1, "Checkout fails"),
        ("p0: all down", Severity.P0, "all down"),
        ("[P1] - x", Severity.P1, "x"),
        ("*sev-1* x", Severity.P1, "x"),
        ("sev 1 the database", Severity.P1, "the database"),
        ("Severity 2, slow", Severity.P2, "slow"),
        ("P0!", Severity.P0, ""),
        ("P1", Severity.P1, ""),
        ("S3 uploads fail", None, "S3 uploads fail"),
        ("SEV1 x", Severity.P1, "x"),
        ("sev-2: x", Severity.P2, "x"),
        ("severity-0 x", Severity.P0, "x"),
        ("P95 latency is high", None, "P95 latency is high"),
        ("P99: 3 s", None, "P99: 3 s"),
        ("S7 uploads fail", None, "S7 uploads fail"),
        ("severe weather", None, "severe weather"),
        ("critical: all down", None, "critical: all down"),
        ("P1.5 broke", None, "P1.5 broke"),
        ("P2P sync is late", None, "P2P sync is late"),
        ("high load", None, "high load"),
        ("  ", None, ""),
    ],
)
def test_a_declaration_may_begin_with_a_level_set_apart_as_people_do(
    words: str, level: Severity | None, title: str
) -> None:
    assert of_head(words) == (level, title)


@pytest.mark.parametrize("words", ["P7 foo", "p4", "[P9]: x", "sev5 x", "SEV-6 – x", "severity 12 x", "P8!"])
def test_a_level_that_there_is_not_is_no_title(words: str) -> None:
    for read in (of_head, of_change):
        with pytest.raises(NoSuchSeverity) as refused:
            read(words)
        assert str(refused.value.facts["asked"]).lower() in words.lower()


@pytest.mark.parametrize(
    ("words", "level", "reason"),
    [
        ("P1 more users", Severity.P1, "more users"),
        ("SEV1: more users", Severity.P1, "more users"),
        ("sev 2", Severity.P2, ""),
        ("sev-3  it can  wait", Severity.P3, "it can  wait"),
        ("S0", Severity.P0, ""),
        ("1 more", Severity.P1, "more"),
        ("critical, all of the EU", Severity.P1, "all of the EU"),
        ("", None, ""),
    ],
)
def test_a_change_names_a_level_in_any_usual_way(words: str, level: Severity | None, reason: str) -> None:
    assert of_change(words) == (level, reason)


@pytest.mark.parametrize("words", ["4", "s5 x", "banana", "more users affected", "p", "١", "P１"])
def test_what_names_no_level_is_refused_and_not_guessed(words: str) -> None:
    with pytest.raises(NoSuchSeverity):
        of_change(words)


@given(st.text(max_size=20))
def test_no_word_of_any_shape_crashes(word: str) -> None:
    with suppress(NoSuchSeverity):
        assert of_head(word)[0] in {None, *Severity}
        assert of_change(word)[0] in {None, *Severity}
    assert of_code(word) in {None, *Severity}
    assert of_word(word) in {None, *Severity}


def test_the_order_is_from_worst_to_least() -> None:
    assert sorted(Severity, key=lambda each: each.rank) == [Severity.P0, Severity.P1, Severity.P2, Severity.P3]
    assert Severity.P0.raised_from(Severity.P1)
    assert not Severity.P1.raised_from(Severity.P1)


def test_the_house_allows_no_more_time_for_something_worse() -> None:
    minutes = [HOUSE[level].acknowledge / timedelta(minutes=1) for level in Severity]
    assert minutes == [15, 60, 240, 1440]
    assert [HOUSE[level].escalate for level in Severity] == sorted(HOUSE[level].escalate for level in Severity)
    assert all((HOUSE[level].postmortem is not None) == (level.rank <= 1) for level in Severity)
