"""Between two looks the database may become another: what a look remembers never stands in for what is there now."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.look import Reader
from bot.executors.postgres.reading import Query, reading_of
from bot.executors.postgres.session import Connection, Sessions
from bot.executors.tool.answer import LeftATrace, NotAllowed
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from tests.bot.executors.conftest import Clock, Shop, plan

COUNT = "SELECT count(*) FROM jobs WHERE status = 'running'"
LOOKS_UNTIL_PLANNED_ONCE = 7
"""PostgreSQL plans a statement five times before it keeps a plan."""


@pytest.fixture
async def viewer(shop: Shop, clock: Clock) -> AsyncIterator[ToolExecutor[Query]]:
    """An executor that may also read the view `report`."""
    await shop.superuser.execute(
        f"CREATE VIEW report AS SELECT id, status FROM jobs; GRANT SELECT ON report TO {shop.role('looker')}"
    )
    target = shop.target(relations=frozenset({"public.jobs", "public.report"}))
    executor = target.executor(redactor=Redactor(), clock=clock)
    yield executor
    await executor.close()


@pytest.fixture
async def connection(shop: Shop) -> AsyncIterator[Connection]:
    """One connection of the role that looks, as the executor has it."""
    sessions = Sessions(shop.dsn("looker"), caps=Caps(), size=1, name="test", rolled_back=True)
    async with sessions.session() as connection:
        yield connection
    await sessions.close()


@pytest.fixture
def reader() -> Reader:
    """What may be read of the shop."""
    return Reader(relations={"public.jobs"}, caps=Caps())


def query(text: str) -> Query:
    """A read as the judge lets it pass."""
    return Query(reading=reading_of(text), arguments=[])


def unjudged(text: str) -> Query:
    """What the judge would not let pass."""
    return Query(reading=replace(reading_of("SELECT 1"), text=text), arguments=[])


@pytest.mark.parametrize(
    "namesake",
    [
        "CREATE FUNCTION count(int) RETURNS int LANGUAGE sql AS 'SELECT 0'",
        "CREATE FUNCTION same(text, text) RETURNS bool LANGUAGE sql AS 'SELECT true';"
        " CREATE OPERATOR = (LEFTARG = text, RIGHTARG = text, FUNCTION = same)",
    ],
)
async def test_a_namesake_made_between_two_looks_is_seen(
    executor: ToolExecutor[Query], shop: Shop, namesake: str
) -> None:
    assert (await executor.look(plan(COUNT))).value == 7
    await shop.superuser.execute(namesake)
    assert "of its own; write pg_catalog." in str((await executor.look(plan(COUNT))).error)


async def test_a_function_that_was_no_column_before_is_not_called(executor: ToolExecutor[Query], shop: Shop) -> None:
    noted = plan("SELECT j.note FROM jobs AS j")
    assert (await executor.look(noted)).error is None
    await shop.superuser.execute(
        "ALTER TABLE jobs DROP COLUMN note; CREATE FUNCTION note(jobs) RETURNS text LANGUAGE sql AS 'SELECT $$called$$'"
    )
    sight = await executor.look(noted)
    assert "may call the function" in str(sight.error)
    assert "called" not in sight.output


async def test_a_table_that_became_something_else_is_not_read(executor: ToolExecutor[Query], shop: Shop) -> None:
    assert (await executor.look(plan(COUNT))).value == 7
    await shop.superuser.execute(
        f"""ALTER TABLE jobs RENAME TO kept;
        CREATE FOREIGN DATA WRAPPER far; CREATE SERVER there FOREIGN DATA WRAPPER far;
        CREATE FOREIGN TABLE jobs (id int, status text) SERVER there; GRANT SELECT ON jobs TO {shop.role("looker")}"""
    )
    assert "no table or view of this database's own" in str((await executor.look(plan(COUNT))).error)


async def test_a_view_that_is_replaced_is_planned_and_gated_anew(viewer: ToolExecutor[Query], shop: Shop) -> None:
    report = plan("SELECT count(*) FROM report")
    assert (await viewer.look(report)).value == 7
    await shop.superuser.execute("CREATE OR REPLACE VIEW report AS SELECT id, status FROM jobs WHERE id < 3")
    assert (await viewer.look(report)).value == 2
    await shop.superuser.execute(
        "CREATE OR REPLACE VIEW report AS SELECT a.id, a.status FROM jobs AS a, generate_series(1, 2000000000) AS b"
    )
    assert "the planner expects" in str((await viewer.look(report)).error)


@pytest.mark.parametrize(
    ("change", "heading"),
    [
        ("ALTER VIEW report RENAME COLUMN status TO state", "id  state"),
        ("CREATE OR REPLACE VIEW report AS SELECT id, status, note FROM jobs", "id  status   note"),
        ("DROP VIEW report; CREATE VIEW report AS SELECT status FROM jobs; GRANT SELECT ON report TO PUBLIC", "status"),
    ],
)
async def test_headings_are_those_of_now(viewer: ToolExecutor[Query], shop: Shop, change: str, heading: str) -> None:
    report = plan("SELECT * FROM report")
    assert (await viewer.look(report)).output.startswith("id  status\n")
    await shop.superuser.execute(change)
    assert (await viewer.look(report)).output.splitlines()[0] == heading


async def test_a_value_is_of_the_type_that_its_column_has_now(executor: ToolExecutor[Query], shop: Shop) -> None:
    first = plan("SELECT id FROM jobs WHERE status = 'first'")
    await shop.superuser.execute("UPDATE jobs SET status = 'first' WHERE id = 1")
    assert (await executor.look(first)).value == 1
    await shop.superuser.execute("ALTER TABLE jobs ALTER COLUMN id TYPE text")
    assert (await executor.look(first)).value == "1"


async def test_a_temporary_table_stands_in_for_nothing(shop: Shop, connection: Connection, reader: Reader) -> None:
    """The role may make none, which is proven; were it let, its tables still come last."""
    await shop.superuser.execute(f"GRANT TEMP ON DATABASE {shop.name} TO {shop.role('looker')}")
    assert (await reader.look(connection, query(COUNT))).value == 7
    await connection.execute("CREATE TEMP TABLE jobs (status text); CREATE TEMP TABLE pg_locks (mode text)")
    assert (await reader.look(connection, query(COUNT))).value == 7
    assert (await reader.look(connection, query("SELECT count(*) FROM pg_locks"))).value


async def test_another_search_path_leads_nowhere_else(shop: Shop, connection: Connection, reader: Reader) -> None:
    looker = shop.role("looker")
    await shop.superuser.execute(
        f"""CREATE SCHEMA trap; CREATE TABLE trap.jobs (status text); CREATE TABLE trap.elsewhere (id int);
        GRANT USAGE ON SCHEMA trap TO {looker}; GRANT SELECT ON ALL TABLES IN SCHEMA trap TO {looker}"""
    )
    assert (await reader.look(connection, query(COUNT))).value == 7
    await connection.execute("SET search_path = trap, pg_catalog")
    assert (await reader.look(connection, query(COUNT))).value == 7
    with pytest.raises(NotAllowed, match="no table or view elsewhere"):
        await reader.look(connection, query("SELECT count(*) FROM elsewhere"))


@pytest.mark.parametrize("escape", ["SELECT pg_current_xact_id()", "COMMIT"])
async def test_a_trace_is_found_by_the_message_that_ends_the_look(
    connection: Connection, reader: Reader, escape: str
) -> None:
    with pytest.raises(LeftATrace):
        await reader.look(connection, unjudged(escape))
    assert not connection.is_in_transaction()
    assert (await reader.look(connection, query(COUNT))).value == 7


async def test_what_outlives_a_rollback_is_taken_back_by_the_same_message(
    shop: Shop, connection: Connection, reader: Reader
) -> None:
    await reader.look(connection, unjudged("SELECT pg_advisory_lock(7)"))
    assert await shop.superuser.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


async def test_a_look_that_was_made_before_says_five_things(connection: Connection, reader: Reader) -> None:
    """Opening, names, plan, rows, end: on a busy machine each costs more than the server needs to answer it."""
    said: list[str] = []

    def heard(record: asyncpg.connection.LoggedQuery) -> None:
        said.append(record.query)

    await reader.look(connection, query(COUNT))
    with connection.query_logger(heard):
        await reader.look(connection, query(COUNT))
        # The driver tells of each in the loop's next turn.
        await asyncio.sleep(0)
    assert [words.split()[0] for words in said] == ["BEGIN", "SELECT", "EXPLAIN", "SELECT", "SELECT"]
    assert said[0].startswith("BEGIN READ ONLY; ")
    assert "ROLLBACK; " in said[-1]


async def test_the_question_for_names_is_not_planned_anew_for_each_look(connection: Connection, reader: Reader) -> None:
    """Whatever names it is asked for; that would take longer than all else."""
    for number in range(LOOKS_UNTIL_PLANNED_ONCE):
        await reader.look(connection, query(f"SELECT {'+'.join('1' * (number + 1))} FROM jobs, pg_locks AS l"))
    planned = await connection.fetchval(
        "SELECT generic_plans FROM pg_prepared_statements WHERE statement LIKE '%namesake%'"
    )
    assert planned > 0
