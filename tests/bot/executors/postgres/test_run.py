"""An approved remediation on PostgreSQL runs once, within its guard, and its end is told as it is."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable
from contextlib import suppress

import asyncpg
import pytest
from msgspec import Struct
from msgspec.structs import replace

from bot.executors.caps import Caps
from bot.executors.postgres.reading import Query
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from incident.digest import Facts
from incident.finding import OutcomeState
from incident.plan import Plan, Promise
from incident.runbook import GuardKind
from incident.verdict import Verdict
from tests.bot.executors.conftest import PASSWORD, PATIENT, Clock, Shop, cut, plan

FAIL = "UPDATE jobs SET status = 'failed' WHERE status = 'running' AND id <= $1"
PROBE = {"sql": "SELECT count(*) FROM jobs WHERE status = 'running' AND id <= $1", "arguments": [7]}
KILL = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
    " WHERE application_name = 'idler' AND datname = current_database() AND pid <> pg_backend_pid()"
)
IDLERS = {
    "sql": "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'idler' AND datname = current_database()",
    "arguments": [],
}


def fail(up_to: int = 7, *, most: int | None = 7) -> Plan:
    """The plan that fails running jobs, approved for at most so many rows."""
    promise = Promise(kind=GuardKind.ROWS, seen=most, most=most, probe={**PROBE, "arguments": [up_to]})
    return plan(FAIL, up_to, verdict=Verdict.MUTATING, promise=promise)


def kill(*, most: int) -> Plan:
    """The plan that ends idle sessions, approved for at most so many."""
    promise = Promise(kind=GuardKind.COUNT, seen=most, most=most, probe=IDLERS)
    return plan(KILL, verdict=Verdict.MUTATING, promise=promise)


async def test_it_runs_and_says_how_many_rows_changed(executor: ToolExecutor[Query], shop: Shop) -> None:
    outcome = await executor.run(fail())
    assert outcome.state is OutcomeState.RAN
    assert outcome.changed == 7
    assert outcome.sentence == "It ran and changed 7 rows."
    assert outcome.receipt["tag"] == "UPDATE 7"
    assert outcome.receipt["transaction_id"]
    assert await shop.count("status = 'failed'") == 7


RETURNING = "UPDATE jobs SET note = repeat('x', 20000) WHERE id <= $1 RETURNING *"


async def test_what_a_change_returns_is_counted_and_no_more_of_it_held_than_is_shown(shop: Shop, clock: Clock) -> None:
    """The server sends four thousand rows of 20 kB each: they pass by, and the first few are shown."""
    await shop.superuser.execute("INSERT INTO jobs SELECT n, 'new' FROM generate_series(100, 4000) AS n")
    caps = replace(PATIENT, rows=5)
    executor = shop.target(caps=caps).executor(redactor=Redactor([PASSWORD]), clock=clock)
    probe: Facts = {"sql": "SELECT count(*) FROM jobs WHERE id <= $1", "arguments": [4000]}
    promise = Promise(kind=GuardKind.ROWS, seen=3908, most=3908, probe=probe)
    tracemalloc.start()
    outcome = await executor.run(plan(RETURNING, 4000, verdict=Verdict.MUTATING, promise=promise))
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 3908)
    assert most < 20_000_000
    fewer = replace(promise, most=1200)
    outcome = await executor.run(plan(RETURNING, 4000, verdict=Verdict.MUTATING, promise=fewer))
    assert outcome.state is OutcomeState.VOID
    assert outcome.sentence.startswith("It would have changed more than the 1200 rows that were approved: rolled back")
    await executor.close()


STATE: Facts = {"sql": "SELECT status, count(*) FROM jobs GROUP BY status ORDER BY status", "arguments": []}


def compared(value: str) -> Plan:
    """A change that is approved for as long as the jobs are as they were seen."""
    promise = Promise(kind=GuardKind.FINGERPRINT, probe=STATE, of="the jobs", value=value)
    return plan(FAIL, 7, verdict=Verdict.MUTATING, promise=promise)


async def test_a_fingerprint_is_compared_in_the_transaction_of_the_change(
    executor: ToolExecutor[Query], shop: Shop, clock: Clock
) -> None:
    """Whoever changes a row after the comparison, and before the change, makes the change fail."""
    seen = (await executor.preview(compared(""))).value
    assert seen is not None
    assert "running" in seen
    assert (await executor.run(compared("something else"))).state is OutcomeState.VOID
    patient = shop.target(caps=replace(PATIENT, lock_seconds=60)).executor(redactor=Redactor(), clock=clock)
    async with shop.superuser.transaction():
        await shop.superuser.execute("UPDATE jobs SET status = 'done' WHERE id = 3")
        running = asyncio.create_task(patient.run(compared(seen)))
        await shop.somebody_waits(running)
    outcome = await running
    await patient.close()
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was changed, it was rolled back.")
    assert await shop.count("status = 'failed'") == 0
    again = await executor.run(compared(seen))
    assert again.state is OutcomeState.VOID
    assert "the jobs is" in again.sentence
    now = (await executor.preview(compared(""))).value
    assert now is not None
    assert (await executor.run(compared(now))).state is OutcomeState.RAN


async def test_a_database_that_does_not_answer_at_all_cannot_be_reached(shop: Shop, clock: Clock) -> None:
    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(1 << 16):
            continue
        writer.close()

    server = await asyncio.start_server(hang, "127.0.0.1", 0)
    address = f"postgresql://x:y@127.0.0.1:{server.sockets[0].getsockname()[1]}/shop?sslmode=disable"
    caps = Caps(look_seconds=20, run_seconds=20, connect_seconds=0.3)
    target = shop.target(caps=caps, diagnostic_dsn=address, remediation_dsn=address)
    executor = target.executor(redactor=Redactor([PASSWORD]), clock=clock)
    said = "shop-db could not be reached: see whether the server is up and its address is right."
    assert (await executor.run(fail())).sentence == f"Nothing was run. {said}"
    assert (await executor.attest()).proof == said
    await executor.close()
    server.close()


async def test_above_the_approved_number_it_is_rolled_back(executor: ToolExecutor[Query], shop: Shop) -> None:
    outcome = await executor.run(fail(most=6))
    assert outcome.state is OutcomeState.VOID
    assert outcome.sentence == ("It would have changed 7 rows, approved were at most 6: rolled back, nothing changed.")
    assert await shop.count("status = 'running'") == 7


async def test_a_guard_without_a_number_lets_nothing_through(executor: ToolExecutor[Query], shop: Shop) -> None:
    assert (await executor.run(fail(most=None))).state is OutcomeState.VOID
    assert await shop.count("status = 'running'") == 7


async def test_a_guard_on_rows_refuses_what_a_rollback_does_not_take_back(
    executor: ToolExecutor[Query], idlers: "Idlers"
) -> None:
    promise = Promise(kind=GuardKind.ROWS, seen=9, most=9, probe=IDLERS)
    outcome = await executor.run(plan(KILL, verdict=Verdict.MUTATING, promise=promise))
    assert outcome.state is OutcomeState.VOID
    assert idlers.alive == 3


@pytest.mark.parametrize(
    "sql", ["SET ROLE postgres", "COMMIT; DROP TABLE jobs", "DROP TABLE jobs; SELECT 1", "LOCK jobs"]
)
async def test_what_the_judge_refuses_is_not_run_even_when_approved(
    executor: ToolExecutor[Query], shop: Shop, sql: str
) -> None:
    outcome = await executor.run(plan(sql, verdict=Verdict.MUTATING))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was run:")
    assert await shop.count() == 7


async def test_what_the_server_refuses_is_rolled_back_and_told(executor: ToolExecutor[Query], shop: Shop) -> None:
    outcome = await executor.run(plan("DELETE FROM jobs", verdict=Verdict.MUTATING))
    assert outcome.state is OutcomeState.FAILED
    assert "does not allow Muster's role" in outcome.sentence
    assert await shop.count() == 7


async def test_a_constraint_checked_at_commit_fails_it(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute(
        """CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE unique_violation USING MESSAGE = 'not tonight'; END $$;
        CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON jobs DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW EXECUTE FUNCTION no()"""
    )
    outcome = await executor.run(fail())
    assert outcome.state is OutcomeState.FAILED
    assert "rolled back" in outcome.sentence
    assert "not tonight" in outcome.sentence
    assert await shop.count("status = 'running'") == 7


async def test_a_wrong_number_of_arguments_runs_nothing(executor: ToolExecutor[Query]) -> None:
    outcome = await executor.run(plan(FAIL, verdict=Verdict.MUTATING))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was run:")


async def test_without_a_remediation_identity_nothing_runs(shop: Shop, clock: Clock) -> None:
    executor = shop.target(remediation_dsn=None).executor(redactor=Redactor(), clock=clock)
    outcome = await executor.run(fail())
    assert outcome.state is OutcomeState.FAILED
    assert "no identity for remediations" in outcome.sentence
    with pytest.raises(Outage):
        await executor.preview(fail())
    await executor.close()


async def test_a_lock_is_not_waited_for_longer_than_its_cap(executor: ToolExecutor[Query], shop: Shop) -> None:
    async with shop.superuser.transaction():
        await shop.superuser.execute("UPDATE jobs SET note = 'mine' WHERE id = 1")
        outcome = await executor.run(fail())
    assert outcome.state is OutcomeState.FAILED
    assert "holds a lock" in outcome.sentence
    assert await shop.count("status = 'running'") == 7


@pytest.mark.parametrize(
    ("returned", "value"), [("id", 1), ("id::text || '-' || status", "1-running"), ("id, status", None)]
)
async def test_one_cell_that_came_back_is_its_value(
    executor: ToolExecutor[Query], returned: str, value: object
) -> None:
    sql = f"UPDATE jobs SET note = 'x' WHERE id = 1 RETURNING {returned}"
    outcome = await executor.run(plan(sql, verdict=Verdict.MUTATING))
    assert (outcome.state, outcome.value) == (OutcomeState.RAN, value)


async def test_a_secret_in_what_came_back_is_hidden(executor: ToolExecutor[Query], shop: Shop) -> None:
    sql = f"UPDATE jobs SET note = 'x' WHERE id = 1 RETURNING '{PASSWORD}' AS note"
    outcome = await executor.run(plan(sql, verdict=Verdict.MUTATING))
    assert outcome.state is OutcomeState.RAN
    assert PASSWORD not in outcome.output
    assert "[redacted]" in outcome.output


class Idlers(Struct):
    """Three idle sessions of the application."""

    connections: list["asyncpg.Connection[asyncpg.Record]"]

    @property
    def alive(self) -> int:
        return sum(not connection.is_closed() for connection in self.connections)


@pytest.fixture
async def idlers(shop: Shop) -> AsyncIterator[Idlers]:
    """Three sessions of an application that do nothing."""
    await shop.superuser.execute(f"CREATE ROLE app_{shop.suffix} LOGIN PASSWORD '{PASSWORD}'")
    await shop.superuser.execute(f"GRANT CONNECT ON DATABASE {shop.name} TO app_{shop.suffix}")
    settings = {"application_name": "idler"}
    connections = [await asyncpg.connect(shop.dsn("app"), server_settings=settings) for _ in range(3)]
    for connection in connections:
        await connection.fetch("SELECT 1")
    yield Idlers(connections)
    for connection in connections:
        # The server may just be ending it: then nothing can be said to it.
        connection.terminate()


async def test_sessions_are_ended_and_counted(executor: ToolExecutor[Query], idlers: Idlers) -> None:
    outcome = await executor.run(kill(most=3))
    assert outcome.state is OutcomeState.RAN
    assert outcome.changed == 3
    async with asyncio.timeout(PATIENT.run_seconds):
        while idlers.alive:
            await asyncio.sleep(0.01)


async def test_more_sessions_than_approved_void_it_before_anything_ran(
    executor: ToolExecutor[Query], idlers: Idlers
) -> None:
    outcome = await executor.run(kill(most=2))
    assert outcome.state is OutcomeState.VOID
    assert outcome.sentence == "Nothing was run: 3 are touched now, approved were at most 2."
    await asyncio.sleep(0.1)
    assert idlers.alive == 3


async def test_the_preview_counts_with_the_diagnostic_role_and_touches_nothing(
    executor: ToolExecutor[Query], shop: Shop
) -> None:
    preview = await executor.preview(fail(5, most=None))
    assert preview.count == 5
    assert preview.sentence.startswith("5 would be touched now. The planner's statistics say about ")
    assert await shop.count("status = 'running'") == 7


async def test_what_the_judge_refuses_is_not_even_planned(executor: ToolExecutor[Query]) -> None:
    with pytest.raises(Outage, match="could not run even with an approval"):
        await executor.preview(plan("LOCK TABLE jobs", verdict=Verdict.MUTATING))


async def test_a_preview_that_cannot_count_is_an_outage(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute(f"REVOKE SELECT ON jobs FROM {shop.role('looker')}")
    with pytest.raises(Outage, match="does not allow"):
        await executor.preview(fail())


class Wire:
    """A proxy before the database that a test cuts when the client says a certain thing."""

    def __init__(self, port: int) -> None:
        self._upstream = port
        self.cut_when: Callable[[bytes], bool] = lambda _: False
        self.pass_on_first = True
        self.port = 0
        self.cuts = 0
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Wire":
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        self._server.close()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.append(task)
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self._upstream)
        back = asyncio.create_task(self._copy(up_reader, writer))
        while data := await reader.read(65536):
            if self.cut_when(data):
                self.cuts += 1
                back.cancel()
                await asyncio.wait([back])
                if self.pass_on_first:
                    up_writer.write(data)
                    await up_reader.read(1)
                break
            up_writer.write(data)
        back.cancel()
        for side in (writer, up_writer):
            side.close()
            with suppress(OSError):
                await side.wait_closed()

    @staticmethod
    async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            writer.write(data)
        writer.close()


@pytest.fixture
async def wire(shop: Shop) -> AsyncIterator[Wire]:
    """A wire to the database."""
    async with Wire(shop.postgres.port) as wire:
        yield wire


@pytest.fixture
async def wired(shop: Shop, wire: Wire, clock: Clock) -> AsyncIterator[ToolExecutor[Query]]:
    """An executor whose remediations go through the wire."""
    dsn = shop.dsn("fixer").replace(f":{shop.postgres.port}/", f":{wire.port}/")
    executor = shop.target(remediation_dsn=dsn).executor(redactor=Redactor(), clock=clock)
    yield executor
    await executor.close()


async def test_a_commit_whose_answer_is_lost_is_looked_up_by_its_transaction(
    wired: ToolExecutor[Query], wire: Wire, shop: Shop
) -> None:
    wire.cut_when = lambda data: b"COMMIT" in data
    outcome = await wired.run(fail())
    assert wire.cuts == 1
    assert outcome.state is OutcomeState.RAN
    assert "The answer was lost; the server says it committed." in outcome.sentence
    assert await shop.count("status = 'failed'") == 7


async def test_a_commit_that_never_arrived_is_told_as_rolled_back(
    wired: ToolExecutor[Query], wire: Wire, shop: Shop
) -> None:
    wire.cut_when = lambda data: b"COMMIT" in data
    wire.pass_on_first = False
    outcome = await wired.run(fail())
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence == "Nothing was changed: the server says that it was rolled back."
    assert await shop.count("status = 'running'") == 7


async def test_a_commit_that_nobody_can_ask_about_is_unknown(wired: ToolExecutor[Query], wire: Wire) -> None:
    def cut(data: bytes) -> bool:
        return b"COMMIT" in data or wire.cuts > 0

    wire.cut_when = cut
    outcome = await wired.run(fail())
    assert outcome.state is OutcomeState.UNKNOWN
    assert f"SELECT pg_xact_status('{outcome.receipt['transaction_id']}')" in outcome.sentence


async def test_a_connection_lost_while_changing_rows_changed_nothing(
    wired: ToolExecutor[Query], wire: Wire, shop: Shop
) -> None:
    wire.cut_when = lambda data: b"pg_current_xact_id_if_assigned" in data
    outcome = await wired.run(fail())
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("Nothing was changed, it was rolled back.")
    assert await shop.count("status = 'running'") == 7


async def test_a_connection_lost_while_ending_sessions_is_unknown(
    wired: ToolExecutor[Query], wire: Wire, idlers: Idlers
) -> None:
    wire.cut_when = lambda data: b"pg_current_xact_id_if_assigned" in data
    outcome = await wired.run(kill(most=3))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "run the diagnostics" in outcome.sentence


async def test_what_the_server_says_while_it_works_is_heard_at_once(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute(
        """CREATE FUNCTION tells() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE NOTICE 'job % of %', NEW.id, current_user; PERFORM pg_sleep(0.2); RETURN NEW; END $$;
        CREATE TRIGGER tells BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION tells()"""
    )
    said: list[str] = []
    run = asyncio.create_task(executor.run(fail(), heard=said.append))
    async with asyncio.timeout(20):
        while not said:
            await asyncio.sleep(0.01)
    assert not run.done()
    assert said[0].startswith("NOTICE: job ")
    outcome = await run
    assert outcome.state is OutcomeState.RAN
    assert outcome.output.count("NOTICE: job ") == 7


async def test_a_cancelled_run_is_rolled_back_on_the_server_at_once(executor: ToolExecutor[Query], shop: Shop) -> None:
    await shop.superuser.execute(
        """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE NOTICE 'it works'; PERFORM pg_sleep(60); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION slow()"""
    )
    works = asyncio.Event()
    run = asyncio.create_task(executor.run(fail(), heard=lambda _: works.set()))
    async with asyncio.timeout(PATIENT.run_seconds):
        await works.wait()
    outcome = await cut(run)
    assert outcome.state is OutcomeState.CANCELLED
    assert "rolled back" in outcome.sentence
    await shop.rests("fixer")
    assert await shop.count("status = 'running'") == 7


async def test_a_run_that_takes_too_long_is_stopped_and_rolled_back(shop: Shop, clock: Clock) -> None:
    await shop.superuser.execute(
        """CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN PERFORM pg_sleep(60); RETURN NEW; END $$;
        CREATE TRIGGER slow BEFORE UPDATE ON jobs FOR EACH ROW EXECUTE FUNCTION slow()"""
    )
    executor = shop.target(caps=Caps(run_seconds=1, connect_seconds=30)).executor(redactor=Redactor(), clock=clock)
    outcome = await executor.run(fail())
    assert outcome.state is OutcomeState.FAILED
    assert "did not finish within 1 s" in outcome.sentence
    assert await shop.count("status = 'running'") == 7
    await executor.close()
