"""Any monitor that posts JSON: by the usual names, or by a team's own map. Bodies are made here."""

import json
from datetime import timedelta

import pytest

from bot.sources.generic import Mapped, expression, parse
from commands.outage import Unreadable
from incident.alert import AlertStatus
from tests.fakes.clock import START

FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
SECONDS = int(START.timestamp())
BEGAN = START - timedelta(minutes=10)


def found(body: object, mapped: Mapped | None = None) -> list[tuple[str, str, AlertStatus]]:
    return [(each.key, each.title, each.status) for each in parse(json.dumps(body).encode(), mapped)]


@pytest.mark.parametrize(
    "body",
    [
        {"id": 7, "title": "Shop", "status": "firing"},
        {"check_id": 7, "check_name": "Shop", "current_state": "DOWN"},
        {"event_id": "7", "name": "Shop", "event_status": "PROBLEM"},
        {"uid": 7, "subject": "Shop", "state": "ACTIVATED"},
        {"event_id": "7", "event_name": "Shop", "trigger_status": "PROBLEM", "event_severity": "High"},
        {"event_id": "7", "event_name": "Shop", "event_value": "1", "host_name": "db1"},
        {"alertId": 7, "alertName": "Shop", "currentState": "ALARM"},
        {"Name": "Shop", "Status": "Down", "ID": "7", "URL": "https://shop.example", "StatusCode": "500"},
        {"PID": "-77_1V2", "ProblemID": "7", "ProblemTitle": "Shop", "State": "OPEN", "ProblemSeverity": "ERROR"},
        {"alert_uid": "7", "title": "Shop", "state": "alerting", "link_to_upstream_details": "https://x.example"},
        {"payload": {"id": 7, "title": "Shop", "status": "open"}},
        {"data": {"alerts": [{"id": 7, "title": "Shop", "status": "critical"}]}},
        [{"id": 7, "title": "Shop", "status": "1"}],
    ],
)
def test_the_usual_names_and_words_are_known(body: object) -> None:
    assert found(body) == [("7", "Shop", FIRING)]


def test_a_name_as_most_write_it_goes_before_the_same_in_other_letters() -> None:
    assert found({"Status": "up", "title": "Shop", "status": "down", "Id": 8, "id": 7}) == [("7", "Shop", FIRING)]
    mapped = Mapped(expressions={"title": "AlertName", "state": "Verdict"}, states={"bad": FIRING})
    assert found({"AlertName": "Shop", "Verdict": "bad"}, mapped) == [("Shop", "Shop", FIRING)]


def test_down_and_up_in_one_body_keep_their_order_and_one_odd_entry_loses_nothing() -> None:
    body = [{"id": 7, "title": "Shop", "status": "DOWN"}, {"odd": 1}, None, {"id": 7, "title": "Shop", "status": "UP"}]
    assert found(body) == [("7", "Shop", FIRING), ("7", "Shop", RESOLVED)]


@pytest.mark.parametrize("at", [SECONDS, str(SECONDS), SECONDS * 1000, SECONDS * 10**9, START.isoformat()])
def test_times_are_read_by_their_size(at: object) -> None:
    (alert,) = parse(json.dumps({"title": "Shop", "status": "up", "timestamp": at}).encode())
    assert alert.ends_at == START


ENDS: dict[str, dict[str, object]] = {
    "google": {
        "incident": {
            "incident_id": "g",
            "state": "closed",
            "condition_name": "CPU",
            "started_at": SECONDS - 600,
            "ended_at": SECONDS,
        }
    },
    "new relic": {
        "id": "n",
        "title": "Slow",
        "state": "CLOSED",
        "issueUrl": "https://nr.example/1",
        "createdAt": (SECONDS - 600) * 1000,
        "updatedAt": SECONDS * 1000,
    },
    "azure": {
        "schemaId": "azureMonitorCommonAlertSchema",
        "data": {
            "essentials": {
                "alertRule": "Slow",
                "monitorCondition": "Resolved",
                "firedDateTime": BEGAN.isoformat(),
                "resolvedDateTime": START.isoformat(),
            }
        },
    },
    "updown": {
        "event": "check.up",
        "time": START.isoformat(),
        "check": {"url": "https://shop.example"},
        "downtime": {"started_at": BEGAN.isoformat(), "ended_at": START.isoformat()},
    },
    "its end is not said": {"title": "Slow", "state": "ok", "started_at": SECONDS - 600, "timestamp": SECONDS},
}


@pytest.mark.parametrize("body", ENDS.values(), ids=ENDS)
def test_when_an_outage_began_is_not_taken_for_its_end(body: dict[str, object]) -> None:
    (alert,) = parse(json.dumps(body).encode())
    assert (alert.status, alert.starts_at, alert.ends_at) == (RESOLVED, BEGAN, START)


def test_the_time_of_a_team_s_map_is_when_the_state_began() -> None:
    mapped = Mapped(expressions={"time": "at"})
    body = {"title": "Slow", "state": "down", "at": SECONDS, "started_at": SECONDS - 600}
    (down,), (up,) = (parse(json.dumps({**body, "state": each}).encode(), mapped) for each in ("down", "up"))
    assert (down.starts_at, up.starts_at, up.ends_at) == (START, BEGAN, START)


def test_a_teams_map_goes_before_the_usual_names() -> None:
    mapped = Mapped(
        expressions={"items": "results", "title": "probe.name", "state": "verdict", "key": "probe.id"},
        states={"Broken": FIRING, "OPEN": RESOLVED},
    )
    body = {
        "results": [
            {"probe": {"name": "Shop", "id": 7}, "verdict": "BROKEN", "status": "ok", "severity": "P1"},
            {"probe": {"name": "Pay", "id": 8}, "verdict": "open"},
        ]
    }
    assert found(body, mapped) == [("7", "Shop", FIRING), ("8", "Pay", RESOLVED)]


def test_an_expression_that_does_not_fit_a_body_leaves_the_usual_names() -> None:
    assert found({"title": "Shop", "status": "down"}, Mapped(expressions={"title": "join(',', title)"})) == [
        ("Shop", "Shop", FIRING)
    ]


def test_an_expression_that_is_none_is_refused_when_it_is_read() -> None:
    assert expression("a.b[0]") == "a.b[0]"
    with pytest.raises(ValueError, match="write a JMESPath expression"):
        expression("a..b")


def test_uptime_kuma_says_when_and_where() -> None:
    beat = {"status": 0, "time": START.replace(tzinfo=None).isoformat(" ")}
    body = {"heartbeat": beat, "monitor": {"id": 3, "name": "Shop", "url": "https://shop.example"}, "msg": "[Shop]"}
    (alert,) = parse(json.dumps(body).encode())
    assert (alert.starts_at, alert.links) == (START, {"link": "https://shop.example"})


@pytest.mark.parametrize("word", [True, False])
def test_true_and_false_are_a_state_and_name_nothing(word: bool) -> None:
    assert found({"id": 7, "title": word, "name": "Shop", "status": word}) == [
        ("7", "Shop", FIRING if word else RESOLVED)
    ]
    with pytest.raises(Unreadable, match="no title"):
        parse(json.dumps({"title": word, "status": "down"}).encode())


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"status": "down"}, "no title was found"),
        ({"title": "Shop"}, "no state was found"),
        ({"title": "Shop", "status": "purple"}, "the state “purple” is not known"),
        (["odd"], "no entry of the list is an alert"),
        ("odd", "not an object or a list"),
    ],
)
def test_what_cannot_be_understood_is_said(body: object, told: str) -> None:
    with pytest.raises(Unreadable, match=told):
        parse(json.dumps(body).encode())
