"""What PagerDuty tells besides alerts is read with who did it; Muster's own incidents there are no alerts."""

import json
from collections.abc import Mapping

import pytest

from bot.sources import pagerduty
from bot.sources.pagerduty_tidings import WORDS, tiding
from bot.sources.table import ParserTable
from incident.alert import AlertStatus, Delivery
from incident.paging import PagerPerson, Tiding, Word, incident_of, key_of, marked, own
from incident.severity import Severity
from tests.fakes import monitor
from tests.fakes.clock import START

ANA = {"id": "PANA000", "type": "user_reference", "summary": "Ana"}
ID = "inc_0123456789abcdef0123"


def body(event_type: str, /, agent: object = None, client: object = None, **changed: object) -> bytes:
    whole = monitor.pagerduty(event_type, **changed)
    event = whole["event"]
    assert isinstance(event, dict)
    return json.dumps({"event": {**event, "agent": agent, "client": client}}).encode()


def read(event_type: str, /, **changed: object) -> Tiding:
    found = tiding(body(event_type, **changed))
    assert found is not None
    return found


@pytest.mark.parametrize("event_type", WORDS)
def test_every_word_names_its_incident_its_time_and_who_it_was(event_type: str) -> None:
    found = read(event_type, agent=ANA, incident_key="k")
    assert (found.word, found.ref, found.key, found.at) == (WORDS[event_type], "QORDERS1", "k", START)
    assert found.by == PagerPerson(id="PANA000", name="Ana")


@pytest.mark.parametrize(
    ("event_type", "data", "words"),
    [
        ("incident.annotated", {"content": "it is the disk"}, "it is the disk"),
        ("incident.priority_updated", {}, "P1"),
        ("incident.priority_updated", {"priority": None}, ""),
        ("incident.delegated", {}, "Shop"),
        ("incident.escalated", {"assignees": [{"summary": "Ana"}, {"summary": "Ben"}]}, "Ana, Ben"),
        ("incident.reassigned", {"assignees": None}, ""),
        ("incident.responder.added", {"user": {"summary": "Ben"}, "escalation_policy": None}, "Ben"),
        ("incident.responder.replied", {"user": {"summary": "Ben"}, "state": "accepted"}, "Ben: accepted"),
    ],
)
def test_what_it_says_besides(event_type: str, data: Mapping[str, object], words: str) -> None:
    assert read(event_type, **data).text == words


@pytest.mark.parametrize(
    ("into", "named"), [({"id": "QB", "summary": "[#7] Shop"}, "[#7] Shop"), ({"id": "QB"}, "QB"), (None, "")]
)
def test_what_was_merged_into_another_is_over_and_says_where_it_goes_on(into: object, named: str) -> None:
    reason = {"type": "merge_resolve_reason", "incident": into}
    found = read("incident.resolved", agent=ANA, resolve_reason=reason)
    assert (found.word, found.text) == (Word.MERGED, named)
    (alert,) = pagerduty.parse(body("incident.resolved", resolve_reason=reason))
    told = f"merged in PagerDuty into {named or 'another incident'}, where it goes on"
    assert (alert.status, alert.description) == (AlertStatus.RESOLVED, told)
    assert read("incident.reopened", resolve_reason=reason).word is Word.REOPENED


@pytest.mark.parametrize("agent", [None, "Ana", {"type": "user_reference"}, {"id": "PS", "type": "service_reference"}])
def test_what_no_person_did_is_nobody_s(agent: object) -> None:
    assert read("incident.acknowledged", agent=agent).by is None


def test_a_note_names_its_incident_one_level_deeper() -> None:
    found = read("incident.annotated", type="incident_note", id="PNOTE", content="x", incident={"id": "QOTHER1"})
    assert (found.word, found.ref, found.key) == (Word.NOTED, "QOTHER1", "")


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"event": 7}', b'{"event": {"event_type": "pagey.ping"}}'])
def test_anything_else_tells_nothing(raw: bytes) -> None:
    assert tiding(raw) is None


@pytest.mark.parametrize("event_type", pagerduty.STATUSES)
def test_an_incident_that_muster_had_made_is_never_an_alert(event_type: str) -> None:
    assert pagerduty.parse(body(event_type, incident_key=key_of(ID))) == ()
    assert pagerduty.parse(body(event_type, incident_key=key_of(ID, "ev_1"))) == ()
    assert pagerduty.parse(body(event_type, client={"name": "Muster"})) == ()
    assert len(pagerduty.parse(body(event_type, incident_key="muster-is-down", client={"name": "Muster"}))) == 1


def test_a_key_and_a_mark_are_known_again_and_nobody_else_s_is() -> None:
    assert incident_of(key_of(ID)) == incident_of(key_of(ID, "ev_1")) == ID
    assert [incident_of(each) for each in ("", "muster", "muster:inc_1", f"x{key_of(ID)}")] == [None] * 4
    assert own(marked("the disk is full", "ev_0123456789abcdef0123"))
    assert not own("[muster:ev_1] said somebody")


def test_the_team_s_priorities_say_how_bad_an_alert_is() -> None:
    raw = body("incident.triggered")
    delivery = Delivery(key="1", source="pagerduty", received_at=START, headers={}, body=raw)
    judged = [ParserTable(None, levels).parse(delivery)[0].severity for levels in ({}, {"P1": Severity.P0})]
    assert judged == ["P1", "P0"]
