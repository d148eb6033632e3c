"""What is SQLite's own: its faults in people's words, its single writer, and two processes on one file."""

import asyncio
import resource
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.stores.sqlite import READERS, SQLiteStore
from bot.stores.sqlite_connection import Connection
from bot.stores.sqlite_writer import Writer
from commands.outage import Outage
from tests.contract import making
from tests.contract.making import change

QUERIES = {"add": "INSERT INTO lines (text) VALUES (:text)", "all": "SELECT text FROM lines ORDER BY rowid"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database is."""
    return tmp_path / "muster.db"


@pytest.fixture
def connection(path: Path) -> Connection:
    """A writing connection to a file with one table."""
    connection = Connection(path, QUERIES, writes=True)
    connection.control("CREATE TABLE lines (text TEXT UNIQUE)")
    return connection


def texts(path: Path) -> list[str]:
    raw = sqlite3.connect(path)
    try:
        return [text for (text,) in raw.execute("SELECT text FROM lines ORDER BY rowid")]
    finally:
        raw.close()


async def together(writer: Writer, *works: Callable[[Connection], int | None]) -> list[int | BaseException | None]:
    """Have these works wait until they can only be committed together."""
    entered, gate = threading.Event(), threading.Event()

    def hold(_: Connection) -> None:
        entered.set()
        gate.wait()

    held = asyncio.create_task(writer.do(hold))
    await asyncio.to_thread(entered.wait)
    waiting = asyncio.gather(*(writer.do(work) for work in works), return_exceptions=True)
    asyncio.get_running_loop().call_soon(gate.set)
    await held
    return await waiting


async def test_a_full_disk_is_said_in_one_sentence_and_earlier_saves_stay(path: Path, connection: Connection) -> None:
    writer = Writer(connection, path, asyncio.get_running_loop())
    await writer.do(lambda db: db.run("add", text="before"))
    await writer.do(lambda db: db.rows("all"))
    connection.control("PRAGMA max_page_count = 20")
    with pytest.raises(Outage, match="is full: free some space") as full:
        await writer.do(lambda db: db.run("add", text="x" * 1_000_000))
    assert full.value.retry
    connection.control("PRAGMA max_page_count = 100000")
    await writer.do(lambda db: db.run("add", text="after"))
    await writer.close()
    assert texts(path) == ["before", "after"]


@contextmanager
def disk_that_takes_nothing() -> Iterator[None]:
    """The operating system refuses whatever this process would write to a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_while_its_disk_takes_nothing_a_store_is_away_though_it_can_be_read(path: Path) -> None:
    store = await SQLiteStore.open(path)
    with disk_that_takes_nothing():
        with pytest.raises(Outage):
            await store.save(change("refused", events=(making.event(),)))
        assert await store.claim("w", limit=9, lease=timedelta(seconds=10)) == (), "what changes nothing is taken"
        assert await store.open_incidents() == ()
        with pytest.raises(Outage):
            await store.figures()
    assert (await store.figures()).due == 0
    assert (await store.save(change("taken", events=(making.event(),)))).fresh
    await store.close()


async def test_works_that_wait_together_are_committed_together_and_a_failed_one_is_taken_back_alone(
    path: Path, connection: Connection
) -> None:
    writer = Writer(connection, path, asyncio.get_running_loop())

    def half(db: Connection) -> None:
        db.run("add", text="half")
        raise ValueError("the other half is missing")

    outcomes = await together(
        writer,
        lambda db: db.run("add", text="first"),
        half,
        lambda db: db.run("add", text="first"),
        lambda db: db.run("add", text="last"),
    )
    await writer.close()
    assert outcomes[0] == outcomes[3] == 1
    assert isinstance(outcomes[1], ValueError)
    assert isinstance(outcomes[2], Outage)
    assert texts(path) == ["first", "last"]


@pytest.mark.parametrize("fault", [sqlite3.OperationalError("disk I/O error"), MemoryError()])
async def test_a_commit_that_fails_fails_everyone_in_it_and_the_next_one_works(
    path: Path, connection: Connection, fault: Exception
) -> None:
    """A work that ends the transaction under the others stands for a disk or a memory that does."""
    writer = Writer(connection, path, asyncio.get_running_loop())

    def breaks(db: Connection) -> None:
        db.control("ROLLBACK")
        raise fault

    added = (lambda db: db.run("add", text="1"), breaks, lambda db: db.run("add", text="2"))
    outcomes = await together(writer, *added)
    assert [type(outcome) for outcome in outcomes] == [Outage] * 3
    await writer.do(lambda db: db.run("add", text="after"))
    await writer.close()
    assert texts(path) == ["after"]


async def test_a_disk_that_takes_not_even_the_taking_back_ends_nobody_but_those_who_asked(
    path: Path, connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer(connection, path, asyncio.get_running_loop())
    control = Connection.control

    def failing(connection: Connection, statement: str) -> None:
        if statement in ("COMMIT", "ROLLBACK"):
            raise sqlite3.OperationalError("disk I/O error")
        control(connection, statement)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "control", failing)
        for text in ("1", "2"):
            with pytest.raises(Outage):
                await asyncio.wait_for(writer.do(lambda db, text=text: db.run("add", text=text)), 10)
    await asyncio.wait_for(writer.do(lambda db: db.run("add", text="after")), 10)
    await writer.close()
    assert texts(path) == ["after"]


async def test_a_process_that_keeps_the_file_locked_is_an_outage_that_can_pass(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.stores.sqlite_connection.PATIENCE", 0.1)
    store = await SQLiteStore.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Outage, match="locked by another process") as locked:
        await store.save(change("a", incident=making.incident()))
    assert locked.value.retry
    assert await store.incident("inc_1") is None, "reads wait for no writer"
    other.execute("ROLLBACK")
    other.close()
    assert (await store.save(change("a", incident=making.incident()))).fresh
    await store.close()


async def test_a_save_waits_for_another_process_that_writes_for_a_moment(path: Path) -> None:
    store = await SQLiteStore.open(path)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    saving = asyncio.create_task(store.save(change("a", incident=making.incident())))
    await asyncio.sleep(0.2)
    assert not saving.done(), "and the event loop went on meanwhile"
    other.execute("COMMIT")
    other.close()
    assert (await saving).fresh
    await store.close()


def test_a_file_that_is_no_database_is_refused_in_one_sentence_and_left_alone(path: Path) -> None:
    letter = "This is a letter, and a long one: it does not end soon." * 40
    path.write_text(letter)
    with pytest.raises(Outage, match=rf"^{path} is no database of Muster") as refused:
        asyncio.run(SQLiteStore.open(path))
    assert not refused.value.retry
    assert path.read_text() == letter


async def test_a_directory_that_cannot_be_made_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(Outage, match=r"^The directory .*/file/data cannot be made: Not a directory\.$"):
        await SQLiteStore.open(tmp_path / "file" / "data" / "muster.db")


async def test_a_directory_in_the_files_place_is_refused_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(Outage, match="cannot be opened"):
        await SQLiteStore.open(tmp_path)


async def test_the_directory_it_makes_is_the_owners_alone(tmp_path: Path) -> None:
    store = await SQLiteStore.open(tmp_path / "data" / "muster.db")
    await store.close()
    assert stat.S_IMODE((tmp_path / "data").stat().st_mode) == 0o700


async def test_every_commit_is_on_the_disk_before_it_is_told(path: Path) -> None:
    """FULL in WAL mode syncs at each commit; anything less may lose acknowledged saves when the power goes."""
    connection = Connection(path, {"journal": "PRAGMA journal_mode", "sync": "PRAGMA synchronous"}, writes=True)
    told = [connection.row(name) for name in ("journal", "sync")]
    assert [row[0] for row in told if row is not None] == ["wal", 2]
    connection.close()


async def test_a_reading_connection_cannot_write(path: Path, connection: Connection) -> None:
    reader = Connection(path, QUERIES, writes=False)
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        reader.run("add", text="x")
    reader.close()
    connection.close()


async def test_readers_that_cannot_end_a_moment_say_so_and_are_asked_again(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await SQLiteStore.open(path)
    control = Connection.control

    def failing(connection: Connection, statement: str) -> None:
        if statement == "COMMIT":
            raise sqlite3.OperationalError("disk I/O error")
        control(connection, statement)

    with monkeypatch.context() as patched:
        patched.setattr(Connection, "control", failing)
        for _ in range(2 * READERS):
            with pytest.raises(Outage):
                await asyncio.wait_for(store.figures(), 10)
    await store.save(change("later", incident=making.incident("i1")))
    for _ in range(2 * READERS):
        assert await store.incident("i1") is not None, "no reader looks at the past"
    assert (await asyncio.wait_for(store.figures(), 10)).due == 0
    await store.close()


async def test_a_closed_store_says_so_and_what_was_asked_before_is_done(path: Path) -> None:
    store = await SQLiteStore.open(path)
    saving = asyncio.gather(*(store.save(change(f"c{n}", incident=making.incident(f"i{n}"))) for n in range(300)))
    await asyncio.sleep(0)
    await store.close()
    assert all(each.fresh for each in await saving)
    with pytest.raises(Outage, match="closed"):
        await store.save(change("late"))
    with pytest.raises(Outage, match="closed"):
        await store.incident("i1")
    await store.close()
