"""What people did is ticked by itself, with who and when; nothing that is not certain, and nothing is unticked."""

import pytest
from msgspec.structs import replace

from incident import checklist, working
from incident.checklist import Item
from incident.incident import Incident
from incident.responder import Actor, Role, monitor, person
from incident.severity import HOUSE
from incident.timeline import Kind
from tests.incident.kept import ANA, BEN, Kept, after, declared

SEVERITY, COMMANDER, UPDATE = range(3)


def ticks(it: Incident) -> list[tuple[int, object, object]]:
    return [(n, each.ticked_by, each.ticked_at) for n, each in enumerate(it.checklist) if each.ticked_by is not None]


def confirmed(kept: Kept, minute: float, by: Actor) -> None:
    to = kept.it.severity
    kept.decide(working.change_severity, minute, to=to, policy=HOUSE[to], reason="", by=by, cause=f"sev-{minute}")


def test_each_is_ticked_by_whoever_did_it_and_stands_on_the_timeline() -> None:
    kept = declared()
    confirmed(kept, 1, person(ANA))
    kept.decide(working.take_role, 2, role=Role.COMMANDER, user=ANA, by=person(BEN), cause="role")
    kept.decide(working.update, 3, text="found it", by=person(ANA), cause="update")
    assert ticks(kept.it) == [(SEVERITY, ANA, after(1)), (COMMANDER, BEN, after(2)), (UPDATE, ANA, after(3))]
    events = (link.event for link in kept.links if link.event is not None)
    told = [(event.facts["number"], event.actor) for event in events if event.kind is Kind.TICKED]
    assert told == [(1, person(ANA)), (2, person(BEN)), (3, person(ANA))]


def test_a_tick_of_before_stays_whose_it_is_and_what_was_opened_again_stays_open_until_it_is_done_again() -> None:
    kept = declared()
    confirmed(kept, 1, person(ANA))
    confirmed(kept, 2, person(BEN))
    assert ticks(kept.it) == [(SEVERITY, ANA, after(1))]
    kept.decide(working.untick, 3, number=1, by=BEN, cause="open")
    kept.decide(working.note, 4, text="hm", by=person(ANA), cause="note")
    assert ticks(kept.it) == []
    confirmed(kept, 5, person(BEN))
    assert ticks(kept.it) == [(SEVERITY, BEN, after(5))]


def test_another_role_is_no_commander_and_what_no_known_person_did_is_ticked_by_nobody() -> None:
    kept = declared()
    kept.decide(working.take_role, 1, role=Role.SCRIBE, user=ANA, by=person(ANA), cause="role")
    confirmed(kept, 2, monitor("pagerduty"))
    assert ticks(kept.it) == []


@pytest.mark.parametrize(
    ("text", "done"),
    [
        ("Assign an incident commander.", True),
        ("Name the commander", True),
        ("Name a commander and a scribe", False),
        ("Tell the commander", False),
        ("Confirm the severity level", True),
        ("If it spreads: confirm the severity", False),
        ("Post a status update", True),
        ("Post an initial update", True),
        ("Post an update to the status page", False),
        ("Update the status page", False),
    ],
)
def test_of_the_runbook_s_items_only_what_says_nothing_else_is_ticked(text: str, done: bool) -> None:
    kept = declared()
    kept.incident = replace(kept.it, checklist=(Item(text=text),))
    confirmed(kept, 1, person(ANA))
    kept.decide(working.take_role, 2, role=Role.COMMANDER, user=ANA, by=person(ANA), cause="role")
    kept.decide(working.update, 3, text="found it", by=person(ANA), cause="update")
    assert checklist.done(kept.it.checklist) == done
