"""Saying which error Slack must answer with."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from slack_sdk.errors import SlackApiError


class Refusal:
    """What Slack answered, once the block has ended."""

    answer: dict[str, object]


@contextmanager
def refused(code: str) -> Iterator[Refusal]:
    """The calls inside must fail with this error code."""
    refusal = Refusal()
    with pytest.raises(SlackApiError) as caught:
        yield refusal
    refusal.answer = dict(caught.value.response.data)
    assert refusal.answer["error"] == code
