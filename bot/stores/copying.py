"""Moves everything from a SQLite file into an empty PostgreSQL: every row of every table, in one transaction.

The file is this process's alone meanwhile, so that nothing is written to it that would stay behind; its rows stay.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Final, TypeAlias

import asyncpg

from bot.stores.codec import moment
from bot.stores.migrations import migrations
from bot.stores.place import AT_TERMINAL
from bot.stores.postgres import PostgresStore
from bot.stores.postgres_connection import Connection, kept_text, said
from bot.stores.queries import folder
from bot.stores.sqlite import DIALECT
from bot.stores.sqlite_connection import Connection as FileConnection
from bot.stores.sqlite_connection import outage
from commands.outage import Outage

Kept: TypeAlias = str | int | bytes | datetime | None

ALONE_WITHIN: Final = 2.0
"""Seconds for a command of the terminal to let go of the file; a bot has it open for as long as it runs."""
_BATCH: Final = 1000
_COLUMNS: Final = """
SELECT table_name, column_name, data_type FROM information_schema.columns
WHERE table_schema = current_schema() AND table_name <> 'migrations'
    AND (is_identity = 'NO' OR identity_generation = 'BY DEFAULT')
ORDER BY table_name, ordinal_position
"""
_MAKERS: Final[Mapping[str, Callable[[str | int | bytes], Kept]]] = {
    "timestamp with time zone": lambda value: moment(str(value)),
    "boolean": bool,
    "text": lambda value: kept_text(str(value)),
}
"""What a column of PostgreSQL takes for what SQLite keeps."""


async def copy_store(source: Path, url: str) -> Mapping[str, int]:
    """Copy the file into the database at ``url``; how many rows each table got. Both are migrated first.

    Raises Outage, and then nothing was copied; so too while another process has the file open.
    """
    with _alone(source) as file:  # refused before anything is touched
        _check_ours(file, source)
    await (await PostgresStore.open(url, answers_within=AT_TERMINAL)).close()
    with said():
        connection = await asyncpg.connect(url, timeout=AT_TERMINAL)
        try:
            async with connection.transaction():
                # A bot that is started too early waits, and finds everything.
                await connection.execute("LOCK TABLE causes, jobs IN EXCLUSIVE MODE")
                await _check_empty(connection)
                return await _copy(source, connection)
        except sqlite3.Error as error:
            raise outage(error, source) from error
        finally:
            await connection.close()


def _check_ours(file: sqlite3.Connection, source: Path) -> None:
    if file.execute("SELECT count(*) FROM sqlite_schema WHERE name IN ('migrations', 'causes')").fetchone() != (2,):
        raise Outage(f"{source} is no database of Muster: name the muster.db of the bot's data folder.", retry=False)


async def _check_empty(target: Connection) -> None:
    if await target.fetchval("SELECT EXISTS (SELECT FROM causes)"):
        raise Outage(
            "The store's PostgreSQL has recorded something already: copy into an empty database, before a bot starts "
            "on it.",
            retry=False,
        )


async def _copy(source: Path, target: Connection) -> Mapping[str, int]:
    await asyncio.to_thread(_migrate, source)
    counts = {}
    with _alone(source) as file:
        for table, columns in (await _columns(target)).items():
            await target.execute(f'DELETE FROM "{table}"')  # noqa: S608 - a table of our own
            rows = _rows(file, table, columns)
            status = await target.copy_records_to_table(table, columns=list(columns), records=rows)
            counts[table] = int(status.rpartition(" ")[2])
    # The next job's number comes after those that were copied.
    await target.execute("SELECT setval(pg_get_serial_sequence('jobs', 'id'), max(id)) FROM jobs")
    return counts


def _migrate(source: Path) -> None:
    with closing(FileConnection(source, {}, writes=True)) as connection:
        connection.migrate(migrations(folder(DIALECT)))


@contextmanager
def _alone(source: Path) -> Iterator[sqlite3.Connection]:
    """The file, which nobody else opens meanwhile. Raises Outage when somebody has it open already.

    A connection shares the lock of a file with a write-ahead log for as long as it is there, whether or not it writes.
    """
    try:
        with closing(sqlite3.connect(source, timeout=ALONE_WITHIN, isolation_level=None)) as file:
            file.execute("PRAGMA locking_mode = EXCLUSIVE")
            file.execute("BEGIN EXCLUSIVE")
            yield file
            file.execute("ROLLBACK")
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
            raise outage(error, source) from error
        raise Outage(
            f"Another process has {source} open, as a bot that runs on it does: stop it, then copy again. What it "
            "writes meanwhile would be left behind.",
            retry=False,
        ) from error


async def _columns(target: Connection) -> Mapping[str, Mapping[str, str]]:
    """Each table's columns that are copied, with their types; how rows are numbered inside is PostgreSQL's affair."""
    tables: dict[str, dict[str, str]] = {}
    for row in await target.fetch(_COLUMNS):
        tables.setdefault(row["table_name"], {})[row["column_name"]] = row["data_type"]
    return tables


def _rows(file: sqlite3.Connection, table: str, columns: Mapping[str, str]) -> Iterator[tuple[Kept, ...]]:
    makers = [_MAKERS.get(kind) for kind in columns.values()]
    # In the order in which they came: the tables that lack a rowid have no order that matters.
    order = "" if _without_rowid(file, table) else " ORDER BY rowid"
    cursor = file.execute(f"SELECT {', '.join(columns)} FROM {table}{order}")  # noqa: S608 - tables of our own
    while batch := cursor.fetchmany(_BATCH):
        for row in batch:
            yield tuple(
                value if make is None or value is None else make(value) for make, value in zip(makers, row, strict=True)
            )


def _without_rowid(file: sqlite3.Connection, table: str) -> bool:
    (found,) = file.execute("SELECT wr FROM pragma_table_list WHERE schema = 'main' AND name = ?", (table,)).fetchone()
    return bool(found)
