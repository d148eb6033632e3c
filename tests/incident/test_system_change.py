"""Changes of systems: what is told again and again is one change, and which of them are recent for an incident."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from incident import recent
from incident.incident import Home
from incident.job import JobName
from incident.system_change import Progress, SystemChange, merged
from incident.timeline import Kind
from tests.contract import making
from tests.contract.making import NOW

MINUTE = timedelta(minutes=1)
BEGUN = SystemChange(
    id="chg_1", source="github", system="shop", what="Deploy of acme/shop", at=NOW, moved_at=NOW,
    state=Progress.UNDER_WAY, by="ana", revision="3f9c", version=1,
)  # fmt: skip
DONE = replace(BEGUN, state=Progress.DONE, moved_at=NOW + MINUTE, by="", revision="", version=0)


def test_a_change_that_is_told_first_is_all_that_is_known() -> None:
    assert merged(None, BEGUN) is BEGUN


def test_what_comes_later_moves_it_on_and_what_was_known_is_kept() -> None:
    after = merged(BEGUN, DONE)
    assert after == replace(BEGUN, state=Progress.DONE, moved_at=NOW + MINUTE)


@pytest.mark.parametrize(
    "again",
    [BEGUN, replace(BEGUN, version=0), replace(DONE, state=Progress.UNDER_WAY), replace(DONE, moved_at=NOW)],
)
def test_what_came_before_or_is_known_is_nothing_new(again: SystemChange) -> None:
    ended = merged(BEGUN, DONE)
    assert merged(ended, again) is None


def test_it_began_at_the_earliest_moment_that_was_told() -> None:
    after = merged(BEGUN, replace(DONE, at=NOW - MINUTE))
    assert after is not None
    assert after.at == NOW - MINUTE


def test_recent_is_from_six_hours_before_it_began_until_it_ended() -> None:
    incident = replace(making.incident(), started_at=NOW - timedelta(hours=1))
    assert recent.span(incident) == (NOW - timedelta(hours=7), None)
    assert recent.span(replace(incident, resolved_at=NOW + MINUTE))[1] == NOW + MINUTE


def test_one_that_comes_while_it_is_open_is_on_the_timeline_in_the_thread_and_on_the_card() -> None:
    incident = replace(making.incident(home=Home(channel="C1", card="1")), version=3)
    made = recent.note(incident, BEGUN, now=NOW)
    (event,) = made.events
    assert (event.kind, event.at, event.evidence) == (Kind.SYSTEM_CHANGED, NOW, ("change:chg_1",))
    assert event.facts["what"] == "Deploy of acme/shop"
    assert {job.name for job in made.jobs} == {JobName.TELL, JobName.CARD}


def test_each_state_of_a_change_is_told_once() -> None:
    first, again = recent.reported([BEGUN], NOW), recent.reported([BEGUN], NOW + MINUTE)
    assert first[0].key == again[0].key
    assert recent.reported([DONE], NOW)[0].key != first[0].key
    noted, later = recent.note(making.incident(), BEGUN, now=NOW), recent.note(making.incident(), BEGUN, now=NOW)
    assert noted.cause == later.cause
