"""What is owed: owing twice is owing once, and failures come back later, not together, and not for ever."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incident.job import (
    FIRST_RETRY,
    LONGEST_RETRY,
    MOST_ATTEMPTS,
    Job,
    JobMode,
    JobName,
    mode_of,
    owe,
    retry_after,
)

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def test_the_same_debt_has_the_same_key_and_one_that_is_owed_anew_has_another() -> None:
    page = owe(JobName.PAGE, "inc_1", NOW, subject="U0ANA")
    assert page.key == owe(JobName.PAGE, "inc_1", NOW + timedelta(hours=1), subject="U0ANA").key
    others = [
        owe(JobName.PAGE, "inc_1", NOW, subject="U0BEN"),
        owe(JobName.PAGE, "inc_2", NOW, subject="U0ANA"),
        owe(JobName.INVITE, "inc_1", NOW, subject="U0ANA"),
        owe(JobName.PAGE, "inc_1", NOW, subject="U0ANA", again="escalated"),
    ]
    assert len({page.key, *(each.key for each in others)}) == 5


def test_only_what_changes_a_system_is_done_at_most_once() -> None:
    assert [name for name in JobName if mode_of(name) is JobMode.ONCE] == [JobName.RUN_REMEDIATION]


@pytest.mark.parametrize("name", JobName)
def test_only_the_clocks_are_moved_by_a_later_debt(name: JobName) -> None:
    assert Job(name=name, key="k", due_at=NOW).is_timer is (name is JobName.RING_CLOCKS)


@given(st.integers(1, MOST_ATTEMPTS - 1), st.floats(0, 1, exclude_max=True))
def test_a_retry_waits_at_least_half_and_at_most_all_of_a_wait_that_doubles_up_to_two_minutes(
    attempts: int, chance: float
) -> None:
    wait = retry_after(attempts, chance)
    longest = min(FIRST_RETRY * 2 ** (attempts - 1), LONGEST_RETRY)
    assert wait is not None
    assert longest / 2 <= wait <= longest


def test_it_is_tried_for_three_quarters_of_an_hour_before_it_is_given_up() -> None:
    waits = [retry_after(attempts, 0.5) for attempts in range(1, MOST_ATTEMPTS)]
    assert sum((wait for wait in waits if wait), timedelta(0)) > timedelta(minutes=45)
    assert retry_after(MOST_ATTEMPTS, 0.5) is None
    assert retry_after(10**6, 0.5) is None
