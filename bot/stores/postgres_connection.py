"""A connection to PostgreSQL: how a query is called, how the database is migrated, and what its faults mean."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Final, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from bot.stores import database
from bot.stores.migrations import Migration, pending
from bot.stores.queries import queries
from commands.outage import Outage

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record] | PoolConnectionProxy[asyncpg.Record]"

DIALECT: Final = "postgres"
OLDEST: Final = 13
"""The oldest PostgreSQL that is still looked after by its makers."""
FAULTS: Final = (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError, TimeoutError)
"""What the server, the way to it or the driver may answer instead of what was asked."""
_SENTENCES: Final[tuple[tuple[tuple[type[BaseException], ...], str, bool], ...]] = (
    (
        (asyncpg.InvalidAuthorizationSpecificationError, asyncpg.InvalidCatalogNameError),
        "did not let Muster in: check the user, password and database in the variable of store.url_env.",
        False,
    ),
    (
        (asyncpg.InsufficientPrivilegeError,),
        "does not let Muster's role do that: make the role the owner of the database.",
        False,
    ),
    (
        (asyncpg.UndefinedTableError, asyncpg.UndefinedColumnError),
        "lacks a table or column: run `muster migrate`.",
        False,
    ),
    ((asyncpg.DiskFullError,), "has no disk space left: free some.", True),
    (
        (asyncpg.ReadOnlySQLTransactionError,),
        "takes no changes now: it is a standby, or is being moved; name the primary in its address.",
        True,
    ),
    ((asyncpg.TooManyConnectionsError,), "has no connection left: end some, or raise its max_connections.", True),
    (
        (asyncpg.CannotConnectNowError, asyncpg.AdminShutdownError, asyncpg.CrashShutdownError),
        "is starting up or shutting down: it is asked again.",
        True,
    ),
    (
        (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError, TimeoutError),
        "did not answer in time: see in pg_stat_activity what it is doing.",
        True,
    ),
    (
        (asyncpg.PostgresConnectionError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError),
        "cannot be reached: see that it runs and that this machine may connect to it.",
        True,
    ),
)
"""What went wrong, in people's words, and whether asking again can help; the first that fits."""
_MIGRATING: Final = "migrations"
_MIGRATE_WITHIN: Final = 3600.0
_MAY_RECORD: Final = """
SELECT coalesce(
    has_table_privilege(to_regclass('jobs')::oid, 'INSERT'), has_schema_privilege(current_schema(), 'CREATE'), false
)
"""
"""Without tables yet, whether it may make some."""
_PARAMETER: Final = re.compile(r"(?<!:):([a-z_]+)")


class Query:
    """One named query with PostgreSQL's numbers in the place of its parameters' names."""

    def __init__(self, sql: str) -> None:
        self.names = tuple(dict.fromkeys(_PARAMETER.findall(sql)))
        self.sql = _PARAMETER.sub(lambda found: f"${self.names.index(found[1]) + 1}", sql)


def named_queries() -> Mapping[str, Query]:
    """The queries of this dialect by name."""
    return {name: Query(sql) for name, sql in queries(DIALECT).items()}


class Session(database.Database):
    """One connection as the rules of the store use it. ``clock`` tells the time instead of the server, if given."""

    def __init__(
        self, connection: Connection, named: Mapping[str, Query], clock: Callable[[], datetime] | None
    ) -> None:
        self._connection = connection
        self._named = named
        self._clock = clock

    async def run(self, query: str, **values: database.Value) -> int:
        asked = self._named[query]
        try:
            status = await self._connection.execute(asked.sql, *_in_order(asked, values))
        except asyncpg.UniqueViolationError as error:
            raise database.NotUnique(error.constraint_name) from error
        return int(status.rpartition(" ")[2])

    async def run_many(self, query: str, rows: Sequence[Mapping[str, database.Value]]) -> int:
        if not rows:
            return 0
        asked = self._named[query]
        columns = [[kept(row[name]) for row in rows] for name in asked.names]
        try:
            status = await self._connection.execute(asked.sql, *columns)
        except asyncpg.UniqueViolationError as error:
            raise database.NotUnique(error.constraint_name) from error
        return int(status.rpartition(" ")[2])

    async def row(self, query: str, **values: database.Value) -> database.Row | None:
        asked = self._named[query]
        return await self._connection.fetchrow(asked.sql, *_in_order(asked, values))

    async def rows(self, query: str, **values: database.Value) -> Sequence[database.Row]:
        asked = self._named[query]
        return await self._connection.fetch(asked.sql, *_in_order(asked, values))

    async def now(self) -> datetime:
        if self._clock is not None:
            return self._clock()
        told: datetime = await self._connection.fetchval("SELECT clock_timestamp()")
        return told

    async def lock(self, name: str) -> None:
        await lock(self._connection, name)


def _in_order(query: Query, values: Mapping[str, database.Value]) -> list[database.Value]:
    return [kept(values[name]) for name in query.names]


def kept(value: database.Value) -> database.Value:
    """A value as PostgreSQL keeps it. Its text holds no NUL: the sign for it stands in its place.

    What monitors name their alerts may hold one; a body is JSON, which escapes it.
    """
    if isinstance(value, str):
        return kept_text(value)
    # The other kinds by name: to ask whether a time or a number is a sequence takes longer than all the rest.
    if value is None or isinstance(value, (int, datetime, bytes)):
        return value
    return [kept_text(each) for each in value]


def kept_text(text: str) -> str:
    """A text as PostgreSQL keeps it."""
    return text.replace("\0", "\u2400")


async def lock(connection: Connection, name: str, *, within: float | None = None) -> None:
    """Wait until no other transaction holds this name, and hold it to the end of this one.

    ``within`` is how many seconds that may take; as long as any query, unless said.
    """
    query = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
    await connection.execute(query, f"muster:{name}", timeout=within)


async def migrate(connection: Connection, known: Sequence[Migration]) -> tuple[str, ...]:
    """Apply what is missing, all of it or nothing, one process at a time; the names applied.

    Raises Outage when one was changed since, or the server does not suit.
    """
    _check_server(connection)
    async with connection.transaction(isolation="read_committed"):
        # Whoever comes second waits for the first, however large the tables are.
        await connection.execute("SET LOCAL lock_timeout = 0")
        await lock(connection, _MIGRATING, within=_MIGRATE_WITHIN)
        done = await applied(connection)
        # A role that may not make tables can still open a database that has them all.
        if done is None:
            await connection.execute(
                "CREATE TABLE migrations"
                " (name TEXT PRIMARY KEY, checksum TEXT NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
            )
        missing = pending(known, done or {})
        for migration in missing:
            await connection.execute(migration.sql, timeout=_MIGRATE_WITHIN)
            record = (migration.name, migration.checksum)
            await connection.execute("INSERT INTO migrations (name, checksum) VALUES ($1, $2)", *record)
    return tuple(migration.name for migration in missing)


async def applied(connection: Connection) -> Mapping[str, str] | None:
    """The checksums of the migrations that made the database, by name; None when it is no database of Muster yet."""
    if await connection.fetchval("SELECT to_regclass('migrations')") is None:
        return None
    return {row["name"]: row["checksum"] for row in await connection.fetch("SELECT name, checksum FROM migrations")}


async def check_rights(connection: Connection) -> None:
    """See that the role may record something, or make the tables for it: else it is let in in vain. Raises Outage."""
    if not await connection.fetchval(_MAY_RECORD):
        raise outage(asyncpg.InsufficientPrivilegeError())


def _check_server(connection: Connection) -> None:
    version, encoding = connection.get_server_version(), connection.get_settings().server_encoding
    if version.major < OLDEST:
        raise Outage(f"The store's PostgreSQL is version {version.major}; Muster needs {OLDEST} or later.", retry=False)
    if encoding != "UTF8":
        raise Outage(
            f"The store's database is encoded in {encoding}: create one with ENCODING 'UTF8' and name that.",
            retry=False,
        )


@contextmanager
def said() -> Iterator[None]:
    """Faults inside become an Outage: one sentence, without any part of the database's address."""
    try:
        yield
    except asyncpg.ClientConfigurationError:
        raise  # a wrong address: a ValueError as well as a fault
    except FAULTS as fault:
        raise outage(fault) from fault


def outage(fault: BaseException) -> Outage:
    """What a fault of the database means to people, and whether asking again can help."""
    for kinds, sentence, retry in _SENTENCES:
        if isinstance(fault, kinds):
            return Outage(f"The store's PostgreSQL {sentence}", retry=retry)
    what = f"SQLSTATE {fault.sqlstate}" if isinstance(fault, asyncpg.PostgresError) else type(fault).__name__
    return Outage(f"The store's PostgreSQL failed ({what}): its log says why.", retry=True)
