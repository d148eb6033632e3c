"""The store of several processes: one PostgreSQL database that all of them share, none of them first among them."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self, TypeAlias, TypeVar

import asyncpg

from bot.stores.codec import moment
from bot.stores.database import Database
from bot.stores.migrations import migrations
from bot.stores.postgres_connection import (
    DIALECT,
    FAULTS,
    Connection,
    Session,
    applied,
    check_rights,
    migrate,
    named_queries,
    outage,
    said,
)
from bot.stores.postgres_wakes import Wakes
from bot.stores.queries import folder
from bot.stores.sql_store import SqlStore, Work
from commands.outage import Outage

T = TypeVar("T")

Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

MOST_CONNECTIONS: Final = 8
"""Of one process, beside the one by which it is woken."""
PATIENCE: Final = 20.0
"""Seconds that one query, or the wait for a free connection, may last."""
ANSWERS_WITHIN: Final = 5.0
"""Seconds for a connection, and for the first answer on it."""
TRIES: Final = 4
_NO_ADDRESS: Final = (
    "The variable of store.url_env holds no address of a PostgreSQL: write postgresql://host/database, with "
    "user:password@ before the host."
)
AGAIN: Final = (asyncpg.DeadlockDetectedError, asyncpg.SerializationError, asyncpg.InvalidCachedStatementError)
"""Faults after which nothing was done and the same may be done once more."""
SETTINGS: Final = {
    "application_name": "muster",
    # Whatever the database's default is: what was told to be saved is on the disk.
    "synchronous_commit": "on",
    # A process that vanishes in the middle of a change must not hold its locks until the network notices.
    "idle_in_transaction_session_timeout": "5000",
    "lock_timeout": "10000",
}


class PostgresStore(SqlStore):
    """Everything true, in one database; ``Store`` says what each method promises. For the event loop that opened it.

    The database's clock decides leases and what is due, so that the processes need not agree on the time.
    """

    def __init__(self, pool: Pool, dsn: str, clock: Callable[[], datetime] | None, migrated: Sequence[str]) -> None:
        super().__init__(migrated)
        self._pool = pool
        self._clock = clock
        self._named = named_queries()
        self._writing: set[asyncio.Task[Any]] = set()
        self._reading: set[asyncio.Task[Any]] = set()
        self._closed = False
        self._wakes = Wakes(dsn, lambda: self.on_owed())

    @classmethod
    async def open(
        cls, dsn: str, *, clock: Callable[[], datetime] | None = None, answers_within: float = ANSWERS_WITHIN
    ) -> Self:
        """Connect, and migrate if need be. ``clock`` tells the time instead of the database.

        Raises Outage with one sentence, which holds no part of the address.
        """
        pool = _pool(dsn, answers_within)
        try:
            with _opening():
                await pool
                async with pool.acquire() as connection:
                    await _answers(connection, answers_within)
                    migrated = await migrate(connection, migrations(folder(DIALECT)))
        except BaseException:
            pool.terminate()
            raise
        return cls(pool, dsn, clock, migrated)

    async def close(self) -> None:
        """Finish what was asked, then let go of the database."""
        if self._closed:
            return
        self._closed = True
        await asyncio.gather(*self._writing, return_exceptions=True)
        await self._wakes.close()
        try:
            async with asyncio.timeout(PATIENCE):
                await self._pool.close()
        except FAULTS:
            self._pool.terminate()

    async def next_due(self) -> datetime | None:
        """As this process's clock has it, which need not be the database's."""

        async def look(db: Database) -> timedelta | None:
            row = await db.row("next_due")
            due = None if row is None else row["due_at"]
            return None if due is None else moment(due) - await db.now()

        left = await self._read(look)
        return None if left is None else (self._clock or _utc_now)() + left

    def _tell_owed(self, owes: bool) -> None:
        super()._tell_owed(owes)
        if owes:
            self._wakes.tell()

    async def _commit(self, work: Work[T], told: Callable[[T], None] = lambda _: None) -> T:
        if self._closed:
            raise Outage("The database is closed.", retry=False)
        writing = asyncio.create_task(self._committed(work, told))
        self._writing.add(writing)
        writing.add_done_callback(self._written)
        # Whoever gives up waiting does not break off a change half-way.
        return await asyncio.shield(writing)

    def _written(self, task: asyncio.Task[Any]) -> None:
        self._writing.discard(task)
        if not task.cancelled():
            task.exception()  # whoever asked has raised it, unless nobody waits any longer

    async def _committed(self, work: Work[T], told: Callable[[T], None]) -> T:
        for left in reversed(range(TRIES)):
            try:
                value = await self._attempt(work)
            except AGAIN as fault:
                if not left:
                    raise outage(fault) from fault
            except FAULTS as fault:
                await self._leave(fault)
                raise outage(fault) from fault
            else:
                told(value)
                return value
        raise AssertionError("the last try returns or raises")

    async def _attempt(self, work: Work[T]) -> T:
        async with self._session() as (connection, db), connection.transaction(isolation="read_committed"):
            return await work(db)

    async def _read(self, look: Work[T], *, at_one_moment: bool = False) -> T:
        if self._closed:
            raise Outage("The database is closed.", retry=False)
        reading = asyncio.create_task(self._looked(look, at_one_moment))
        self._reading.add(reading)
        reading.add_done_callback(self._was_read)
        try:
            return await asyncio.shield(reading)
        except asyncio.CancelledError:
            # A connection on which a database hangs is given back only after PATIENCE: not while somebody waits.
            reading.cancel()
            raise

    def _was_read(self, task: asyncio.Task[Any]) -> None:
        self._reading.discard(task)
        if not task.cancelled():
            task.exception()  # likewise

    async def _looked(self, look: Work[T], at_one_moment: bool) -> T:
        with said():
            async with self._session() as (connection, db):
                if not at_one_moment:
                    return await look(db)
                async with connection.transaction(isolation="repeatable_read", readonly=True):
                    return await look(db)

    @asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[Connection, Session]]:
        async with self._pool.acquire(timeout=PATIENCE) as connection:
            yield connection, Session(connection, self._named, self._clock)

    async def _leave(self, fault: BaseException) -> None:
        if isinstance(fault, asyncpg.ReadOnlySQLTransactionError):
            # The primary has moved: connections made from now on find it.
            await self._pool.expire_connections()


async def _answers(connection: Connection, within: float) -> None:
    """Ask something small: who waits at a pooler's door behind which a database hangs is let in all the same."""
    try:
        await connection.execute("SELECT", timeout=within)
    except FAULTS:
        connection.terminate()  # to take leave would be to wait again
        raise


async def applied_at(dsn: str, *, answers_within: float = ANSWERS_WITHIN) -> Mapping[str, str] | None:
    """The migrations that made the database, by name, without a change to it; None when it has none of Muster's tables.

    Raises Outage, and so where the role may record nothing there.
    """
    with _opening():
        connection = await asyncpg.connect(dsn, timeout=answers_within, command_timeout=PATIENCE)
        try:
            await _answers(connection, answers_within)
            await check_rights(connection)
            return await applied(connection)
        finally:
            await connection.close()


def _pool(dsn: str, connect_within: float) -> Pool:
    return asyncpg.create_pool(
        dsn,
        min_size=0,
        max_size=MOST_CONNECTIONS,
        # One that worked is kept: when others have taken every free place, Muster still has its own.
        max_inactive_connection_lifetime=0,
        timeout=connect_within,
        command_timeout=PATIENCE,
        server_settings=SETTINGS,
        reset=_left_clean,
    )


async def _left_clean(connection: Connection) -> None:
    """Nothing to do: transactions leave no state behind, and a reset would be a sixth of what a save costs."""


@contextmanager
def _opening() -> Iterator[None]:
    """What can go wrong before there is a connection is an Outage, too."""
    try:
        with said():
            yield
    except ValueError as error:
        raise Outage(_NO_ADDRESS, retry=False) from error


def _utc_now() -> datetime:
    return datetime.now(UTC)
