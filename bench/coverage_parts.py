"""Which real part the steps of the five catalogs run against in the tests, and which run nowhere, with the reason.

`tests/systems` runs every step that is not excused here against the part of its kind, and fails for one that it left
out, or that is excused without need.
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
    "docker": "a small container engine",
    "kubernetes": "a cluster's API",
    "github": "a stand-in for GitHub's API",
    "host": "a machine over SSH",
}
"""An executor's kind → what its steps run against."""

_NO_STATISTICS: Final = "the packaged PostgreSQL has no pg_stat_statements"

EXCUSED: Final[Mapping[str, Mapping[str, str]]] = {
    "ai-storybook": {},
    "algorhythmic": {"slow-statements": _NO_STATISTICS},
    "pulse-ai-studio": {},
    "synesthesia": {
        "slow-statements": _NO_STATISTICS,
        "ten-slowest-statements": _NO_STATISTICS,
        "five-slowest-statements": _NO_STATISTICS,
    },
    "swipesavvy": {},
}
"""System → step → why no test runs it; a system is here once `tests/systems` runs its steps."""


def run_against(system: str, step: Step) -> str:
    """What a runnable step runs against in the tests, or why it does not run there."""
    if system not in EXCUSED:
        return "not run yet"
    reason = EXCUSED[system].get(step.id)
    return f"not run: {reason}" if reason else PARTS[step.executor or ""]
