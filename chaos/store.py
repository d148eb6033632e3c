"""The real rules and queries of the SQLite store, in memory and without threads, as each process reaches it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
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
from incident.job import Claim
from incident.taking import Batch

T = TypeVar("T")

_MEMORY: Final = Path(":memory:")
_LOOKING: Final = {
    "every_job": "SELECT key, name, state, due_at, incident_id, subject, urgency, error FROM jobs ORDER BY id",
    "begun": "SELECT id FROM jobs WHERE state IN ('doing', 'unknown') AND lease_until IS NOT NULL LIMIT 1",
    "every_delivery": "SELECT key, source, received_at FROM deliveries ORDER BY rowid",
    "there": "SELECT 1 FROM deliveries WHERE key = :key",
    "every_watch": "SELECT id, body FROM watches ORDER BY id",
    "every_incident": "SELECT id FROM incidents ORDER BY number",
    "outages": "SELECT id, incident_id, firing FROM alerts WHERE outage_of = :thing ORDER BY id",
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
        self.taken: dict[str, None] = {}
        """The keys of the requests, in the order in which they were decided; in one transaction they are many."""
        self._quiet_until: datetime | None = None

    @property
    def quiet(self) -> bool:
        """Whether a worker that has just found nothing would find nothing again: workers ask a hundred times a run."""
        return self._quiet_until is not None and self.clock() < self._quiet_until

    def found_nothing(self, next_due: datetime | None) -> None:
        """Nothing is due, and nothing will be before that, unless somebody writes; but a run may be cut short."""
        if not self.connection.rows("begun"):
            self._quiet_until = next_due or datetime.max.replace(tzinfo=UTC)

    def look(self, work: Work[T]) -> T:
        """What ``work`` returned, which writes nothing."""
        return at_once(work(Direct(self.connection, self.clock)))

    def transact(self, work: Work[T]) -> T:
        """What ``work`` returned, committed; nothing of it stays when it raises."""
        self.connection.control("BEGIN")
        try:
            value = at_once(work(Direct(self.connection, self.clock)))
        except BaseException:
            self.connection.control("ROLLBACK")
            raise
        self.connection.control("COMMIT")
        self._quiet_until = None
        return value

    def note(self, batch: Batch) -> None:
        """A batch was perhaps taken in: note what of it is there."""
        fresh = (each.key for each in batch.deliveries if each.key not in self.taken)
        self.taken |= dict.fromkeys(key for key in fresh if self.connection.rows("there", key=key))

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

    async def _commit(self, work: Work[T], told: Callable[[T], None] = lambda _: None) -> T:
        await self._arrive()
        value = self._database.transact(work)
        await self._process.hear("store")
        if self._weather.strikes("store_unheard"):
            raise Outage("the database's answer was lost", retry=True)
        told(value)
        return value

    async def _read(self, look: Work[T], *, at_one_moment: bool = False) -> T:
        await self._arrive()
        return self._database.look(look)

    async def take(self, batch: Batch) -> None:
        try:
            await super().take(batch)
        finally:
            self._database.note(batch)

    async def cut_short(self) -> tuple[Claim, ...]:
        return () if self._database.quiet else await super().cut_short()

    async def claim(
        self, worker: str, *, limit: int, lease: timedelta, grace: timedelta = timedelta(0)
    ) -> tuple[Claim, ...]:
        if not self._database.quiet:
            return await super().claim(worker, limit=limit, lease=lease, grace=grace)
        await self._arrive()
        return ()

    async def next_due(self) -> datetime | None:
        due = await super().next_due()
        self._database.found_nothing(due)
        return due

    async def close(self) -> None:
        """Nothing is held."""

    async def _arrive(self) -> None:
        await self._process.reach("store")
        if self._weather.store_gone or self._weather.strikes("store_away"):
            raise Outage("the database is away", retry=True)
