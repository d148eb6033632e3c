"""Sentry's webhooks: issues, alert rules, metric alerts and the old plugin. Bodies are made here."""

import json
from datetime import timedelta

import pytest

from bot.sources.sentry import parse
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus
from tests.fakes.clock import START

FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
EVENT = {
    "event_id": "e1",
    "issue_id": 12,
    "title": "Boom",
    "level": "error",
    "culprit": "pay()",
    "project": 9,
    "environment": "production",
    "datetime": START.isoformat(),
    "web_url": "https://sentry.example/issues/12/",
    "tags": [["release", "4.2"], {"key": "browser", "value": "Fox"}, "odd"],
}
ISSUE = {
    "id": "12",
    "shortId": "SHOP-1",
    "title": "Boom",
    "level": "fatal",
    "project": {"slug": "shop"},
    "firstSeen": START.isoformat(),
    "permalink": "https://sentry.example/issues/12/",
}
METRIC = {"id": 7, "title": "Errors rise", "alert_rule": {"name": "Error rate"}, "projects": ["shop"], "status": 2}


def found(action: str, **data: object) -> tuple[Alert, ...]:
    return parse(json.dumps({"action": action, "data": data, "installation": {"uuid": "u"}}).encode())


def test_an_alert_rule_fires_and_its_issue_ends_it() -> None:
    (fired,) = found("triggered", event=EVENT, triggered_rule="Payments fail")
    assert (fired.key, fired.status, fired.title, fired.severity) == ("issue:12", FIRING, "Boom", "error")
    assert (fired.service, fired.starts_at) == (None, START), "Sentry's number of a project names nothing"
    assert fired.labels == {
        "release": "4.2",
        "browser": "Fox",
        "alertname": "Payments fail",
        "rule": "Payments fail",
        "environment": "production",
        "culprit": "pay()",
    }
    (ended,) = found("resolved", issue=ISSUE)
    assert (ended.key, ended.status) == (fired.key, RESOLVED)


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("created", FIRING),
        ("unresolved", FIRING),
        ("resolved", RESOLVED),
        ("assigned", None),
        ("archived", None),
        ("ignored", None),
    ],
)
def test_an_issue_is_an_alert_where_it_says_whether_something_is_broken(
    action: str, status: AlertStatus | None
) -> None:
    assert [each.status for each in found(action, issue=ISSUE)] == ([status] if status else [])


@pytest.mark.parametrize(
    ("told", "service"),
    [
        ({"project": 4505266709331968}, None),
        ({"project": "4505266709331968"}, None),
        ({"project": 9, "url": "https://sentry.example/api/0/projects/acme/shop/events/e/"}, "shop"),
        ({"project": {"id": 9, "slug": "shop"}}, "shop"),
        ({"project": "shop"}, "shop"),
    ],
)
def test_a_project_s_number_is_no_service(told: dict[str, object], service: str | None) -> None:
    (fired,) = found("triggered", event={**EVENT, **told}, triggered_rule="x")
    (older,) = parse(json.dumps({"id": "12", "project": told["project"], "event": {"title": "Boom"}}).encode())
    assert fired.service == service
    assert older.service == (None if "url" in told else service)


def test_an_issue_that_is_back_began_when_it_was_seen_again_and_not_when_it_was_first_seen() -> None:
    later = START + timedelta(days=40)
    issue = {**ISSUE, "lastSeen": later.isoformat()}
    (new,), (back,) = found("created", issue=issue), found("unresolved", issue=issue)
    assert (new.starts_at, back.starts_at, new.key) == (START, later, back.key)
    (unknown,) = found("unresolved", issue=ISSUE)
    assert unknown.starts_at is None


@pytest.mark.parametrize(
    ("action", "status", "severity"),
    [
        ("critical", FIRING, "critical"),
        ("open", FIRING, "open"),
        ("warning", FIRING, "warning"),
        ("resolved", RESOLVED, None),
    ],
)
def test_a_metric_alert_is_read_by_its_action(action: str, status: AlertStatus, severity: str | None) -> None:
    (alert,) = found(action, metric_alert=METRIC, description_text="50 errors", web_url="https://sentry.example/a/7")
    assert (alert.key, alert.status, alert.severity) == ("metric:7", status, severity)
    assert (alert.title, alert.service, alert.labels["alertname"]) == ("Error rate", "shop", "Error rate")


def test_a_metric_alert_is_called_by_its_rule_and_by_its_own_title_without_one() -> None:
    titles = [found("critical", metric_alert={**METRIC, **odd})[0].title for odd in ({}, {"alert_rule": None})]
    assert titles == ["Error rate", "Errors rise"]


def test_what_is_about_something_else_is_no_alert() -> None:
    for data in ({"comment": "hello"}, {"installation": {}}, {"error": {"issue_id": 1}}):
        assert found("created", **data) == ()
    assert parse(b"") == parse(b" \n") == ()


def test_a_null_beside_the_issue_hides_nothing() -> None:
    [alert] = found("created", issue=ISSUE, event=None, metric_alert=None)
    assert alert.status is FIRING


def test_the_old_plugin_only_fires() -> None:
    body = {
        "id": "12",
        "project": "shop",
        "culprit": "pay()",
        "level": "error",
        "message": "Boom",
        "url": "https://s.ex/12",
    }
    (alert,) = parse(json.dumps({**body, "event": {"timestamp": START.timestamp(), "tags": [["a", "b"]]}}).encode())
    assert (alert.key, alert.status, alert.title, alert.starts_at) == ("issue:12", FIRING, "Boom", START)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"data": {"issue": {}}, "action": "created"},
        {"data": {"metric_alert": {}}, "action": "critical"},
        {"data": None, "action": "triggered"},
    ],
)
def test_what_cannot_be_understood_is_said(body: object) -> None:
    with pytest.raises(Unreadable):
        parse(json.dumps(body).encode())
