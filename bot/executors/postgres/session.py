"""The connections of one identity to one PostgreSQL, and what its faults mean to a responder."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final, Literal, TypeAlias

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from bot.executors.caps import Caps

Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
Pool: TypeAlias = "asyncpg.Pool[asyncpg.Record]"

FAULTS: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # A server that ended the session unasked, while it lay idle, leaves the driver in a state of its own.
    asyncpg.InternalClientError,
    OSError,
    TimeoutError,
)
"""What a database, the way to it or the driver may answer instead of what was asked."""

MARGIN_SECONDS: Final = 2.0
"""How much longer Muster waits than the server was told to work, so that the server ends what it began."""

_UNDO_SECONDS: Final = 2.0


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
    """Roll back, for at most two seconds; a connection that cannot is closed, which rolls back too."""
    try:
        await connection.execute("ROLLBACK", timeout=_UNDO_SECONDS)
    except FAULTS:
        connection.terminate()


class Sessions:
    """A pool of connections for one identity.

    One that worked is kept open: when an incident has taken every free place, Muster still has its own.
    """

    def __init__(self, dsn: str, *, caps: Caps, size: int, name: str) -> None:
        self._dsn = dsn
        self._caps = caps
        self._size = size
        self._name = name
        self._opening = asyncio.Lock()
        self._pool: Pool | None = None

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """A connection in its first state: asyncpg's pool resets it on return. Raises one of FAULTS."""
        pool = await self._opened()
        connection = await self._acquired(pool)
        try:
            yield connection
        finally:
            if not connection.is_closed() and connection.is_in_transaction():
                connection.terminate()
            with suppress(*FAULTS):
                await pool.release(connection, timeout=_UNDO_SECONDS)

    async def _acquired(self, pool: Pool) -> Connection:
        try:
            return await pool.acquire(timeout=self._caps.connect_seconds)
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
                    min_size=0,
                    max_size=self._size,
                    max_inactive_connection_lifetime=0,
                    timeout=self._caps.connect_seconds,
                    server_settings={"application_name": self._name},
                )
            return self._pool


def sentence_of(fault: BaseException, target: str, *, seconds: float) -> str:
    """What went wrong at the database, in one sentence that says what to do. It holds no part of the DSN."""
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
