"""The one thread that writes: what comes while a commit waits for the disk is committed together, each work apart.

One fsync then pays for many saves. Each has a savepoint of its own, so one that fails takes nothing with it; and nobody
is told that theirs is saved before the commit that holds it is on disk.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final, TypeAlias, TypeVar

from msgspec import Struct

from bot.stores.sqlite_connection import Connection, outage
from commands.outage import Outage

T = TypeVar("T")

MOST_TOGETHER: Final = 200

Tell: TypeAlias = Callable[[], None]
"""What is called in the event loop once the outcome stands."""


class _Work(Struct, frozen=True, kw_only=True):
    attempt: Callable[[Connection], Tell]
    fail: Callable[[Exception], None]


class Writer:
    """Runs works on the writing connection, in the order in which they came, many to a commit."""

    def __init__(self, connection: Connection, path: Path, loop: asyncio.AbstractEventLoop) -> None:
        self._connection = connection
        self._path = path
        self._loop = loop
        self._waiting: SimpleQueue[_Work | None] = SimpleQueue()
        self._closed = False
        # A daemon, so that a process can end without closing: that is a crash, and a crash loses nothing.
        self._thread = Thread(target=self._serve, name="muster-store-writer", daemon=True)
        self._thread.start()

    async def do(self, work: Callable[[Connection], T], told: Callable[[T], None] = lambda _: None) -> T:
        """What ``work`` returned, once it is on disk. ``told`` is called then, even if nobody waits any longer.

        Raises whatever ``work`` raised, after everything that it did was taken back; Outage when the database failed.
        """
        if self._closed:
            raise Outage("The database is closed.", retry=False)
        future: asyncio.Future[T] = self._loop.create_future()

        def succeed(value: T) -> None:
            told(value)
            if not future.done():
                future.set_result(value)

        def fail(error: Exception) -> None:
            if not future.done():
                future.set_exception(error)

        self._waiting.put(_Work(attempt=lambda connection: partial(succeed, work(connection)), fail=fail))
        return await future

    async def close(self) -> None:
        """End the thread after everything that was asked before."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            await asyncio.to_thread(self._thread.join)
            self._connection.close()

    def _serve(self) -> None:
        while (first := self._waiting.get()) is not None:
            batch, last = self._more(first)
            self._loop.call_soon_threadsafe(_tell, self._commit(batch))
            if last:
                return

    def _more(self, first: _Work) -> tuple[list[_Work], bool]:
        batch = [first]
        while len(batch) < MOST_TOGETHER:
            try:
                work = self._waiting.get_nowait()
            except Empty:
                break
            if work is None:
                return batch, True
            batch.append(work)
        return batch, False

    def _commit(self, batch: list[_Work]) -> list[Tell]:
        connection = self._connection
        try:
            connection.take_back()
            connection.control("BEGIN IMMEDIATE")
            tells = [self._apart(work) for work in batch]
            connection.control("COMMIT")
        except Exception as error:  # noqa: BLE001  (were this thread to end, every save would wait for ever)
            with suppress(sqlite3.Error):  # what cannot be taken back now is before the next ones begin
                connection.take_back()
            return [partial(work.fail, outage(error, self._path)) for work in batch]
        return tells

    def _apart(self, work: _Work) -> Tell:
        connection = self._connection
        connection.control("SAVEPOINT work")
        try:
            tell = work.attempt(connection)
        except Exception as error:  # whoever asked raises it
            if not connection.in_transaction:
                raise  # the disk failed, and SQLite took the whole batch back
            connection.control("ROLLBACK TO work")
            told = outage(error, self._path) if isinstance(error, sqlite3.Error) else error
            tell = partial(work.fail, told)
        connection.control("RELEASE work")
        return tell


def _tell(tells: list[Tell]) -> None:
    for tell in tells:
        tell()
