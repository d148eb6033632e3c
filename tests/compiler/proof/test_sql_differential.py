"""The judge of SQL against a real server: what it calls read-only leaves nothing behind, whoever may do what."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final, TypeAlias

import asyncpg
import pytest

from bot.executors.caps import Caps
from bot.executors.postgres.session import opening
from compiler.proof import sql
from incident.verdict import Verdict
from tests.compiler.proof.cases import texts

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SCHEMA: Final = """
CREATE TABLE jobs (id int PRIMARY KEY, status text, payload jsonb, created_at timestamptz DEFAULT now());
INSERT INTO jobs (id, status, payload) SELECT n, 'late', '{"a": 1}' FROM generate_series(1, 3) AS n;
CREATE SEQUENCE numbers; SELECT nextval('numbers');
CREATE ROLE bystander; GRANT SELECT ON jobs, numbers TO bystander; GRANT pg_monitor TO bystander
"""
STATE: Final = """
SELECT (SELECT count(*) FROM pg_class) AS relations, (SELECT count(*) FROM pg_proc) AS functions,
       (SELECT count(*) FROM pg_largeobject_metadata) AS objects, (SELECT last_value FROM numbers) AS number,
       (SELECT count(*) FROM pg_replication_slots) AS slots, (SELECT count(*) FROM pg_replication_origin) AS origins,
       (SELECT count(*) FROM pg_prepared_xacts) AS prepared, (SELECT count(*) FROM pg_ls_dir('.')) AS files,
       (SELECT count(*) FROM pg_ls_tmpdir()) AS temporary, (SELECT max(stats_reset) FROM pg_stat_database) AS reset,
       (SELECT stats_reset FROM pg_stat_bgwriter) AS writer_reset, (SELECT stats_reset FROM pg_stat_wal) AS wal_reset,
       (SELECT md5(string_agg(jobs::text, '' ORDER BY id)) FROM jobs) AS jobs,
       (SELECT md5(string_agg(name || setting, '' ORDER BY name)) FROM pg_settings) AS settings,
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS locks, pg_conf_load_time() AS loaded
"""
TRACES: Final = """
SELECT pg_current_xact_id_if_assigned()::text AS xid, current_setting('transaction_read_only') AS read_only,
       (SELECT count(*) FROM pg_locks WHERE pid = pg_backend_pid() AND locktype <> 'virtualxid'
        AND (mode <> 'AccessShareLock' OR locktype = 'advisory')) AS locks,
       (SELECT count(*) FROM pg_listening_channels()) AS channels, (SELECT count(*) FROM pg_cursors WHERE is_holdable)
       AS cursors
"""
FUNCTIONS: Final = """
SELECT p.proname::text AS name, p.prokind::text AS kind, p.provariadic <> 0 AS variadic,
       ARRAY(SELECT format_type(t.oid, NULL) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a (type, place)
             JOIN pg_type AS t ON t.oid = a.type ORDER BY a.place) AS arguments
FROM pg_proc AS p WHERE p.pronamespace = 'pg_catalog'::regnamespace ORDER BY p.proname, p.oid
"""
SAMPLES: Final = {
    "text": "'a'", "integer": "1", "bigint": "1", "smallint": "1::int2", "oid": "'jobs'::regclass::oid",
    "regclass": "'jobs'::regclass", "name": "'jobs'::name", "boolean": "true", "json": "'{\"a\": 1}'::json",
    "jsonb": "'{\"a\": 1}'::jsonb", "bytea": "'\\x00'::bytea", "numeric": "1.5", "double precision": "1.5::float8",
    "timestamp with time zone": "now()", "interval": "interval '1 hour'", "date": "current_date",
    "jsonpath": "'$.a'::jsonpath", "text[]": "ARRAY['a']", "integer[]": "ARRAY[1]", "anyarray": "ARRAY[1]",
    "anyelement": "1", "anycompatible": "1", "anycompatiblearray": "ARRAY[1]", '"any"': "1", "pg_lsn": "'0/1'::pg_lsn",
    "inet": "'127.0.0.1'::inet", "xid": "'3'::xid", "xid8": "'3'::xid8", '"char"': "'r'::\"char\"",
}  # fmt: skip
"""One value of each common type that makes a function work; of the others it gets NULL."""
WAITED_OR_WROTE: Final = (
    asyncpg.ReadOnlySQLTransactionError,
    asyncpg.QueryCanceledError,
    asyncpg.LockNotAvailableError,
    asyncpg.PostgresConnectionError,
)


@pytest.fixture
async def superuser(database: str) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database)
    await connection.execute(SCHEMA)
    yield connection
    await connection.execute("DROP OWNED BY bystander; DROP ROLE bystander")
    await connection.close()


async def _run(connection: Connection, statement: str) -> bool:
    """Run a statement as the executor would, and see that the transaction holds nothing; whether it ended well."""
    await connection.execute(opening("READ ONLY", Caps(), seconds=20) + "; SAVEPOINT before")
    try:
        await (await connection.prepare(statement)).fetch(*_nulls(statement))
        ran = True
    except WAITED_OR_WROTE as fault:
        pytest.fail(f"{statement}: {fault}")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.UnsupportedClientFeatureError):
        ran = False
        await connection.execute("ROLLBACK TO before")
    traces = tuple(await connection.fetchrow(TRACES) or ())
    await connection.execute("ROLLBACK")
    # A sequence's last value is read under ROW EXCLUSIVE, which holds up nothing but a change of the sequence's form.
    locks = traces[2] if "sequence" in statement else 0
    assert traces == (None, "on", locks, 0, 0), statement
    return ran


def _nulls(statement: str) -> list[None]:
    return [None for number in range(1, 10) if f"${number}" in statement]


async def _calls(connection: Connection) -> list[str]:
    """A call of every form of every function that the judge lets run by itself."""
    calls = []
    for name, kind, variadic, types in await connection.fetch(FUNCTIONS):
        given = ", ".join(SAMPLES.get(kind_, f"NULL::{kind_}") for kind_ in types)
        written = f'pg_catalog."{name}"({"VARIADIC " if variadic and len(types) == 1 else ""}{given})'
        if sql.judge(f'SELECT pg_catalog."{name}"()').verdict is Verdict.READ_ONLY:
            called = written + (" OVER ()" if kind == "w" else "")
            calls.append(f"SELECT count(answer::text) FROM (SELECT {called} AS answer) AS answered")
    return calls


@pytest.mark.parametrize("role", ["bystander", "postgres"])
async def test_every_function_that_is_judged_to_look_leaves_no_trace(
    superuser: Connection, database: str, role: str
) -> None:
    """With few rights and with all of them: no effect is only hidden by a refused permission."""
    connection = await asyncpg.connect(database)
    await connection.execute(f"SET SESSION AUTHORIZATION {role}")
    calls, before = await _calls(superuser), tuple(await superuser.fetchrow(STATE) or ())
    ran = [call for call in calls if await _run(connection, call)]
    assert len(calls) > 1000
    assert len(ran) > len(calls) * 0.7
    assert tuple(await superuser.fetchrow(STATE) or ()) == before
    await connection.close()


VIEWS: Final = """
SELECT c.oid::regclass::text FROM pg_class AS c WHERE c.relkind IN ('r', 'v')
AND c.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) ORDER BY 1
"""


async def test_every_system_view_that_is_judged_to_be_a_look_leaves_no_trace(
    superuser: Connection, database: str
) -> None:
    """A view's body calls functions that the text does not show."""
    connection = await asyncpg.connect(database)
    statements = [f"SELECT count(*) FROM (SELECT * FROM {row[0]}) AS v" for row in await superuser.fetch(VIEWS)]
    before = tuple(await superuser.fetchrow(STATE) or ())
    looks = [text for text in statements if sql.judge(text).verdict is Verdict.READ_ONLY]
    assert len(looks) > 150
    for text in looks:
        assert await _run(connection, text.replace("count(*)", "md5(string_agg(v::text, ''))")), text
    assert tuple(await superuser.fetchrow(STATE) or ()) == before
    await connection.close()


async def test_every_statement_that_is_judged_to_look_leaves_no_trace(superuser: Connection, database: str) -> None:
    """The judge's own cases, as far as this server has what they name."""
    connection = await asyncpg.connect(database)
    before = tuple(await superuser.fetchrow(STATE) or ())
    found = [statement for statement in texts("sql", Verdict.READ_ONLY) if await _run(connection, statement)]
    assert len(found) > 50
    with suppress(TimeoutError):
        await asyncio.wait_for(connection.reset(), 60)
    assert tuple(await superuser.fetchrow(STATE) or ()) == before
    await connection.close()


async def test_a_function_that_a_dot_would_call_on_a_single_value_is_never_a_look(superuser: Connection) -> None:
    """PostgreSQL calls total(int) for each of these; the executor's own search for row functions would not see it."""
    await superuser.execute("CREATE FUNCTION total(int) RETURNS int LANGUAGE sql AS 'SELECT 42'")
    for statement in (
        "SELECT a.total FROM generate_series(1, 1) AS a",
        "SELECT abs.total FROM abs(1)",
        "SELECT (1).total",
        "SELECT a.total FROM unnest(ARRAY[1]) AS a (b), generate_series(1, 1) AS c (total)",
    ):
        assert await superuser.fetchval(statement) == 42
        assert sql.judge(statement).verdict is Verdict.MUTATING, statement
