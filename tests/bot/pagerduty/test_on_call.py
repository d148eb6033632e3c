"""Whoever PagerDuty names is called, its last answer holds while it is away, and a doubt is said."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from bot.pagerduty.calls import Answer, No
from bot.pagerduty.on_call import FRESH, Asks, OnCallList
from commands.outage import Outage
from tests.bot.pagerduty.conftest import Side
from tests.fakes.clock import FakeClock
from tests.fakes.pagerduty_api import PagerDutyApi
from tests.fakes.settings import ANA, BEN

ASKS = {"shop": Asks(schedules=("PSCHED2", "PSCHED1")), "edge": Asks(policy="PPOLICY")}


def listed(side: Side, folder: Path, clock: FakeClock) -> OnCallList:
    return OnCallList(side.calls, side.people, ASKS, folder=folder, clock=clock)


async def test_schedules_in_their_order_and_the_levels_of_a_policy(
    api: PagerDutyApi, side: Side, tmp_path: Path
) -> None:
    api.on_call["PSCHED2"] = ["PBEN000"]
    turns = listed(side, tmp_path, FakeClock())
    assert "has not said yet" in turns.doubt("shop")
    await turns.ask()
    assert [each.person for each in turns.shifts("shop")] == [BEN, ANA]
    assert turns.shifts("shop")[0].until is not None
    assert ([each.person for each in turns.shifts("edge")], turns.escalation("edge")) == ([ANA], (BEN,))
    assert turns.doubt("shop") == turns.doubt("edge") == ""


async def test_schedules_of_more_policies_than_one_answer_lists_are_read_to_their_end(
    api: PagerDutyApi, side: Side, tmp_path: Path
) -> None:
    api.policies, api.on_call["PSCHED2"] = 120, ["PBEN000"]
    turns = listed(side, tmp_path, FakeClock())
    await turns.ask()
    assert [each.person for each in turns.shifts("shop")] == [BEN, ANA]


async def test_a_system_that_pagerduty_does_not_know_of_is_none_of_its_business(side: Side, tmp_path: Path) -> None:
    turns = listed(side, tmp_path, FakeClock())
    assert (turns.shifts("other"), turns.escalation("other"), turns.doubt("other")) == ((), (), "")


async def test_while_it_is_away_its_last_answer_holds_over_a_restart_and_is_doubted(
    api: PagerDutyApi, side: Side, tmp_path: Path
) -> None:
    clock = FakeClock()
    await listed(side, tmp_path, clock).ask()
    api.away = True
    turns = listed(side, tmp_path, clock)
    with pytest.raises(Outage):
        await turns.ask()
    assert turns.doubt("shop") == ""
    clock.now += FRESH + timedelta(seconds=1)
    assert [each.person for each in turns.shifts("shop")] == [ANA]
    assert "does not say who is on call since" in turns.doubt("shop")


async def test_a_file_that_cannot_be_read_is_no_answer(side: Side, tmp_path: Path) -> None:
    (tmp_path / "on-call.json").write_text('{"shop": 7}', encoding="utf-8")
    assert listed(side, tmp_path, FakeClock()).shifts("shop") == ()


async def test_a_disk_that_takes_nothing_keeps_nobody_from_being_known(
    side: Side, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    turns = listed(side, tmp_path / "away", FakeClock())
    await turns.ask()
    assert [each.person for each in turns.shifts("shop")] == [ANA]
    assert "not kept for a restart" in caplog.text


@pytest.mark.parametrize("odd", [True, False])
async def test_what_is_odd_or_refused_of_one_system_keeps_no_other_from_being_known(
    side: Side, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, odd: bool
) -> None:
    get = side.calls.get

    async def without_schedules(path: str, **query: str | Sequence[str]) -> Answer:
        if "schedule_ids[]" not in query:
            return await get(path, **query)
        if odd:
            return {"oncalls": ["odd"]}
        raise No("PagerDuty refused: there is no such thing", 404)

    turns = listed(side, tmp_path, FakeClock())
    monkeypatch.setattr(side.calls, "get", without_schedules)
    with pytest.raises(Outage, match="something else" if odd else "no such thing"):
        await turns.ask()
    assert [each.person for each in turns.shifts("edge")] == [ANA]
    assert (turns.doubt("edge"), "has not said yet" in turns.doubt("shop")) == ("", True)


async def test_somebody_on_call_whom_slack_does_not_know_is_named(
    api: PagerDutyApi, side: Side, tmp_path: Path
) -> None:
    api.on_call["PSCHED1"] = ["PJO0000"]
    turns = listed(side, tmp_path, FakeClock())
    await turns.ask()
    assert turns.shifts("shop") == ()
    assert turns.doubt("shop") == "On call in PagerDuty, but nobody in Slack has their address: Jo"
