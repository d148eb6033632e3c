"""The storybook's alerts: what its monitors watch, and when each of them would fire."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from demo.alertmanager import rule
from demo.storybook.reading import Reading
from demo.storybook.records import RECORDS

JOBS_STUCK = "StorybookJobsStuck"
CONNECTIONS_EXHAUSTED = "StorybookConnectionsExhausted"
FAILURE_RATE_HIGH = "StorybookJobFailureRateHigh"
RESPONSE_TIME_HIGH = "StorybookResponseTimeHigh"
COST_SPIKE = "StorybookCostSpike"
COST_EMERGENCY = "StorybookCostEmergency"


_rule = partial(rule, system="ai-storybook", service="storybook-api")

RULES = (
    _rule(
        JOBS_STUCK,
        "critical",
        "Stuck jobs detected",
        "storybook_jobs_stuck > 5",
        "More than 5 book jobs have been running for over 15 minutes without progress.",
    ),
    _rule(
        CONNECTIONS_EXHAUSTED,
        "critical",
        "Database connection exhaustion",
        "storybook_db_connections >= storybook_db_connection_limit",
        "The application's database role holds every connection it may have; API requests fail.",
    ),
    _rule(
        FAILURE_RATE_HIGH,
        "critical",
        "High job failure rate",
        "storybook_jobs_success_rate < 90",
        "More than 10 % of the book jobs of the last hour failed.",
    ),
    _rule(
        RESPONSE_TIME_HIGH,
        "warning",
        "API response time high",
        "storybook_api_p99_seconds > 5",
        "The slowest 1 % of API requests take longer than 5 seconds.",
    ),
    _rule(
        COST_SPIKE,
        "warning",
        "Cost spike",
        "storybook_cost_today_usd > 100",
        "The books of the last 24 hours cost more than 100 US dollars.",
    ),
    _rule(
        COST_EMERGENCY,
        "critical",
        "Cost emergency",
        "storybook_cost_today_usd > 500",
        "The books of the last 24 hours cost more than 500 US dollars.",
    ),
)

CONDITIONS: Mapping[str, Callable[[Reading], bool]] = {
    JOBS_STUCK: lambda seen: seen.jobs is not None and seen.jobs.stuck > 5,
    CONNECTIONS_EXHAUSTED: lambda seen: seen.connections >= RECORDS.connections,
    FAILURE_RATE_HIGH: lambda seen: seen.jobs is not None and seen.jobs.success_rate < 90,
    RESPONSE_TIME_HIGH: lambda seen: seen.p99_seconds > 5,
    COST_SPIKE: lambda seen: seen.cost_today is not None and seen.cost_today > 100,
    COST_EMERGENCY: lambda seen: seen.cost_today is not None and seen.cost_today > 500,
}


def firing(seen: Reading) -> frozenset[str]:
    """The names of the alerts whose condition holds."""
    return frozenset(name for name, holds in CONDITIONS.items() if holds(seen))
