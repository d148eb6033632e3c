"""What can be made to go wrong with the storybook: five faults with real effects, each with its undo."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from uuid import UUID

import asyncpg

from bot.background import end
from demo.database import OUTAGES
from demo.storybook.jobs import Jobs
from demo.storybook.workers import Workers

# More than an hour old on purpose: recovering them by hand must not count as failures of the last hour.
STUCK = """
INSERT INTO jobs (user_key, topic, status, current_step, created_at, updated_at)
SELECT 'user_' || 1001 + n, 'The lighthouse that was afraid of the dark', 'running', 'images',
       now() - interval '70 minutes' - interval '3 minutes' * n,
       now() - interval '65 minutes' - interval '3 minutes' * n
FROM generate_series(1, 7) AS n
RETURNING id
"""

ORDERED = """
INSERT INTO jobs (user_key, topic) SELECT 'user_' || 1001 + n, 'A picnic on Mars' FROM generate_series(1, 9) AS n
"""

TRY_IMAGES_AGAIN = """
UPDATE jobs SET status = 'queued', error_code = NULL, updated_at = now()
WHERE status = 'failed' AND error_code = 'IMAGE_FAILED'
"""

FLOODED = """
INSERT INTO jobs (user_key, topic, status, current_step, cost_usd, created_at, updated_at)
SELECT 'user_8841', 'Book number ' || n, 'completed', 'layout', 0.25,
       now() - interval '2 minutes' * n - interval '1 minute', now() - interval '2 minutes' * n
FROM generate_series(1, 480) AS n
"""

FORGIVEN = "DELETE FROM jobs WHERE user_key = 'user_8841'"

EXPORT = "SELECT id, user_key, topic, created_at FROM jobs WHERE status = 'completed' ORDER BY created_at LIMIT 500"

LOCK = "LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE"
REPORT = "SELECT user_key, count(*), pg_sleep(6) FROM jobs GROUP BY user_key LIMIT 1"


class StuckJobs:
    """Seven jobs hang for over an hour, and with them all workers and the job monitor that would have rescued them."""

    name = "stuck-jobs"
    title = "Workers hang on seven jobs, the job monitor with them"

    def __init__(self, jobs: Jobs, workers: Workers) -> None:
        self._jobs = jobs
        self._workers = workers

    @property
    def active(self) -> bool:
        return self._workers.hung

    async def begin(self) -> None:
        await self._workers.hang_on(self._take_jobs)

    async def end(self) -> None:
        await self._jobs.recover_stuck()
        self._workers.wake()

    async def _take_jobs(self) -> list[UUID]:
        return [row["id"] for row in await self._jobs.fetch(STUCK)]


class ImagesFail:
    """The image provider answers nothing, so every book fails at its images."""

    name = "failures"
    title = "The image provider is down, every book fails"

    def __init__(self, jobs: Jobs, workers: Workers) -> None:
        self._jobs = jobs
        self._workers = workers

    @property
    def active(self) -> bool:
        return not self._workers.images.available

    async def begin(self) -> None:
        self._workers.images.available = False
        await self._jobs.fetch(ORDERED)

    async def end(self) -> None:
        self._workers.images.available = True
        await self._jobs.fetch(TRY_IMAGES_AGAIN)


class SlowReport:
    """A report locks the jobs table for six seconds, again and again; every request waits for it."""

    name = "slow"
    title = "A report locks the jobs table for seconds at a time"

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._report: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        return self._report is not None and not self._report.done()

    async def begin(self) -> None:
        self._report = asyncio.create_task(self._report_until_killed())

    async def end(self) -> None:
        if self._report is not None:
            await end(self._report)

    async def _report_until_killed(self) -> None:
        with suppress(*OUTAGES):
            connection = await _connect(self._dsn, "storybook-report")
            try:
                while True:
                    async with connection.transaction():
                        await connection.execute(LOCK)
                        await connection.fetch(REPORT)
                    await asyncio.sleep(0.2)
            finally:
                await connection.close(timeout=2)


class CostFlood:
    """One customer ordered hundreds of books within a day, which cost more than a hundred dollars."""

    name = "cost"
    title = "One customer floods the service with books"

    def __init__(self, jobs: Jobs) -> None:
        self._jobs = jobs
        self._flooded = False

    @property
    def active(self) -> bool:
        return self._flooded

    async def begin(self) -> None:
        await self._jobs.fetch(FLOODED)
        self._flooded = True

    async def end(self) -> None:
        await self._jobs.fetch(FORGIVEN)
        self._flooded = False


async def _connect(dsn: str, application: str) -> asyncpg.Connection[asyncpg.Record]:
    return await asyncpg.connect(dsn, server_settings={"application_name": application})
