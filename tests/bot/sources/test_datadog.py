"""Datadog's webhook: its default body, the recommended one, and templates of a team's own. Bodies are made here."""

import json

import pytest

from bot.sources.datadog import parse
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus
from tests.fakes.clock import START

SECONDS = int(START.timestamp())
RECOMMENDED = {
    "alert_transition": "Triggered",
    "alert_cycle_key": "c1",
    "alert_id": "160",
    "alert_scope": "service:shop",
    "alert_priority": "P2",
    "title": "[P2] [Triggered on {service:shop}] Errors",
    "text_only_msg": "too many",
    "tags": "monitor,service:shop,env:prod",
    "link": "https://app.datadoghq.example/e/1",
    "date_posix": str(SECONDS),
}


def one(body: object) -> Alert:
    (alert,) = parse(json.dumps(body).encode())
    return alert


def test_the_recommended_body_is_read_whole() -> None:
    assert one(RECOMMENDED) == Alert(
        source="datadog",
        key="c1",
        thing="160/service:shop@",
        status=AlertStatus.FIRING,
        title="Errors",
        description="too many",
        severity="P2",
        service="shop",
        group="monitor 160",
        starts_at=START,
        labels={"service": "shop", "env": "prod", "alertname": "Errors", "monitor": "160", "scope": "service:shop"},
        links={"datadog": "https://app.datadoghq.example/e/1"},
    )


def test_the_scope_of_the_default_body_is_labels_too() -> None:
    alert = one({"title": "[P1] [Triggered on {host:db1,env:prod}] Disk", "id": "1"})
    assert alert.labels == {"host": "db1", "env": "prod", "alertname": "Disk", "scope": "host:db1,env:prod"}


@pytest.mark.parametrize(
    ("title", "status", "severity"),
    [
        ("[Triggered] Errors", AlertStatus.FIRING, None),
        ("[P1] [Warn] Errors", AlertStatus.FIRING, "P1"),
        ("[No Data on {host:a}] Errors", AlertStatus.FIRING, None),
        ("[Re-Triggered on {host:a,host:b}] Errors", AlertStatus.FIRING, None),
        ("[Renotify] Errors", AlertStatus.FIRING, None),
        ("[TEST] [Triggered] Errors", AlertStatus.FIRING, None),
        ("[P1] [Recovered] Errors", AlertStatus.RESOLVED, "P1"),
    ],
)
def test_the_default_body_says_it_in_its_title(title: str, status: AlertStatus, severity: str | None) -> None:
    alert = one({"id": "1", "last_updated": str(SECONDS * 1000), "title": title, "body": "%%%\ntoo many\n%%%"})
    assert (alert.title, alert.status, alert.severity, alert.description) == ("Errors", status, severity, "too many")


def test_trigger_and_recovery_of_one_scope_share_a_key_and_two_scopes_do_not() -> None:
    def key(word: str, scope: str) -> str:
        return one({"monitor_id": 5, "title": f"[{word} on {{{scope}}}] Errors"}).key

    assert key("Triggered", "host:a") == key("Recovered", "host:a") != key("Triggered", "host:b")


def test_a_repetition_does_not_say_when_it_began() -> None:
    assert one(RECOMMENDED | {"alert_transition": "Re-Triggered"}).starts_at is None
    assert one(RECOMMENDED | {"alert_transition": "Recovered"}).ends_at == START


def test_a_teams_own_names_and_unfilled_variables_are_read_as_what_they_are() -> None:
    body = {
        "$ALERT_TRANSITION": "Recovered",
        "alertCycleKey": "$ALERT_CYCLE_KEY",
        "monitorId": 5,
        "eventTitle": "Errors",
        "tags": ["service:shop", "odd", None],
    }
    alert = one(body)
    assert (alert.status, alert.key, alert.title, alert.service) == (AlertStatus.RESOLVED, "5/", "Errors", "shop")


def test_what_datadog_writes_as_null_is_not_said() -> None:
    said = {"alert_transition": "Triggered", "alert_id": "7", "alert_scope": "null", "alert_priority": "null"}
    (alert,) = parse(json.dumps({**said, "title": "[P3] [Triggered on {host:a}] Slow", "link": "null"}).encode())
    assert (alert.severity, alert.key, alert.links) == ("P3", "7/host:a", {})


def default(title: str, monitor: int, group: str = "") -> Alert:
    at = f"https://app.datadoghq.example/monitors/{monitor}?group={group}&event_id={len(title)}"
    foot = f"[[Monitor Status]({at})] · [[Edit Monitor](https://app.datadoghq.example/monitors/{monitor}/edit)]"
    return one({"id": "1", "title": title, "body": f"%%%\nsee https://x.example/monitors/9\n- - -\n\n{foot}\n%%%"})


def test_the_line_below_the_default_body_names_the_monitor_its_group_and_where_to_look() -> None:
    fired = default("[Triggered] Disk of a full", 5, "host%3Aa%2Cenv%3Aprod")
    assert (fired.key, fired.group, fired.labels["host"]) == ("5/host:a,env:prod", "monitor 5", "a")
    assert fired.links["datadog"].startswith("https://app.datadoghq.example/monitors/5?")
    over = default("[Recovered] Disk of a has space again", 5, "host%3Aa%2Cenv%3Aprod")
    assert (over.key, over.status) == (fired.key, AlertStatus.RESOLVED), "its words may differ at the end"
    assert default("[Triggered] Disk of a full", 6).key == "6/", "another monitor of the same name"
    assert default("[Triggered on {host:b}] Disk", 5).key == "5/host:b"


@pytest.mark.parametrize("link", ["https://[/monitors/5", "https://x.example/monitors/", "http://x/monitors/5", ""])
def test_a_line_below_the_body_that_is_none_leaves_the_title(link: str) -> None:
    alert = one({"title": "[Triggered] Slow", "body": f"[[Monitor Status]({link})]"})
    assert (alert.title, alert.links) == ("Slow", {})


def test_variables_that_a_template_puts_into_tables_are_read() -> None:
    inner = {"alert_id": "160", "alert_transition": "Recovered", "alert_scope": ""}
    body = {"title": "[P3] [Recovered] Shop", "alert": inner, "event": {"event_url": "https://dd.example/e/1"}}
    alert = one(body)
    assert (alert.key, alert.status, alert.links) == (
        "160/",
        AlertStatus.RESOLVED,
        {"datadog": "https://dd.example/e/1"},
    )
    assert one({**body, "alert_transition": "Triggered", "alert_id": 7}).key == "7/", "what stands outside counts more"


def test_brackets_that_belong_to_the_title_stay() -> None:
    assert one({"title": "[Triggered] [shop] Errors"}).title == "[shop] Errors"


@pytest.mark.parametrize("body", [{}, {"title": "Errors"}, {"alert_transition": "Triggered"}])
def test_what_says_no_state_or_names_no_monitor_is_kept_with_the_reason(body: object) -> None:
    with pytest.raises(Unreadable, match=r"docs/monitors\.md"):
        parse(json.dumps(body).encode())
