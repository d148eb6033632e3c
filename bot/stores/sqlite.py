"""The store on one machine: one SQLite file that the bot and the command line share.

Writes go through one thread that commits them together; reads have connections of their own and wait for no write.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import UTC, datetime
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Self, TypeVar

from bot.stores.database import at_once
from bot.stores.migrations import migrations
from bot.stores.queries import folder, queries
from bot.stores.sql_store import SqlStore, Work
from bot.stores.sqlite_connection import OLDEST, Connection, Direct, outage
from bot.stores.sqlite_writer import Writer
from commands.outage import Outage

T = TypeVar("T")

DIALECT: Final = "sqlite"
READERS: Final = 2


def utc_now() -> datetime:
    """The machine's time, which decides leases and what is due."""
    return datetime.now(UTC)


class SQLiteStore(SqlStore):
    """Everything true, in one file; ``Store`` says what each method promises. Opened in the event loop that uses it.

    ``on_owed`` hears of this process's debts only: one of another process is found when the worker looks by itself.
    """

    def __init__(
        self,
        path: Path,
        writer: Writer,
        readers: Sequence[Connection],
        clock: Callable[[], datetime],
        migrated: Sequence[str],
    ) -> None:
        super().__init__(migrated)
        self._path = path
        self._clock = clock
        self._writer = writer
        self._readers = readers
        self._closed = False
        self._free: SimpleQueue[Connection] = SimpleQueue()
        for reader in readers:
            self._free.put(reader)
        self._threads = ThreadPoolExecutor(max_workers=len(readers), thread_name_prefix="muster-store-reader")

    @classmethod
    async def open(cls, path: Path, *, clock: Callable[[], datetime] = utc_now) -> Self:
        """Open the file, made and migrated if need be. Raises Outage with one sentence when that cannot be done."""
        (writing, *reading), migrated = await asyncio.to_thread(_connect, path)
        return cls(path, Writer(writing, path, asyncio.get_running_loop()), reading, clock, migrated)

    async def close(self) -> None:
        """Finish what was asked, then let go of the file."""
        self._closed = True
        await self._writer.close()
        await asyncio.to_thread(self._threads.shutdown)
        for reader in self._readers:
            reader.close()

    async def _commit(self, work: Work[T], told: Callable[[T], None] = lambda _: None) -> T:
        return await self._writer.do(lambda db: at_once(work(Direct(db, self._clock))), told)

    async def _read(self, look: Work[T], *, at_one_moment: bool = False) -> T:
        if self._closed:
            raise Outage("The database is closed.", retry=False)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, look, at_one_moment)

    def _look(self, look: Work[T], at_one_moment: bool) -> T:
        db = self._free.get()
        try:
            db.take_back()
            with db.at_one_moment() if at_one_moment else nullcontext():
                return at_once(look(Direct(db, self._clock)))
        except sqlite3.Error as error:
            raise outage(error, self._path) from error
        finally:
            self._free.put(db)


def _connect(path: Path) -> tuple[list[Connection], tuple[str, ...]]:
    """A writing connection and the reading ones, and the migrations that were applied."""
    if sqlite3.sqlite_version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise Outage(f"This Python has SQLite {sqlite3.sqlite_version}; Muster needs {needed} or later.", retry=False)
    named = queries(DIALECT)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        writing = Connection(path, named, writes=True)
        try:
            migrated = writing.migrate(migrations(folder(DIALECT)))
        except BaseException:
            writing.close()
            raise
        return [writing, *(Connection(path, named, writes=False) for _ in range(READERS))], migrated
    except sqlite3.Error as error:
        raise outage(error, path) from error
    except OSError as error:
        raise Outage(f"The directory {path.parent} cannot be made: {error.strerror}.", retry=False) from error
