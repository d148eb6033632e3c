"""The chain: whatever is changed, taken out, added or moved afterwards shows; redaction alone does not break it."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from incident import timeline
from incident.responder import Actor
from incident.timeline import GENESIS, Event, Kind, Link

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def chained(count: int, chain: str = "inc_1") -> list[Link]:
    links: list[Link] = []
    for seq in range(1, count + 1):
        event = Event(kind=Kind.NOTED, at=NOW, facts={"text": f"line {seq}", "rows": [seq, None, 1.5]})
        at = NOW + timedelta(seconds=seq)
        content = timeline.content(event)
        value = timeline.link(links[-1].link if links else GENESIS, chain, seq, at, content)
        links.append(Link(id=f"ev_{seq}", seq=seq, recorded_at=at, content=content, link=value, event=event))
    return links


def test_a_chain_that_nobody_touched_is_whole() -> None:
    assert timeline.broken_at("inc_1", chained(5)) is None
    assert timeline.broken_at("inc_1", []) is None


@pytest.mark.parametrize("seq", [1, 3, 5])
@pytest.mark.parametrize("what", ["text", "actor", "time", "kind", "evidence", "recorded"])
def test_any_edit_of_any_event_shows_at_its_place(seq: int, what: str) -> None:
    links = chained(5)
    event = links[seq - 1].event
    assert event is not None
    edited = {
        "text": replace(event, facts={"text": "nothing happened"}),
        "actor": replace(event, actor=Actor("user:U0MAL")),
        "time": replace(event, at=event.at + timedelta(microseconds=1)),
        "kind": replace(event, kind=Kind.RESOLVED),
        "evidence": replace(event, evidence=("finding:f",)),
        "recorded": event,
    }[what]
    moved = timedelta(seconds=1) if what == "recorded" else timedelta(0)
    links[seq - 1] = replace(links[seq - 1], event=edited, recorded_at=links[seq - 1].recorded_at + moved)
    assert timeline.broken_at("inc_1", links) == seq


def test_an_edit_that_renews_its_own_digest_breaks_the_link() -> None:
    links = chained(3)
    forged = Event(kind=Kind.NOTED, at=NOW, facts={"text": "forged"})
    links[1] = replace(links[1], event=forged, content=timeline.content(forged))
    assert timeline.broken_at("inc_1", links) == 2


@settings(max_examples=60)
@given(st.permutations(range(5)), st.sets(st.integers(0, 4)))
def test_an_event_that_is_missing_or_moved_shows(order: list[int], gone: set[int]) -> None:
    links = chained(5)
    kept = [links[n] for n in order if n not in gone]
    # What is cut off at the end can only be seen by somebody who knows how long it was.
    whole = [each.seq for each in kept] == list(range(1, len(kept) + 1))
    assert (timeline.broken_at("inc_1", kept) is None) is whole


def test_the_events_of_one_incident_do_not_verify_as_those_of_another() -> None:
    assert timeline.broken_at("inc_2", chained(2)) == 1


def test_a_redacted_event_leaves_the_chain_verifiable() -> None:
    links = chained(4)
    links[1] = replace(links[1], event=None)
    assert timeline.broken_at("inc_1", links) is None
    links[1] = replace(links[1], content="0" * 64)
    assert timeline.broken_at("inc_1", links) == 2
