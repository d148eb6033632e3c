"""How monitors show that they are the ones: tokens in every way they can be sent, and signatures over body and time."""

import base64
import hashlib
import hmac
from collections.abc import Mapping

import pytest

from bot.sources import generic, grafana, sentry
from bot.sources.admission import Request, shared
from tests.fakes.clock import START

BODY = b'{"a": 1}'
SECRETS = ("old-secret", "new-secret")
NOW = str(int(START.timestamp()))
LATE = str(int(START.timestamp()) - 301)


def knock(headers: Mapping[str, str] | None = None, query: Mapping[str, str] | None = None) -> Request:
    return Request(headers=headers or {}, body=BODY, at=START, query=query or {})


def signature(content: bytes = BODY, secret: str = "new-secret") -> str:
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def timed(seconds: str, secret: str = "new-secret") -> str:
    return signature(seconds.encode() + b":" + BODY, secret)


def basic(text: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(text.encode()).decode()}


@pytest.mark.parametrize(
    ("request_", "admitted"),
    [
        (knock({"Authorization": "Bearer new-secret"}), True),
        (knock(basic("muster:old-secret")), True),
        (knock(basic("new-secret:")), False),
        (knock({"Authorization": "Basic %%%"}), False),
        (knock({"X-Muster-Token": "new-secret"}), True),
        (knock(query={"token": "new-secret"}), True),
        (knock(query={"token": ""}), False),
        (knock(), False),
        (knock({"X-Muster-Token": "sécret"}), False),
    ],
)
def test_a_token_is_taken_in_each_way_that_a_monitor_can_send_it(request_: Request, admitted: bool) -> None:
    assert shared(request_, SECRETS) is admitted
    assert not shared(request_, ())


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({grafana.SIGNATURE: signature()}, True),
        ({grafana.SIGNATURE: signature(secret="old-secret")}, True),
        ({grafana.SIGNATURE: signature(secret="other")}, False),
        ({grafana.SIGNATURE: timed(NOW), "X-Any-Name": NOW}, True),
        ({grafana.SIGNATURE: timed(LATE), "X-Any-Name": LATE}, False),
        ({grafana.SIGNATURE: timed(NOW), "X-Any-Name": LATE}, False),
        ({grafana.SIGNATURE: "é" * 64}, False),
        ({"Authorization": "Bearer new-secret"}, True),
        ({grafana.SIGNATURE: "wrong", "Authorization": "Bearer new-secret"}, False),
        ({}, False),
    ],
)
def test_grafana_signs_its_body_and_where_it_is_told_to_its_time(headers: dict[str, str], admitted: bool) -> None:
    assert grafana.admitted(knock(headers), SECRETS) is admitted


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({"Sentry-Hook-Signature": signature()}, True),
        ({"sentry-app-signature".title(): signature()}, True),
        ({"Sentry-Hook-Signature": signature(b"{}")}, False),
        ({}, False),
    ],
)
def test_sentry_signs_its_body(headers: dict[str, str], admitted: bool) -> None:
    assert sentry.admitted(knock(headers), SECRETS) is admitted


@pytest.mark.parametrize(
    ("headers", "admitted"),
    [
        ({"X-Signature": timed(NOW), "X-Timestamp": NOW}, True),
        ({"X-Signature": "sha256=" + timed(NOW), "X-Timestamp": NOW}, True),
        ({"X-Signature": timed(LATE), "X-Timestamp": LATE}, False),
        ({"X-Signature": signature()}, False),
        ({"X-Signature": timed("9" * 30), "X-Timestamp": "9" * 30}, False),
        ({"Authorization": "Bearer old-secret"}, True),
        ({}, False),
    ],
)
def test_a_sender_of_any_kind_signs_time_and_body_or_sends_a_token(headers: dict[str, str], admitted: bool) -> None:
    assert generic.admitted(knock(headers), SECRETS) is admitted


def test_a_senders_own_key_tells_its_requests_apart() -> None:
    keyed = [generic.request_key(knock({"Idempotency-Key": key})) for key in ("one", "one", "two")]
    assert keyed[0] == keyed[1] != keyed[2]
    assert sentry.request_key(knock({"Request-ID": "a"})) != sentry.request_key(knock({"Request-ID": "b"}))
