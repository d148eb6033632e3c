"""What must not be forgotten: every item is ticked by somebody with a name, once, and can be opened again."""

from datetime import UTC, datetime

import pytest

from incident import checklist
from incident.checklist import Item
from incident.refusal import AlreadySo, NoSuchItem
from incident.responder import UserId
from incident.runbook import Origin, Procedure, Step, StepKind
from incident.verdict import Verdict

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)
ITEMS = (Item(text="Tell support"), Item(text="Name a commander"))
ANA = UserId("U0ANA")


def test_a_tick_has_a_name_and_a_time_and_touches_no_other_item() -> None:
    ticked = checklist.tick(ITEMS, 2, ANA, NOW)
    assert ticked[0] == ITEMS[0]
    assert (ticked[1].ticked_by, ticked[1].ticked_at) == (ANA, NOW)
    assert checklist.done(ticked) == 1


def test_an_item_is_ticked_once_and_the_second_is_told_by_whom() -> None:
    ticked = checklist.tick(ITEMS, 1, ANA, NOW)
    with pytest.raises(AlreadySo) as refused:
        checklist.tick(ticked, 1, UserId("U0BEN"), NOW)
    assert refused.value.facts == {"what": "ticked", "by": ANA, "at": NOW}


def test_an_item_that_is_opened_again_is_as_it_was() -> None:
    assert checklist.untick(checklist.tick(ITEMS, 1, ANA, NOW), 1) == ITEMS


def test_an_open_item_cannot_be_opened() -> None:
    with pytest.raises(AlreadySo):
        checklist.untick(ITEMS, 1)


@pytest.mark.parametrize("number", [-1, 0, 3, 10**9])
def test_there_are_only_the_numbers_that_are_shown(number: int) -> None:
    with pytest.raises(NoSuchItem) as refused:
        checklist.tick(ITEMS, number, ANA, NOW)
    assert refused.value.facts == {"asked": number, "count": 2}


@pytest.mark.parametrize(
    ("condition", "warning", "text"),
    [
        ("", "", "Restart it"),
        ("The pool is full", "", "If the pool is full: Restart it"),
        ("unless a release runs", "", "Unless a release runs: Restart it"),
        ("otherwise", "", "Otherwise: Restart it"),
        ("it hangs", "Orders are lost.", "If it hangs: Restart it (the runbook warns: Orders are lost)"),
    ],
)
def test_an_item_says_when_to_do_it_and_what_the_runbook_warns_of(condition: str, warning: str, text: str) -> None:
    step = Step(
        id="restart", title="Restart it", kind=StepKind.MANUAL, verdict=Verdict.MUTATING, reason="told", written="",
        origin=Origin(heading="Shop"), condition=condition, warning=warning,
    )  # fmt: skip
    procedure = Procedure(id="hang", title="Hang", origin=Origin(heading="Shop"), steps=(step,))
    assert [item.text for item in checklist.begin(procedure) if item.step == "restart"] == [text]
