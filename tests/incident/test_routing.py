"""Where an alert leads: by which rule, how bad, and with which others."""

from datetime import timedelta

import pytest

from incident import routing
from incident.alert import Alert, AlertStatus
from incident.runbook import Origin, Procedure
from incident.severity import Severity
from tests.fakes.runbooks import CATALOG, STUCK

DEFAULT, WINDOW = "house", timedelta(hours=2)


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


def test_a_runbooks_alert_name_leads_to_its_procedure_and_says_so() -> None:
    found = routing.by_runbook(alert(alertname="OrdersStuck"), CATALOG, default=DEFAULT, reopens_within=WINDOW)
    assert (found.system, found.procedure, found.severity) == ("shop", STUCK, Severity.P1)
    assert (found.group, found.rule) == ("procedure:shop/stuck-orders", "runbook:shop/stuck-orders")
    assert found.reason == "the runbook of shop names alertname=OrdersStuck"


def test_an_alert_that_nobody_knows_belongs_to_the_default_system_and_what_its_monitor_grouped() -> None:
    found = routing.by_runbook(alert(alertname="Disk"), None, default=DEFAULT, reopens_within=WINDOW)
    assert (found.system, found.procedure, found.group, found.rule) == (DEFAULT, None, "alertmanager:a@1", "otherwise")
