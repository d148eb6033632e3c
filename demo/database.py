"""A patient's database: made afresh at every start, with a role and a new password for each kind of visitor."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
from msgspec import Struct

from demo.postgres import RealPostgres

DIAGNOSTIC = "muster_diagnostic"
REMEDIATION = "muster_remediation"

# How the database says that it is away, full or too slow; whoever works for a patient waits and tries again.
# asyncpg's own error: the connection is ended between the two halves of a query, by somebody who ends idle ones.
OUTAGES = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
VISIT_SECONDS = 10.0
"""How long a connection may take to come about: one that is refused is refused at once."""

# The databases in which a role owns or may do something.
OTHERS = """
SELECT datname FROM pg_database WHERE oid IN (
    SELECT CASE dbid WHEN 0 THEN objid ELSE dbid END FROM pg_shdepend
    WHERE refclassid = 'pg_authid'::regclass AND refobjid IN (SELECT oid FROM pg_roles WHERE rolname = ANY($1))
)
"""

STATISTICS = "SELECT true FROM pg_available_extensions WHERE name = 'pg_stat_statements'"

ROLES_SQL = Path(__file__).with_name("roles.sql")


class Database(Struct, frozen=True, kw_only=True):
    """What to make. `application` is the role of the patient itself, which owns what schema.sql in `folder` makes.

    grants.sql, run as that role too, says what the two outside roles may do. Both names are plain identifiers.
    """

    name: str
    application: str
    folder: Path
    connections: int = 30
    """How many connections the application may hold."""

    async def create(self, postgres: RealPostgres) -> Mapping[str, str]:
        """Make it; what an earlier patient left on the server is dropped.

        Returns a connection URL for each role: `application`, DIAGNOSTIC and REMEDIATION.
        """
        passwords = {role: secrets.token_urlsafe(24) for role in (self.application, DIAGNOSTIC, REMEDIATION)}
        await self._clear(postgres, list(passwords))
        superuser = await asyncpg.connect(await postgres.create_database(self.name))
        try:
            await self._make_roles(superuser, passwords)
            if await superuser.fetchval(STATISTICS):
                await superuser.execute("CREATE EXTENSION pg_stat_statements")
            await superuser.execute(f"SET ROLE {self.application}")
            for script in ("schema.sql", "grants.sql"):
                await superuser.execute((self.folder / script).read_text())
        finally:
            await superuser.close()
        return {role: postgres.dsn(self.name, role=role, password=word) for role, word in passwords.items()}

    async def count_connections(self, postgres: RealPostgres) -> int:
        """How many connections the application's role holds, seen from outside. May raise one of OUTAGES."""
        query = "SELECT count(*) FROM pg_stat_activity WHERE usename = $1"
        async with visit(postgres.dsn()) as connection:
            held: int = await connection.fetchval(query, self.application)
            return held

    async def _clear(self, postgres: RealPostgres, roles: list[str]) -> None:
        superuser = await asyncpg.connect(postgres.dsn())
        try:
            for name in {self.name, *(row["datname"] for row in await superuser.fetch(OTHERS, roles))}:
                await postgres.drop_database(name)
            for role in roles:
                await superuser.execute(f"DROP ROLE IF EXISTS {role}")
        finally:
            await superuser.close()

    async def _make_roles(self, superuser: asyncpg.Connection[asyncpg.Record], passwords: Mapping[str, str]) -> None:
        roles = ROLES_SQL.read_text()
        await superuser.execute(
            roles.format(database=self.name, application=self.application, connections=self.connections)
        )
        for role, password in passwords.items():
            await superuser.execute(f"ALTER ROLE {role} PASSWORD '{password}'")


def open_pool(dsn: str, *, size: int, application: str) -> asyncpg.Pool[asyncpg.Record]:
    """At most `size` connections under the name `application`; enter it with `async with`.

    A connection serves one query and is closed, so a server without a free place is felt by the very next query, and a
    place that becomes free is used at once.
    """
    return asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=size,
        max_queries=1,
        timeout=3,
        command_timeout=20,
        server_settings={"application_name": application},
    )


@asynccontextmanager
async def visit(dsn: str) -> AsyncIterator[asyncpg.Connection[asyncpg.Record]]:
    """A connection for one look or change, as a monitor has it; entering it may raise one of OUTAGES.

    Whatever becomes of the goodbye: what was asked was answered by then.
    """
    connection = await asyncpg.connect(dsn, timeout=VISIT_SECONDS)
    try:
        yield connection
    finally:
        with suppress(*OUTAGES):
            await connection.close(timeout=2)


class Records:
    """A patient's tables, one query at a time as the application; any method may raise one of OUTAGES."""

    def __init__(self, pool: asyncpg.Pool[asyncpg.Record]) -> None:
        self._pool = pool

    async def rows(self, query: str, *arguments: object) -> list[asyncpg.Record]:
        """Every row of the answer."""
        async with self._pool.acquire(timeout=3) as connection:
            answer: list[asyncpg.Record] = await connection.fetch(query, *arguments)
            return answer

    async def value(self, query: str, *arguments: object) -> Any:
        """The first value of the first row; None without one."""
        async with self._pool.acquire(timeout=3) as connection:
            return await connection.fetchval(query, *arguments)
