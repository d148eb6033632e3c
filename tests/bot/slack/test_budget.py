"""Budgets: never more than Slack takes, a rest for P0, and always a time to come back."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.slack.budget import ALLOWANCES, CHANNEL_BURST, MOST_CHANNELS, POST, Budgets, retry_after
from commands.outage import BudgetSpent
from incident.owing import CHATTER

CREATE = "conversations.create"


class Time:
    """Seconds that a test turns by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time() -> Time:
    """The time."""
    return Time()


@pytest.fixture
def budgets(time: Time) -> Budgets:
    """Full budgets."""
    return Budgets(time)


def spend(budgets: Budgets, method: str, urgency: int = 1, channel: str = "") -> timedelta | None:
    """How long to wait, or None when the call may go out."""
    try:
        budgets.spend(method, urgency=urgency, channel=channel)
    except BudgetSpent as spent:
        return spent.after
    return None


def test_a_rest_is_kept_for_p0(budgets: Budgets) -> None:
    """Everybody else waits while a P0 still gets its channel."""
    allowance = ALLOWANCES[CREATE]
    for _ in range(allowance.calls - allowance.kept):
        assert spend(budgets, CREATE) is None
    assert spend(budgets, CREATE) is not None
    assert spend(budgets, CREATE, urgency=0) is None
    assert spend(budgets, CREATE, urgency=0) is not None


def test_the_wait_ends_exactly_when_there_is_room(budgets: Budgets, time: Time) -> None:
    """Whoever comes back after it is let through; a moment earlier not."""
    room = ALLOWANCES[CREATE].calls - ALLOWANCES[CREATE].kept
    for _ in range(room):
        spend(budgets, CREATE)
        time.now += 1
    wait = spend(budgets, CREATE)
    assert wait == timedelta(seconds=ALLOWANCES[CREATE].seconds - room)
    time.now += wait.total_seconds() - 0.01
    assert spend(budgets, CREATE) is not None
    time.now += 0.01
    assert spend(budgets, CREATE) is None


def test_one_busy_channel_does_not_hold_up_another(budgets: Budgets) -> None:
    """Posts are counted by channel as well."""
    for _ in range(CHANNEL_BURST):
        assert spend(budgets, POST, channel="C1") is None
    assert spend(budgets, POST, channel="C1") is not None
    assert spend(budgets, POST, channel="C2") is None


def test_what_goes_into_a_thread_leaves_a_place_for_a_card(budgets: Budgets) -> None:
    """Otherwise a person who asked for a fix waits until the last finding is posted."""
    for _ in range(CHANNEL_BURST - 1):
        assert spend(budgets, POST, channel="C1", urgency=CHATTER) is None
    assert spend(budgets, POST, channel="C1", urgency=CHATTER) is not None
    assert spend(budgets, POST, channel="C1", urgency=2) is None


def test_after_a_burst_a_channel_takes_one_post_a_second(budgets: Budgets, time: Time) -> None:
    """The fifth waits a second, not until the whole burst is forgotten."""
    for _ in range(CHANNEL_BURST):
        spend(budgets, POST, channel="C1")
    assert spend(budgets, POST, channel="C1") == timedelta(seconds=1)
    time.now += 1
    assert spend(budgets, POST, channel="C1") is None
    assert spend(budgets, POST, channel="C1") == timedelta(seconds=1)


def test_channels_that_are_silent_again_are_forgotten(budgets: Budgets, time: Time) -> None:
    """A process that lives for years does not remember every channel that it ever posted in."""
    for number in range(2 * MOST_CHANNELS):
        budgets.note(POST, channel=f"C{number}")
        time.now += 0.5
    budgets.note(POST, channel="C1")
    assert len(budgets._even) < MOST_CHANNELS
    for _ in range(CHANNEL_BURST - 1):
        assert spend(budgets, POST, channel="C1") is None
    assert spend(budgets, POST, channel="C1") is not None


def test_a_refused_call_costs_nothing(budgets: Budgets, time: Time) -> None:
    """Asking while the channel is full does not eat the workspace's budget."""
    for _ in range(CHANNEL_BURST):
        spend(budgets, POST, channel="C1")
    for _ in range(ALLOWANCES[POST].calls):
        spend(budgets, POST, channel="C1")
    assert spend(budgets, POST, channel="C2") is None


def test_slacks_own_word_counts_more(budgets: Budgets, time: Time) -> None:
    """After a 429 nothing goes out until Slack allows it, not even for a P0."""
    assert budgets.limited(CREATE, retry_after=30).after == timedelta(seconds=30)
    time.now += 29
    assert spend(budgets, CREATE, urgency=0) == timedelta(seconds=1)
    time.now += 1
    assert spend(budgets, CREATE, urgency=0) is None


def test_a_limit_on_one_channels_posts_leaves_the_others(budgets: Budgets) -> None:
    """Slack limits posts by channel."""
    budgets.limited(POST, retry_after=5, channel="C1")
    assert spend(budgets, POST, channel="C1") is not None
    assert spend(budgets, POST, channel="C2") is None


@settings(max_examples=50)
@given(st.lists(st.floats(0, 5), max_size=200), st.sampled_from(sorted(ALLOWANCES)))
def test_no_minute_ever_holds_more_than_slack_allows(pauses: list[float], method: str) -> None:
    """However the calls come."""
    time = Time()
    budgets = Budgets(time)
    sent = []
    for pause in pauses:
        time.now += pause
        if spend(budgets, method, urgency=0) is None:
            sent.append(time.now)
    allowance = ALLOWANCES[method]
    for at in sent:
        assert sum(at <= other < at + 60 for other in sent) <= allowance.calls


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("0", 1), (None, 30), ("soon", 30), ("nan", 30), ("inf", 30), ("99999", 600)]
)
def test_retry_after_is_read_with_care(header: str | None, seconds: float) -> None:
    """A header that makes no sense neither stops Muster for ever nor lets it hammer."""
    assert retry_after(header) == seconds
