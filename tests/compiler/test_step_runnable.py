"""A step runs only where its executor can do it: else it is done by a person, and the catalog says why."""

import pytest

from compiler.catalog import load
from incident.runbook import Step

CATALOG = """\
system: shop
title: The shop
policies:
  P0: {acknowledge: 5 minutes, escalate: 20 minutes, update: 15 minutes}
procedures:
  - id: down
    title: The shop is down
    heading: Down
    line: 3
    escalate_after: 1 hour
    symptoms: [Nobody can buy]
    checklist: [Tell the shop]
    prevention: [Buy a second one]
    steps:
      - diagnostic: step
        title: Look
        written: as below
        target: shop
        COMMAND
        verdict: read-only
"""


def step(command: str) -> Step:
    """The one step of a catalog that runs this command."""
    catalog = load(CATALOG.replace("COMMAND", command), "shop/catalog.yaml")
    (only,) = catalog.procedures[0].steps
    return only


@pytest.mark.parametrize(
    "command",
    [
        "nats: [nats, stream, info, ORDERS]",
        "aws: [aws, logs, tail, /ecs/web, --since, 1h]",
        "kubernetes: [kubectl, get, pods, -n, shop]",
    ],
)
def test_what_the_executor_can_do_is_runnable(command: str) -> None:
    assert step(command).runnable


@pytest.mark.parametrize(
    ("command", "why"),
    [
        ("nats: [nats, server, list]", "does not run “nats server list”"),
        ("kubernetes: [kubectl, wait, pod/web, --for=condition=Ready]", "not one of those it knows"),
        ("kubernetes: [kubectl, get, nodepools]", "does not know where objects"),
    ],
)
def test_what_it_cannot_do_is_done_by_hand_with_the_reason(command: str, why: str) -> None:
    found = step(command)
    assert not found.runnable
    assert why in found.reason
