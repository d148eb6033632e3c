"""The tasks of the three services: each reads its secret when it starts, and never again."""

import asyncio
from contextlib import AsyncExitStack, suppress
from typing import Final

import asyncpg
from msgspec import Struct
from redis.asyncio import Redis

from bot.background import in_the_background
from demo.database import OUTAGES, open_pool
from demo.pulse.account import BACKEND, DATABASE_URL, GATEWAY, REDIS_URL, WORKER
from demo.pulse.logs import Logs, Secrets
from demo.redis_users import REDIS_OUTAGES, open_client

CLAIM: Final = """
UPDATE jobs SET status = 'processing', updated_at = now()
WHERE id = (SELECT id FROM jobs WHERE status = 'pending' ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""
COMPLETE: Final = "UPDATE jobs SET status = 'completed', updated_at = now() WHERE id = $1 AND status = 'processing'"
ORDER: Final = "INSERT INTO jobs (user_id, kind) VALUES ($1, 'image')"
RATE_LIMIT: Final = 60
"""Requests of one user a minute; who goes over it is written into the log."""
TOLD_EVERY: Final = 25
IDLE_SECONDS: Final = 0.3


class Surroundings(Struct, frozen=True, kw_only=True):
    """What every task finds where it starts. ``job_seconds`` is how long a worker takes for a job."""

    secrets: Secrets
    logs: Logs
    job_seconds: float


class Backend:
    """Answers the app: its health is that of its database."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._undo = AsyncExitStack()
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    async def start(self) -> None:
        """Read the database's address and ask it something. Raises one of OUTAGES."""
        self._pool = await _connected(self._undo, self._around, "pulse-backend")
        self._around.logs.say(BACKEND, "INFO started")

    async def stop(self) -> None:
        """Let go of the database."""
        await self._undo.aclose()

    async def healthy(self) -> bool:
        """Whether the database answers."""
        try:
            await self._execute("SELECT 1")
        except OUTAGES as outage:
            self._around.logs.say(BACKEND, f"ERROR database: {' '.join(str(outage).split())}")
            return False
        return True

    async def order(self, user_id: str) -> None:
        """Ask for a picture. Raises one of OUTAGES."""
        await self._execute(ORDER, user_id)

    async def _execute(self, query: str, *arguments: object) -> None:
        assert self._pool is not None
        async with self._pool.acquire(timeout=3) as connection:
            await connection.execute(query, *arguments)


class Gateway:
    """Passes what users ask on to the providers, keeps their rate limits, and meters every token."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._undo = AsyncExitStack()
        self._redis: Redis | None = None

    async def start(self) -> None:
        """Read Redis' address and ask it something. Raises one of REDIS_OUTAGES."""
        client = open_client(await self._around.secrets.read(REDIS_URL))
        self._redis = await self._undo.enter_async_context(client)
        await self._redis.ping()
        self._around.logs.say(GATEWAY, "INFO started")

    async def stop(self) -> None:
        """Let go of Redis."""
        await self._undo.aclose()

    async def healthy(self) -> bool:
        """Whether Redis answers."""
        assert self._redis is not None
        try:
            return bool(await self._redis.ping())
        except REDIS_OUTAGES:
            return False

    async def complete(self, user_id: str, tokens: int) -> bool:
        """Answer with so many tokens, each metered as it is sent; False when the user is blocked."""
        assert self._redis is not None
        window = f"ratelimit:requests:{user_id}"
        async with self._redis.pipeline(transaction=False) as asked:
            asked.exists(f"ratelimit:block:{user_id}")
            asked.set(window, 0, ex=60, nx=True)
            asked.incr(window)
            blocked, _, requests = await asked.execute()
        if blocked:
            self._around.logs.say(GATEWAY, f"INFO rate_limit user={user_id} is blocked")
            return False
        if requests > RATE_LIMIT and requests % TOLD_EVERY == 1:
            self._around.logs.say(GATEWAY, f"WARN rate_limit user={user_id} requests={requests} in this minute")
        async with self._redis.pipeline(transaction=False) as metered:
            for _ in range(tokens):
                metered.incr(f"usage:tokens:{user_id}")
            await metered.execute()
        return True


class Worker:
    """Does what was ordered, job by job."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._undo = AsyncExitStack()

    async def start(self) -> None:
        """Read the database's address, ask it something, and begin to work. Raises one of OUTAGES."""
        pool = await _connected(self._undo, self._around, "pulse-worker")
        in_the_background(self._work(pool), "worker", self._undo)
        self._around.logs.say(WORKER, "INFO started")

    async def stop(self) -> None:
        """Leave the work where it is."""
        await self._undo.aclose()

    async def _work(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        while True:
            with suppress(*OUTAGES):
                async with pool.acquire(timeout=3) as connection:
                    job = await connection.fetchval(CLAIM)
                if job is not None:
                    await asyncio.sleep(self._around.job_seconds)
                    async with pool.acquire(timeout=3) as connection:
                        await connection.execute(COMPLETE, job)
                    continue
            await asyncio.sleep(IDLE_SECONDS)


async def _connected(undo: AsyncExitStack, around: Surroundings, application: str) -> "asyncpg.Pool[asyncpg.Record]":
    """A pool on the database that the secret names now; it has answered once."""
    opened = open_pool(await around.secrets.read(DATABASE_URL), size=2, application=application)
    pool = await undo.enter_async_context(opened)
    try:
        async with pool.acquire(timeout=3) as connection:
            await connection.execute("SELECT 1")
    except OUTAGES:
        await undo.aclose()
        raise
    return pool
