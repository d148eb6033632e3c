"""The storybook as the demo sees it: start and stop it, make it ill, look how it is."""

from __future__ import annotations

import asyncio
import itertools
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

import aiohttp

from bot.background import in_the_background
from demo.alertmanager import AlertRule
from demo.database import DIAGNOSTIC, OUTAGES, REMEDIATION, open_pool
from demo.fault import Fault, Faults
from demo.leak import ConnectionLeak
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.redis_users import create_users, open_client
from demo.status_page import StatusPage
from demo.storybook import alerts
from demo.storybook.admission import RIGHTS, Admission
from demo.storybook.api import Api
from demo.storybook.faults import EXPORT, CostFlood, ImagesFail, SlowReport, StuckJobs
from demo.storybook.jobs import Jobs
from demo.storybook.processes import ApiProcess, Servers, WorkerProcess, start_containers
from demo.storybook.reading import Monitor, Reading, facts
from demo.storybook.records import RECORDS
from demo.storybook.workers import Images, Workers
from demo.system import panel

TITLE = "AI Storybook"
CUSTOMERS = tuple(f"user_{number}" for number in range(1001, 1010))


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
        self._faults = Faults(TITLE, (), OUTAGES)
        self.book_token = secrets.token_urlsafe(24)
        self.write_token = secrets.token_urlsafe(24)
        self.openai = StatusPage("OpenAI")
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
        self.dsns = await RECORDS.create(self._postgres)
        self.redis_passwords = await create_users(self.redis, RIGHTS)
        async with AsyncExitStack() as undo:
            jobs = await self._open_jobs(undo, size=8, application="storybook-api")
            workers = Workers(
                await self._open_jobs(undo, size=4, application="storybook-worker"),
                Images(),
                step_seconds=self._step_seconds,
            )
            limits = open_client(self.redis.url(RECORDS.application, self.redis_passwords[RECORDS.application]))
            admission = Admission(await undo.enter_async_context(limits))
            api = Api(jobs, admission, book_token=self.book_token, write_token=self.write_token)
            servers = Servers(self._postgres, self.redis, self.redis_passwords)
            process = ApiProcess(api)
            self._engine = await start_containers(undo, process, WorkerProcess(workers), servers)
            self.url = process.url
            await self.openai.start(undo)
            session = await undo.enter_async_context(aiohttp.ClientSession())
            self._monitor = Monitor(url=self.url, session=session, api=api, jobs=jobs, postgres=self._postgres)
            if self._traffic_seconds:
                in_the_background(self._order_books(session), "customers", undo)
            self._faults = Faults(TITLE, self._possible_faults(jobs, workers), OUTAGES)
            undo.push_async_callback(self._faults.end)
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """Stop all that was started; the database stays until the next start or its server's end."""
        await self._undo.aclose()

    async def fault(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""
        await self._faults.set(name, on)

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
        return panel(TITLE, self._faults, self.rules, seen.status, facts(seen))

    @property
    def targets(self) -> Mapping[str, Mapping[str, object]]:
        """What the bot's configuration says of its database, API, Redis and containers, and whom it depends on."""
        return {
            "storybook-db": {
                "kind": "postgres",
                "environment": "production",
                "diagnostic_dsn_env": "DEMO_DIAGNOSTIC_DSN",
                "remediation_dsn_env": "DEMO_REMEDIATION_DSN",
                "relations": ["public.jobs"],
            },
            "storybook-api": {
                "kind": "http",
                "environment": "production",
                "base_url": self.url,
                "remediation_token_env": "DEMO_WRITE_TOKEN",
                "canary": {"method": "POST", "path": "/admin/job-monitor/run"},
            },
            "storybook-redis": {
                "kind": "redis",
                "environment": "production",
                "host": "127.0.0.1",
                "port": self.redis.port,
                "diagnostic": {"user": DIAGNOSTIC, "password_env": "DEMO_REDIS_LOOK"},
                "remediation": {"user": REMEDIATION, "password_env": "DEMO_REDIS_FIX"},
            },
            "storybook-docker": self._engine.target(),
            "openai-status": self.openai.target(),
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """The secrets that the targets name."""
        return {
            "DEMO_DIAGNOSTIC_DSN": self.dsns[DIAGNOSTIC],
            "DEMO_REMEDIATION_DSN": self.dsns[REMEDIATION],
            "DEMO_WRITE_TOKEN": self.write_token,
            "DEMO_REDIS_LOOK": self.redis_passwords[DIAGNOSTIC],
            "DEMO_REDIS_FIX": self.redis_passwords[REMEDIATION],
        }

    async def _open_jobs(self, undo: AsyncExitStack, *, size: int, application: str) -> Jobs:
        pool = open_pool(self.dsns[RECORDS.application], size=size, application=application)
        return Jobs(await undo.enter_async_context(pool))

    def _possible_faults(self, jobs: Jobs, workers: Workers) -> list[Fault]:
        dsn = self.dsns[RECORDS.application]
        return [
            StuckJobs(jobs, workers),
            ConnectionLeak(dsn=dsn, most=RECORDS.connections, application="storybook-export", query=EXPORT),
            ImagesFail(jobs, workers),
            SlowReport(dsn),
            CostFlood(jobs),
        ]

    async def _order_books(self, session: aiohttp.ClientSession) -> None:
        headers = {"Authorization": f"Bearer {self.book_token}"}
        for customer in itertools.cycle(CUSTOMERS):
            await asyncio.sleep(self._traffic_seconds)
            order = {"user_key": customer, "topic": "A whale in the library"}
            with suppress(aiohttp.ClientError, TimeoutError):
                await (await session.post(f"{self.url}/books", json=order, headers=headers)).read()
