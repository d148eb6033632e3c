"""The real rules and queries of the SQLite store, in memory and without threads, as each process reaches it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Final, TypeVar

from bot.stores.database import at_once
from bot.stores.migrations import migrations
from bot.stores.queries import folder, queries
from bot.stores.sql_store import SqlStore, Work
from bot.stores.sqlite import DIALECT
from bot.stores.sqlite_connection import Connection, Direct
from chaos.slack import Caught
from chaos.weather import Weather
from commands.outage import Outage

T = TypeVar("T")

_MEMORY: Final = Path(":memory:")
_LOOKING: Final = {
    "every_job": "SELECT key, name, state, due_at, incident_id, subject, urgency, error FROM jobs ORDER BY id",
    "every_incident": "SELECT id FROM incidents ORDER BY number",
    "ignored_alerts": (
        "SELECT count(*) AS ignored FROM events WHERE chain = 'system'"
        " AND json_extract(body, '$.kind') = 'alert_ignored' AND json_extract(body, '$.facts.alert') = :alert"
    ),
}
"""What only those ask who look at the whole store afterwards."""
_QUERIES: Final = {**queries(DIALECT), **_LOOKING}
_MIGRATIONS: Final = migrations(folder(DIALECT))


class Database:
    """What outlives every process. One transaction at a time, each whole or not at all."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self.clock = clock
        self.connection = Connection(_MEMORY, _QUERIES, writes=True)
        self.connection.migrate(_MIGRATIONS)

    def transact(self, work: Work[T]) -> T:
        """What ``work`` returned, committed; nothing of it stays when it raises."""
        self.connection.control("BEGIN")
        try:
            value = at_once(work(Direct(self.connection, self.clock)))
        except BaseException:
            self.connection.control("ROLLBACK")
            raise
        self.connection.control("COMMIT")
        return value

    def close(self) -> None:
        """Forget everything."""
        self.connection.close()


class ProcessStore(SqlStore):
    """The store as one process reaches it: it may be away, or its answer may be lost."""

    def __init__(self, database: Database, process: Caught, weather: Weather) -> None:
        super().__init__(())
        self._database = database
        self._process = process
        self._weather = weather

    async def _write(self, work: Work[T], told: Callable[[T], None] = lambda _: None) -> T:
        await self._arrive()
        value = self._database.transact(work)
        await self._process.hear("store")
        if self._weather.strikes("store_unheard"):
            raise Outage("the database's answer was lost", retry=True)
        told(value)
        return value

    async def _read(self, look: Work[T], *, at_one_moment: bool = False) -> T:
        await self._arrive()
        return self._database.transact(look)

    async def close(self) -> None:
        """Nothing is held."""

    async def _arrive(self) -> None:
        await self._process.reach("store")
        if self._weather.strikes("store_away"):
            raise Outage("the database is away", retry=True)
