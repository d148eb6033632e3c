"""Grafana's webhook: unified alerting, and the dashboard alerts of before. Bodies are made here."""

import json
from datetime import timedelta

import pytest

from bot.sources.grafana import parse
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus
from tests.fakes.clock import START


def entry(**changed: object) -> dict[str, object]:
    return {
        "status": "firing",
        "labels": {"alertname": "Orders slow", "service": "shop", "severity": "critical"},
        "annotations": {"summary": "Orders take 9 s", "runbook_url": "https://wiki.example/orders"},
        "startsAt": START.isoformat(),
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": "f1",
        "values": None,
        "dashboardURL": "https://grafana.example/d/1",
        "panelURL": "",
        "silenceURL": "https://grafana.example/silence",
        "generatorURL": "?orgId=1",
    } | changed


def one(organisation: object = 7, **changed: object) -> Alert:
    body = {"version": "1", "orgId": organisation, "receiver": "muster", "groupKey": "g", "alerts": [entry(**changed)]}
    (alert,) = parse(json.dumps({**body, "state": "ok", "title": "[RESOLVED]"}).encode())
    return alert


def test_an_alert_is_read_whole_and_the_deprecated_entries_beside_it_are_not() -> None:
    assert one() == Alert(
        source="grafana",
        key=f"7/f1@{START.isoformat()}",
        thing="7/f1@",
        status=AlertStatus.FIRING,
        title="Orders take 9 s",
        severity="critical",
        service="shop",
        group="g/muster",
        starts_at=START,
        labels={"alertname": "Orders slow", "service": "shop", "severity": "critical"},
        links={
            "dashboard": "https://grafana.example/d/1",
            "silence": "https://grafana.example/silence",
            "runbook": "https://wiki.example/orders",
        },
    )


@pytest.mark.parametrize(
    ("told", "title"),
    [
        ({"title": "[RESOLVED:1]  (TestAlert Grafana)", "message": "x"}, "(TestAlert Grafana)"),
        ({"title": "[FIRING:2, RESOLVED:1]", "message": "Webhook test message.\nx"}, "Webhook test message."),
        ({"title": None}, "An alert without a name"),
    ],
)
def test_an_alert_without_labels_is_called_as_its_body_is(told: dict[str, object], title: str) -> None:
    (alert,) = parse(json.dumps({"alerts": [entry(labels={}, annotations={})], **told}).encode())
    assert alert.title == title


def test_open_telemetry_s_name_of_a_service_goes_before_a_job() -> None:
    assert one(labels={"alertname": "Slow", "service_name": "shop", "job": "collector"}).service == "shop"
    assert one(labels={"service": "web", "service_name": "shop"}).service == "web"


@pytest.mark.parametrize("name", ["DatasourceNoData", "DatasourceError"])
def test_what_has_no_data_or_fails_is_called_by_its_rule_as_well(name: str) -> None:
    assert one(annotations={}, labels={"alertname": name, "rulename": "Orders slow"}).title == f"{name}: Orders slow"
    assert one(annotations={}, labels={"alertname": name}).title == name
    assert one(annotations={}, labels={"alertname": "Slow", "rulename": "Orders slow"}).title == "Slow"


def test_its_end_has_the_same_key_and_another_organisation_has_another() -> None:
    ended = one(status="resolved", endsAt=(START + timedelta(minutes=3)).isoformat())
    assert (ended.status, ended.key, ended.ends_at) == (AlertStatus.RESOLVED, one().key, START + timedelta(minutes=3))
    assert one(8).key != one().key


def test_without_a_fingerprint_the_labels_name_it() -> None:
    assert one(fingerprint=None).key == one(fingerprint="").key
    assert one(fingerprint=None, labels={"alertname": "Other"}).key != one(fingerprint=None).key


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("alerting", AlertStatus.FIRING),
        ("ok", AlertStatus.RESOLVED),
        ("no_data", None),
        ("paused", None),
        ("pending", None),
    ],
)
def test_an_alert_of_a_dashboard_fires_and_resolves(state: str, status: AlertStatus | None) -> None:
    body = {"ruleId": 3, "ruleName": "CPU", "ruleUrl": "https://grafana.example/d/9", "state": state, "message": "hot"}
    found = parse(json.dumps(body).encode())
    assert [(each.key, each.status, each.title) for each in found] == (
        [("grafana.example/3", status, "CPU")] if status else []
    )


@pytest.mark.parametrize("body", [{}, {"alerts": ["odd"]}, {"ruleId": 3, "state": "melting"}])
def test_what_cannot_be_understood_is_said(body: object) -> None:
    with pytest.raises(Unreadable):
        parse(json.dumps(body).encode())
