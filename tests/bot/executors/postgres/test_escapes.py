"""Every known way out of a read-only transaction: refused by the judge, stopped by the server, or without a trace."""

from contextlib import suppress

import asyncpg
import pytest
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.look import Reader
from bot.executors.postgres.reading import Query, reading_of
from bot.executors.postgres.session import FAULTS, Sessions, opening
from bot.executors.tool.answer import LeftATrace, NotAllowed
from bot.executors.tool.executor import ToolExecutor
from compiler.proof import sql
from incident.verdict import Verdict
from tests.bot.executors.conftest import Shop, plan

ESCAPES = [
    "commit; insert into jobs values (100, 'x')",
    "commit",
    "set transaction read write",
    "set transaction_read_only = off",
    "set local transaction_read_only = off",
    "select set_config('transaction_read_only', 'off', true)",
    "insert into jobs values (100, 'x')",
    "with gone as (delete from jobs returning id) select count(*) from gone",
    "select * into copy from jobs",
    "select id from jobs for update",
    "explain analyze delete from jobs",
    "select pg_sleep(5)",
    "select pg_advisory_lock(7)",
    "select pg_try_advisory_lock(7)",
    "select pg_terminate_backend(pg_backend_pid())",
    "select pg_cancel_backend(pg_backend_pid())",
    "select query_to_xml('select 1', true, true, '')",
    "select * from ts_stat('select to_tsvector(''a b'')')",
    "select pg_export_snapshot()",
    "notify jobs, 'run'",
    "select pg_notify('jobs', 'run')",
    "listen jobs",
    "select lo_create(0)",
    "select lo_from_bytea(0, 'x')",
    "select pg_logical_emit_message(true, 'a', 'b')",
    "select pg_logical_emit_message(false, 'a', 'b')",
    "select pg_current_xact_id()",
    "select txid_current()",
    "lock table jobs in access share mode",
    "prepare transaction 'p'",
    "prepare p as delete from jobs",
    "copy jobs to program 'true'",
    "copy jobs to '/tmp/muster-escape'",
    "select pg_read_file('/etc/passwd')",
    "select lo_import('/etc/passwd')",
    "select pg_reload_conf()",
    "select pg_switch_wal()",
    "select pg_stat_reset()",
    "select pg_drop_replication_slot('s')",
    "checkpoint",
    "reindex table jobs",
    "vacuum jobs",
    "analyze jobs",
    "discard all",
    "reset all",
    "declare c cursor with hold for select * from jobs",
    "do $$ begin perform 1; end $$",
    "select nextval('numbers')",
    "select setval('numbers', 9)",
    "select definer()",
    "select * from definer()",
    "select j.rowed from jobs as j",
    "select 1 @@@ 2",
    "select lower(1)",
    "select 1 - 'x'::text",
    "select g.rowed from generate_series(1, 1) as g",
    "alter system set work_mem = '1GB'",
    "create temp table t (id int)",
    "select dblink('dbname=x', 'delete from jobs')",
    "with recursive r(n) as (select 1 union all select n + 1 from r) select count(*) from r",
    "select count(*) from generate_series(1, 1000000000000)",
]

FACTS = """
SELECT (SELECT count(*) FROM jobs) AS jobs, (SELECT min(status) FROM jobs) AS status,
       (SELECT count(*) FROM other) AS other, (SELECT count(*) FROM pg_class) AS relations,
       (SELECT count(*) FROM pg_largeobject_metadata) AS objects, (SELECT last_value FROM numbers) AS number,
       (SELECT count(*) FROM pg_prepared_xacts) AS prepared,
       (SELECT count(*) FROM pg_locks WHERE locktype = 'advisory') AS locks
"""


@pytest.fixture
async def trapped(shop: Shop) -> Shop:
    """The shop with everything in it that an escape could reach."""
    await shop.superuser.execute(
        f"""CREATE SEQUENCE numbers; SELECT nextval('numbers');
        CREATE FUNCTION definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM jobs; SELECT 1';
        CREATE FUNCTION rowed(jobs) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM jobs; SELECT 1';
        CREATE FUNCTION summed(int, int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM jobs; SELECT 1';
        CREATE FUNCTION lower(int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM jobs; SELECT 1';
        CREATE FUNCTION rowed(int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM jobs; SELECT 1';
        CREATE FUNCTION less(int, text) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM jobs; SELECT 1';
        CREATE OPERATOR - (LEFTARG = int, RIGHTARG = text, FUNCTION = less);
        CREATE OPERATOR @@@ (LEFTARG = int, RIGHTARG = int, FUNCTION = summed);
        GRANT SELECT ON numbers TO {shop.role("looker")}"""
    )
    return shop


async def test_each_ends_in_a_sentence_and_changes_nothing(trapped: Shop, executor: ToolExecutor[Query]) -> None:
    assert (await executor.attest()).proven
    before = await trapped.superuser.fetchrow(FACTS)
    for escape in ESCAPES:
        sight = await executor.look(plan(escape))
        assert sight.error, escape
        assert sight.output == "", escape
        assert await trapped.superuser.fetchrow(FACTS) == before, escape
        assert (await executor.look(plan("SELECT count(*) FROM jobs"))).value == 7, f"the pool is hurt by {escape}"


async def test_even_without_the_judge_the_other_two_layers_hold(trapped: Shop) -> None:
    """The frozen mode, prepared statements, the role and the rollback, when the grammar has missed something."""
    caps = Caps(look_seconds=0.3)
    sessions = Sessions(trapped.dsn("looker"), caps=caps, size=1, name="test", rolled_back=True)
    reader = Reader(relations={"public.jobs", "public.numbers"}, caps=caps)
    before = await trapped.superuser.fetchrow(FACTS)
    for escape in ESCAPES:
        reading = replace(reading_of("SELECT 1"), text=escape, select=escape.startswith("select"))
        query = Query(reading=reading, arguments=[])
        with suppress(LeftATrace, NotAllowed, *FAULTS):
            async with sessions.session() as connection:
                await reader.look(connection, query)
        assert await trapped.superuser.fetchrow(FACTS) == before, escape
    await sessions.close()


async def test_the_mode_is_frozen_once_the_transaction_is_open(trapped: Shop) -> None:
    """The first statement of the look cannot make it writable, though it could right after BEGIN and SET LOCAL."""
    connection = await asyncpg.connect(trapped.dsn("fixer"))
    await connection.execute(opening("READ ONLY", Caps(), seconds=5))
    with pytest.raises(asyncpg.ActiveSQLTransactionError):
        await connection.fetch("set transaction read write")
    await connection.execute("ROLLBACK")
    await connection.close()


TABLES = ("jobs", "pg_stat_activity", "pg_locks")
COLUMNS = ("*", "count(*)", "max(1)", "now()", "pg_size_pretty(123456::bigint)", "coalesce(NULL, 'x')", "random() < 2")
TAILS = ("", " WHERE true", " WHERE 1 = 1 LIMIT 3", " LIMIT 1 OFFSET 0")
FORMS = (
    "{}",
    "SELECT count(*) FROM ({}) AS q",
    "WITH q AS ({}) SELECT count(*) FROM q",
    "EXPLAIN {}",
    "/* c */ {} -- c",
)
GENERATED = sorted(
    form.format(f"SELECT {column} FROM {table}{tail}")
    for table in TABLES for column in COLUMNS for tail in TAILS for form in FORMS
)  # fmt: skip


async def test_what_the_judge_calls_read_only_runs_for_a_role_that_owns_nothing_and_leaves_no_trace(
    trapped: Shop, executor: ToolExecutor[Query]
) -> None:
    """The judge against the server: some four hundred statements, each with its receipt."""
    assert (await executor.attest()).proven
    before = await trapped.superuser.fetchrow(FACTS)
    readable = [text for text in GENERATED if sql.judge(text).verdict is Verdict.READ_ONLY]
    assert len(readable) > 350
    for text in readable:
        sight = await executor.look(plan(text))
        assert sight.error is None, (text, sight.error)
        assert sight.receipt["transaction_id"] is None
    assert await trapped.superuser.fetchrow(FACTS) == before
