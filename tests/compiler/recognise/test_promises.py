"""What teams promise in prose: how much may be lost, how soon they are back, and how well the service serves."""

from datetime import timedelta

import pytest

from compiler.recognise.facts import Objective
from tests.compiler.recognise.reading import reading

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize("heading", ["Backups", "Overview", "Disaster recovery", "Objectives", "About the shop"])
@pytest.mark.parametrize(
    ("text", "point", "time"),
    [
        ("We can lose at most fifteen minutes of data.", 15, None),
        ("No more than 15 minutes of orders may be lost.", 15, None),
        ("Data loss of up to 5 minutes is acceptable.", 5, None),
        ("We never lose more than five minutes of writes.", 5, None),
        ("We must be back within four hours.", None, 240),
        ("We promise to be back online within forty-five minutes of a region failure.", None, 45),
        ("A restore must not take longer than 2 hours.", None, 120),
        ("The shop has to be up again in an hour.", None, 60),
        ("The shop may be down for at most 30 minutes.", None, 30),
        ("At most 1 hour of data may be lost, and the service must be back within 4 hours.", 60, 240),
        ("We tolerate the loss of 10 minutes of writes; the service has to be restored within an hour.", 10, 60),
        ("In a disaster, we lose 15 minutes of data at worst and are back in 4 h.", 15, 240),
        ("- Maximum tolerable downtime: 4 hours\n- Acceptable data loss: 15 minutes", 15, 240),
        ("Time to recover: 4 hours", None, 240),
    ],
)
def test_recovery_objectives_in_prose(heading: str, text: str, point: int | None, time: int | None) -> None:
    found = {each.objective: each.target.span for each in reading(f"## {heading}\n\n{text}\n").objectives}
    expected = {Objective.POINT: point, Objective.TIME: time}
    assert found == {objective: minutes * MINUTE for objective, minutes in expected.items() if minutes}


@pytest.mark.parametrize(
    "text",
    [
        "The queue lost 15 minutes of data in March.",
        "None was ever agreed. With one backup a day, up to 24 hours of data can be lost.",
        "With one dump a day we could lose up to 24 hours of data.",
        "If the replica lags more than 15 minutes, data may be lost.",
        "If it is not back within 10 minutes, escalate to the lead.",
        "Wait until it is back; it should come back within 10 minutes.",
        "Restore the service within 15 minutes or escalate.",
        "Restoring takes up to 4 hours.",
        "Logs are lost after 30 days.",
        "Backups are deleted within 30 days.",
    ],
)
@pytest.mark.parametrize("heading", ["Backups", "Notes", "Objectives"])
def test_what_happened_or_is_only_expected_is_no_objective(heading: str, text: str) -> None:
    assert reading(f"## {heading}\n\n{text}\n").objectives == ()


def test_what_comes_next_in_an_incident_is_no_objective() -> None:
    found = reading("## The shop is down\n\n1. Restart it.\n\nThe shop should be back within 10 minutes.\n")
    assert found.objectives == ()


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        ("We promise 99.95 % availability per month.", [("availability", 99.95)]),
        ("The shop is available 99.9% of the time.", [("availability", 99.9)]),
        ("Our SLA is 99.9% uptime. The SLO for latency is below 500 ms.", [("availability", 99.9), ("latency", 500)]),
        (
            "The goal: 99.5% of orders are confirmed within 2 seconds.",
            [("orders are confirmed within 2 seconds", 99.5)],
        ),
        ("p95 latency must stay under 300 ms.", [("p95 latency", 300)]),
    ],
)
@pytest.mark.parametrize("heading", ["Overview", "Service levels", "About the shop"])
def test_service_levels_in_prose(heading: str, text: str, levels: list[tuple[str, float]]) -> None:
    found = reading(f"## {heading}\n\n{text}\n").service_levels
    assert [(each.metric, each.target.number) for each in found] == levels


@pytest.mark.parametrize(
    "text",
    [
        "The disk was 99.9% full.",
        "Uptime last year was 99.2%.",
        "When less than 99.9% of requests succeed, page the lead.",
        "About 5% of requests are retried.",
    ],
)
def test_figures_that_nobody_promises_are_no_service_levels(text: str) -> None:
    assert reading(f"## Overview\n\n{text}\n").service_levels == ()
