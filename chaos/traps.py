"""Points at which a real process is killed: after its Nth call of Slack, and on both sides of the Nth change of a job.

A job's changes are those of its state: claimed, begun, done, given up. PostgreSQL itself counts them, by a trigger of
the round's own. *Before* means that the transaction waits until its process is dead, so that it never commits; *after*
that it has just been committed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from enum import StrEnum
from typing import Final, TypeAlias

import asyncpg
from msgspec import Struct

from chaos.place import Place
from demo.bot_process import BotProcess
from sandbox.record.calls import Call

LAID: Final = """
CREATE SEQUENCE chaos_changes;
CREATE TABLE chaos_trap (at bigint NOT NULL, how text NOT NULL);
CREATE FUNCTION chaos_change() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    number bigint := nextval('chaos_changes');
    process text := coalesce(NEW.worker, OLD.worker, '');
    what text := (SELECT how FROM chaos_trap WHERE at = number);
BEGIN
    IF what = 'after' THEN
        PERFORM pg_notify('chaos', process);
    ELSIF what = 'before' THEN
        PERFORM set_config('application_name', 'chaos ' || process, false);
        PERFORM pg_advisory_xact_lock(4711);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER chaos_change AFTER UPDATE OF state ON jobs FOR EACH ROW WHEN (OLD.state <> NEW.state)
    EXECUTE FUNCTION chaos_change();
"""
HELD: Final = "SELECT pg_advisory_lock(4711)"
"""The lock for which a transaction waits that is not to commit."""
LET_GO: Final = "SELECT pg_advisory_unlock(4711), pg_sleep(0.1), pg_advisory_lock(4711)"
"""It goes on, finds nobody who would commit it, and is undone; then the lock is held again."""
WAITS: Final = (
    "SELECT application_name FROM pg_stat_activity WHERE application_name LIKE 'chaos %' AND wait_event = 'advisory'"
)
HOLDER: Final = (
    "SELECT worker FROM jobs WHERE state IN ('claimed', 'doing') AND worker IS NOT NULL"
    " ORDER BY lease_until DESC LIMIT 1"
)
LOOK_EVERY: Final = 0.02

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


class How(StrEnum):
    """On which side of what the process dies."""

    CALL = "call"
    BEFORE = "before"
    AFTER = "after"


class Point(Struct, frozen=True, kw_only=True):
    """One cut: the flow, and at which of its calls or changes, from 1."""

    flow: str
    how: How
    number: int

    def __str__(self) -> str:
        return f"{self.flow}:{self.how.value}:{self.number}"


class Traps:
    """The traps of one place. ``sprung`` is set once somebody died in the one that was set."""

    def __init__(self, place: Place, looking: Connection, holding: Connection) -> None:
        self.sprung = asyncio.Event()
        self.calls = 0
        self._place = place
        self._looking = looking
        self._holding = holding
        self._calls_left = 0
        self._turn = asyncio.Lock()
        self._killing: set[asyncio.Task[None]] = set()

    async def changes(self) -> int:
        """How many changes of jobs there were."""
        async with self._turn:
            return int(await self._looking.fetchval("SELECT last_value FROM chaos_changes"))

    async def set(self, how: How, number: int) -> None:
        """Whoever comes to that call or change from now on dies there."""
        self.sprung.clear()
        if how is How.CALL:
            self._calls_left = number
            return
        at = await self.changes() + number
        async with self._turn:
            await self._looking.execute("INSERT INTO chaos_trap VALUES ($1, $2)", at, how.value)

    async def take_away(self) -> None:
        """Nobody dies any more."""
        self._calls_left = 0
        async with self._turn:
            await self._looking.execute("DELETE FROM chaos_trap")

    async def at_a_call(self, call: Call) -> None:
        """Slack has done what it was asked, and has not answered yet."""
        self.calls += 1
        self._calls_left -= 1
        if self._calls_left == 0:
            async with self._turn:
                holder = await self._looking.fetchval(HOLDER)
            await self._kill(str(holder or ""))

    def committed(self, connection: object, pid: int, channel: str, process: object) -> None:
        """A change was committed after which its process is to die."""
        task = asyncio.ensure_future(self._kill(str(process)))
        self._killing.add(task)
        task.add_done_callback(self._killing.discard)

    async def watch(self) -> None:
        """Kill whoever waits before a commit, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_EVERY)
            async with self._turn:
                waits = await self._looking.fetchval(WAITS)
            if waits is not None:
                await self._kill(str(waits).removeprefix("chaos "))
                await self._holding.execute(LET_GO)

    async def _kill(self, process: str) -> None:
        """End the process of that name; whichever lives, where nobody holds anything."""
        bots = [bot for bot in self._place.it.bots if lives(bot)]
        named = [bot for bot in bots if str(bot.pid) == process.rpartition(":")[2]]
        for bot in named or bots[:1]:
            await bot.kill()
        self.sprung.set()


@asynccontextmanager
async def laid(place: Place) -> AsyncIterator[Traps]:
    """Traps that can be set, until the block ends."""
    async with AsyncExitStack() as undo:
        connections = [await asyncpg.connect(place.database) for _ in range(2)]
        for connection in connections:
            undo.push_async_callback(connection.close)
        looking, holding = connections
        await looking.execute(LAID)
        await holding.execute(HELD)
        traps = Traps(place, looking, holding)
        await looking.add_listener("chaos", traps.committed)
        watching = asyncio.create_task(traps.watch())
        place.it.sandbox.on_call = traps.at_a_call
        try:
            yield traps
        finally:
            place.it.sandbox.on_call = None
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)


def lives(bot: BotProcess) -> bool:
    """Whether it runs."""
    try:
        return bot.pid > 0
    except LookupError:
        return False
