"""What is PostgreSQL's own: its faults in words, processes that start at once and wake each other, its restarts."""

import asyncio
import logging
import os
import signal
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import asyncpg
import pytest

from bot.doctor.storage import look_at_storage
from bot.stores import postgres_wakes
from bot.stores.migrations import Migration, migrations
from bot.stores.place import StorePlace, open_store
from bot.stores.postgres import PATIENCE, PostgresStore
from bot.stores.postgres_connection import migrate, named_queries
from bot.stores.queries import folder
from commands.outage import Outage
from demo.postgres import RealPostgres
from tests.contract import making
from tests.contract.making import change
from tests.fakes.silent_line import silent_line

ONE = Migration(name="001_one.sql", sql="CREATE TABLE one (a TEXT); INSERT INTO one VALUES ('x;y');\n")
TWO = Migration(name="002_two.sql", sql="CREATE TABLE two (a TEXT);\n")
LEASE = timedelta(seconds=10)


@pytest.fixture
async def connection(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection to an empty database."""
    connection = await asyncpg.connect(database)
    yield connection
    await connection.close()


SOON = PATIENCE - 5
"""Seconds within which somebody at a terminal hears of a server that hangs, on a busy machine, too."""


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    """An empty store, by the database's own clock."""
    store = await PostgresStore.open(database)
    yield store
    await store.close()


@pytest.fixture
def own_server() -> Iterator[RealPostgres]:
    """A server that a test may stop."""
    with RealPostgres() as server:
        yield server


async def test_each_migration_is_applied_once_and_a_changed_or_newer_one_is_refused(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    assert await migrate(connection, [ONE]) == ("001_one.sql",)
    assert await migrate(connection, [ONE]) == ()
    with pytest.raises(Outage, match="is not the one that made this database"):
        await migrate(connection, [Migration(name=ONE.name, sql=ONE.sql + "-- one more word\n"), TWO])
    assert await migrate(connection, [ONE, TWO]) == ("002_two.sql",)
    with pytest.raises(Outage, match=r"newer Muster \(002_two\.sql\)"):
        await migrate(connection, [ONE])


async def test_a_broken_migration_takes_the_ones_before_it_with_it(
    connection: "asyncpg.Connection[asyncpg.Record]",
) -> None:
    with pytest.raises(asyncpg.PostgresError):
        await migrate(connection, [ONE, Migration(name=TWO.name, sql="CREATE TABLE one (b TEXT);")])
    assert await connection.fetchval("SELECT to_regclass('one')") is None
    assert await migrate(connection, [ONE, TWO]) == (ONE.name, TWO.name)


async def test_processes_that_start_on_an_empty_database_at_once_migrate_it_once(database: str) -> None:
    code = (
        "import asyncio, sys; from bot.stores.postgres import PostgresStore\n"
        "async def main():\n"
        "    store = await PostgresStore.open(sys.argv[1])\n"
        "    print(len(store.migrated), len(await store.recent_incidents()))\n"
        "    await store.close()\n"
        "asyncio.run(main())"
    )
    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            database,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(4)
    ]
    said = sorted([(await each.communicate())[0].decode() for each in racers])
    every = len(migrations(folder("postgres")))
    assert said == ["0 0\n"] * 3 + [f"{every} 0\n"]


async def test_who_comes_second_waits_for_a_migration_that_lasts(
    connection: "asyncpg.Connection[asyncpg.Record]", database: str
) -> None:
    """Longer than anything else that is waited for; here that is a second."""
    second = await asyncpg.connect(database, command_timeout=1, server_settings={"lock_timeout": "1000"})
    long = Migration(name=ONE.name, sql="SELECT pg_sleep(2.5); CREATE TABLE one (a TEXT);")
    first = asyncio.create_task(migrate(connection, [long]))
    sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()"
    watching = await asyncpg.connect(database)
    while not await watching.fetchval(sleeping):
        assert not first.done(), first
        await asyncio.sleep(0.01)
    assert await migrate(second, [long]) == ()
    assert await first == (ONE.name,)
    await watching.close()
    await second.close()


async def test_every_query_fits_the_tables_that_the_migrations_make(store: PostgresStore, database: str) -> None:
    """Preparing a statement without running it: a wrong table or column fails here and not at night."""
    connection = await asyncpg.connect(database)
    for name, query in named_queries().items():
        prepared = await connection.prepare(query.sql)
        assert len(prepared.get_parameters()) == len(query.names), name
    await connection.close()


async def test_a_role_without_the_right_to_make_tables_opens_a_database_that_has_them(
    store: PostgresStore, database: str, postgres: RealPostgres
) -> None:
    """Where a team lets another role migrate."""
    role = f"worker_{database.rpartition('_')[2]}"
    admin = await asyncpg.connect(database)
    await admin.execute(f"CREATE ROLE {role} LOGIN PASSWORD 'secret-word'; REVOKE CREATE ON SCHEMA public FROM PUBLIC")
    url = postgres.dsn(database.rpartition("/")[2], role=role, password="secret-word")
    with pytest.raises(Outage, match="make the role the owner"):
        await PostgresStore.open(url)
    await admin.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}")
    other = await PostgresStore.open(url)
    assert (await other.save(change("a", incident=making.incident(), jobs=(making.job("k"),)))).fresh
    await other.close()
    await admin.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
    await admin.close()


@pytest.mark.parametrize(
    ("change_of", "sentence", "retry"),
    [
        (("postgres:", "nobody:"), "did not let Muster in", False),
        (("/test_", "/no_such_"), "did not let Muster in", False),
        (("127.0.0.1", "127.0.0.254"), "cannot be reached|did not let", True),
        (("postgresql://", "http://"), "holds no address of a PostgreSQL", False),
    ],
)
async def test_what_cannot_be_opened_is_said_in_one_sentence_without_the_address(
    database: str, change_of: tuple[str, str], sentence: str, retry: bool
) -> None:
    with pytest.raises(Outage, match=sentence) as refused:
        await PostgresStore.open(database.replace(*change_of))
    assert refused.value.retry is retry
    assert "127.0.0" not in refused.value.sentence
    assert "@" not in refused.value.sentence.replace("user:password@", "")


async def test_whoever_gives_up_on_a_database_that_hangs_waits_no_longer_and_all_goes_on_when_it_answers(
    database: str,
) -> None:
    async with silent_line(database) as line:
        store = await PostgresStore.open(line.address)
        await store.save(change("before", incident=making.incident()))
        line.speaks.clear()
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await store.incident("inc_1")
        assert asyncio.get_running_loop().time() - began < PATIENCE / 2
        line.speaks.set()
        assert await store.incident("inc_1") is not None
        await store.close()


async def test_a_command_of_the_terminal_says_soon_that_a_server_hangs(
    own_server: RealPostgres, tmp_path: Path
) -> None:
    """The kernel takes the connection; nobody behind it answers."""
    place = StorePlace(data_dir=tmp_path, url=await own_server.create_database("muster"))
    os.kill(own_server.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(SOON):
            with pytest.raises(Outage, match="did not answer in time"):
                await open_store(place)
        async with asyncio.timeout(SOON):
            remarks = await look_at_storage(place)
    finally:
        os.kill(own_server.pid, signal.SIGCONT)
    assert [each.sentence for each in remarks if each.about == "database"] == [
        "The store's PostgreSQL did not answer in time: see in pg_stat_activity what it is doing."
    ]


async def test_a_pooler_that_lets_in_while_the_database_behind_it_hangs_is_no_answer(
    tmp_path: Path, database: str
) -> None:
    async with silent_line(database, after=b"Z\x00\x00\x00\x05I") as line, asyncio.timeout(SOON):
        with pytest.raises(Outage, match="did not answer in time"):
            await open_store(StorePlace(data_dir=tmp_path, url=line.address))
    assert not line.speaks.is_set(), "it had been let in"


async def test_it_goes_on_by_itself_when_the_server_is_back(own_server: RealPostgres) -> None:
    store = await PostgresStore.open(await own_server.create_database("muster"))
    woken = asyncio.Event()
    await store.save(change("before", incident=making.incident()))
    await asyncio.to_thread(own_server.pause)
    with pytest.raises(Outage) as away:
        await store.save(change("during", events=(making.event(),)))
    assert away.value.retry
    with pytest.raises(Outage):
        await store.incident("inc_1")
    await asyncio.to_thread(own_server.resume)
    assert (await store.save(change("during", events=(making.event(),)))).fresh
    assert await store.incident("inc_1") is not None
    other = await PostgresStore.open(own_server.dsn("muster"))
    store.on_owed = woken.set
    async with asyncio.timeout(60):  # it listens again, too
        for turn in count():
            await other.save(change(f"wake {turn}", jobs=(making.job(f"k{turn}"),)))
            if woken.is_set():
                break
            await asyncio.sleep(0.05)
    await other.close()
    await store.close()


async def test_a_standby_that_can_be_read_is_away_until_it_takes_changes_again(
    store: PostgresStore, database: str
) -> None:
    admin = await asyncpg.connect(database)
    name = database.rpartition("/")[2]
    await admin.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    other = await PostgresStore.open(database)
    with pytest.raises(Outage, match="takes no changes now"):
        await other.save(change("refused", events=(making.event(),)))
    with pytest.raises(Outage, match="takes no changes now"):
        await other.figures()
    assert await other.open_incidents() == ()
    await admin.execute("SET default_transaction_read_only = off")
    await admin.execute(f'ALTER DATABASE "{name}" RESET default_transaction_read_only')
    with suppress(Outage):
        await other.figures()  # by a connection of before, which it is the end of
    assert (await other.figures()).due == 0
    assert (await other.save(change("taken", events=(making.event(),)))).fresh
    await other.close()
    await admin.close()


async def test_another_process_is_woken_by_a_debt_and_only_by_one(store: PostgresStore, database: str) -> None:
    woken: list[bool] = []
    other = await PostgresStore.open(database)
    other.on_owed = lambda: woken.append(True)
    await _listened(database, 2)
    await store.save(change("nothing owed", events=(making.event(),)))
    assert woken == []
    await store.save(change("owed", jobs=(making.job("k"),)))
    async with asyncio.timeout(60):
        while not woken:
            await asyncio.sleep(0.002)
    await asyncio.sleep(0.1)
    assert len(woken) == 1
    await other.close()


async def test_the_log_says_once_that_waking_stopped_however_long_the_server_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    asked: list[str] = []

    async def away(dsn: str, **_: object) -> None:
        asked.append(dsn)
        raise ConnectionRefusedError

    caplog.set_level(logging.INFO)
    monkeypatch.setattr(postgres_wakes, "AGAIN_AFTER", 0.0)
    monkeypatch.setattr(asyncpg, "connect", away)
    wakes = postgres_wakes.Wakes("postgresql://away", lambda: None)
    async with asyncio.timeout(PATIENCE):
        while len(asked) < 4:
            await asyncio.sleep(0)
    await wakes.close()
    assert caplog.messages == ["waking by the database stopped"]


async def test_the_database_decides_what_is_due_and_says_when_by_this_processs_clock(store: PostgresStore) -> None:
    now = datetime.now(UTC)
    soon, late = now + timedelta(seconds=30), now + timedelta(hours=1)
    await store.save(change("owe", jobs=(making.job("soon", due_at=soon), making.job("late", due_at=late))))
    assert await store.claim("w", limit=9, lease=LEASE) == ()
    due = await store.next_due()
    assert due is not None
    assert abs(due - soon) < timedelta(seconds=20)


async def test_a_change_is_on_the_disk_before_it_is_told_whatever_the_database_thinks(
    store: PostgresStore, database: str
) -> None:
    admin = await asyncpg.connect(database)
    name = database.rpartition("/")[2]
    await admin.execute(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
    again = await PostgresStore.open(database)
    async with again._pool.acquire() as connection:
        assert await connection.fetchval("SHOW synchronous_commit") == "on"
    await again.close()
    await admin.close()


async def test_a_process_that_stops_in_the_middle_of_a_change_lets_go_of_its_locks(
    store: PostgresStore, database: str
) -> None:
    """A connection that vanished without a word is ended by the server, and nobody waits for it for long."""
    frozen = await asyncpg.connect(database, server_settings={"idle_in_transaction_session_timeout": "500"})
    await frozen.execute("BEGIN; UPDATE counters SET value = value + 1")  # in one breath: a pause would end it
    async with asyncio.timeout(PATIENCE):
        saved = await store.save(change("a", incident=making.incident()))
    assert saved.incident is not None
    assert saved.incident.number == 1
    frozen.terminate()


async def test_a_name_with_a_nul_is_kept_and_found(store: PostgresStore) -> None:
    """SQLite keeps it, PostgreSQL's text cannot; monitors send what they like."""
    await store.save(change("cause\0", alerts=(making.alert("odd\0key"),)))
    kept = await store.alert("alertmanager:odd\0key")
    assert kept is not None
    assert kept.alert.key == "odd\0key"
    assert not (await store.save(change("cause\0"))).fresh


async def test_two_that_wait_for_each_other_both_get_done(store: PostgresStore) -> None:
    """A deadlock undoes one of the two; it is done once more, and nobody hears of it."""
    first, second = making.alert("a"), making.alert("b")
    await store.save(change("0", alerts=(first, second)))
    known = [await store.alert(f"alertmanager:{key}") for key in "ab"]
    one, two = (each for each in known if each is not None)
    outcomes = await asyncio.gather(
        *(store.save(change(f"c{n}", alerts=(one, two) if n % 2 else (two, one))) for n in range(20)),
        return_exceptions=True,
    )
    assert not [each for each in outcomes if isinstance(each, Outage)]
    assert sum(not isinstance(each, BaseException) for each in outcomes) == 1, "the others came after a newer version"


async def test_a_closed_store_says_so_and_what_was_asked_before_is_done(database: str) -> None:
    store = await PostgresStore.open(database)
    saving = asyncio.gather(*(store.save(change(f"c{n}", incident=making.incident(f"i{n}"))) for n in range(50)))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await store.close()
    assert all(each.fresh for each in await saving)
    with pytest.raises(Outage, match="closed"):
        await store.save(change("late"))
    with pytest.raises(Outage, match="closed"):
        await store.incident("i1")
    await store.close()


async def _listened(database: str, processes: int) -> None:
    """Wait until so many processes listen."""
    listening = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query ILIKE $1"
    connection = await asyncpg.connect(database)
    async with asyncio.timeout(60):
        while await connection.fetchval(listening, f'LISTEN "{postgres_wakes.CHANNEL}"%') < processes:
            await asyncio.sleep(0.01)
    await connection.close()
