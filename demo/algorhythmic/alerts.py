"""Algorhythmic's alerts: what its monitors watch, when each would fire, and what the demo's panel shows of it."""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct

from demo.alertmanager import rule
from demo.algorhythmic.jobs import Counts
from demo.system import Fact

BREAKER_OPEN = "CircuitBreakerOpen"
QUEUE_BACKLOG = "QueueBacklog"
CREDITS_WRONG = "CreditsWrong"

_rule = partial(rule, system="algorhythmic", service="algorhythmic-api")

RULES = (
    _rule(
        BREAKER_OPEN,
        "critical",
        "The circuit breaker is open",
        "circuit_breaker_state == 2",
        "The circuit breaker has been open for 5 minutes: no new pictures are made.",
    ),
    _rule(
        QUEUE_BACKLOG,
        "critical",
        "The generation queue is backed up",
        "generation_queue_depth > 10",
        "More than 10 pictures have waited for 10 minutes.",
    ),
    _rule(
        CREDITS_WRONG,
        "warning",
        "Credits are wrong",
        "credit_balances_differing > 0",
        "At least one balance is not what the ledger says.",
    ),
)


class Reading(Struct, frozen=True, kw_only=True):
    """What a monitor sees at one moment; `counts` is None when the database does not answer."""

    breaker: str
    counts: Counts | None
    differing: int


CONDITIONS: Mapping[str, Callable[[Reading], bool]] = {
    BREAKER_OPEN: lambda seen: seen.breaker == "open",
    QUEUE_BACKLOG: lambda seen: seen.counts is not None and seen.counts.pending > 10,
    CREDITS_WRONG: lambda seen: seen.differing > 0,
}


def firing(seen: Reading) -> frozenset[str]:
    """The names of the alerts whose condition holds."""
    return frozenset(name for name, holds in CONDITIONS.items() if holds(seen))


def status(seen: Reading) -> str:
    """One word for all of it."""
    if seen.counts is None:
        return "down"
    return "unhealthy" if firing(seen) else "healthy"


def facts(seen: Reading) -> list[Fact]:
    """The lines of the panel: what could be read, what is past its threshold marked as bad."""
    lines = [
        Fact(name="Circuit breaker", value=seen.breaker, bad=seen.breaker != "closed"),
        Fact(name="Balances that differ", value=str(seen.differing), bad=seen.differing > 0),
    ]
    if seen.counts is None:
        return lines
    counts = seen.counts
    return [
        *lines,
        Fact(name="Pictures waiting", value=str(counts.pending), bad=counts.pending > 10),
        Fact(name="Pictures stuck", value=str(counts.stuck), bad=counts.stuck > 0),
        Fact(name="Made in the last hour", value=str(counts.completed_last_hour), bad=False),
        Fact(name="Failed in the last hour", value=str(counts.failed_last_hour), bad=False),
    ]
