"""Algorhythmic as the demo sees it: start and stop it, make it ill, look how it is."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from types import TracebackType
from typing import Self

from bot.background import in_the_background
from demo.alertmanager import AlertRule
from demo.algorhythmic import alerts
from demo.algorhythmic.alerts import Reading
from demo.algorhythmic.api import Api
from demo.algorhythmic.breaker import Breaker
from demo.algorhythmic.faults import BreakerStuck, CreditsWrong, DalleDown, QueueStuck
from demo.algorhythmic.jobs import DATABASE, Jobs
from demo.algorhythmic.painter import Painter
from demo.database import DIAGNOSTIC, OUTAGES, REMEDIATION, Records, open_pool
from demo.fault import Faults
from demo.machine import Machine
from demo.postgres import RealPostgres
from demo.serving import serve
from demo.status_page import StatusPage
from demo.system import panel

TITLE = "Algorhythmic"
RELATIONS = (
    "credit_ledger",
    "generation_jobs",
    "telemetry_events",
    "art_sessions",
    "user_credits",
    "users",
    "pg_stat_statements",
)

LOGS, BACKUPS = "/tmp/logs", "/backups"  # noqa: S108 - the runbook's own place, which lies on the patient's machine
SERVER_LOG = """\
GET /api/health 200 in 3ms
POST /api/generate 202 in 48ms
WebSocket client connected: 184 open
POST /api/generate 500 in 31004ms
ERROR DALL-E answered 503 after 31 s
GET /api/credits 200 in 6ms
WebSocket client left: 183 open
"""


class Patient:
    """Algorhythmic on 127.0.0.1, over a PostgreSQL: `async with Patient(postgres) as patient:`.

    Once started it has `url`, `development_url` of a server for tests, and `dsns`, a connection URL for each role. One
    at a time on a PostgreSQL, because its database and roles bear fixed names. Every `traffic_seconds` somebody orders
    a picture; 0 for never.
    """

    rules: Sequence[AlertRule] = alerts.RULES

    def __init__(self, postgres: RealPostgres, *, paint_seconds: float = 1.0, traffic_seconds: float = 6.0) -> None:
        self._postgres = postgres
        self._paint_seconds = paint_seconds
        self._traffic_seconds = traffic_seconds
        self._undo = AsyncExitStack()
        self._faults = Faults(TITLE, (), OUTAGES)
        self.look_token = secrets.token_urlsafe(24)
        self.write_token = secrets.token_urlsafe(24)
        self.breaker = Breaker()
        self.openai, self.replit = StatusPage("OpenAI"), StatusPage("Replit")
        self.machine = Machine((LOGS, BACKUPS))
        self.dsns: Mapping[str, str] = {}
        self.url = self.development_url = ""

    async def __aenter__(self) -> Self:
        self.dsns = await DATABASE.create(self._postgres)
        async with AsyncExitStack() as undo:
            pool = open_pool(self.dsns[DATABASE.application], size=6, application="algorhythmic")
            self.jobs = Jobs(Records(await undo.enter_async_context(pool)))
            for page in (self.openai, self.replit):
                await page.start(undo)
            await self._start_machine(undo)
            self.url = await serve(undo, self._api(self.breaker).application())
            self.development_url = await serve(undo, self._api(Breaker()).application(development=True))
            painter = Painter(self.jobs, self.breaker, seconds=self._paint_seconds)
            self._credits = CreditsWrong(self.jobs)
            faults = (
                BreakerStuck(self.jobs, self.breaker),
                QueueStuck(self.jobs, painter),
                self._credits,
                DalleDown(painter, self.breaker, self.openai),
            )
            self._faults = Faults(TITLE, faults, OUTAGES)
            undo.push_async_callback(self._faults.end)
            in_the_background(painter.run(), "painter", undo)
            if self._traffic_seconds:
                in_the_background(self._order_pictures(), "customers", undo)
            self._undo = undo.pop_all()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self._undo.aclose()

    async def fault(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""
        await self._faults.set(name, on)

    async def read(self) -> Reading:
        """What a monitor sees now."""
        with suppress(*OUTAGES):
            counts, differing = await asyncio.gather(self.jobs.count(), self.jobs.differing_balances())
            self._credits.notice(differing)
            return Reading(breaker=self.breaker.state, counts=counts, differing=differing)
        return Reading(breaker=self.breaker.state, counts=None, differing=0)

    async def firing(self) -> frozenset[str]:
        """The names of the alerts that its monitors would raise now."""
        return alerts.firing(await self.read())

    async def state(self) -> dict[str, object]:
        """What the demo's panel shows."""
        seen = await self.read()
        return panel(TITLE, self._faults, self.rules, alerts.status(seen), alerts.facts(seen))

    @property
    def targets(self) -> Mapping[str, Mapping[str, object]]:
        """What the bot's configuration says of its database, its API, and whom it depends on."""
        return {
            "algorhythmic-db": {
                "kind": "postgres",
                "environment": "production",
                "diagnostic_dsn_env": "DEMO_DIAGNOSTIC_DSN",
                "remediation_dsn_env": "DEMO_REMEDIATION_DSN",
                "relations": [f"public.{name}" for name in RELATIONS],
            },
            "algorhythmic-admin": self._http(self.url, "/api/admin/reset-circuit-breaker", tokens=True),
            "algorhythmic-site": self._http(self.url, "/api/health"),
            "algorhythmic-dev": self._http(
                self.development_url, "/api/test/generate", tokens=True, environment="development"
            ),
            "algorhythmic-host": self.machine.target(),
            "openai-status": self.openai.target(),
            "replit-status": self.replit.target(),
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """The secrets that the targets name."""
        return {
            "DEMO_DIAGNOSTIC_DSN": self.dsns[DIAGNOSTIC],
            "DEMO_REMEDIATION_DSN": self.dsns[REMEDIATION],
            "DEMO_LOOK_TOKEN": self.look_token,
            "DEMO_WRITE_TOKEN": self.write_token,
            **self.machine.environment,
        }

    async def _start_machine(self, undo: AsyncExitStack) -> None:
        """The machine with the logs of a quiet morning, and the backups of some nights."""
        await self.machine.start(undo)
        self.machine.write(f"{LOGS}/server_1.log", SERVER_LOG)
        self.machine.write(f"{LOGS}/error_1.log", "2026-11-22T02:10:44Z ERROR DALL-E answered 503 after 31 s\n")
        for days, name in ((0, "20261122_030000.dump"), (1, "20261121_030000.dump"), (40, "20261013_030000.dump")):
            self.machine.write(f"{BACKUPS}/algorhythmic-{name}", "PGDMP\n", days_old=days)
        self.machine.write(f"{BACKUPS}/backup_20240115.sql.gz", "\n", days_old=300)

    def _api(self, breaker: Breaker) -> Api:
        return Api(self.jobs, breaker, look_token=self.look_token, write_token=self.write_token)

    @staticmethod
    def _http(url: str, canary: str, *, tokens: bool = False, environment: str = "production") -> dict[str, object]:
        named = {"diagnostic_token_env": "DEMO_LOOK_TOKEN", "remediation_token_env": "DEMO_WRITE_TOKEN"}
        return {
            "kind": "http",
            "environment": environment,
            "base_url": url,
            "canary": {"method": "POST", "path": canary},
            **(named if tokens else {}),
        }

    async def _order_pictures(self) -> None:
        for number in itertools.cycle(range(1001, 1041)):
            await asyncio.sleep(self._traffic_seconds)
            with suppress(*OUTAGES):
                await self.jobs.order(f"user-{number}")
