"""A diagnostic on PostgreSQL answers, stays within its caps, and leaves no trace."""

import asyncio
import base64

import asyncpg
import pytest
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.reading import Query
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import MARK, Redactor
from tests.bot.executors.conftest import PASSWORD, PATIENT, Clock, Shop, plan


async def test_a_single_value_is_the_value(executor: ToolExecutor[Query], shop: Shop) -> None:
    sight = await executor.look(plan("SELECT count(*) FROM jobs WHERE status = $1", "running"))
    assert sight.error is None
    assert sight.value == 7
    assert sight.output == "count\n─────\n7\n(1 row)"
    assert sight.receipt["transaction_read_only"] == "on"
    assert sight.receipt["transaction_id"] is None
    assert sight.receipt["role"] == shop.role("looker")
    assert str(sight.receipt["server"]).startswith("PostgreSQL ")
    assert sight.receipt["rows"] == 1
    assert sight.seconds > 0


@pytest.mark.parametrize(
    ("sql", "value"),
    [
        ("SELECT 1.5::float8", 1.5),
        ("SELECT 12345678901234567890.25::numeric", 12345678901234567890.25),
        ("SELECT 'NaN'::float8", "NaN"),
        ("SELECT NULL::int", None),
        ("SELECT true", "true"),
        ("SELECT 'idle'::text", "idle"),
        ("SHOW transaction_read_only", "on"),
        ("SELECT id FROM jobs ORDER BY id", 7),
        ("SELECT 1, 2", 1),
        ("SELECT id FROM jobs WHERE false", 0),
    ],
)
async def test_what_counts_as_the_value(executor: ToolExecutor[Query], sql: str, value: object) -> None:
    sight = await executor.look(plan(sql))
    assert sight.error is None
    assert sight.value == value


async def test_rows_come_as_a_table_in_their_order(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute("UPDATE jobs SET note = E'two\\nlines' WHERE id = 2")
    sight = await executor.look(plan("SELECT id, status, note FROM jobs WHERE id < 3 ORDER BY id DESC -- newest first"))
    assert sight.output == "id  status   note\n──  ───────  ─────────\n2   running  two⏎lines\n1   running  ∅\n(2 rows)"


async def test_explain_and_a_closing_semicolon_are_fine(executor: ToolExecutor[Query]) -> None:
    assert "Scan" in (await executor.look(plan("EXPLAIN SELECT * FROM jobs"))).output
    assert (await executor.look(plan("SELECT count(*) FROM jobs;"))).value == 7


async def test_it_sees_all_connections_and_their_states(executor: ToolExecutor[Query]) -> None:
    sight = await executor.look(
        plan("SELECT state, count(*) FROM pg_stat_activity WHERE datname = current_database() GROUP BY state")
    )
    assert sight.error is None
    assert "idle" in sight.output


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE jobs SET status = 'failed'",
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity",
        "COMMIT",
        "SET TRANSACTION READ WRITE",
        "SELECT 1; SELECT 2",
        "SELECT pg_sleep(100)",
        "not sql",
        "",
    ],
)
async def test_what_the_judge_does_not_call_read_only_is_not_run(
    executor: ToolExecutor[Query], shop: Shop, sql: str
) -> None:
    """Whatever verdict the plan carries: here it claims read-only."""
    sight = await executor.look(plan(sql))
    assert sight.error is not None
    assert sight.error.startswith("Nothing was run")
    assert sight.output == ""
    assert await shop.count("status = 'running'") == 7


async def test_only_reviewed_relations_are_read(executor: ToolExecutor[Query], shop: Shop) -> None:
    sight = await executor.look(plan("SELECT * FROM other"))
    assert sight.error == (
        "Nothing was run: public.other is not among the target's reviewed `relations`; add it there."
    )
    assert "There is no table" in str((await executor.look(plan("SELECT * FROM nowhere"))).error)


async def test_a_view_outside_the_list_is_not_opened(executor: ToolExecutor[Query], shop: Shop) -> None:
    """A view's text can hide anything, so that a plain SELECT from it is no proof."""
    await shop.superuser.execute(
        f"CREATE VIEW report AS SELECT * FROM jobs; GRANT SELECT ON report TO {shop.role('looker')}"
    )
    assert "public.report" in str((await executor.look(plan("SELECT * FROM report"))).error)


async def test_a_foreign_table_is_not_read_even_through_a_listed_view(shop: Shop, clock: Clock) -> None:
    await shop.superuser.execute(
        f"""CREATE FOREIGN DATA WRAPPER far; CREATE SERVER there FOREIGN DATA WRAPPER far;
        CREATE FOREIGN TABLE faraway (id int) SERVER there; CREATE VIEW near AS SELECT * FROM faraway;
        GRANT SELECT ON faraway, near TO {shop.role("looker")}"""
    )
    relations = frozenset({"public.faraway", "public.near"})
    executor = shop.target(relations=relations).executor(redactor=Redactor(), clock=clock)
    assert "no table or view of this database's own" in str((await executor.look(plan("SELECT * FROM faraway"))).error)
    assert (await executor.look(plan("SELECT * FROM near"))).error is not None
    await executor.close()


async def test_a_column_that_is_a_function_is_not_called(executor: ToolExecutor[Query], shop: Shop) -> None:
    """PostgreSQL reads jobs.purge as purge(jobs) when there is no such column."""
    await shop.superuser.execute("CREATE FUNCTION purge(jobs) RETURNS int LANGUAGE sql AS 'SELECT 1'")
    sight = await executor.look(plan("SELECT j.purge FROM jobs AS j"))
    assert "may call the function" in str(sight.error)
    assert (await executor.look(plan("SELECT j.status FROM jobs AS j"))).error is None


async def test_more_rows_than_the_cap_are_not_fetched(shop: Shop, clock: Clock) -> None:
    executor = shop.target(caps=Caps(rows=3)).executor(redactor=Redactor(), clock=clock)
    sight = await executor.look(plan("SELECT id FROM jobs ORDER BY id"))
    assert sight.truncated
    assert (sight.rows, sight.value) == (3, 4)
    assert sight.output.endswith("3\n(the first 3 rows; there are more)")
    await executor.close()


async def test_ten_megabytes_are_cut_at_the_cap(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute("UPDATE jobs SET note = repeat('x', 10000000) WHERE id = 1")
    sight = await executor.look(plan("SELECT id, note FROM jobs ORDER BY id"))
    assert sight.error is None
    assert sight.truncated
    assert len(sight.output) < 70_000
    assert "7  " in sight.output


async def test_a_costly_query_is_not_started(shop: Shop, clock: Clock) -> None:
    executor = shop.target(caps=Caps(cost=100)).executor(redactor=Redactor(), clock=clock)
    sight = await executor.look(plan("SELECT count(*) FROM pg_class a, pg_class b, pg_class c"))
    assert "the planner expects a cost of" in str(sight.error)
    await executor.close()


async def test_a_slow_query_is_stopped_by_the_server(shop: Shop, clock: Clock) -> None:
    executor = shop.target(caps=Caps(look_seconds=1, cost=1e18, planned_rows=10**15)).executor(
        redactor=Redactor(), clock=clock
    )
    await executor.attest()
    started = asyncio.get_running_loop().time()
    sight = await executor.look(plan("SELECT count(*) FROM pg_class a, pg_class b, pg_class c, pg_class d"))
    assert "did not finish within 1 s" in str(sight.error)
    assert asyncio.get_running_loop().time() - started < 20
    await executor.close()


async def test_a_lock_is_not_waited_for(executor: ToolExecutor[Query], shop: Shop) -> None:
    await executor.attest()
    async with shop.superuser.transaction():
        await shop.superuser.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE")
        sight = await executor.look(plan("SELECT count(*) FROM jobs"))
    assert "holds a lock" in str(sight.error)
    assert (await executor.look(plan("SELECT count(*) FROM jobs"))).value == 7


async def test_a_secret_in_an_error_of_the_server_is_hidden(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute(f"UPDATE jobs SET note = '{PASSWORD}' WHERE id = 1")
    sight = await executor.look(plan("SELECT note::int FROM jobs WHERE id = 1"))
    assert f'"{MARK}"' in str(sight.error)
    assert PASSWORD not in str(sight)


async def test_secrets_in_an_answer_are_hidden(executor: ToolExecutor[Query], shop: Shop) -> None:
    coded = base64.b64encode(f"looker:{PASSWORD}".encode()).decode()
    await shop.superuser.execute(f"UPDATE jobs SET note = '{coded}' WHERE id = 1")
    await shop.superuser.execute(
        f"UPDATE jobs SET note = 'postgres://u:hunter2x@db/x {PASSWORD[:9]}' || E'\\n' || '{PASSWORD[9:]}' WHERE id = 2"
    )
    sight = await executor.look(plan("SELECT note FROM jobs WHERE id < 3 ORDER BY id"))
    assert sight.output.count(MARK) == 3
    assert "hunter2x" not in sight.output
    assert PASSWORD[9:] not in sight.output
    single = await executor.look(plan("SELECT note FROM jobs WHERE id = 1"))
    assert MARK in str(single.value)


async def test_without_the_right_to_read_it_says_what_to_grant(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute(f"REVOKE SELECT ON jobs FROM {shop.role('looker')}")
    assert "does not allow Muster's role" in str((await executor.look(plan("SELECT id FROM jobs"))).error)


async def test_a_wrong_argument_is_a_sentence(executor: ToolExecutor[Query]) -> None:
    for sight in (
        await executor.look(plan("SELECT id FROM jobs WHERE id = $1", "seven")),
        await executor.look(plan("SELECT id FROM jobs WHERE id = $1")),
    ):
        assert sight.error
        assert "Traceback" not in sight.error


async def test_ten_looks_at_once_take_a_connection_each_at_most_and_more_share_them(
    executor: ToolExecutor[Query], shop: Shop
) -> None:
    sights = await asyncio.gather(*(executor.look(plan("SELECT count(*) FROM jobs")) for _ in range(30)))
    assert [sight.value for sight in sights] == [7] * 30
    held = await shop.superuser.fetchval(
        "SELECT count(*) FROM pg_stat_activity WHERE usename = $1", shop.role("looker")
    )
    assert held <= 10


async def test_a_full_server_can_still_be_looked_at(executor: ToolExecutor[Query], shop: Shop) -> None:
    """The connection that proved the role at start is kept, so exhaustion does not lock Muster out."""
    await executor.attest()
    await shop.superuser.execute(f"ALTER ROLE {shop.role('looker')} CONNECTION LIMIT 1")
    assert (await executor.look(plan("SELECT count(*) FROM jobs"))).value == 7


async def test_a_server_that_is_away_is_a_sentence_without_its_password(shop: Shop, clock: Clock) -> None:
    dsn = f"postgresql://looker:{PASSWORD}@127.0.0.1:1/x"
    executor = shop.target(diagnostic_dsn=dsn).executor(redactor=Redactor(), clock=clock)
    sight = await executor.look(plan("SELECT 1"))
    assert "could not be reached" in str(sight.error)
    assert PASSWORD not in str(sight)
    assert PASSWORD not in repr(shop.target())
    await executor.close()


async def test_a_server_that_accepts_and_says_nothing_is_given_up(shop: Shop, clock: Clock) -> None:
    gone = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1024):
            pass
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    caps = Caps(connect_seconds=0.5, look_seconds=0.5)
    target = shop.target(diagnostic_dsn=f"postgresql://a:b@127.0.0.1:{port}/x", caps=caps)
    executor = target.executor(redactor=Redactor(), clock=clock)
    started = asyncio.get_running_loop().time()
    assert (await executor.look(plan("SELECT 1"))).error is not None
    assert asyncio.get_running_loop().time() - started < 20
    await executor.close()
    await gone.wait()
    server.close()


async def test_binary_values_are_shown_in_hex(executor: ToolExecutor[Query], shop: Shop) -> None:
    """PostgreSQL's own text for bytes: nothing raw reaches Slack."""
    await shop.superuser.execute("ALTER TABLE jobs ADD COLUMN IF NOT EXISTS raw bytea")
    await shop.superuser.execute(r"UPDATE jobs SET raw = '\x00ff1bfe', note = E'a\x1b[31mb' WHERE id = 1")
    sight = await executor.look(plan("SELECT raw FROM jobs WHERE id = 1"))
    assert (sight.error, sight.value) == (None, r"\x00ff1bfe")
    assert sight.output == "raw\n──────────\n\\x00ff1bfe\n(1 row)"
    assert "a�[31mb" in (await executor.look(plan("SELECT id, note FROM jobs WHERE id = 1"))).output


async def test_a_cancelled_look_leaves_nothing_running(shop: Shop, clock: Clock) -> None:
    executor = shop.target(caps=replace(PATIENT, lock_seconds=60)).executor(redactor=Redactor(), clock=clock)
    await executor.attest()
    async with shop.superuser.transaction():
        await shop.superuser.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE")
        look = asyncio.create_task(executor.look(plan("SELECT count(*) FROM jobs")))
        await shop.somebody_waits(look)
        look.cancel()
        with pytest.raises(asyncio.CancelledError):
            await look
    await shop.rests("looker")
    assert (await executor.look(plan("SELECT count(*) FROM jobs"))).value == 7
    await executor.close()


async def test_a_server_that_dies_between_two_looks_is_found_again(executor: ToolExecutor[Query], shop: Shop) -> None:
    """A connection that was ended while it lay in the pool fails one look at most."""
    await executor.attest()
    await shop.superuser.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{shop.role('looker')}'"
    )
    await shop.is_gone("looker")
    await executor.look(plan("SELECT 1"))
    assert (await executor.look(plan("SELECT count(*) FROM jobs"))).value == 7


async def test_the_driver_alone_would_have_let_it_escape(shop: Shop) -> None:
    """Why there is a judge and a frozen mode: the driver's own read-only transaction is left by its first statement."""
    await shop.superuser.execute(f"GRANT INSERT ON other TO {shop.role('fixer')}")
    connection = await asyncpg.connect(shop.dsn("fixer"))
    async with connection.transaction(readonly=True):
        await connection.fetch("set transaction read write")
        await connection.fetch("insert into other values (1)")
    await connection.close()
    assert await shop.superuser.fetchval("SELECT count(*) FROM other") == 1
