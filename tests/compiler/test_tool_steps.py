"""A step of a tool runs when its executor can do it; else a person does it, and the step says why."""

import pytest

from compiler.catalog import CatalogError
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


def test_a_script_is_runnable_once_its_content_is_pinned() -> None:
    pin = "ab" * 32
    pinned = f"host: [./scripts/restart.sh, web]\n        sha256: {pin}\n        verdict: mutating\n"
    step = small(REMEDIATION, f"{pinned}        guard: {{none: x}}").procedures[0].steps[1]
    assert (step.kind, step.runnable) == (StepKind.REMEDIATION, True)
    assert step.command == {"argv": ["./scripts/restart.sh", "web"], "sha256": pin}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("sha256: ab", "sha256: AB", "64 lower-case hexadecimal characters"),
        ("./scripts/restart.sh", "systemctl", "this step runs none"),
    ],
)
def test_a_pin_that_pins_nothing_is_told(old: str, new: str, said: str) -> None:
    pinned = f"host: [./scripts/restart.sh, web]\n        sha256: {'ab' * 32}\n        verdict: mutating\n"
    with pytest.raises(CatalogError, match=said):
        small(REMEDIATION, f"{pinned.replace(old, new)}        guard: {{none: x}}")


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
        ("docker: [docker, compose, up, -d, --build, api]", "takes what the project's file says by then"),
        ("host: [systemctl, restart, app]", "changes nothing on a host but by a script"),
        ("host: [./scripts/restart.sh, web]", "only with its content pinned, by `sha256` in the overlay"),
    ],
)
def test_a_change_that_muster_cannot_do_is_a_persons_with_the_reason(command: str, reason: str) -> None:
    step = (
        small(REMEDIATION, f"{command}\n        verdict: mutating\n        guard: {{none: x}}").procedures[0].steps[1]
    )
    assert step.kind is StepKind.MANUAL
    assert reason in step.reason
