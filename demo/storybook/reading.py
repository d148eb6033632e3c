"""What a monitor sees of the storybook at one moment, and how the demo's panel shows it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from time import monotonic
from typing import Literal

import aiohttp
from msgspec import Struct

from demo.database import OUTAGES
from demo.postgres import RealPostgres
from demo.storybook.api import Api
from demo.storybook.health import JobCounts, Status
from demo.storybook.jobs import Jobs
from demo.storybook.records import RECORDS
from demo.system import Fact

LOOK_SECONDS = 3.0
JOB_COUNTS = JobCounts.__struct_fields__


class Reading(Struct, frozen=True, kw_only=True):
    """Status *down*: the API gave no answer. `error` is what it said instead of numbers; None: could not be read."""

    status: Status | Literal["down"]
    error: str | None
    jobs: JobCounts | None
    connections: int
    p99_seconds: float
    cost_today: float | None


def facts(seen: Reading) -> list[Fact]:
    """The lines of the panel: what could be read, what is past its threshold marked as bad."""
    lines = [
        Fact(
            name="Database connections",
            value=f"{seen.connections} of {RECORDS.connections}",
            bad=seen.connections >= RECORDS.connections,
        ),
        Fact(name="API p99", value=f"{seen.p99_seconds:.2f} s", bad=seen.p99_seconds > 5),
    ]
    if seen.cost_today is not None:
        lines.append(Fact(name="Cost of 24 hours", value=f"${seen.cost_today:.2f}", bad=seen.cost_today > 100))
    if seen.error:
        lines.append(Fact(name="API says", value=seen.error, bad=True))
    return _job_facts(seen.jobs) + lines if seen.jobs else lines


def _job_facts(jobs: JobCounts) -> list[Fact]:
    return [
        Fact(name="Jobs stuck", value=str(jobs.stuck), bad=jobs.stuck > 0),
        Fact(name="Jobs running", value=str(jobs.running), bad=False),
        Fact(name="Jobs queued", value=str(jobs.queued), bad=jobs.queued > 50),
        Fact(name="Success rate", value=f"{jobs.success_rate:.1f} %", bad=jobs.success_rate < 90),
    ]


class Monitor:
    """Looks at the storybook from outside: over its HTTP API, and at its role in the database server."""

    def __init__(
        self, *, url: str, session: aiohttp.ClientSession, api: Api, jobs: Jobs, postgres: RealPostgres
    ) -> None:
        self._url = url
        self._session = session
        self._api = api
        self._jobs = jobs
        self._postgres = postgres

    async def read(self) -> Reading:
        """Look once, for a few seconds at most; an ill storybook raises nothing."""
        (status, error, jobs), cost, connections = await asyncio.gather(
            self._health(), self._cost(), self._connections()
        )
        return Reading(
            status=status,
            error=error,
            jobs=jobs,
            connections=connections,
            p99_seconds=self._api.latencies.p99(monotonic()),
            cost_today=cost,
        )

    async def _health(self) -> tuple[Status | Literal["down"], str | None, JobCounts | None]:
        timeout = aiohttp.ClientTimeout(total=LOOK_SECONDS)
        try:
            async with self._session.get(f"{self._url}/health/detailed", timeout=timeout) as answer:
                body = await answer.json()
        except TimeoutError:
            return "down", f"no answer within {LOOK_SECONDS:.0f} s", None
        except aiohttp.ClientError as failure:
            return "down", str(failure), None
        if answer.status != 200:
            return "unhealthy", body["error"], None
        return body["status"], None, JobCounts(**{name: body["jobs"][name] for name in JOB_COUNTS})

    async def _connections(self) -> int:
        try:
            return await RECORDS.count_connections(self._postgres)
        except OUTAGES:
            return 0

    async def _cost(self) -> float | None:
        with suppress(*OUTAGES):
            async with asyncio.timeout(LOOK_SECONDS):
                return await self._jobs.cost_today()
        return None
