"""What is asked of watches and spools after a run: that the judge would see it, were it so."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from chaos.crowd import Crowd
from chaos.judging import Verdict
from chaos.judging_flows import FIRING, RESOLVED, Found, behind, watch
from chaos.matrix import Cell, Cut, cut
from chaos.plays import FLOWS
from chaos.simulation import Town
from chaos.virtual_time import run
from chaos.weather import Climate, Weather

AT = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


def found() -> Found:
    return Found(lost=[], doubled=[], broken=[])


def said(*words: str) -> list[tuple[str, datetime]]:
    """One word a minute."""
    return [(word, AT + timedelta(minutes=number)) for number, word in enumerate(words)]


def test_a_watch_that_says_it_twice_is_doubled_and_one_that_does_not_say_the_last_is_lost() -> None:
    good, twice, missing = found(), found(), found()
    watch(said(FIRING, RESOLVED, FIRING), wrong=True, found=good)
    watch(said(FIRING, FIRING, RESOLVED, RESOLVED), wrong=False, found=twice)
    watch(said(FIRING), wrong=False, found=missing)
    assert (good.lost, good.doubled, good.broken) == ([], [], [])
    assert len(twice.doubled) == 2
    assert len(missing.lost) == 1


def test_what_was_spooled_first_and_taken_in_later_is_broken() -> None:
    good, bad = found(), found()
    spooled = {"machine-0": [(1, "a"), (2, "b")], "machine-1": [(3, "c")]}
    behind(spooled, ["c", "a", "b"], good)
    behind(spooled, ["b", "c", "a"], bad)
    assert not good.broken
    assert bad.broken == ["machine-0: a was spooled first, and taken in later"]


def test_what_is_over_though_an_end_of_it_was_lost_is_resolved_and_what_fires_still_is_lost() -> None:
    async def told(*, next_end: bool) -> Verdict:
        town = Town(Weather(0, Climate()), replicas=1)
        crowd = Crowd(town)
        await crowd.outage("disk", town.now())
        await asyncio.sleep(60)
        if next_end:
            await crowd.outage("disk", town.now(), over=True)
        crowd.told.over.add("alertmanager:disk@")
        return (await town.judged(0, crowd.told, await town.settled())).verdict

    good, missing = run(told(next_end=True)), run(told(next_end=False))
    assert good.good, good
    assert (good.played["ends_lost"], good.played["resolved_by_monitors"]) == (1, 1)
    assert [each.partition(" ")[2] for each in missing.lost] == [
        "fires still, and is over",
        "is open, and all its alerts are over",
    ]


@pytest.mark.parametrize(
    ("flow", "what"),
    [
        ("watch", "alerts_of_watches"),
        ("spool", "alerts_spooled"),
        ("pagerduty", "pager_told"),
        ("pagerduty", "pager_heard"),
        ("whole_procedure", "procedures_finished"),
    ],
)
def test_each_flow_shows_in_what_was_played(flow: str, what: str) -> None:
    assert flow in {each.name for each in FLOWS}
    verdict = cut(Cell(flow=flow, point=1_000_000, cut=Cut.DEATH)).verdict
    assert verdict.good, verdict
    assert verdict.played[what] > 0


@pytest.mark.parametrize("point", [297, 300, 705])
def test_a_watch_whose_look_is_cut_after_its_alert_says_it_once_and_says_the_end(point: int) -> None:
    """Found by the matrix: the alert stood for ever, or its end was told twice."""
    verdict = cut(Cell(flow="watch", point=point, cut=Cut.DEATH)).verdict
    assert verdict.good, verdict
