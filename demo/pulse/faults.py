"""What can be made to go wrong with Pulse AI Studio: three faults with real effects, each with its undo."""

import asyncio
from contextlib import suppress
from typing import Final

import aiohttp

from bot.background import end
from demo.database import visit
from demo.pulse.account import BACKEND, DATABASE_URL
from demo.pulse.logs import Secrets
from demo.pulse.monitor import Monitor
from demo.pulse.scheduler import Scheduler

LOST: Final = """
INSERT INTO jobs (user_id, kind, status, created_at, updated_at)
SELECT 'u-' || 2200 + n, 'video', 'processing',
       now() - interval '3 hours' - interval '2 minutes' * n, now() - interval '2 hours' - interval '2 minutes' * n
FROM generate_series(1, 6) AS n
"""
FOUND: Final = """
UPDATE jobs SET status = 'pending', updated_at = now()
WHERE status = 'processing' AND updated_at < now() - interval '1 hour'
"""
GREEDY: Final = "u-2207"
REQUESTS_A_SECOND: Final = 30
TOKENS: Final = 150


class GivenUp:
    """A wrong password reached the backend's secret. It was mended soon, but by then ECS had given the backend up."""

    name = "given-up"
    title = "ECS gave the backend up after a wrong secret"

    def __init__(self, scheduler: Scheduler, secrets: Secrets) -> None:
        self._scheduler = scheduler
        self._secrets = secrets

    @property
    def active(self) -> bool:
        return self._scheduler.services[BACKEND].given_up

    async def begin(self) -> None:
        right = await self._secrets.read(DATABASE_URL)
        await self._secrets.write(DATABASE_URL, right.replace("@", "-as-it-was@"))
        try:
            await self._scheduler.crash(BACKEND, "Essential container in task exited")
            await self._scheduler.tend()
        finally:
            await self._secrets.write(DATABASE_URL, right)

    async def end(self) -> None:
        self._scheduler.deploy_anew(BACKEND)
        await self._scheduler.tend()


class LostJobs:
    """Six jobs were in a worker's hands when it ended, and nobody works on them since."""

    name = "lost-jobs"
    title = "A worker ended with six jobs in its hands"

    def __init__(self, dsn: str, monitor: Monitor) -> None:
        self._dsn = dsn
        self._monitor = monitor

    @property
    def active(self) -> bool:
        return bool(self._monitor.last.stuck)

    async def begin(self) -> None:
        await self._run(LOST)

    async def end(self) -> None:
        await self._run(FOUND)

    async def _run(self, query: str) -> None:
        async with visit(self._dsn) as connection:
            await connection.execute(query)
        await self._monitor.read()


class Greed:
    """One user's script asks for long answers without end; each token of them is metered in Redis.

    It stops for good as soon as the gateway refuses it.
    """

    name = "greedy-user"
    title = f"A script of {GREEDY} asks without end"

    def __init__(self, gateway: str, token: str) -> None:
        self._gateway = gateway
        self._headers = {"Authorization": f"Bearer {token}"}
        self._script: asyncio.Task[None] | None = None

    @property
    def active(self) -> bool:
        return self._script is not None and not self._script.done()

    async def begin(self) -> None:
        self._script = asyncio.create_task(self._ask_without_end())

    async def end(self) -> None:
        if self._script is not None:
            await end(self._script)

    async def _ask_without_end(self) -> None:
        asked = {"user_id": GREEDY, "tokens": TOKENS}
        async with aiohttp.ClientSession(headers=self._headers) as session:
            while True:
                with suppress(aiohttp.ClientError, TimeoutError):
                    async with session.post(f"{self._gateway}/v1/chat/complete", json=asked) as answer:
                        if answer.status == 429:
                            return
                await asyncio.sleep(1 / REQUESTS_A_SECOND)
