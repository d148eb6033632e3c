"""Opsgenie, Statuspage and UptimeRobot: what says firing, what resolved, and what neither. Bodies are made here."""

import json

import pytest

from bot.sources import opsgenie, statuspage, uptimerobot
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus
from tests.fakes.clock import START

FIRING, RESOLVED = AlertStatus.FIRING, AlertStatus.RESOLVED
MILLISECONDS = int(START.timestamp()) * 1000


def genie(action: object, **alert: object) -> tuple[Alert, ...]:
    known = {"alias": "a1", "alertId": "i1", "message": "Orders slow", "priority": 2, "createdAt": MILLISECONDS}
    known |= {"updatedAt": MILLISECONDS * 10**6, "tags": ["vip"], "entity": "shop"}
    known |= {"details": {"zone": "eu"}, "extraProperties": {"zone": "us", "cell": 7}}
    return opsgenie.parse(json.dumps({"action": action, "alert": known | alert, "source": {"name": "x"}}).encode())


@pytest.mark.parametrize(
    ("action", "status"),
    [
        ("Create", FIRING),
        ("created", FIRING),
        ("Close", RESOLVED),
        ("Delete", RESOLVED),
        ("Acknowledge", None),
        ("Deploy!", None),
    ],
)
def test_opsgenies_action_says_it(action: str, status: AlertStatus | None) -> None:
    assert [(each.key, each.status) for each in genie(action)] == ([("a1", status)] if status else [])


def test_an_alert_of_opsgenie_is_read_whole_and_its_times_by_their_size() -> None:
    (alert,) = genie("Close")
    assert (alert.title, alert.severity, alert.service) == ("Orders slow", "P2", "shop")
    assert (alert.starts_at, alert.ends_at) == (START, START)
    assert alert.labels == {"alertname": "Orders slow", "entity": "shop", "tags": "vip", "zone": "eu", "cell": "7"}
    assert [each.severity for each in genie("Create", priority="P3") + genie("Create", priority=None)] == ["P3", None]


def page(**whole: object) -> tuple[Alert, ...]:
    return statuspage.parse(json.dumps({"page": {"id": "p", "name": "Cloud"}, **whole}).encode())


@pytest.mark.parametrize(
    ("state", "status"),
    [
        ("investigating", FIRING),
        ("identified", FIRING),
        ("monitoring", FIRING),
        ("resolved", RESOLVED),
        ("postmortem", RESOLVED),
    ],
)
def test_an_incident_of_a_supplier_is_read_by_its_status(state: str, status: AlertStatus) -> None:
    updates = [{"body": "newest"}, {"body": "oldest"}]
    known = {"id": "s1", "name": "API errors", "status": state, "impact": "major", "incident_updates": updates}
    (alert,) = page(incident={**known, "created_at": START.isoformat(), "components": [{"name": "API"}, None]})
    assert (alert.key, alert.status, alert.description) == ("incident:s1", status, "newest")
    assert (alert.severity, alert.service, alert.labels["components"]) == ("major", "Cloud", "API")


@pytest.mark.parametrize(
    ("told", "service"),
    [
        ({"incident": {"components": [{"name": "API"}]}}, "API"),
        ({"incident": {"components": [{"name": "API"}, {"name": "Web"}]}}, None),
        ({"incident": {"components": [{"name": "API"}]}, "page": {"id": "p", "name": "Cloud"}}, "Cloud"),
        ({"component": {"id": "c", "name": "API", "status": "major_outage"}}, "API"),
    ],
)
def test_a_page_s_id_is_no_service(told: dict[str, dict[str, object]], service: str | None) -> None:
    incident = {"incident": {"id": "s1", "name": "Errors", "status": "identified", **told.get("incident", {})}}
    whole = {"page": {"id": "lbkhbwn21v5q"}, **told, **(incident if "incident" in told else {})}
    (alert,) = statuspage.parse(json.dumps(whole).encode())
    assert (alert.service, alert.labels["page"]) == (service, "Cloud" if service == "Cloud" else "lbkhbwn21v5q")


def test_planned_work_of_a_supplier_pages_nobody() -> None:
    planned = {"id": "s1", "name": "Move", "status": "investigating", "scheduled_for": START.isoformat()}
    assert page(incident=planned) == page(incident={"id": "s1", "status": "in_progress"}) == ()
    assert page(component_update={"component_id": "c", "new_status": "under_maintenance"}, component={}) == ()


def test_a_component_falls_and_comes_back_under_one_key() -> None:
    def changed(state: str) -> Alert:
        (alert,) = page(component_update={"component_id": "c1", "new_status": state}, component={"name": "API"})
        return alert

    fallen, back = changed("partial_outage"), changed("operational")
    assert (fallen.status, back.status, fallen.key) == (FIRING, RESOLVED, back.key)
    assert (fallen.title, fallen.severity, back.severity) == ("API: partial outage", "partial_outage", None)


def test_a_null_beside_a_fallen_component_hides_nothing() -> None:
    fallen = {"id": "c1", "name": "API", "status": "major_outage"}
    [alert] = page(incident=None, component_update=None, component=fallen)
    assert (alert.key, alert.status) == ("component:c1", FIRING)


def robot(**whole: object) -> Alert:
    (alert,) = uptimerobot.parse(json.dumps(whole).encode())
    return alert


def test_a_monitor_goes_down_and_comes_up_whichever_way_its_names_are_written() -> None:
    down = robot(monitorID="77", monitorURL="https://shop.example", monitorFriendlyName="Shop", alertType="1")
    up = robot(monitor_id=77, monitor_friendly_name="Shop", alert_type=2, alert_date_time=MILLISECONDS // 1000)
    assert (down.key, down.status, down.title) == ("77", FIRING, "Shop is down")
    assert (up.key, up.status, up.ends_at) == ("77", RESOLVED, START)
    assert down.links == {"monitored": "https://shop.example"}
    assert robot(monitorURL="shop.example", alertTypeFriendlyName="Down", monitorID="*monitorID*").key == "shop.example"


def test_a_certificate_that_ends_soon_is_an_alert_of_its_own() -> None:
    assert robot(monitorID="77", monitorFriendlyName="Shop", alertType="3").key == "77/certificate"
    domain = robot(monitorID="77", monitorFriendlyName="Shop", alertType="4", alertTypeFriendlyName="Domain expiry")
    assert (domain.key, domain.title) == ("77/domain", "Shop: its domain ends soon")


@pytest.mark.parametrize(
    ("said", "what"),
    [
        ({"sslExpiryDate": "1778493600", "domainExpireDate": ""}, "certificate"),
        ({"sslExpiryDate": "*sslExpiryDate*", "domainExpireDate": "1778493600"}, "domain"),
        ({"alertDetails": "The domain shop.example expires in 7 days"}, "domain"),
        ({"alertDetails": "The SSL certificate of shop.example expires in 7 days"}, "certificate"),
        ({}, "certificate"),
    ],
)
def test_one_type_stands_for_a_certificate_and_a_domain(said: dict[str, str], what: str) -> None:
    alert = robot(monitorID="77", alertType="3", alertTypeFriendlyName="SSL & domain expiry", **said)
    assert alert.key == f"77/{what}"


@pytest.mark.parametrize(
    ("parse", "body"),
    [
        (opsgenie.parse, {}),
        (opsgenie.parse, {"action": "Create", "alert": {"message": "x"}}),
        (statuspage.parse, {}),
        (statuspage.parse, {"incident": {"status": "resolved"}}),
        (statuspage.parse, {"component_update": {"new_status": "operational"}}),
        (uptimerobot.parse, {"monitorID": "1"}),
        (uptimerobot.parse, {"alertType": "1"}),
    ],
)
def test_what_cannot_be_understood_is_said(parse: object, body: object) -> None:
    assert callable(parse)
    with pytest.raises(Unreadable):
        parse(json.dumps(body).encode())
