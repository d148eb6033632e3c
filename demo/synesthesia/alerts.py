"""Synesthesia's alerts: what its monitors watch, when each would fire, and what the demo's panel shows of it."""

from collections.abc import Callable, Mapping
from functools import partial

from msgspec import Struct

from demo.alertmanager import rule
from demo.engine import MEMORY_LIMIT
from demo.synesthesia.packs import Counts
from demo.system import Fact

ERROR_RATE_HIGH = "HighErrorRate"
PACKS_STUCK = "StoryPacksStuck"
MEMORY_RUNS_OUT = "MemoryRunsOut"

_rule = partial(rule, system="synesthesia", service="synesthesia-api")

RULES = (
    _rule(
        ERROR_RATE_HIGH,
        "critical",
        "More than 5 % of the requests fail",
        'sum(rate(http_requests_total{status=~"5.."}[5m])) / sum(rate(http_requests_total[5m])) > 0.05',
        "The API answers with errors: people see 503.",
    ),
    _rule(
        PACKS_STUCK,
        "critical",
        "Story packs are stuck",
        "story_packs_stuck > 0",
        "Story packs have been in processing for more than 30 minutes.",
    ),
    _rule(
        MEMORY_RUNS_OUT,
        "warning",
        "Memory runs out",
        "container_memory_usage_bytes / container_spec_memory_limit_bytes > 0.85",
        "The narrative worker uses more than 85 % of the memory that it may.",
    ),
)


class Reading(Struct, frozen=True, kw_only=True):
    """What a monitor sees at one moment; None is what database or queue did not answer."""

    error_rate: float
    counts: Counts | None
    waiting: int | None
    memory: int

    @property
    def memory_share(self) -> float:
        """How much of its container's memory the worker uses, in per cent."""
        return 100 * self.memory / MEMORY_LIMIT


CONDITIONS: Mapping[str, Callable[[Reading], bool]] = {
    ERROR_RATE_HIGH: lambda seen: seen.error_rate > 5,
    PACKS_STUCK: lambda seen: seen.counts is not None and seen.counts.stuck > 0,
    MEMORY_RUNS_OUT: lambda seen: seen.memory_share > 85,
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
        Fact(name="Requests that fail", value=f"{seen.error_rate:.0f} %", bad=seen.error_rate > 5),
        Fact(name="Memory of the worker", value=f"{seen.memory_share:.0f} %", bad=seen.memory_share > 85),
    ]
    if seen.waiting is not None:
        lines.insert(1, Fact(name="Messages that wait", value=str(seen.waiting), bad=seen.waiting > 20))
    if seen.counts is None:
        return lines
    return [
        Fact(name="Story packs stuck", value=str(seen.counts.stuck), bad=seen.counts.stuck > 0),
        Fact(name="Story packs in hand", value=str(seen.counts.processing), bad=False),
        Fact(name="Made in the last hour", value=str(seen.counts.completed_last_hour), bad=False),
        *lines,
    ]
