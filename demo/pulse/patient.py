"""Pulse AI Studio as the demo sees it: start and stop it, make it ill, look how it is."""

import asyncio
import itertools
import secrets
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import aiohttp

from bot.background import in_the_background
from demo.alertmanager import AlertRule
from demo.aws import AwsApi, Key
from demo.database import DIAGNOSTIC, OUTAGES, REMEDIATION, Database
from demo.fault import Fault, Faults
from demo.postgres import RealPostgres
from demo.pulse import account, monitor
from demo.pulse.balancer import Balancer
from demo.pulse.faults import GivenUp, Greed, LostJobs
from demo.pulse.logs import Logs, Secrets
from demo.pulse.scheduler import Scheduler, Service
from demo.pulse.tasks import Backend, Gateway, Surroundings, Worker
from demo.redis import RealRedis
from demo.redis_users import Rights, create_users, looking, open_client
from demo.serving import serve
from demo.status_page import StatusPage
from demo.system import panel

TITLE: Final = "Pulse AI Studio"
RECORDS: Final = Database(name="pulse", application="pulse", folder=Path(__file__).parent)
USERS: Final = tuple(f"u-{number}" for number in range(2210, 2218))
KEYS: Final[Mapping[str, Rights]] = {
    RECORDS.application: Rights(keys="*", commands="+ping +exists +set +incr +incrby"),
    DIAGNOSTIC: looking("*"),
    REMEDIATION: Rights(keys="*", commands="+ping +set +del +unlink +scan +exists +dbsize +flushall"),
}


class Patient:
    """Pulse AI Studio on 127.0.0.1: `async with Patient(postgres, redis, aws) as patient:`.

    Once started it has `url` and `gateway_url`, `dsns`, a connection URL for each role, `redis_passwords` and `keys`,
    one for each identity. One at a time on its servers. Every `traffic_seconds` a user asks something; 0 for never.
    """

    rules: Sequence[AlertRule] = monitor.RULES

    def __init__(
        self,
        postgres: RealPostgres,
        redis: RealRedis,
        aws: AwsApi,
        *,
        job_seconds: float = 1.0,
        traffic_seconds: float = 2.0,
    ) -> None:
        self._postgres = postgres
        self.redis = redis
        self.aws = aws
        self._job_seconds = job_seconds
        self._traffic_seconds = traffic_seconds
        self._undo = AsyncExitStack()
        self._faults = Faults(TITLE, (), OUTAGES)
        self._openai = StatusPage("OpenAI")
        self.token = secrets.token_urlsafe(24)
        self.url = ""
        self.gateway_url = ""
        self.dsns: Mapping[str, str] = {}
        self.redis_passwords: Mapping[str, str] = {}
        self.keys: Mapping[str, Key] = {}

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Make database, users and account, and start the services; on failure nothing stays behind."""
        self.dsns = await RECORDS.create(self._postgres)
        self.redis_passwords = await create_users(self.redis, KEYS)
        own = {
            account.DATABASE_URL: self.dsns[RECORDS.application],
            account.REDIS_URL: self.redis.url(RECORDS.application, self.redis_passwords[RECORDS.application]),
        }
        self.keys = await asyncio.to_thread(account.prepare, self.aws, own)
        async with AsyncExitStack() as undo:
            await self._openai.start(undo)
            vault, scheduler = await self._start_services(undo)
            await self._watch(undo, vault, scheduler)
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """Stop all that was started; the database stays until the next start or its server's end."""
        await self._undo.aclose()

    async def fault(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""
        await self._faults.set(name, on)

    async def read(self) -> monitor.Reading:
        """What its monitors see now."""
        return await self._monitor.read()

    async def healthy(self) -> bool:
        """Whether nothing is past its threshold."""
        return monitor.status(await self.read()) == "healthy"

    async def firing(self) -> frozenset[str]:
        """The names of the alerts that its monitors would raise now; for `Alertmanager.watch`."""
        return monitor.firing(await self.read())

    async def state(self) -> dict[str, object]:
        """What the demo's panel shows: title, faults, alerts that can be sent, health with facts."""
        seen = await self.read()
        return panel(TITLE, self._faults, self.rules, monitor.status(seen), monitor.facts(seen))

    @property
    def targets(self) -> Mapping[str, Mapping[str, object]]:
        """What the bot's configuration says of its database, Redis, addresses and account."""
        return {
            "pulse-db": {
                "kind": "postgres",
                "environment": "production",
                "diagnostic_dsn_env": "DEMO_DIAGNOSTIC_DSN",
                "remediation_dsn_env": "DEMO_REMEDIATION_DSN",
                "relations": ["public.jobs", "public.subscriptions", "public.users"],
            },
            "pulse-redis": {
                "kind": "redis",
                "environment": "production",
                "host": "127.0.0.1",
                "port": self.redis.port,
                "diagnostic": {"user": DIAGNOSTIC, "password_env": "DEMO_REDIS_LOOK"},
                "remediation": {"user": REMEDIATION, "password_env": "DEMO_REDIS_FIX"},
            },
            "pulse-api": _address(self.url, "/v1/jobs"),
            "pulse-gateway": _address(self.gateway_url, "/v1/chat/complete"),
            "openai-status": self._openai.target(),
            "pulse-aws": {
                "kind": "aws",
                "environment": "production",
                "region": account.REGION,
                "endpoint_url": self.aws.url,
                "diagnostic": {"access_key_env": "DEMO_AWS_LOOK_ID", "secret_key_env": "DEMO_AWS_LOOK"},
                "remediation": {"access_key_env": "DEMO_AWS_FIX_ID", "secret_key_env": "DEMO_AWS_FIX"},
            },
        }

    @property
    def environment(self) -> Mapping[str, str]:
        """The secrets that the targets name."""
        look, fix = self.keys[account.LOOKER], self.keys[account.FIXER]
        return {
            "DEMO_DIAGNOSTIC_DSN": self.dsns[DIAGNOSTIC],
            "DEMO_REMEDIATION_DSN": self.dsns[REMEDIATION],
            "DEMO_REDIS_LOOK": self.redis_passwords[DIAGNOSTIC],
            "DEMO_REDIS_FIX": self.redis_passwords[REMEDIATION],
            "DEMO_AWS_LOOK_ID": look.id,
            "DEMO_AWS_LOOK": look.secret,
            "DEMO_AWS_FIX_ID": fix.id,
            "DEMO_AWS_FIX": fix.secret,
        }

    async def _start_services(self, undo: AsyncExitStack) -> tuple[Secrets, Scheduler]:
        logs = Logs(self.aws, self.keys[account.TASK])
        vault = Secrets(self.aws, reader=self.keys[account.TASK], writer=self.keys[account.OPERATOR])
        around = Surroundings(secrets=vault, logs=logs, job_seconds=self._job_seconds)
        services = [
            Service(account.BACKEND, lambda: Backend(around)),
            Service(account.GATEWAY, lambda: Gateway(around)),
            Service(account.WORKER, lambda: Worker(around)),
        ]
        scheduler = Scheduler(services, logs)
        undo.push_async_callback(scheduler.stop)
        await scheduler.tend()
        await logs.deliver()
        in_the_background(scheduler.run(), "scheduler", undo)
        in_the_background(logs.run(), "logs", undo)
        balancer = Balancer(scheduler, token=self.token)
        self.url = await serve(undo, balancer.api())
        self.gateway_url = await serve(undo, balancer.gateway())
        return vault, scheduler

    async def _watch(self, undo: AsyncExitStack, vault: Secrets, scheduler: Scheduler) -> None:
        admin = await undo.enter_async_context(open_client(self.redis.url()))
        for kind, user in itertools.product(("tokens", "images", "videos"), USERS):
            await admin.set(f"usage:{kind}:{user}", 12)
        self._monitor = monitor.Monitor(scheduler, dsn=self._postgres.dsn(RECORDS.name), redis=admin)
        faults: list[Fault] = [
            GivenUp(scheduler, vault),
            LostJobs(self._postgres.dsn(RECORDS.name), self._monitor),
            Greed(self.gateway_url, self.token),
        ]
        self._faults = Faults(TITLE, faults, OUTAGES)
        undo.push_async_callback(self._faults.end)
        if self._traffic_seconds:
            in_the_background(self._use(), "customers", undo)

    async def _use(self) -> None:
        """What users do all day: a question, and now and then a picture."""
        headers = {"Authorization": f"Bearer {self.token}"}
        async with aiohttp.ClientSession(headers=headers) as session:
            for turn, user in enumerate(itertools.cycle(USERS)):
                await asyncio.sleep(self._traffic_seconds)
                with suppress(aiohttp.ClientError, TimeoutError):
                    question = {"user_id": user, "tokens": 20}
                    await (await session.post(f"{self.gateway_url}/v1/chat/complete", json=question)).read()
                    if turn % 4 == 0:
                        await (await session.post(f"{self.url}/v1/jobs", json={"user_id": user})).read()


def _address(url: str, canary: str) -> dict[str, object]:
    return {
        "kind": "http",
        "environment": "production",
        "base_url": url,
        "canary": {"method": "POST", "path": canary},
    }
