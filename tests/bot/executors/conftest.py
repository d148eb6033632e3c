"""A shop's database with a role that only looks, a role that may change jobs, and one that breaks each rule."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import pytest
from msgspec import Struct
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.executor import PostgresTarget
from bot.executors.postgres.reading import Query
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.ports import Stopped
from demo.postgres import RealPostgres
from incident.digest import Json
from incident.finding import Outcome
from incident.plan import NO_PROMISE, Plan, Promise
from incident.verdict import Verdict

PASSWORD = "correct-horse-battery"

PATIENT = Caps(connect_seconds=30, look_seconds=30, run_seconds=30)
"""For a server that answers, however busy the machine is."""
HASTY = Caps(connect_seconds=1, look_seconds=1, run_seconds=1)
"""For a server that hangs."""
CURBED = Caps(connect_seconds=1, look_seconds=3, run_seconds=3)
"""For a server that hangs in the midst of things: what comes before must be done by then."""


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.now = datetime(2026, 1, 21, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


class Shop(Struct, frozen=True, kw_only=True):
    """The database under test. ``suffix`` makes its roles its own, because roles belong to the whole server."""

    postgres: RealPostgres
    name: str
    suffix: str
    superuser: "asyncpg.Connection[asyncpg.Record]"

    def role(self, name: str) -> str:
        """The full name of one of its roles."""
        return f"{name}_{self.suffix}"

    def dsn(self, role: str) -> str:
        """Where one of its roles connects."""
        return self.postgres.dsn(self.name, role=self.role(role), password=PASSWORD)

    def target(self, **changes: object) -> PostgresTarget:
        """The target as a team would configure it."""
        settings: dict[str, object] = {
            "name": "shop-db",
            "environment": "production",
            "diagnostic_dsn": self.dsn("looker"),
            "remediation_dsn": self.dsn("fixer"),
            "relations": frozenset({"public.jobs"}),
            "caps": replace(PATIENT, lock_seconds=0.5),
        }
        return PostgresTarget(**{**settings, **changes})  # type: ignore[arg-type]  # the settings of one test

    async def count(self, where: str = "true") -> int:
        """How many jobs there are, seen by the superuser."""
        number: int = await self.superuser.fetchval(f"SELECT count(*) FROM jobs WHERE {where}")
        return number

    async def somebody_waits(self, running: "asyncio.Task[object]") -> None:
        """Until a statement waits for a lock; raises what this look or run ended with when none does."""
        # Not the table of sessions: within a transaction it shows what it showed at first.
        while not await self.superuser.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not running.done(), running
            await asyncio.sleep(0.01)

    async def rests(self, role: str) -> None:
        """Until nothing runs for one of its roles."""
        async with asyncio.timeout(PATIENT.run_seconds):
            while await self.superuser.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = $1 AND state <> 'idle'", self.role(role)
            ):
                await asyncio.sleep(0.01)

    async def is_gone(self, role: str) -> None:
        """Until the server has ended every session of one of its roles."""
        async with asyncio.timeout(PATIENT.run_seconds):
            while await self.superuser.fetchval(
                "SELECT count(*) FROM pg_stat_activity WHERE usename = $1", self.role(role)
            ):
                await asyncio.sleep(0.01)


SCHEMA = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE ROLE looker_{suffix} LOGIN PASSWORD '{password}';
CREATE ROLE fixer_{suffix} LOGIN PASSWORD '{password}';
GRANT CONNECT ON DATABASE {database} TO looker_{suffix}, fixer_{suffix};
GRANT pg_monitor TO looker_{suffix};
GRANT pg_signal_backend, pg_read_all_stats TO fixer_{suffix};
CREATE TABLE jobs (id int PRIMARY KEY, status text NOT NULL, note text, updated_at timestamptz NOT NULL DEFAULT now());
INSERT INTO jobs (id, status, updated_at)
SELECT n, 'running', now() - interval '1 hour' FROM generate_series(1, 7) AS n;
CREATE TABLE other (id int);
GRANT SELECT ON jobs, other TO looker_{suffix};
GRANT SELECT, UPDATE ON jobs TO fixer_{suffix};
"""


@pytest.fixture
async def shop(postgres: RealPostgres, database: str) -> AsyncIterator[Shop]:
    """A fresh database with seven running jobs and its roles."""
    suffix = uuid4().hex[:10]
    superuser = await asyncpg.connect(database)
    name = database.rsplit("/", 1)[1]
    await superuser.execute(SCHEMA.format(database=name, suffix=suffix, password=PASSWORD))
    yield Shop(postgres=postgres, name=name, suffix=suffix, superuser=superuser)
    roles = [row[0] for row in await superuser.fetch(f"SELECT rolname FROM pg_roles WHERE rolname LIKE '%\\_{suffix}'")]
    for role in roles:
        await superuser.execute(f"REASSIGN OWNED BY {role} TO CURRENT_USER; DROP OWNED BY {role}; DROP ROLE {role}")
    await superuser.close()


@pytest.fixture
def clock() -> Clock:
    """Three in the morning."""
    return Clock()


@pytest.fixture
async def executor(shop: Shop, clock: Clock) -> AsyncIterator[ToolExecutor[Query]]:
    """An executor on the shop's database."""
    executor = shop.target().executor(redactor=Redactor([PASSWORD]), clock=clock)
    yield executor
    await executor.close()


def plan(
    sql: str,
    *arguments: Json,
    verdict: Verdict = Verdict.READ_ONLY,
    promise: Promise = NO_PROMISE,
    target: str = "shop-db",
) -> Plan:
    """A plan for one SQL statement."""
    return Plan(
        step_id="step",
        title="A step",
        verdict=verdict,
        executor="postgres",
        target=target,
        environment="production",
        command={"sql": sql, "arguments": list(arguments)},
        shown=sql,
        parameters={},
        catalog="0" * 64,
        promise=promise,
    )


CANCELLED_WITHIN = 20.0
"""Seconds after which a cancelled step has stopped, whatever its target does; each takes some hundredths of one, and
one that was not stopped goes on for longer than this."""


async def cut(running: "asyncio.Task[Outcome]") -> Outcome:
    """Cancel a run as a person does; how it stands."""
    running.cancel()
    with pytest.raises(Stopped) as stopped:
        async with asyncio.timeout(CANCELLED_WITHIN):
            await running
    return stopped.value.outcome
