"""The storybook as the demo sees it: start and stop it, make it ill, look how it is."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp import web

from demo.alertmanager import AlertRule
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import alerts, database
from demo.storybook.admission import Admission, create_users, open_client
from demo.storybook.api import Api
from demo.storybook.faults import ConnectionLeak, CostFlood, Fault, ImagesFail, SlowReport, StuckJobs
from demo.storybook.jobs import Jobs
from demo.storybook.reading import Monitor, Reading, facts
from demo.storybook.workers import Workers

TITLE = "AI Storybook"
CUSTOMERS = tuple(f"user_{number}" for number in range(1001, 1010))


class FaultError(Exception):
    """A fault could not be brought about or undone; the message says why and what to do."""


class Patient:
    """AI Storybook on 127.0.0.1, over a PostgreSQL and a Redis: `async with Patient(postgres, redis) as patient:`.

    Once started it has `url`, `dsns`, a connection URL for each role, and `redis_passwords`, one for each user. One at
    a time on a PostgreSQL and a Redis: its database, roles and users bear fixed names. Every `traffic_seconds` a
    customer orders a book; 0 for never.
    """

    rules: Sequence[AlertRule] = alerts.RULES

    def __init__(
        self, postgres: RealPostgres, redis: RealRedis, *, step_seconds: float = 0.5, traffic_seconds: float = 8.0
    ) -> None:
        self._postgres = postgres
        self.redis = redis
        self._step_seconds = step_seconds
        self._traffic_seconds = traffic_seconds
        self._undo = AsyncExitStack()
        self._faults: dict[str, Fault] = {}
        self.book_token = secrets.token_urlsafe(24)
        self.write_token = secrets.token_urlsafe(24)
        self.url = ""
        self.dsns: Mapping[str, str] = {}
        self.redis_passwords: Mapping[str, str] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Make the database and start API, workers and customers; on failure nothing stays behind."""
        self.dsns = await database.create(self._postgres)
        self.redis_passwords = await create_users(self.redis)
        async with AsyncExitStack() as undo:
            jobs = await self._open_jobs(undo, size=8, application="storybook-api")
            workers = Workers(
                await self._open_jobs(undo, size=4, application="storybook-worker"), step_seconds=self._step_seconds
            )
            limits = open_client(self.redis.url(database.APP, self.redis_passwords[database.APP]))
            admission = Admission(await undo.enter_async_context(limits))
            api = Api(jobs, admission, book_token=self.book_token, write_token=self.write_token)
            self.url = await _serve(undo, api)
            session = await undo.enter_async_context(aiohttp.ClientSession())
            self._monitor = Monitor(url=self.url, session=session, api=api, jobs=jobs, postgres=self._postgres)
            _keep_running(undo, workers.run())
            if self._traffic_seconds:
                _keep_running(undo, self._order_books(session))
            self._faults = {fault.name: fault for fault in self._possible_faults(jobs, workers)}
            undo.push_async_callback(self._let_go)
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """Stop all that was started; the database stays until the next start or its server's end."""
        await self._undo.aclose()

    async def fault(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""
        if name not in self._faults:
            raise FaultError(f"{TITLE} has no fault {name!r}: choose one of {', '.join(self._faults)}.")
        fault = self._faults[name]
        if fault.active == on:
            return
        try:
            await (fault.begin() if on else fault.end())
        except database.OUTAGES as outage:
            raise FaultError(
                f"The storybook's database is out of reach ({outage}): undo the other fault first."
            ) from outage

    async def read(self) -> Reading:
        """What a monitor sees now."""
        return await self._monitor.read()

    async def healthy(self) -> bool:
        """Whether its own health page says so."""
        return (await self.read()).status == "healthy"

    async def firing(self) -> frozenset[str]:
        """The names of the alerts that its monitors would raise now; for `Alertmanager.watch`."""
        return alerts.firing(await self.read())

    async def state(self) -> dict[str, object]:
        """What the demo's panel shows: title, faults, alerts that can be sent, health with facts."""
        seen = await self.read()
        return {
            "title": TITLE,
            "faults": [{"name": f.name, "title": f.title, "active": f.active} for f in self._faults.values()],
            "alerts": [{"name": rule.name, "title": rule.title} for rule in self.rules],
            "health": {"status": seen.status, "facts": [asdict(fact) for fact in facts(seen)]},
        }

    async def _open_jobs(self, undo: AsyncExitStack, *, size: int, application: str) -> Jobs:
        pool = database.open_pool(self.dsns[database.APP], size=size, application=application)
        return Jobs(await undo.enter_async_context(pool))

    def _possible_faults(self, jobs: Jobs, workers: Workers) -> list[Fault]:
        dsn = self.dsns[database.APP]
        return [
            StuckJobs(jobs, workers),
            ConnectionLeak(dsn),
            ImagesFail(jobs, workers),
            SlowReport(dsn),
            CostFlood(jobs),
        ]

    async def _let_go(self) -> None:
        """Stop what the faults themselves keep running; their marks in the database may stay."""
        for fault in self._faults.values():
            if isinstance(fault, ConnectionLeak | SlowReport):
                await fault.end()

    async def _order_books(self, session: aiohttp.ClientSession) -> None:
        headers = {"Authorization": f"Bearer {self.book_token}"}
        for customer in itertools.cycle(CUSTOMERS):
            await asyncio.sleep(self._traffic_seconds)
            order = {"user_key": customer, "topic": "A whale in the library"}
            with suppress(aiohttp.ClientError, TimeoutError):
                await (await session.post(f"{self.url}/books", json=order, headers=headers)).read()


async def _serve(undo: AsyncExitStack, api: Api) -> str:
    runner = web.AppRunner(api.application(), access_log=None, shutdown_timeout=1)
    undo.push_async_callback(runner.cleanup)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"


def _keep_running(undo: AsyncExitStack, work: Coroutine[None, None, None]) -> None:
    task = asyncio.create_task(work)

    async def end() -> None:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    undo.push_async_callback(end)
