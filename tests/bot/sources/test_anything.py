"""Nothing that anybody sends crashes a parser: it is alerts, or a sentence, whatever monitor it says it is."""

import json
import re
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources import changes
from bot.sources.admission import Request
from bot.sources.table import SOURCES
from bot.web import alerts
from commands.outage import Unreadable
from incident.alert import Alert, Delivery

NAMES = st.sampled_from(
    re.findall(
        r"\S+",
        """
        alerts status labels annotations startsAt fingerprint orgId ruleId state Records Sns Type Message AlarmName
        NewStateValue Trigger Metrics MetricStat detail-type detail resources action data event issue metric_alert tags
        title alert_transition monitor_id alert alias createdAt priority incident component_update new_status id
        incident_updates components alertType monitorID project timestamp metadata message check_id
        """,
    )
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**24), 10**24)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(
        ["firing", "ALARM", "triggered", "Notification", "created", "1", "999999999999999999999", "\ud800"]
    ),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=5), inner, max_size=6),
    max_leaves=30,
)


@pytest.mark.parametrize("name", SOURCES)
@settings(max_examples=150, deadline=None)
@given(body=st.dictionaries(NAMES, VALUES, max_size=8) | VALUES)
def test_any_json_is_alerts_or_a_sentence(name: str, body: object) -> None:
    found: tuple[Alert, ...] = ()
    with suppress(Unreadable):
        found = SOURCES[name].parse(json.dumps(body).encode())
    for alert in found:
        assert alert.source == name
        assert alert.key
        assert alert.title
        assert all(address.startswith("http") for address in alert.links.values())
        assert all(at is None or at.tzinfo is UTC for at in (alert.starts_at, alert.ends_at))
        (alert.key + alert.title + alert.description).encode()
        assert alert.starts_at is None or alert.starts_at > datetime(1970, 1, 2, tzinfo=UTC)


@pytest.mark.parametrize("name", SOURCES)
@pytest.mark.parametrize("body", [b"\x00\xff", b"[" * 5000, b'{"a":' * 5000, b"null", b'"text"', b"a=1&b=2"])
def test_what_is_no_json_object_is_a_sentence(name: str, body: bytes) -> None:
    with pytest.raises(Unreadable):
        SOURCES[name].parse(body)


def test_a_link_s_scheme_is_in_small_letters() -> None:
    body = {"monitorID": "7", "alertType": "1", "monitorURL": "HTTPS://Shop.example/A"}
    (alert,) = SOURCES["uptimerobot"].parse(json.dumps(body).encode())
    assert alert.links == {"monitored": "https://Shop.example/A"}


def test_what_steers_a_terminal_is_left_out_of_a_title() -> None:
    labels = {"alertname": "Disk\x1b]0;gone\x07 \x1b[2Jfull\x9b1m\u202e\u2066"}
    body = {"alerts": [{"status": "firing", "labels": labels, "annotations": {"description": "one\n\ttwo"}}]}
    (alert,) = SOURCES["alertmanager"].parse(json.dumps(body).encode())
    assert alert.title == "Disk]0;gone [2Jfull1m"
    assert alert.description == "one\n\ttwo"


@pytest.mark.parametrize(
    ("name", "kept"),
    [*((each, alerts.delivery_of) for each in SOURCES), *((each, changes.delivery_of) for each in changes.TELLERS)],
)
def test_a_header_that_is_no_text_can_be_stored(name: str, kept: Callable[[str, Request], Delivery]) -> None:
    keys = ("Idempotency-Key", "Request-ID", "X-Webhook-Id", "X-GitHub-Delivery", "X-Amz-Sns-Message-Id")
    odd = dict.fromkeys((*keys, *alerts.KEPT_HEADERS), "a\udcff\udcfe")
    delivery = kept(name, Request(headers=odd, body=b"{}", at=datetime.now(UTC)))
    delivery.key.encode()
    assert {header: text.encode() for header, text in delivery.headers.items()}["User-Agent"] == b"a??"
