"""The store in SQL: what each method asks of a database, whichever it is. How to reach one is its subclass's affair."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Coroutine, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias, TypeVar

from bot.stores import changing, jobs, rows, taking
from bot.stores.changing import Applied
from bot.stores.codec import (
    ALERT,
    APPROVAL,
    FINDING,
    INCIDENT,
    SILENCE,
    STOP,
    SYSTEM_CHANGE,
    WATCH,
    Codec,
)
from bot.stores.database import Database, Row, Value
from bot.stores.figures import figures
from commands.figures import Figures
from commands.outage import Outage
from commands.store import Saved, Store
from incident.alert import AlertRecord, AlertTally, Delivery
from incident.approval import Approval
from incident.change import Change
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim
from incident.keeping import Lasting
from incident.postmortem import Record
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.taking import Batch, Keyed, Known, unkeyed
from incident.timeline import Link
from incident.watch import WatchRecord

T = TypeVar("T")
LATELY: Final = 100_000
"""Among so many of the newest requests the last one of a monitor is looked for."""

_BEFORE_ALL: Final = datetime(1970, 1, 1, tzinfo=UTC)

_ASKED: Final = "store asked"
"""Under this name it is written when the store was asked whether it takes changes again."""

Work: TypeAlias = Callable[[Database], Coroutine[Any, Any, T]]
"""What is asked of a database inside one transaction."""


class SqlStore(Store):
    """Everything true, in tables; ``Store`` says what each method promises."""

    def __init__(self, migrated: Sequence[str]) -> None:
        self.migrated = tuple(migrated)
        """The migrations that opening it applied."""
        self.on_owed: Callable[[], None] = lambda: None
        self._refused = False
        """It took no change when it was last asked to, though it may still be read: a full disk, a standby."""

    @abstractmethod
    async def _commit(self, work: Work[T], told: Callable[[T], None] = lambda _: None) -> T:
        """What ``work`` returned, once it is on disk; ``told`` is called then, even if nobody waits any longer.

        Raises whatever ``work`` raised, after everything that it did was taken back.
        """

    @abstractmethod
    async def _read(self, look: Work[T], *, at_one_moment: bool = False) -> T:
        """What ``look`` returned; ``at_one_moment``: all of its queries see the same."""

    async def _write(self, work: Work[T], told: Callable[[T], None] = lambda _: None) -> T:
        try:
            return await self._commit(work, told)
        except Outage:
            self._refused = True
            raise

    async def save(self, change: Change) -> Saved:
        _check(change)
        applied = await self._write(lambda db: changing.apply(db, change), self._tell)
        return applied.saved

    async def known(
        self,
        alert_ids: Collection[str],
        groups: Collection[str],
        at: datetime,
        keyed: Keyed = unkeyed,
        causes: Collection[str] = (),
    ) -> Known:
        return await self._read(lambda db: taking.known(db, alert_ids, groups, at, keyed, causes), at_one_moment=True)

    async def kept(self, deliveries: Collection[str], causes: Collection[str]) -> frozenset[str]:
        return await self._read(lambda db: taking.kept(db, deliveries, causes))

    async def take(self, batch: Batch) -> None:
        await self._write(lambda db: taking.take(db, batch), self._tell_owed)

    async def incident(self, incident_id: str) -> Incident | None:
        return await self._one(INCIDENT, "incident", id=incident_id)

    async def incident_by_number(self, number: int) -> Incident | None:
        return await self._one(INCIDENT, "incident_by_number", number=number)

    async def incident_by_channel(self, channel: str) -> Incident | None:
        return await self._one(INCIDENT, "incident_by_channel", channel=channel)

    async def open_incidents(self, limit: int = 50) -> tuple[Incident, ...]:
        return await self._all(INCIDENT, "open_incidents", limit=limit)

    async def incidents_with_evidence(self) -> tuple[Incident, ...]:
        return await self._all(INCIDENT, "incidents_with_evidence")

    async def recent_incidents(self, limit: int = 20) -> tuple[Incident, ...]:
        return await self._all(INCIDENT, "recent_incidents", limit=limit)

    async def last_incident_of_group(self, group: str) -> Incident | None:
        return await self._one(INCIDENT, "last_incident_of_group", group=group)

    async def alert(self, alert_id: str) -> AlertRecord | None:
        return await self._one(ALERT, "alert", id=alert_id)

    async def alerts_of(self, incident_id: str) -> tuple[AlertRecord, ...]:
        return await self._all(ALERT, "alerts_of", incident_id=incident_id)

    async def alert_tally(self, incident_id: str) -> AlertTally:
        return await self._read(lambda db: taking.tally(db, incident_id))

    async def approval(self, approval_id: str) -> Approval | None:
        return await self._one(APPROVAL, "approval", id=approval_id)

    async def approvals_of(self, incident_id: str) -> tuple[Approval, ...]:
        return await self._all(APPROVAL, "approvals_of", incident_id=incident_id)

    async def approvals_under_way(self) -> tuple[Approval, ...]:
        return await self._all(APPROVAL, "approvals_under_way")

    async def stopped(self) -> Stop | None:
        return await self._one(STOP, "stopped")

    async def silences(self, at: datetime) -> tuple[Silence, ...]:
        return await self._all(SILENCE, "silences", at=at)

    async def last_run(self, step_id: str, target: str) -> datetime | None:
        return rows.time_of(await self._row("last_run", step_id=step_id, target=target), "ran_at")

    async def system_change(self, change_id: str) -> SystemChange | None:
        return await self._one(SYSTEM_CHANGE, "system_change", id=change_id)

    async def system_changes(
        self, system: str, *, since: datetime, until: datetime | None, limit: int
    ) -> tuple[SystemChange, ...]:
        ends = until or rows.ENDLESS
        return await self._all(SYSTEM_CHANGE, "system_changes", system=system, since=since, until=ends, limit=limit)

    async def watch(self, watch_id: str) -> WatchRecord | None:
        return await self._one(WATCH, "watch", id=watch_id)

    async def watches(self) -> tuple[WatchRecord, ...]:
        return await self._all(WATCH, "watches")

    async def finding(self, finding_id: str) -> Finding | None:
        return await self._one(FINDING, "finding", id=finding_id)

    async def findings_of(self, incident_id: str) -> tuple[Finding, ...]:
        return await self._all(FINDING, "findings_of", incident_id=incident_id)

    async def timeline(self, incident_id: str) -> tuple[Link, ...]:
        return await self._rows(rows.link, "timeline", chain=incident_id)

    async def event(self, event_id: str) -> Link | None:
        row = await self._row("event", id=event_id)
        return None if row is None else rows.link(row)

    async def record(self, incident_id: str) -> Record:
        return await self._read(lambda db: rows.record(db, incident_id), at_one_moment=True)

    async def chains(self) -> tuple[str, ...]:
        return await self._rows(lambda row: str(row["chain"]), "chains")

    async def delivery(self, key: str) -> Delivery | None:
        row = await self._row("delivery", key=key)
        return None if row is None else rows.delivery(row)

    async def dead_deliveries(self, limit: int = 100, *, after: Delivery | None = None) -> tuple[Delivery, ...]:
        at, key = (_BEFORE_ALL, "") if after is None else (after.received_at, after.key)
        return await self._rows(rows.delivery, "dead_deliveries", limit=limit, after_at=at, after_key=key)

    async def claim(
        self, worker: str, *, limit: int, lease: timedelta, grace: timedelta = timedelta(0)
    ) -> tuple[Claim, ...]:
        return await self._write(lambda db: jobs.claim(db, worker, limit, lease, grace))

    async def renew(self, claims: Sequence[Claim], *, lease: timedelta) -> frozenset[int]:
        return await self._write(lambda db: jobs.renew(db, claims, lease))

    async def put_off(self, claim: Claim, *, wait: timedelta, error: str = "", count: bool = True) -> None:
        await self._write(lambda db: jobs.put_off(db, claim, wait, error, count=count))

    async def look_again(self, claim: Claim, record: WatchRecord) -> None:
        await self._write(lambda db: jobs.look_again(db, claim, record))

    async def begin(self, claim: Claim, change: Change, *, keeping: Sequence[Incident]) -> None:
        _check(change)
        await self._write(lambda db: changing.begin(db, claim, change, keeping), self._tell)

    async def give_up(self, claim: Claim, error: str) -> None:
        await self._write(lambda db: jobs.give_up(db, claim, error))

    async def cut_short(self) -> tuple[Claim, ...]:
        return await self._write(jobs.cut_short)

    async def waits_behind(self, claim: Claim) -> bool:
        return await self._read(lambda db: jobs.waits_behind(db, claim))

    async def lines_behind(self, claim: Claim, *, limit: int) -> tuple[Claim, ...]:
        return await self._read(lambda db: jobs.lines_behind(db, claim, limit))

    async def join(self, claim: Claim, others: Sequence[Claim], *, subject: str) -> None:
        await self._write(lambda db: jobs.join(db, claim, others, subject))

    async def take_along(self, claim: Claim, *, limit: int) -> tuple[str, ...]:
        return await self._write(lambda db: jobs.take_along(db, claim, limit))

    async def call_owed_since(self, incident_id: str, *, heads: Sequence[str], claim: Claim | None = None) -> bool:
        after = 0 if claim is None else claim.id
        return await self._read(lambda db: jobs.call_owed_since(db, incident_id, heads, after))

    async def next_due(self) -> datetime | None:
        return rows.time_of(await self._row("next_due"), "due_at")

    async def figures(self) -> Figures:
        if self._refused:
            # Many a change touches nothing, and is taken all the same: whether it takes one is asked by one that does.
            await self.remember(_ASKED, (await self.now()).isoformat())
            self._refused = False
        return await self._read(figures, at_one_moment=True)

    async def last_knocks(self, sources: Sequence[str]) -> Mapping[str, datetime]:
        """When each monitor's newest request came; those of whom none is kept, or none lately, are left out."""
        newest = {each: await self._row("last_knock", source=each, among=LATELY) for each in sources}
        found = {source: rows.time_of(row, "received_at") for source, row in newest.items()}
        return {source: at for source, at in found.items() if at is not None}

    async def remember(self, name: str, text: str) -> None:
        """Keep a text for processes to come, in place of the one before."""
        await self._write(lambda db: db.run("remember", name=name, body=text))

    async def recall(self, name: str) -> str | None:
        """The text that was kept last; None when there is none."""
        row = await self._row("recall", name=name)
        return None if row is None else str(row["body"])

    async def now(self) -> datetime:
        """The time that decides leases and what is due."""
        return await self._read(lambda db: db.now())

    async def let_go(self, what: Lasting, *, before: datetime, limit: int) -> int:
        return await self._write(lambda db: db.run(f"let_go_{what.value}", before=before, limit=limit))

    def _tell(self, applied: Applied) -> None:
        self._tell_owed(applied.owes)

    def _tell_owed(self, owes: bool) -> None:
        if owes:
            self.on_owed()

    async def _one(self, codec: Codec[T], query: str, **values: Value) -> T | None:
        row = await self._row(query, **values)
        return None if row is None else codec.value(row["body"])

    async def _all(self, codec: Codec[T], query: str, **values: Value) -> tuple[T, ...]:
        return await self._rows(lambda row: codec.value(row["body"]), query, **values)

    async def _row(self, query: str, **values: Value) -> Row | None:
        return await self._read(lambda db: db.row(query, **values))

    async def _rows(self, make: Callable[[Row], T], query: str, **values: Value) -> tuple[T, ...]:
        async def look(db: Database) -> tuple[T, ...]:
            # Made where the rows are read: of a long timeline, that is most of the work.
            return tuple(make(row) for row in await db.rows(query, **values))

        return await self._read(look)


def _check(change: Change) -> None:
    if change.approvals and change.incident is None:
        raise ValueError("approvals are saved only together with their incident, whose version guards them")
