"""What Pulse's monitors see, when each alert fires, and what the demo's panel shows of it."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from redis.asyncio import Redis

from demo.alertmanager import rule
from demo.database import OUTAGES, visit
from demo.pulse.account import WISHED
from demo.pulse.scheduler import Scheduler
from demo.redis_users import REDIS_OUTAGES
from demo.system import Fact

UNHEALTHY_TASKS: Final = "ECS Unhealthy Tasks"
REDIS_BUSY: Final = "Redis CPU"
JOBS_STUCK: Final = "Jobs Stuck"
SERVER_ERRORS: Final = "ALB 5xx Errors"
BUSY: Final = 1000
"""Commands a second past which Redis counts as busy."""
STUCK: Final = "SELECT count(*) FROM jobs WHERE status = 'processing' AND updated_at < now() - interval '1 hour'"

_rule = partial(rule, system="pulse-ai-studio", service="ai-studio")

RULES: Final = (
    _rule(
        UNHEALTHY_TASKS,
        "critical",
        "Tasks of the studio do not run",
        "ecs_tasks_desired - ecs_tasks_running > 0",
        "A service has fewer tasks than are wished for.",
    ),
    _rule(
        REDIS_BUSY,
        "critical",
        "Redis is busy",
        "elasticache_engine_cpu_percent > 80",
        "The engine of Redis has been busy for more than 80 % of the time for 5 minutes.",
    ),
    _rule(
        JOBS_STUCK,
        "warning",
        "Jobs do not get on",
        "studio_jobs_stuck > 0",
        "Jobs have been processing for more than an hour.",
    ),
    _rule(
        SERVER_ERRORS,
        "critical",
        "The load balancer answers with 5xx",
        "alb_5xx_5m > 10",
        "More than 10 answers with 5xx in 5 minutes. This one is only sent by hand.",
    ),
)


class Reading(Struct, frozen=True, kw_only=True):
    """What is seen at one moment; `stuck` is None when the database does not answer, `commands` when Redis does not."""

    running: Mapping[str, int]
    wished: Mapping[str, int]
    stuck: int | None = None
    commands: int | None = None

    @property
    def missing(self) -> int:
        """How many tasks are wished for and do not run."""
        return sum(max(self.wished[name] - self.running[name], 0) for name in self.wished)


CONDITIONS: Final[Mapping[str, Callable[[Reading], bool]]] = {
    UNHEALTHY_TASKS: lambda seen: seen.missing > 0,
    REDIS_BUSY: lambda seen: (seen.commands or 0) > BUSY,
    JOBS_STUCK: lambda seen: (seen.stuck or 0) > 0,
}


class Monitor:
    """Looks at the services, the database and Redis from outside. `last` is what it saw last."""

    def __init__(self, scheduler: Scheduler, *, dsn: str, redis: Redis) -> None:
        self._scheduler = scheduler
        self._dsn = dsn
        self._redis = redis
        self.last = Reading(running=dict.fromkeys(WISHED, 0), wished=WISHED)

    async def read(self) -> Reading:
        """Look once; what is away is not told."""
        seen = Reading(
            running={name: len(service.tasks) for name, service in self._scheduler.services.items()},
            wished={name: self._scheduler.wished(name) for name in self._scheduler.services},
        )
        self.last = replace(seen, stuck=await self._stuck(), commands=await self._commands())
        return self.last

    async def _stuck(self) -> int | None:
        try:
            async with visit(self._dsn) as connection:
                counted: int = await connection.fetchval(STUCK)
                return counted
        except OUTAGES:
            return None

    async def _commands(self) -> int | None:
        try:
            return int((await self._redis.info("stats"))["instantaneous_ops_per_sec"])
        except REDIS_OUTAGES:
            return None


def firing(seen: Reading) -> frozenset[str]:
    """The names of the alerts whose condition holds."""
    return frozenset(name for name, holds in CONDITIONS.items() if holds(seen))


def status(seen: Reading) -> str:
    """One word for all of it."""
    if seen.stuck is None or seen.commands is None or not all(seen.running.values()):
        return "down"
    return "unhealthy" if firing(seen) else "healthy"


def facts(seen: Reading) -> list[Fact]:
    """The lines of the panel: what could be read, what is past its threshold marked as bad."""
    lines = [
        Fact(name=name, value=f"{seen.running[name]} of {wished} tasks", bad=seen.running[name] < wished)
        for name, wished in seen.wished.items()
    ]
    if seen.stuck is not None:
        lines.append(Fact(name="Jobs without progress", value=str(seen.stuck), bad=seen.stuck > 0))
    if seen.commands is not None:
        lines.append(Fact(name="Redis, commands a second", value=str(seen.commands), bad=seen.commands > BUSY))
    return lines
