"""A database is migrated once, whole, by one process, and never by files that are not the ones that made it."""

import asyncio
import re
import sqlite3
import sys
from pathlib import Path

import pytest

from bot.stores.migrations import Migration, migrations
from bot.stores.queries import folder, queries
from bot.stores.sqlite_connection import Connection
from commands.outage import Outage

ONE = Migration(name="001_one.sql", sql="CREATE TABLE one (a TEXT); -- a; b\nINSERT INTO one VALUES ('x;y');\n")
TWO = Migration(name="002_two.sql", sql="CREATE TABLE two (a TEXT);\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the database will be."""
    return tmp_path / "muster.db"


@pytest.fixture
def connection(path: Path) -> Connection:
    """A writing connection to a new file."""
    return Connection(path, {}, writes=True)


def tables(path: Path) -> set[str]:
    raw = sqlite3.connect(path)
    try:
        return {name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    finally:
        raw.close()


def test_each_is_applied_once_and_later_ones_follow(connection: Connection, path: Path) -> None:
    assert connection.migrate([ONE]) == ("001_one.sql",)
    assert connection.migrate([ONE]) == ()
    assert connection.migrate([ONE, TWO]) == ("002_two.sql",)
    assert tables(path) == {"migrations", "one", "two"}


def test_a_file_that_was_changed_since_is_refused_in_one_sentence_and_nothing_is_applied(
    connection: Connection, path: Path
) -> None:
    connection.migrate([ONE])
    changed = Migration(name=ONE.name, sql=ONE.sql + "-- one more word\n")
    with pytest.raises(Outage, match=r"^The migration 001_one\.sql is not the one that made this database") as refused:
        connection.migrate([changed, TWO])
    assert not refused.value.retry
    assert tables(path) == {"migrations", "one"}
    assert connection.migrate([ONE, TWO]) == ("002_two.sql",)


def test_a_database_of_a_newer_program_is_refused(connection: Connection) -> None:
    connection.migrate([ONE, TWO])
    with pytest.raises(Outage, match=r"newer Muster \(002_two\.sql\)"):
        connection.migrate([ONE])


def test_a_broken_file_takes_the_ones_before_it_with_it(connection: Connection, path: Path) -> None:
    broken = Migration(name="002_two.sql", sql="CREATE TABLE two (a TEXT);\nCREATE TABLE one (b TEXT);\n")
    with pytest.raises(sqlite3.OperationalError):
        connection.migrate([ONE, broken])
    assert tables(path) == set()
    assert connection.migrate([ONE, TWO]) == (ONE.name, TWO.name)


def test_the_files_come_in_the_order_of_their_numbers_and_queries_are_not_one_of_them(tmp_path: Path) -> None:
    for name in ("010_b.sql", "002_a.sql", "queries.sql", "003_note.txt"):
        (tmp_path / name).write_text("SELECT 1;\n")
    assert [each.name for each in migrations(tmp_path)] == ["002_a.sql", "010_b.sql"]


def test_every_query_fits_the_tables_that_the_migrations_make(path: Path) -> None:
    """EXPLAIN compiles a statement without running it: a wrong table or column fails here and not at night."""
    named = queries("sqlite")
    explained = {name: f"EXPLAIN {sql}" for name, sql in named.items()}
    connection = Connection(path, explained, writes=True)
    connection.migrate(migrations(folder("sqlite")))
    for name, sql in named.items():
        if ":rows" in sql:
            columns = re.findall(r"\w+", sql.partition("new (")[2].partition(")")[0])
            connection.run_many(name, [dict.fromkeys(columns)])
            continue
        words = (word.strip("(),;") for word in sql.replace("(", " ").split())
        values = {word[1:]: None for word in words if word.startswith(":")}
        assert connection.rows(name, **values), name
    connection.close()


async def test_processes_that_open_a_new_file_at_once_all_get_a_whole_database(path: Path) -> None:
    code = (
        "import asyncio, sys; from pathlib import Path; from bot.stores.sqlite import SQLiteStore\n"
        "async def main():\n"
        "    store = await SQLiteStore.open(Path(sys.argv[1]))\n"
        "    print(len(await store.recent_incidents()))\n"
        "    await store.close()\n"
        "asyncio.run(main())"
    )
    racers = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            "-c",
            code,
            str(path),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=Path(__file__).parents[3],
        )
        for _ in range(4)
    ]
    said = [(await each.communicate())[0].decode() for each in racers]
    assert said == ["0\n"] * 4
    assert {"incidents", "jobs"} <= tables(path)
