"""A secret that a monitor lets slip reaches no title, no label, no link and no reason; the raw body alone has it."""

import json

import pytest

from bot.redaction.redactor import Redactor
from bot.sources.table import ParserTable
from commands.outage import Unreadable
from incident.alert import Alert, Delivery
from tests.fakes.clock import START

# Put together here, so that nobody who looks for secrets in this file finds one.
TOKEN = "gh" + "p_" + "a1B2" * 9
KNOWN = "correct-horse-battery"


def delivery(source: str, body: object) -> Delivery:
    return Delivery(key="d1", source=source, received_at=START, headers={}, body=json.dumps(body).encode())


def parsed(source: str, body: object) -> Alert:
    (alert,) = ParserTable(hide=Redactor([KNOWN]).clean).parse(delivery(source, body))
    return alert


@pytest.mark.parametrize("secret", [TOKEN, KNOWN])
def test_it_is_hidden_wherever_it_stands(secret: str) -> None:
    body = {
        "title": f"Login with {secret} fails",
        "status": "firing",
        "id": f"login/{secret}",
        "description": f"curl -H 'Authorization: Bearer {secret}'",
        "service": secret,
        "severity": secret,
        "labels": {"header": secret, "team": "shop"},
        "link": f"https://shop.example/?with={secret}",
    }
    alert = parsed("generic", body)
    assert secret not in str(alert)
    assert (alert.title, alert.key) == ("Login with [redacted] fails", "login/[redacted]")
    assert (alert.labels["team"], alert.links) == ("shop", {}), "an address without its secret leads nowhere"
    assert parsed("generic", {**body, "status": "resolved"}).key == alert.key, "its end is still its end"


def test_a_reason_for_a_dead_letter_does_not_hold_it_either() -> None:
    with pytest.raises(Unreadable, match=r"the state “\[redacted\]” is not known"):
        ParserTable().parse(delivery("generic", {"title": "Slow", "status": TOKEN}))


def test_a_note_in_pagerduty_is_told_without_it() -> None:
    incident = {"id": "PQ1", "type": "incident_reference"}
    data = {"id": "N", "type": "incident_note", "content": f"try {TOKEN}", "incident": incident}
    told = ParserTable().tiding(delivery("pagerduty", {"event": {"event_type": "incident.annotated", "data": data}}))
    assert told is not None
    assert told.text == "try [redacted]"


@pytest.mark.parametrize(
    "title", ["Basic authentication fails", "Basic Connectivity is lost", "42 tokens: 7 left", "Secrets store is away"]
)
def test_words_about_secrets_stay(title: str) -> None:
    assert parsed("generic", {"title": title, "status": "firing"}).title == title


@pytest.mark.parametrize(
    ("source", "body"),
    [
        ("alertmanager", {"alerts": [{"fingerprint": "LONG", "startsAt": START.isoformat()}]}),
        ("cloudwatch", {"AlarmName": "LONG", "NewStateValue": "ALARM"}),
        ("datadog", {"alert_transition": "Triggered", "alert_id": 7, "scope": "LONG", "alert_cycle_key": "LONG"}),
        ("generic", {"title": "Slow", "status": "down", "id": "LONG"}),
        ("grafana", {"ruleId": "LONG", "state": "alerting"}),
        ("opsgenie", {"action": "Create", "alert": {"alias": "LONG"}}),
        ("pagerduty", {"event": {"event_type": "incident.triggered", "data": {"id": "LONG"}}}),
        ("sentry", {"action": "created", "data": {"issue": {"id": "LONG"}}}),
        ("statuspage", {"component": {"id": "LONG", "status": "major_outage"}}),
        ("uptimerobot", {"alertType": 1, "monitorID": "LONG"}),
    ],
)
def test_a_name_is_never_longer_than_a_store_looks_up_and_still_tells_two_apart(source: str, body: object) -> None:
    """One such alert, and no transaction with it in it could be saved: PostgreSQL took them for ever as an outage."""
    written = json.dumps(body)
    one, other, short = (parsed(source, json.loads(written.replace("LONG", each))) for each in ("ü" * 9000, "x", "x"))
    twin = parsed(source, json.loads(written.replace("LONG", "ü" * 9000)))
    assert max(map(len, one.names)) < 600
    assert one.key == twin.key != other.key == short.key
    if source != "pagerduty":
        longer = parsed(source, json.loads(written.replace("LONG", "ü" * 8999 + "x")))
        assert longer.key != one.key
