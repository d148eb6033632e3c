"""Where an alert leads: by which rule, how bad, and with which others."""

from datetime import UTC, datetime

import pytest
from msgspec.structs import replace

from incident import routing
from incident.alert import Alert, AlertStatus
from incident.routing import Routed, Routing, TeamRoute
from incident.runbook import Origin, Procedure
from incident.severity import Severity
from tests.fakes.runbooks import STUCK, FakeRunbooks

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def alert(**labels: str) -> Alert:
    """One that fires, of a monitor that says nothing else."""
    return Alert(source="alertmanager", key="a@1", status=AlertStatus.FIRING, title="Trouble", labels=labels)


@pytest.mark.parametrize(
    ("rule", "label", "procedure", "level"),
    [
        (Severity.P0, "warning", Severity.P3, Severity.P0),
        (None, "critical", Severity.P3, Severity.P1),
        (None, "", Severity.P3, Severity.P3),
        (None, "", None, Severity.P2),
    ],
)
def test_the_level_is_the_rules_else_the_alerts_else_the_runbooks(
    rule: Severity | None, label: str, procedure: Severity | None, level: Severity
) -> None:
    fires = Alert(source="s", key="k", status=AlertStatus.FIRING, title="T", severity=label)
    followed = Procedure(id="p", title="P", origin=Origin(heading="P"), severity=procedure)
    said, reason = routing.level_of(fires, rule, followed)
    assert said is level
    assert reason


def lead(fires: Alert, *routes: TeamRoute, now: datetime = NOW) -> Routed:
    return routing.routed(fires, Routing(routes=routes), FakeRunbooks(), now)


def test_a_group_is_never_named_longer_than_a_store_looks_up_and_still_tells_two_apart() -> None:
    """Alertmanager's key of a group holds all its labels; one of them may be a whole query."""
    by = (TeamRoute(name="all", matchers=(), group_by=("query",)),)
    for route in ((), by):
        groups = []
        for end in "ab":
            long = replace(alert(query="ü" * 9000 + end), group="ü" * 9000 + end)
            groups.append(routing.routed(long, Routing(routes=route), FakeRunbooks(), NOW).group)
        assert max(map(len, groups)) == 500
        assert groups[0] != groups[1]


def test_a_runbooks_alert_name_leads_to_its_procedure_and_says_so() -> None:
    found = lead(alert(alertname="OrdersStuck"))
    assert (found.system, found.procedure, found.severity) == ("shop", STUCK, Severity.P1)
    assert (found.group, found.rule) == ("procedure:shop/stuck-orders", "runbook:shop/stuck-orders")
    assert found.reason == "the runbook of shop names alertname=OrdersStuck"


def test_an_alert_that_nobody_knows_belongs_to_the_default_system_and_what_its_monitor_grouped() -> None:
    found = lead(alert(alertname="Disk"))
    assert (found.system, found.procedure, found.group, found.rule) == ("shop", None, "alertmanager:a@1", "otherwise")
