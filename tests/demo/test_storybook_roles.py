"""What each role may do in the storybook's database, tried on the real server."""

import asyncio
from collections.abc import Mapping

import asyncpg
import pytest

from demo.postgres import RealPostgres
from demo.storybook.records import RECORDS
from tests.demo.asking import ask

DENIED = (asyncpg.InsufficientPrivilegeError, asyncpg.ReadOnlySQLTransactionError)

WRITES = [
    "INSERT INTO jobs (user_key, topic) VALUES ('x', 'x')",
    "UPDATE jobs SET status = 'failed'",
    "DELETE FROM jobs",
    "TRUNCATE jobs",
    "SELECT * FROM jobs FOR UPDATE",
    "CREATE TABLE mine (n int)",
    "CREATE TEMP TABLE mine (n int)",
    "SELECT 1 AS n INTO mine",
    "CREATE SCHEMA mine",
    "DROP TABLE jobs",
    "ALTER TABLE jobs ADD COLUMN n int",
    "COPY jobs TO PROGRAM 'cat'",
    "COPY (SELECT 1) TO '/tmp/muster-must-not-write'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT pg_reload_conf()",
    "CREATE ROLE mine",
    "ALTER ROLE storybook CONNECTION LIMIT 1000",
    "SET ROLE storybook",
    "SET temp_file_limit = '1TB'",
    "SELECT * FROM pg_authid",
]


@pytest.fixture(scope="module")
def dsns(postgres: RealPostgres) -> Mapping[str, str]:
    """The connection URL of each role; made once, since nothing here may change anything."""
    return asyncio.run(RECORDS.create(postgres))


async def run_read_write(dsn: str, statement: str) -> None:
    """Run it with the role's own read-only default turned off, so that only its rights are left to stop it."""
    connection = await asyncpg.connect(dsn, server_settings={"default_transaction_read_only": "off"})
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


@pytest.mark.parametrize("statement", WRITES)
async def test_the_diagnostic_role_cannot_write_even_when_it_insists(dsns: Mapping[str, str], statement: str) -> None:
    with pytest.raises(DENIED):
        await run_read_write(dsns["muster_diagnostic"], statement)


async def test_the_diagnostic_role_cannot_end_the_applications_connections(dsns: Mapping[str, str]) -> None:
    application = await asyncpg.connect(dsns["storybook"])
    try:
        with pytest.raises(DENIED):
            await ask(dsns["muster_diagnostic"], f"SELECT pg_terminate_backend({application.get_server_pid()})")
    finally:
        await application.close()


async def test_the_diagnostic_role_is_read_only_from_its_first_statement(dsns: Mapping[str, str]) -> None:
    dsn = dsns["muster_diagnostic"]
    assert (await ask(dsn, "SHOW transaction_read_only"))[0][0] == "on"
    assert (await ask(dsn, "SHOW temp_file_limit"))[0][0] == "64MB"


async def test_the_diagnostic_role_has_no_attribute_and_one_membership(dsns: Mapping[str, str]) -> None:
    attributes = """
        SELECT rolsuper, rolcreatedb, rolcreaterole, rolreplication, rolbypassrls
        FROM pg_roles WHERE rolname = current_user
    """
    memberships = "SELECT roleid::regrole::text FROM pg_auth_members WHERE member = current_user::regrole"
    granted = """
        SELECT table_name, privilege_type FROM information_schema.role_table_grants WHERE grantee = current_user
    """
    dsn = dsns["muster_diagnostic"]
    assert not any((await ask(dsn, attributes))[0])
    assert [tuple(row) for row in await ask(dsn, memberships)] == [("pg_monitor",)]
    assert [tuple(row) for row in await ask(dsn, granted)] == [("jobs", "SELECT")]


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO jobs (user_key, topic) VALUES ('x', 'x')",
        "DELETE FROM jobs",
        "TRUNCATE jobs",
        "UPDATE jobs SET user_key = 'x'",
        "UPDATE jobs SET cost_usd = 0",
        "CREATE TABLE mine (n int)",
        "CREATE TEMP TABLE mine (n int)",
        "COPY jobs TO PROGRAM 'cat'",
        "SELECT lo_create(0)",
        "ALTER ROLE storybook CONNECTION LIMIT 1000",
        "SET ROLE storybook",
    ],
)
async def test_the_remediation_role_can_do_nothing_but_its_remediations(
    dsns: Mapping[str, str], statement: str
) -> None:
    with pytest.raises(DENIED):
        await run_read_write(dsns["muster_remediation"], statement)


async def test_the_remediation_role_cannot_end_the_superusers_connections(
    dsns: Mapping[str, str], postgres: RealPostgres
) -> None:
    superuser = await asyncpg.connect(postgres.dsn())
    try:
        pid = superuser.get_server_pid()
        with pytest.raises(DENIED):
            await ask(dsns["muster_remediation"], f"SELECT pg_terminate_backend({pid})")
    finally:
        await superuser.close()


async def test_the_roles_know_only_the_storybooks_database(dsns: Mapping[str, str], database: str) -> None:
    """Other databases of the server have no table that they may read."""
    elsewhere = dsns["muster_diagnostic"].rsplit("/", 1)[0] + "/" + database.rsplit("/", 1)[1]
    await ask(database, "CREATE TABLE secrets AS SELECT 1 AS n")
    with pytest.raises(DENIED):
        await ask(elsewhere, "SELECT * FROM secrets")
