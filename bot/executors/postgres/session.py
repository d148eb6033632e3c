"""The connections of one identity to one PostgreSQL, and what its faults mean to a responder."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal, TypeAlias

import asyncpg
from asyncpg.pgproto import pgproto
from asyncpg.pool import PoolConnectionProxy

from bot.executors.caps import Caps
from bot.executors.postgres.message import MOST_BYTES, Flood, Noise
from bot.executors.postgres.wire import reading_first
from bot.executors.tool.answer import LeftATrace

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

FAULTS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A server that ended the session unasked, while it lay idle, leaves the driver in a state of its own.
    asyncpg.InternalClientError,
    # Values that are not of the length or the type that the server described.
    pgproto.BufferError,
    AssertionError,
    OSError,
    TimeoutError,
)
"""What a database, the way to it or the driver may answer instead of what was asked."""

MARGIN_SECONDS: Final = 2.0
"""How much longer Muster waits than the server was told to work, so that the server ends what it began."""

_UNDO_SECONDS: Final = 2.0

_NO_TLS: Final = "rejected SSL upgrade"
"""How the driver says that a server speaks no TLS; the error's type is that of any lost connection."""

_NO_TRACE: Final = """
SELECT 1 / (pg_catalog.current_setting('transaction_read_only') = 'on'
            AND pg_catalog.pg_current_xact_id_if_assigned() IS NULL)::int
"""
"""Fails in a transaction that could write or did: a message of several statements brings no rows back to be read."""

Mode: TypeAlias = Literal["READ ONLY", "READ WRITE", "ISOLATION LEVEL REPEATABLE READ READ WRITE"]


def opening(mode: Mode, caps: Caps, *, seconds: float) -> str:
    """The start of a transaction whose mode no later statement can change.

    Names are looked up in pg_catalog first, so that nobody's table or function can stand in for the server's own, then
    in public, where applications keep theirs; naming pg_temp last stops temporary objects from coming before both. No
    parallel workers: a look takes one core. The SELECT freezes the mode: before a query ran, SET TRANSACTION flips it.
    """
    return (
        f"BEGIN {mode}; SET LOCAL statement_timeout = {round(seconds * 1000)};"
        f" SET LOCAL lock_timeout = {round(caps.lock_seconds * 1000)};"
        f" SET LOCAL idle_in_transaction_session_timeout = {round((seconds + MARGIN_SECONDS) * 1000)};"
        " SET LOCAL search_path = pg_catalog, public, pg_temp; SET LOCAL max_parallel_workers_per_gather = 0; SELECT 1"
    )


async def undo(connection: Connection) -> None:
    """Roll back and reset, for at most two seconds; a connection that cannot is closed, which does both."""
    try:
        await connection.execute(_ending(connection), timeout=_UNDO_SECONDS)
    except FAULTS:
        # One that was lost is the pool's again.
        with suppress(*FAULTS):
            connection.terminate()


async def leave(connection: Connection) -> None:
    """End a look: the server sees whether it left a trace, rolls back and resets, all in one message.

    Raises LeftATrace or one of FAULTS; what stands behind the first question was not done then, so that `undo` must.
    """
    try:
        await connection.execute(f"{_NO_TRACE}; {_ending(connection)}")
    except asyncpg.DivisionByZeroError as trace:
        told = "A look wrote to the database although it was judged read-only; it was rolled back."
        raise LeftATrace(told) from trace


def _ending(connection: Connection) -> str:
    """The rollback, and what takes from the session whatever a rollback leaves, such as advisory locks."""
    return f"ROLLBACK; {connection.get_reset_query()}"


class Sessions:
    """A pool of connections for one identity.

    One that worked is kept open: when an incident has taken every free place, Muster still has its own. With
    ``rolled_back`` every transaction is ended by `leave` or `undo`, which reset the connection as well.
    """

    def __init__(self, dsn: str, *, caps: Caps, size: int, name: str, rolled_back: bool = False) -> None:
        self._dsn = dsn
        self._caps = caps
        self._size = size
        self._name = name
        self._reset = _was_reset if rolled_back else None
        self._opening = asyncio.Lock()
        self._pool: Pool | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection in its first state. Raises one of FAULTS."""
        pool = await self._opened()
        connection = await self._acquired(pool)
        try:
            yield connection
        finally:
            # Of a connection that was lost nothing can be asked: the pool has it back already.
            with suppress(*FAULTS):
                if not connection.is_closed() and connection.is_in_transaction():
                    connection.terminate()
                await pool.release(connection, timeout=_UNDO_SECONDS)

    async def _acquired(self, pool: Pool) -> Connection:
        try:
            # The pool's own timeout would make a task of each.
            async with asyncio.timeout(self._caps.connect_seconds):
                return await pool.acquire()
        except TimeoutError as fault:
            if pool.get_size() >= self._size:
                raise
            # No connection came to be, so that this is no statement that takes too long.
            raise ConnectionError("nobody answered") from fault

    async def close(self) -> None:
        """Close every connection: those at work may end what they do for two seconds."""
        pool, self._pool = self._pool, None
        if pool is None:
            return
        try:
            async with asyncio.timeout(_UNDO_SECONDS):
                await pool.close()
        except FAULTS:
            pool.terminate()

    async def _opened(self) -> Pool:
        async with self._opening:
            if self._pool is None:
                self._pool = await asyncpg.create_pool(
                    self._dsn,
                    loop=reading_first(asyncio.get_running_loop()),
                    min_size=0,
                    max_size=self._size,
                    max_inactive_connection_lifetime=0,
                    # A statement stays prepared: the server itself plans it anew when what it names has changed.
                    max_cached_statement_lifetime=0,
                    reset=self._reset,
                    timeout=self._caps.connect_seconds,
                    server_settings={"application_name": self._name},
                )
            return self._pool


async def _was_reset(_: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Instead of the pool's own reset, which would be a message more."""


def sentence_of(fault: BaseException, target: str, *, seconds: float) -> str:
    """What went wrong at the database, in one sentence that says what to do. It holds no part of the DSN."""
    # A connection that was ended while something was asked over it has why it was ended as its cause.
    why = fault.__cause__ if isinstance(fault.__cause__, Noise | Flood) else fault
    if isinstance(why, Flood):
        return f"{target} answered with more than {MOST_BYTES >> 20} MiB, which is not read: narrow the step."
    if isinstance(why, Noise | pgproto.BufferError | AssertionError):
        return (
            f"What answers at the address of {target} does not speak as PostgreSQL does:"
            " check the host and port of its DSN, and what stands in between."
        )
    if isinstance(why, ssl.SSLError) or _NO_TLS in str(why):
        return f"{target} and Muster do not agree on TLS: check the sslmode and the certificates of its DSN."
    if isinstance(why, asyncpg.ClientConfigurationError):
        return f"The DSN of {target} cannot be used: check its sslmode, its certificates' files and its options."
    if isinstance(why, FileNotFoundError):
        return f"{target} could not be reached: a certificate or a socket that its DSN names is not there."
    return _told(fault, target, seconds)


def _told(fault: BaseException, target: str, seconds: float) -> str:
    match fault:
        case asyncpg.InvalidAuthorizationSpecificationError() | asyncpg.InvalidCatalogNameError():
            return f"{target} did not let Muster in: check the user, password and database of its DSN."
        case asyncpg.TooManyConnectionsError():
            return f"{target} has no connection left for Muster: end some, or reserve a few for its role."
        case asyncpg.CannotConnectNowError():
            return f"{target} is starting up or shutting down: try again in a moment."
        case asyncpg.LockNotAvailableError():
            return f"Another session on {target} holds a lock that this needs: see who with pg_blocking_pids."
        case asyncpg.QueryCanceledError() | TimeoutError():
            return f"{target} did not finish within {seconds:g} s, so it was stopped: look by hand, or narrow the step."
        case asyncpg.InsufficientPrivilegeError():
            return f"{target} does not allow Muster's role to do that ({fault}): grant it, or leave the step out."
        case asyncpg.PostgresConnectionError() | asyncpg.OperatorInterventionError() | asyncpg.InternalClientError():
            return f"The connection to {target} was lost: see whether the server is up."
        case asyncpg.PostgresError():
            return f"{target} answered: {_ended(str(fault))}"
        case asyncpg.InterfaceError():
            return f"The step does not fit what {target} takes: {_ended(str(fault))}"
    return f"{target} could not be reached: see whether the server is up and its address is right."


def _ended(text: str) -> str:
    line = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return line if line.endswith((".", "!", "?")) else line + "."
