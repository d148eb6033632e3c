"""Watches as people see them: what is bad first, what each saw, what should be, and since when."""

import json
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from bot.slack.blocks import Rendered
from bot.slack.lines import notice
from bot.slack.watches import bad_lines, summary, watches
from bot.telemetry.metrics import of_watches
from commands.answers import Watches
from commands.messages import NoticeMessage
from commands.watched import Watched, WatchesOf
from incident.runbook import StepKind
from incident.timeline import Event, Kind
from incident.watch import Watch, WatchRecord, WatchState
from tests.fakes.runbooks import diagnostic

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
STEP = replace(diagnostic("stuck", "Stuck orders"), watch=Watch(every=timedelta(minutes=1)))
WELL = WatchRecord(id="shop/stuck", next_at=NOW, state=WatchState.HEALTHY, since=NOW, value="0")


def watched(name: str, record: WatchRecord | None) -> Watched:
    return Watched(name=f"shop/{name}", step=replace(STEP, id=name), record=record)


EVERY = (
    watched("a-well", WELL),
    watched("b-new", None),
    watched("c-breaking", replace(WELL, state=WatchState.BREAKING, value="3")),
    watched("d-firing", replace(WELL, state=WatchState.FIRING, value="7")),
    watched("e-blind", replace(WELL, blind="shop-db cannot be reached.", blind_since=NOW)),
    Watched(
        name="shop/f-unbound",
        step=replace(STEP, id="f-unbound", kind=StepKind.MANUAL, target=None, reason="No target is bound to it."),
        record=None,
    ),
)
SYSTEM = WatchesOf(system="shop", title="The shop", watches=EVERY)


def said(message: Rendered) -> str:
    return json.dumps(message["blocks"], ensure_ascii=False)


def test_what_is_bad_stands_first_each_with_its_value_and_threshold() -> None:
    words = said(watches(Watches(systems=(SYSTEM,), now=NOW)))
    places = [words.index(each.step.id) for each in (EVERY[3], EVERY[4], EVERY[5], EVERY[2], EVERY[0], EVERY[1])]
    assert places == sorted(places)
    assert "7, should be at most 0" in words
    assert "sees nothing" in words
    assert "shop-db cannot be reached." in words
    assert "No target is bound to it." in words


def test_the_head_says_how_many_and_how_they_stand() -> None:
    assert summary((SYSTEM,)) == "6 watches: 1 beyond its threshold, 2 see nothing"
    assert summary((replace(SYSTEM, watches=EVERY[:1]),)) == "1 watch: all is well"


def test_without_a_watch_it_is_said_how_one_is_made() -> None:
    assert "docs/runbooks.md" in said(watches(Watches(systems=(), now=NOW)))


def test_the_home_shows_only_the_bad_ones() -> None:
    words = json.dumps(bad_lines((SYSTEM,)))
    assert ["d-firing" in words, "e-blind" in words, "c-breaking" in words] == [True, True, False]


def test_a_target_out_of_sight_is_one_line() -> None:
    facts = {
        "target": "shop-db",
        "since": NOW.isoformat(),
        "reason": "It cannot be reached.",
        "watches": ["Age", "Stuck orders"],
    }
    message = notice(NoticeMessage(event=Event(kind=Kind.WATCH_AWAY, at=NOW, facts=facts)))
    assert "shop-db" in message["text"]
    assert "Age, Stuck orders" in said(message)


def test_the_numbers_count_them_by_state_and_tell_values_that_are_numbers() -> None:
    states, values = of_watches((SYSTEM,))
    assert dict(states.samples) == {
        ("shop", "healthy"): 1,
        ("shop", "new"): 1,
        ("shop", "breaking"): 1,
        ("shop", "firing"): 1,
        ("shop", "blind"): 2,
    }
    assert dict(values.samples)["shop", "d-firing"] == 7.0
    odd = replace(SYSTEM, watches=(watched("odd", replace(WELL, value="closed")),))
    assert list(of_watches((odd,))[1].samples) == []
