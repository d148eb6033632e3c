"""PagerDuty's V3 webhooks: who signed them, which request they are, and what each event means. Bodies are made here."""

import hashlib
import hmac
import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.admission import Request
from bot.sources.pagerduty import OLDEST, admitted, parse, request_key, signed
from commands.outage import Unreadable
from incident import severity
from incident.alert import Alert, AlertStatus
from incident.digest import digest
from incident.severity import Severity
from tests.fakes import monitor
from tests.fakes.clock import START

SECRET, NEXT_SECRET = "first-s3cret", "second-s3cret"


def body(event_type: str = "incident.triggered", /, **changed: object) -> bytes:
    """A body about one incident of ours; a field of the incident that is given as None is null, as PagerDuty has it."""
    return json.dumps(monitor.pagerduty(event_type, **changed)).encode()


def one(event_type: str = "incident.triggered", /, **changed: object) -> Alert:
    (alert,) = parse(body(event_type, **changed))
    return alert


def signature(raw: bytes, secret: str = SECRET) -> str:
    return "v1=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest()


def knock(raw: bytes, header: str, at: datetime = START) -> Request:
    return Request(headers={"X-PagerDuty-Signature": header}, body=raw, at=at)


# What it means.


def test_a_triggered_incident_is_read_whole() -> None:
    assert one() == Alert(
        source="pagerduty",
        key="QORDERS1",
        status=AlertStatus.FIRING,
        title="Orders stand still",
        severity="P1",
        service="Checkout",
        starts_at=START,
        labels={
            "alertname": "Orders stand still",
            "service": "Checkout",
            "priority": "P1",
            "urgency": "high",
            "escalation_policy": "Shop",
            "number": "1207",
        },
        links={
            "pagerduty": "https://shop.pagerduty.example/incidents/QORDERS1",
            "bridge": "https://meet.example/orders",
        },
    )


@pytest.mark.parametrize(
    ("event_type", "status"),
    [
        ("incident.triggered", AlertStatus.FIRING),
        ("incident.reopened", AlertStatus.FIRING),
        ("incident.unacknowledged", AlertStatus.FIRING),
        ("incident.resolved", AlertStatus.RESOLVED),
    ],
)
def test_the_event_says_whether_it_is_broken_whatever_the_incidents_own_status_says(
    event_type: str, status: AlertStatus
) -> None:
    alert = one(event_type, status="acknowledged")
    assert (alert.status, alert.key) == (status, one().key)


@pytest.mark.parametrize(
    "event_type",
    [
        "incident.acknowledged", "incident.annotated", "incident.delegated", "incident.escalated",
        "incident.priority_updated", "incident.reassigned", "incident.responder.added",
        "incident.status_update_published", "incident.workflow.completed", "service.updated", "pagey.ping",
        "incident.invented_tomorrow",
    ],
)  # fmt: skip
def test_what_changes_nothing_in_what_is_broken_is_no_alert(event_type: str) -> None:
    assert parse(body(event_type)) == ()


def test_a_ping_and_an_event_without_data_are_no_alerts() -> None:
    ping = {"event": {"id": "1", "event_type": "pagey.ping", "data": {"message": "Hello", "type": "ping"}}}
    assert parse(json.dumps(ping).encode()) == ()
    assert parse(b'{"event": {"event_type": "service.deleted", "data": null}}') == ()


def test_an_incident_that_a_forwarder_nested_once_more_is_found() -> None:
    plain = monitor.pagerduty()["event"]
    assert isinstance(plain, dict)
    nested = {"event": {**plain, "data": {"type": "incident", "incident": plain["data"]}}}
    assert parse(json.dumps(nested).encode()) == (one(),)


def test_without_an_id_the_incident_key_tells_which_it_is_and_without_either_nothing_does() -> None:
    assert one(id=None, incident_key="orders/eu").key == "orders/eu"
    with pytest.raises(Unreadable, match="names no incident"):
        one(id=None, incident_key=None)


@pytest.mark.parametrize(
    ("priority", "urgency", "level"),
    [
        ({"summary": "P2"}, "high", Severity.P2),
        ({"summary": "SEV-1"}, "low", Severity.P1),
        ({"name": "P3"}, "high", Severity.P3),
        (None, "high", Severity.P1),
        (None, "low", Severity.P3),
        ({"summary": "Blocker"}, "high", Severity.P1),
        ({"summary": "Blocker"}, None, None),
        (None, None, None),
        ("P1", None, None),
    ],
)
def test_the_priority_is_the_severity_and_where_there_is_none_the_urgency(
    priority: object, urgency: str | None, level: Severity | None
) -> None:
    assert severity.of_word(one(priority=priority, urgency=urgency).severity) is level


def test_times_are_those_that_were_given_and_never_guessed() -> None:
    assert one(created_at="2026-03-14T10:00:00+01:00").starts_at == datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
    assert (one("incident.reopened").starts_at, one().ends_at) == (None, None)
    resolved = one("incident.resolved")
    assert (resolved.starts_at, resolved.ends_at) == (None, START)


@pytest.mark.parametrize(
    "missing", ["priority", "service", "conference_bridge", "escalation_policy", "title", "number"]
)
def test_what_is_null_is_unknown_and_loses_nothing_else(missing: str) -> None:
    alert = one(**{missing: None})
    assert (alert.key, alert.status) == ("QORDERS1", AlertStatus.FIRING)
    assert alert.title


def test_only_addresses_that_can_be_followed_are_links() -> None:
    assert one(html_url="/incidents/1", conference_bridge={"conference_number": 41}).links == {}


def test_the_webhooks_of_before_are_said_to_be_so() -> None:
    with pytest.raises(Unreadable, match="V3 subscription"):
        parse(b'{"messages": [{"event": "incident.trigger", "incident": {"id": "Q1"}}]}')


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"event": null}', b'{"event": []}', b"\xff", b"[" * 100_000])
def test_what_is_no_event_is_refused_in_one_sentence(raw: bytes) -> None:
    with pytest.raises(Unreadable) as refused:
        parse(raw)
    assert 0 < len(str(refused.value)) < 100


# Who sent it.


def test_a_known_signature_is_the_right_one() -> None:
    """Worked out once with openssl, so that this test does not repeat the code."""
    raw = b'{"event":{"id":"01TEST","event_type":"incident.triggered"}}'
    right = "v1=6462eba6ae6b68e510637dcb9a435bfa486d75166505f44a523e81e73d6398b4"
    assert signed(raw, right, ["muster-test-secret"])
    assert not signed(raw + b" ", right, ["muster-test-secret"])
    assert not signed(raw, right, ["muster-test-secret2"])


@pytest.mark.parametrize("secrets", [[SECRET], [NEXT_SECRET], [NEXT_SECRET, SECRET]])
def test_while_a_secret_is_replaced_either_side_may_be_ahead(secrets: list[str]) -> None:
    raw = body()
    assert signed(raw, f"{signature(raw)}, {signature(raw, NEXT_SECRET)}", secrets)


@pytest.mark.parametrize(
    "header",
    [
        "",
        "v1=",
        ",",
        "v1",
        signature(b"another body"),
        signature(body(), "another secret"),
        signature(body()).removeprefix("v1="),
        signature(body()).replace("v1=", "v0="),
        signature(body())[:-1],
        signature(body(), ""),
        "v1=caf\u00e9",
        "v1=\udcff",
    ],
)
def test_any_other_signature_is_none(header: str) -> None:
    assert not signed(body(), header, [SECRET, ""])
    assert not signed(body(), header, [])


def test_it_is_the_raw_bytes_that_are_signed() -> None:
    raw = body()
    assert not signed(json.dumps(json.loads(raw), indent=1).encode(), signature(raw), [SECRET])


def test_an_event_that_pagerduty_would_no_longer_be_sending_is_stale() -> None:
    raw = body()
    assert admitted(knock(raw, signature(raw), START + OLDEST), [SECRET])
    assert not admitted(knock(raw, signature(raw), START + OLDEST + timedelta(seconds=1)), [SECRET])


# Which request it is.


def test_the_signed_event_tells_requests_apart_and_no_header_can() -> None:
    first = request_key(knock(body(), "a"))
    again = Request(headers={"X-Webhook-Id": "another"}, body=body(title="Other words"), at=START + timedelta(hours=9))
    assert request_key(again) == first == "01MUSTERTRIGGERED"
    assert request_key(knock(body("incident.resolved"), "a")) != first


@pytest.mark.parametrize("odd", ["", "a b", "x" * 65, "../x", None, 7.5])
def test_an_event_with_an_odd_id_has_no_number(odd: object) -> None:
    assert request_key(knock(json.dumps({"event": {"id": odd}}).encode(), "")) is None


# Whatever comes.

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
fields = ("id", "incident_key", "title", "priority", "urgency", "service", "html_url", "conference_bridge", "incident")


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(fields), anything), st.binary(max_size=60))
def test_no_value_is_so_odd_that_it_breaks_the_reading(changed: Mapping[str, object], raw: bytes) -> None:
    with suppress(Unreadable):
        for alert in parse(body("incident.triggered", **changed)):
            digest({"title": alert.title, "key": alert.key, "labels": dict(alert.labels), "links": dict(alert.links)})
    with suppress(Unreadable):
        parse(raw)
    assert not admitted(knock(raw, signature(raw, "other")), [SECRET])
    request_key(knock(raw, ""))
