"""A handful of real kills, and whatever else fails meanwhile; `make chaos` does hundreds."""

import pytest

from chaos.patience import Patience
from chaos.points import FLOWS, cut_really, points
from chaos.replicas import rounds
from chaos.traps import How, Point

KILLS = 4


@pytest.mark.timeout(300)
def test_two_replicas_that_are_killed_again_and_again_lose_nothing_and_double_nothing() -> None:
    for each in rounds(KILLS, 1, Patience(200)):
        assert each.verdict.good, each.verdict


CUTS = (Point(flow="opening", how=How.CALL, number=3), Point(flow="over", how=How.BEFORE, number=9),
        Point(flow="pagerduty", how=How.AFTER, number=12))  # fmt: skip


@pytest.mark.timeout(700)
def test_flows_in_which_a_process_dies_at_a_call_or_at_a_job_s_change_come_to_their_end() -> None:
    for _, each in cut_really(CUTS, Patience(600)):
        assert each.verdict.good, each.verdict
        assert each.struck["deaths"] == len(CUTS)
        assert each.verdict.played["ended"] == each.verdict.played["rung"] == 1


def test_every_flow_is_cut_on_both_sides_of_its_jobs_and_after_its_calls() -> None:
    every = points(1)
    assert len(every) == len(set(every)) == sum(calls + 2 * changes for calls, changes in FLOWS.values())
    assert every != points(2)
