"""What a diagnostic saw is compared with what is healthy as strictly as the words say."""

import pytest

from incident.digest import Json
from incident.expectation import Expectation, Operator


@pytest.mark.parametrize(
    ("operator", "below", "equal", "above"),
    [
        (Operator.AT_MOST, True, True, False),
        (Operator.LESS_THAN, True, False, False),
        (Operator.AT_LEAST, False, True, True),
        (Operator.MORE_THAN, False, False, True),
    ],
)
def test_a_number_is_compared_as_the_words_say(operator: Operator, below: bool, equal: bool, above: bool) -> None:
    expected = Expectation(operator=operator, value=5.0)
    assert [expected.holds(seen) for seen in (4, "5", 5.5)] == [below, equal, above]
    assert str(expected) == f"{operator.value} 5"


@pytest.mark.parametrize("seen", ["many", "NaN", float("nan"), None, True])
def test_what_is_no_number_is_neither_well_nor_not(seen: Json) -> None:
    assert Expectation(operator=Operator.LESS_THAN, value=5.0).holds(seen) is None
