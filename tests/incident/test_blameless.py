"""Words that judge are found as they were written; plain descriptions are left alone."""

import pytest

from incident.blameless import Advice, lint


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("It was human error by the deployer", Advice.BLAME),
        ("They should have noticed the graph", Advice.BLAME),
        ("A canary would have caught it", Advice.COUNTERFACTUAL),
        ("The root cause is the pool size", Advice.SINGLE_CAUSE),
        ("Why didn't anybody see it?", Advice.WHY),
        ("Clearly the cache was cold", Advice.HINDSIGHT),
    ],
)
def test_a_judging_expression_is_found(text: str, advice: Advice) -> None:
    assert [found.advice for found in lint(text)] == [advice]


def test_expressions_come_in_the_order_of_the_text_as_they_were_written() -> None:
    assert [found.words for found in lint("OBVIOUSLY the Root Cause")] == ["OBVIOUSLY", "the Root Cause"]


@pytest.mark.parametrize(
    "text",
    ["The worker held seven jobs for 20 minutes", "The health check failed to connect", "cause and effect", ""],
)
def test_a_plain_description_is_left_alone(text: str) -> None:
    assert lint(text) == ()
