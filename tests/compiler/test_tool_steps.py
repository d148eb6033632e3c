"""A step of a tool runs when its executor can do it; else a person does it, and the step says why."""

import pytest

from incident.runbook import StepKind
from tests.compiler.test_catalog import small

DIAGNOSTIC = "sql: SELECT count(*) FROM orders\n        verdict: read-only"
REMEDIATION = (
    "sql: UPDATE orders SET open = false WHERE shop = $1 AND age > $2\n        arguments: [shop, age]\n"
    "        parameters:\n          - {name: shop, label: Shop, choice: [north, south]}\n"
    "          - {name: age, label: Age, integer: {from: 1, to: 9}, default: 3}\n        verdict: mutating\n"
    "        guard:\n          rows: {sql: SELECT count(*) FROM orders WHERE shop = $1 AND age > $2, "
    "arguments: [shop, age]}\n          headroom: 2"
)
GUARD = "guard: {count: {docker: [docker, compose, ps, -q, api]}, headroom: 1}"


@pytest.mark.parametrize(
    "command",
    [
        "docker: [docker, logs, api, --tail, '100']\n        filters: [grep -c ERROR]",
        "host: [df, -h]",
        "redis: [SCAN, '0', MATCH, 'usage:*']\n        filters: [wc -l]",
    ],
)
def test_a_look_that_muster_can_do_is_a_diagnostic(command: str) -> None:
    step = small(DIAGNOSTIC, f"{command}\n        verdict: read-only").procedures[0].steps[0]
    assert (step.kind, step.executor) == (StepKind.DIAGNOSTIC, command.partition(":")[0])


def test_rows_of_a_database_are_not_piped() -> None:
    step = small(DIAGNOSTIC, f"{DIAGNOSTIC}\n        filters: [wc -l]").procedures[0].steps[0]
    assert step.kind is StepKind.MANUAL
    assert "say it in SQL" in step.reason


def test_a_change_of_a_service_keeps_its_guard() -> None:
    change = f"docker: [docker, compose, restart, api]\n        verdict: mutating\n        {GUARD}"
    step = small(REMEDIATION, change).procedures[0].steps[1]
    assert (step.kind, step.guard.probe) == (
        StepKind.REMEDIATION,
        {"argv": ["docker", "compose", "ps", "-q", "api"]},
    )


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ("docker: [docker, compose, up, -d, api]", "needs the project's file"),
        ("host: [systemctl, restart, app]", "only looks at hosts"),
    ],
)
def test_a_change_that_muster_cannot_do_is_a_persons_with_the_reason(command: str, reason: str) -> None:
    step = (
        small(REMEDIATION, f"{command}\n        verdict: mutating\n        guard: {{none: x}}").procedures[0].steps[1]
    )
    assert step.kind is StepKind.MANUAL
    assert reason in step.reason
