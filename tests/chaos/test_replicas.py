"""A handful of real kills, and whatever else fails meanwhile; `make chaos` does hundreds."""

import pytest

from chaos.patience import Patience
from chaos.replicas import rounds

KILLS = 4


@pytest.mark.timeout(300)
def test_two_replicas_that_are_killed_again_and_again_lose_nothing_and_double_nothing() -> None:
    for each in rounds(KILLS, 1, Patience(200)):
        assert each.verdict.good, each.verdict
