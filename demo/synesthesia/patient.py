"""Synesthesia as the demo sees it: start and stop it, make it ill, look how it is."""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import aiohttp
from redis.asyncio import Redis

from bot.background import in_the_background
from demo.alertmanager import AlertRule
from demo.database import DIAGNOSTIC, REMEDIATION, Records, open_pool
from demo.engine import Engine, Part
from demo.fault import Faults
from demo.machine import FullDisk, Machine
from demo.nats import RealNats
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.redis_users import Rights, create_users, looking, open_client
from demo.serving import serve
from demo.status_page import StatusPage
from demo.synesthesia import alerts
from demo.synesthesia.alerts import Reading
from demo.synesthesia.api import Api
from demo.synesthesia.faults import ApiHangs, OpenAiDown, StuckPacks, WorkerGrows
from demo.synesthesia.packs import AWAY, DATABASE, Packs, Queue
from demo.synesthesia.worker import Worker
from demo.system import panel

TITLE = "Synesthesia"
APP = DATABASE.application
KEYS = "pack:*"
WORKER = "narrative-worker"
WORKER_IMAGE = "synesthesia/narrative-worker:2.4.1"
SYSLOG = "/var/log/syslog"
CERTIFICATE = "/etc/nginx/ssl/cert.pem"
RIGHTS = {APP: Rights(keys=KEYS, commands="+ping +set +get"), DIAGNOSTIC: looking(KEYS)}


class Patient:
    """Synesthesia on 127.0.0.1, over a PostgreSQL, a Redis and a NATS: `async with Patient(postgres, redis, nats):`.

    Once started it has `url` and `dsns`, a connection URL for each role of its database. One at a time on a server,
    because what it makes there bears fixed names. Every `traffic_seconds` somebody asks for a story pack; 0 for never.
    """

    rules: Sequence[AlertRule] = alerts.RULES

    def __init__(
        self,
        postgres: RealPostgres,
        redis: RealRedis,
        nats: RealNats,
        *,
        make_seconds: float = 0.5,
        traffic_seconds: float = 4.0,
    ) -> None:
        self._postgres = postgres
        self._redis = redis
        self._nats = nats
        self._make_seconds = make_seconds
        self._traffic_seconds = traffic_seconds
        self._undo = AsyncExitStack()
        self._faults = Faults(TITLE, (), AWAY)
        self._redis_passwords: Mapping[str, str] = {}
        self.openai = StatusPage("OpenAI")
        self.machine = Machine((SYSLOG, CERTIFICATE))
        self.dsns: Mapping[str, str] = {}
        self.url = ""

    async def __aenter__(self) -> Self:
        self.dsns = await DATABASE.create(self._postgres)
        self._redis_passwords = await create_users(self._redis, RIGHTS)
        async with AsyncExitStack() as undo:
            self.packs = await self._open_packs(undo)
            cache = await undo.enter_async_context(open_client(self._redis.url(APP, self._redis_passwords[APP])))
            self._assemble(cache)
            self.url = await serve(undo, self.api.application())
            await self.openai.start(undo)
            await self.engine.start(undo)
            await self._start_machine(undo)
            undo.push_async_callback(self._faults.end)
            in_the_background(self.worker.run(), "worker", undo)
            self._session = await undo.enter_async_context(aiohttp.ClientSession(self.url))
            if self._traffic_seconds:
                in_the_background(self._ask_for_packs(), "customers", undo)
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
        counts, waiting = None, None
        with suppress(aiohttp.ClientError, TimeoutError):
            await (await self._session.get("/v1/health")).read()
        with suppress(*AWAY):
            counts = await self.packs.count()
        with suppress(*AWAY):
            waiting = await self.packs.queue.waiting()
        return Reading(
            error_rate=self.api.error_rate,
            counts=counts,
            waiting=waiting,
            memory=self.worker.memory(),
        )

    async def firing(self) -> frozenset[str]:
        """The names of the alerts that its monitors would raise now."""
        return alerts.firing(await self.read())

    async def state(self) -> dict[str, object]:
        """What the demo's panel shows."""
        seen = await self.read()
        return panel(TITLE, self._faults, self.rules, alerts.status(seen), alerts.facts(seen))

    @property
    def targets(self) -> Mapping[str, Mapping[str, object]]:
        """What the bot's configuration says of its servers, its containers, and whom it depends on."""
        login = {"user": DIAGNOSTIC, "password_env": "DEMO_NATS_LOOK"}
        return {
            "synesthesia-db": {
                "kind": "postgres",
                "environment": "production",
                "diagnostic_dsn_env": "DEMO_DIAGNOSTIC_DSN",
                "remediation_dsn_env": "DEMO_REMEDIATION_DSN",
                "relations": ["public.story_packs", "public.pg_stat_statements"],
            },
            "synesthesia-redis": {
                "kind": "redis",
                "environment": "production",
                "host": "127.0.0.1",
                "port": self._redis.port,
                "diagnostic": {"user": DIAGNOSTIC, "password_env": "DEMO_REDIS_LOOK"},
            },
            "synesthesia-nats": {
                "kind": "nats",
                "environment": "production",
                "host": "127.0.0.1",
                "port": self._nats.port,
                "diagnostic": login,
            },
            "synesthesia-api": {
                "kind": "http",
                "environment": "production",
                "base_url": self.url,
                "canary": {"method": "POST", "path": "/v1/health"},
            },
            "synesthesia-docker": self.engine.target(),
            "synesthesia-host": self.machine.target(),
            "openai-status": self.openai.target(),
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """The secrets that the targets name."""
        return {
            "DEMO_DIAGNOSTIC_DSN": self.dsns[DIAGNOSTIC],
            "DEMO_REMEDIATION_DSN": self.dsns[REMEDIATION],
            "DEMO_REDIS_LOOK": self._redis_passwords[DIAGNOSTIC],
            "DEMO_NATS_LOOK": self._nats.passwords[DIAGNOSTIC],
            **self.machine.environment,
        }

    async def _open_packs(self, undo: AsyncExitStack) -> Packs:
        queue = Queue(self._nats)
        undo.push_async_callback((await queue.open()).close)
        pool = open_pool(self.dsns[APP], size=8, application="synesthesia")
        return Packs(Records(await undo.enter_async_context(pool)), queue)

    async def _start_machine(self, undo: AsyncExitStack) -> None:
        """The machine that all containers stand on, with its log and the certificate of the web server."""
        await self.machine.start(undo)
        self.machine.write(
            SYSLOG, "Nov 22 02:11:07 host1 kernel: [88123.4] Memory cgroup: 512000kB limit, 61444kB used\n"
        )
        self.machine.write(CERTIFICATE, (Path(__file__).parent / "cert.pem").read_text())

    def _assemble(self, cache: Redis) -> None:
        """Make the two processes, the containers that they and the servers are, and what can go wrong with them."""
        api = Part(service="api", image="synesthesia/api:2.4.1")
        worker = Part(service=WORKER, image=WORKER_IMAGE, another=self._another_worker)
        self.api = Api(self.packs, cache, api.write)
        self.worker = Worker(self.packs, seconds=self._make_seconds, write=worker.write)
        api.stop, api.start = self.api.stop, self.api.start
        worker.stop, worker.start, worker.memory = self.worker.stop, self.worker.start, self.worker.memory
        postgres = Part(service="postgres", image="postgres:16", stop=self._stop_postgres, start=self._start_postgres)
        redis = Part(service="redis", image="redis:7-alpine", stop=self._stop_redis, start=self._start_redis)
        for part in (api, worker, postgres, redis):
            part.write(f"{part.service} started")
        self.engine = Engine("synesthesia", [api, worker, postgres, redis])
        faults = (
            StuckPacks(self.packs, self.worker),
            ApiHangs(self.api),
            WorkerGrows(self.worker),
            OpenAiDown(self.openai),
            FullDisk(self.machine),
        )
        self._faults = Faults(TITLE, faults, AWAY)

    def _another_worker(self) -> Part:
        """One more of the workers, which take from one queue. It makes packs from its start to its stop."""
        part = Part(service=WORKER, image=WORKER_IMAGE, another=self._another_worker)
        worker = Worker(self.packs, seconds=self._make_seconds, write=part.write, runs=False)
        part.stop, part.start, part.memory = worker.stop, worker.start, worker.memory
        in_the_background(worker.run(), "worker", self._undo)
        return part

    async def _stop_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.pause)

    async def _start_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.resume)

    async def _stop_redis(self) -> None:
        await asyncio.to_thread(self._redis.stop)

    async def _start_redis(self) -> None:
        """It comes back empty, as a cache may, with its users."""
        await asyncio.to_thread(self._redis.start)
        await create_users(self._redis, RIGHTS, self._redis_passwords)

    async def _ask_for_packs(self) -> None:
        for user in itertools.cycle(range(1, 31)):
            await asyncio.sleep(self._traffic_seconds)
            with suppress(aiohttp.ClientError, TimeoutError):
                await (await self._session.post("/v1/packs", json={"user": user})).read()
