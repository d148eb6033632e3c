"""The storybook's database: made afresh at every start, with a role and a new password for each kind of visitor."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from pathlib import Path

import asyncpg

from demo.postgres import RealPostgres

DATABASE = "storybook"
APP = "storybook"
DIAGNOSTIC = "muster_diagnostic"
REMEDIATION = "muster_remediation"
ROLES = (APP, DIAGNOSTIC, REMEDIATION)
CONNECTION_LIMIT = 30

# How the database says that it is away, full or too slow; whoever works for the storybook waits and tries again.
OUTAGES = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)

HERE = Path(__file__).parent


async def create(postgres: RealPostgres) -> Mapping[str, str]:
    """Make database, roles, tables and a quiet past; what an earlier patient left there is dropped.

    Returns a connection URL for each of ROLES.
    """
    await postgres.drop_database(DATABASE)
    superuser_dsn = await postgres.create_database(DATABASE)
    passwords = {role: secrets.token_urlsafe(24) for role in ROLES}
    superuser = await asyncpg.connect(superuser_dsn)
    try:
        for role in ROLES:
            await superuser.execute(f"DROP ROLE IF EXISTS {role}")
        await superuser.execute((HERE / "roles.sql").read_text())
        for role, password in passwords.items():
            await superuser.execute(f"ALTER ROLE {role} PASSWORD '{password}'")
        await superuser.execute(f"SET ROLE {APP}")
        await superuser.execute((HERE / "schema.sql").read_text())
        await superuser.execute((HERE / "grants.sql").read_text())
    finally:
        await superuser.close()
    return {role: postgres.dsn(DATABASE, role=role, password=password) for role, password in passwords.items()}


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


async def count_connections(postgres: RealPostgres) -> int:
    """How many connections the application's role holds, seen from outside its database."""
    connection = await asyncpg.connect(postgres.dsn())
    try:
        held: int = await connection.fetchval("SELECT count(*) FROM pg_stat_activity WHERE usename = $1", APP)
        return held
    finally:
        await connection.close()
