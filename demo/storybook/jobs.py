"""The book jobs: each thing that can be asked of their table, one query each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import asyncpg
from msgspec import Struct

from demo.storybook.health import JobCounts

STEPS = ("outline", "story", "images", "layout")

SUBMIT = "INSERT INTO jobs (user_key, topic) VALUES ($1, $2) RETURNING id"

FIND = "SELECT id, status, current_step, error_code, created_at, updated_at FROM jobs WHERE id = $1"

CLAIM = """
UPDATE jobs SET status = 'running', current_step = $1, updated_at = now()
WHERE id = (SELECT id FROM jobs WHERE status = 'queued' ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

ADVANCE = "UPDATE jobs SET current_step = $2, updated_at = now() WHERE id = $1 AND status = 'running' RETURNING true"

COMPLETE = """
UPDATE jobs SET status = 'completed', cost_usd = 0.25, updated_at = now() WHERE id = $1 AND status = 'running'
"""

FAIL = "UPDATE jobs SET status = 'failed', error_code = $2, updated_at = now() WHERE id = $1 AND status = 'running'"

# Back to the queue; a job that keeps getting stuck fails at its fourth time.
RECOVER = """
UPDATE jobs SET
    status = CASE WHEN recoveries < 3 THEN 'queued' ELSE 'failed' END,
    error_code = CASE WHEN recoveries < 3 THEN NULL ELSE 'JOB_TIMEOUT' END,
    recoveries = recoveries + 1,
    updated_at = now()
WHERE status = 'running' AND updated_at < now() - interval '15 minutes'
RETURNING id
"""

COUNT = """
SELECT
    count(*) FILTER (WHERE status = 'queued') AS queued,
    count(*) FILTER (WHERE status = 'running') AS running,
    count(*) FILTER (WHERE status = 'running' AND updated_at < now() - interval '15 minutes') AS stuck,
    count(*) FILTER (WHERE status = 'completed' AND updated_at > now() - interval '1 hour') AS completed_last_hour,
    count(*) FILTER (WHERE status = 'failed' AND updated_at > now() - interval '1 hour') AS failed_last_hour
FROM jobs
"""

COST = "SELECT coalesce(sum(cost_usd), 0)::float8 FROM jobs WHERE created_at > now() - interval '24 hours'"

STILL_RUNNING = "SELECT count(*) FROM jobs WHERE id = ANY($1) AND status = 'running'"


class Work(Struct, frozen=True, kw_only=True):
    """A book in a worker's hands, and the step it is at (one of STEPS)."""

    id: UUID
    step: str


class Jobs:
    """The table of book jobs, as the application sees it; any method may raise one of `database.OUTAGES`."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    async def submit(self, user_key: str, topic: str) -> UUID:
        """Queue a book."""
        job: UUID = await self._value(SUBMIT, user_key, topic)
        return job

    async def find(self, job: UUID) -> dict[str, object] | None:
        """One job's row, or None."""
        async with self._pool.acquire(timeout=3) as connection:
            row = await connection.fetchrow(FIND, job)
        return dict(row) if row else None

    async def claim(self) -> Work | None:
        """Take the oldest queued job, or None; no two workers get the same."""
        job: UUID | None = await self._value(CLAIM, STEPS[0])
        return Work(id=job, step=STEPS[0]) if job else None

    async def advance(self, work: Work) -> Work | None:
        """Save that a step is done; None when the book is finished or was taken from the worker meanwhile."""
        following = STEPS[STEPS.index(work.step) + 1 :]
        if not following:
            await self._value(COMPLETE, work.id)
            return None
        moved: bool | None = await self._value(ADVANCE, work.id, following[0])
        return Work(id=work.id, step=following[0]) if moved else None

    async def fail(self, work: Work, error_code: str) -> None:
        """Give a book up."""
        await self._value(FAIL, work.id, error_code)

    async def recover_stuck(self) -> int:
        """Put every job that did not move for 15 minutes back into the queue; returns how many."""
        async with self._pool.acquire(timeout=3) as connection:
            return len(await connection.fetch(RECOVER))

    async def count(self) -> JobCounts:
        """The numbers of the health page."""
        async with self._pool.acquire(timeout=3) as connection:
            row = await connection.fetchrow(COUNT)
        assert row is not None
        return JobCounts(**dict(row))

    async def cost_today(self) -> float:
        """What the last 24 hours' books cost, in US dollars."""
        cost: float = await self._value(COST)
        return cost

    async def any_running(self, jobs: Sequence[UUID]) -> bool:
        """Whether one of these jobs is still marked as running."""
        running: int = await self._value(STILL_RUNNING, jobs)
        return running > 0

    async def fetch(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Run any query as the application: how faults are brought about."""
        async with self._pool.acquire(timeout=3) as connection:
            rows: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return rows

    async def _value(self, query: str, *arguments: object) -> Any:
        async with self._pool.acquire(timeout=3) as connection:
            return await connection.fetchval(query, *arguments)
