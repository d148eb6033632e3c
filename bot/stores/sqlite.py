"""The store on one machine: one SQLite file that the bot and the command line share.

Writes go through one thread that commits them together; reads have connections of their own and wait for no write.
"""

import asyncio
import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from queue import SimpleQueue
from typing import Final, Self, TypeVar

from bot.stores import sqlite_change, sqlite_jobs
from bot.stores.codec import ALERT, APPROVAL, FINDING, INCIDENT, STOP, Codec, event_value, moment
from bot.stores.migrations import migrations
from bot.stores.queries import folder, queries
from bot.stores.sqlite_change import Applied
from bot.stores.sqlite_connection import OLDEST, Connection, Value, outage
from bot.stores.sqlite_writer import Writer
from commands.outage import Outage
from commands.store import Saved, Store
from incident.alert import AlertRecord, Delivery, DeliveryState
from incident.approval import Approval
from incident.change import Change
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim
from incident.postmortem import Record
from incident.stop import Stop
from incident.timeline import Link

T = TypeVar("T")

DIALECT: Final = "sqlite"
READERS: Final = 2


def utc_now() -> datetime:
    """The machine's time, which decides leases and what is due."""
    return datetime.now(UTC)


class SQLiteStore(Store):
    """Everything true, in one file; ``Store`` says what each method promises. Opened in the event loop that uses it.

    ``on_owed`` hears of this process's debts only: one of another process is found when the worker looks by itself.
    """

    def __init__(
        self, path: Path, writer: Writer, readers: Sequence[Connection], clock: Callable[[], datetime]
    ) -> None:
        self.on_owed: Callable[[], None] = lambda: None
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
        writing, *reading = await asyncio.to_thread(_connect, path)
        return cls(path, Writer(writing, path, asyncio.get_running_loop()), reading, clock)

    async def close(self) -> None:
        """Finish what was asked, then let go of the file."""
        self._closed = True
        await self._writer.close()
        await asyncio.to_thread(self._threads.shutdown)
        for reader in self._readers:
            reader.close()

    async def save(self, change: Change) -> Saved:
        _check(change)
        applied = await self._writer.do(lambda db: sqlite_change.apply(db, change), self._tell)
        return applied.saved

    async def incident(self, incident_id: str) -> Incident | None:
        return await self._one(INCIDENT, "incident", id=incident_id)

    async def incident_by_number(self, number: int) -> Incident | None:
        return await self._one(INCIDENT, "incident_by_number", number=number)

    async def incident_by_channel(self, channel: str) -> Incident | None:
        return await self._one(INCIDENT, "incident_by_channel", channel=channel)

    async def open_incidents(self, limit: int = 50) -> tuple[Incident, ...]:
        return await self._all(INCIDENT, "open_incidents", limit=limit)

    async def recent_incidents(self, limit: int = 20) -> tuple[Incident, ...]:
        return await self._all(INCIDENT, "recent_incidents", limit=limit)

    async def last_incident_of_group(self, group: str) -> Incident | None:
        return await self._one(INCIDENT, "last_incident_of_group", group=group)

    async def alert(self, alert_id: str) -> AlertRecord | None:
        return await self._one(ALERT, "alert", id=alert_id)

    async def alerts_of(self, incident_id: str) -> tuple[AlertRecord, ...]:
        return await self._all(ALERT, "alerts_of", incident_id=incident_id)

    async def approval(self, approval_id: str) -> Approval | None:
        return await self._one(APPROVAL, "approval", id=approval_id)

    async def approvals_of(self, incident_id: str) -> tuple[Approval, ...]:
        return await self._all(APPROVAL, "approvals_of", incident_id=incident_id)

    async def approvals_under_way(self) -> tuple[Approval, ...]:
        return await self._all(APPROVAL, "approvals_under_way")

    async def stopped(self) -> Stop | None:
        return await self._one(STOP, "stopped")

    async def last_run(self, step_id: str, target: str) -> datetime | None:
        return await self._read(lambda db: _time(db.row("last_run", step_id=step_id, target=target), "ran_at"))

    async def finding(self, finding_id: str) -> Finding | None:
        return await self._one(FINDING, "finding", id=finding_id)

    async def findings_of(self, incident_id: str) -> tuple[Finding, ...]:
        return await self._all(FINDING, "findings_of", incident_id=incident_id)

    async def timeline(self, incident_id: str) -> tuple[Link, ...]:
        return await self._read(lambda db: tuple(_link(row) for row in db.rows("timeline", chain=incident_id)))

    async def event(self, event_id: str) -> Link | None:
        row = await self._read(lambda db: db.row("event", id=event_id))
        return None if row is None else _link(row)

    async def record(self, incident_id: str) -> Record:
        return await self._read(lambda db: _record(db, incident_id))

    async def chains(self) -> tuple[str, ...]:
        return await self._read(lambda db: tuple(row["chain"] for row in db.rows("chains")))

    async def delivery(self, key: str) -> Delivery | None:
        row = await self._read(lambda db: db.row("delivery", key=key))
        return None if row is None else _delivery(row)

    async def dead_deliveries(self, limit: int = 100) -> tuple[Delivery, ...]:
        return await self._read(lambda db: tuple(_delivery(row) for row in db.rows("dead_deliveries", limit=limit)))

    async def claim(self, worker: str, *, limit: int, lease: timedelta) -> tuple[Claim, ...]:
        return await self._writer.do(lambda db: sqlite_jobs.claim(db, worker, limit, lease, self._clock()))

    async def renew(self, claims: Sequence[Claim], *, lease: timedelta) -> frozenset[int]:
        return await self._writer.do(lambda db: sqlite_jobs.renew(db, claims, self._clock() + lease))

    async def put_off(self, claim: Claim, *, until: datetime, error: str = "", count: bool = True) -> None:
        await self._writer.do(lambda db: sqlite_jobs.put_off(db, claim, until, error, count=count))

    async def begin(self, claim: Claim, change: Change) -> None:
        _check(change)
        await self._writer.do(lambda db: sqlite_change.begin(db, claim, change, self._clock()), self._tell)

    async def give_up(self, claim: Claim, error: str) -> None:
        await self._writer.do(lambda db: sqlite_jobs.give_up(db, claim, error))

    async def cut_short(self) -> tuple[Claim, ...]:
        return await self._writer.do(lambda db: sqlite_jobs.cut_short(db, self._clock()))

    async def waits_behind(self, claim: Claim) -> bool:
        values = {"incident_id": claim.job.incident_id, "urgency": claim.job.urgency, "id": claim.id}
        return await self._read(lambda db: db.row("older_line", **values) is not None)

    async def next_due(self) -> datetime | None:
        return await self._read(lambda db: _time(db.row("next_due"), "due_at"))

    def _tell(self, applied: Applied) -> None:
        if applied.owes:
            self.on_owed()

    async def _one(self, codec: Codec[T], query: str, **values: Value) -> T | None:
        row = await self._read(lambda db: db.row(query, **values))
        return None if row is None else codec.value(row["body"])

    async def _all(self, codec: Codec[T], query: str, **values: Value) -> tuple[T, ...]:
        return await self._read(lambda db: tuple(codec.value(row["body"]) for row in db.rows(query, **values)))

    async def _read(self, look: Callable[[Connection], T]) -> T:
        if self._closed:
            raise Outage("The database is closed.", retry=False)
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._look, look)

    def _look(self, look: Callable[[Connection], T]) -> T:
        db = self._free.get()
        try:
            return look(db)
        except sqlite3.Error as error:
            raise outage(error, self._path) from error
        finally:
            self._free.put(db)


def _connect(path: Path) -> list[Connection]:
    if sqlite3.sqlite_version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        raise Outage(f"This Python has SQLite {sqlite3.sqlite_version}; Muster needs {needed} or later.", retry=False)
    named = queries(DIALECT)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        writing = Connection(path, named, writes=True)
        try:
            writing.migrate(migrations(folder(DIALECT)))
        except BaseException:
            writing.close()
            raise
        return [writing, *(Connection(path, named, writes=False) for _ in range(READERS))]
    except sqlite3.Error as error:
        raise outage(error, path) from error
    except OSError as error:
        raise Outage(f"The directory {path.parent} cannot be made: {error.strerror}.", retry=False) from error


def _check(change: Change) -> None:
    if change.approvals and change.incident is None:
        raise ValueError("approvals are saved only together with their incident, whose version guards them")


def _record(db: Connection, incident_id: str) -> Record:
    db.control("BEGIN")  # one moment for all five
    try:
        row = db.row("incident", id=incident_id)
        if row is None:
            raise KeyError(incident_id)
        return Record(
            incident=INCIDENT.value(row["body"]),
            timeline=tuple(_link(each) for each in db.rows("timeline", chain=incident_id)),
            alerts=tuple(ALERT.value(each["body"]) for each in db.rows("alerts_of", incident_id=incident_id)),
            findings=tuple(
                replace(FINDING.value(each["body"]), withheld=None)
                for each in db.rows("findings_of", incident_id=incident_id)
            ),
            approvals=tuple(APPROVAL.value(each["body"]) for each in db.rows("approvals_of", incident_id=incident_id)),
        )
    finally:
        db.control("COMMIT")


def _link(row: sqlite3.Row) -> Link:
    return Link(
        id=row["id"],
        seq=row["seq"],
        recorded_at=moment(row["recorded_at"]),
        content=row["content"],
        link=row["link"],
        event=None if row["body"] is None else event_value(row["body"]),
    )


def _delivery(row: sqlite3.Row) -> Delivery:
    return Delivery(
        key=row["key"],
        source=row["source"],
        received_at=moment(row["received_at"]),
        headers=json.loads(row["headers"]),
        body=row["body"],
        state=DeliveryState(row["state"]),
        reason=row["reason"],
    )


def _time(row: sqlite3.Row | None, column: str) -> datetime | None:
    return None if row is None or row[column] is None else moment(row[column])
