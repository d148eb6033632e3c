"""Which part the steps of the five catalogs run against in the tests.

`tests/systems` runs every runnable step of every catalog against the part that is named here, and fails for one that it
left out.
"""

from collections.abc import Mapping
from typing import Final

from incident.runbook import Step

PARTS: Final[Mapping[str, str]] = {
    "postgres": "PostgreSQL",
    "redis": "Redis",
    "nats": "NATS JetStream",
    "http": "the demo's services",
    "aws": "moto's AWS API",
    "docker": "the demo's container engine",
    "kubernetes": "a stand-in for a cluster's API",
    "github": "a stand-in for GitHub's API",
    "host": "a machine over SSH",
}
"""An executor's kind → what its steps run against."""

STATISTICS: Final[Mapping[str, frozenset[str]]] = {
    "algorhythmic": frozenset({"slow-statements"}),
    "synesthesia": frozenset({"slow-statements", "ten-slowest-statements", "five-slowest-statements"}),
}
"""System → the steps that read pg_stat_statements, which Debian's PostgreSQL has and the packaged one has not."""


def run_against(system: str, step: Step) -> str:
    """What a runnable step runs against in the tests."""
    if step.id in STATISTICS.get(system, ()):
        return "Debian's PostgreSQL, for its pg_stat_statements"
    return PARTS[step.executor or ""]
