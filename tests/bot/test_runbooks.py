"""A catalog is held to what muster.yaml can reach: a step without its target is done by a person, who is told why."""

import pytest

from bot.runbooks import within_reach
from incident.runbook import StepKind
from tests.fakes.runbooks import CATALOG, DATABASE


def test_a_configured_target_leaves_every_step_as_it_is() -> None:
    assert within_reach(CATALOG, {DATABASE: "postgres"}) == CATALOG


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        ({}, "shop-db is no target of muster.yaml."),
        ({DATABASE: "redis"}, "shop-db is a target for redis, and the step needs postgres."),
    ],
)
def test_a_step_without_its_target_is_done_by_a_person(kinds: dict[str, str], reason: str) -> None:
    [procedure] = within_reach(CATALOG, kinds).procedures
    assert procedure.diagnostics == procedure.remediations == ()
    bound = [step for step in procedure.steps if step.id != "call-bank"]
    assert [(step.kind, step.runnable, step.reason) for step in bound] == [(StepKind.MANUAL, False, reason)] * 4
