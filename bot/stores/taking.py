"""How what monitors said goes into a database: many requests in one transaction, with one statement for each table."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from bot.stores import jobs
from bot.stores.changing import End, before_or_after_runs, event_rows, put_alerts, put_deliveries, put_incident
from bot.stores.codec import ALERTS, INCIDENTS, SILENCE
from bot.stores.database import Database, Row, Value
from commands.outage import Conflict
from incident import timeline
from incident.alert import AlertRecord, AlertTally
from incident.change import Change
from incident.job import JobState
from incident.taking import Batch, Keyed, Known


async def known(
    db: Database,
    alert_ids: Collection[str],
    groups: Collection[str],
    at: datetime,
    keyed: Keyed,
    causes: Collection[str],
) -> Known:
    """What is known of these alerts and groups, what is silent at a moment, and which requests are there."""
    row = await db.row("known_alerts", ids=list(alert_ids))
    listed = ALERTS.value(row["bodies"]) if row is not None and row["bodies"] else ()
    records = {record.id: record for record in listed}
    own = {record.incident_id for record in listed if record.incident_id is not None}
    row = await db.row("known_incidents", ids=list(own), groups=list(groups))
    incidents = INCIDENTS.value(row["bodies"]) if row is not None and row["bodies"] else ()
    firing = await db.rows("firing_alerts", ids=[each.id for each in incidents]) if incidents else ()
    keys = tuple(keyed(records))
    return Known(
        records=records,
        incidents=incidents,
        firing={each["incident_id"]: each["firing"] for each in firing},
        silences=tuple([SILENCE.value(row["body"]) for row in await db.rows("silences", at=at)]),
        keys=keys,
        kept=await kept(db, set(keys), causes),
    )


async def kept(db: Database, deliveries: Collection[str], causes: Collection[str]) -> frozenset[str]:
    """Those of these deliveries and causes that are there."""
    found: list[str] = []
    if deliveries:
        found += _listed(await db.row("known_deliveries", keys=list(deliveries)), "keys")
    if causes:
        found += _listed(await db.row("known_causes", causes=list(causes)), "causes")
    return frozenset(found)


async def tally(db: Database, incident_id: str) -> AlertTally:
    """What is counted of an incident's alerts."""
    row = await db.row("alert_tally", incident_id=incident_id)
    assert row is not None, "a count is always one row"
    sources = tuple(sorted((row["sources"] or "").split(","))) if row["alerts"] else ()
    return AlertTally(alerts=row["alerts"], firing=row["firing"], messages=row["messages"], sources=sources)


async def take(db: Database, batch: Batch) -> bool:
    """Save a batch whole; whether something is owed now. Raises Conflict or LostClaim."""
    await _put_requests(db, batch)
    first = _first_versions(batch.changes)
    incidents = {change.incident.id: change.incident for change in batch.changes if change.incident is not None}
    await before_or_after_runs(db, batch.changes)
    # Those that others may hold, in one order for everybody; then the new ones, numbered as they were declared.
    for incident_id in (*sorted(each for each in first if first[each]), *(each for each in first if not first[each])):
        await put_incident(db, incidents[incident_id], was=first[incident_id])
    await _check_open(db, batch.changes)
    await _append(db, batch.changes, new={each for each, was in first.items() if not was})
    await put_alerts(db, _last_records(batch.changes))
    settled = [await jobs.settle(db, claim) for claim in batch.settles]
    await jobs.owe(db, batch.changes)
    return any(change.jobs for change in batch.changes) or JobState.OWED in settled


async def _put_requests(db: Database, batch: Batch) -> None:
    if await put_deliveries(db, batch.deliveries) != len(batch.deliveries):
        raise Conflict("one of the requests was taken meanwhile")
    causes: list[Mapping[str, Value]] = [{"cause": cause, "at": batch.at} for cause in sorted(batch.causes)]
    if await db.run_many("add_causes", causes) != len(causes):
        raise Conflict("one of the causes was taken meanwhile")
    for each in batch.replayed:
        if not await db.run("replay_delivery", key=each.key, state=each.state.value, reason=each.reason):
            raise Conflict(f"{each.key} was taken in meanwhile")


def _first_versions(changes: Iterable[Change]) -> Mapping[str, int]:
    """Each incident's version before the first of these changes."""
    first: dict[str, int] = {}
    for change in changes:
        if change.incident is not None:
            first.setdefault(change.incident.id, change.incident.version)
    return first


def _last_records(changes: Iterable[Change]) -> Sequence[tuple[int, AlertRecord]]:
    """Each alert's record after the last of these changes, with its version before the first."""
    first: dict[str, int] = {}
    last: dict[str, AlertRecord] = {}
    for record in (each for change in changes for each in change.alerts):
        first.setdefault(record.id, record.version)
        last[record.id] = record
    return [(first[name], record) for name, record in last.items()]


async def _check_open(db: Database, changes: Iterable[Change]) -> None:
    counted_on = {change.still_open for change in changes if change.still_open is not None}
    changed = {change.incident.id for change in changes if change.incident is not None}
    asked = sorted(counted_on - changed)
    if asked and len(await db.rows("still_open", ids=asked)) != len(asked):
        raise Conflict("an incident was resolved meanwhile")


async def _append(db: Database, changes: Sequence[Change], *, new: Collection[str]) -> None:
    """Add all events, each to the end of its chain. A new incident has no chain yet."""
    ends: dict[str, End] = dict.fromkeys(new, (0, timeline.GENESIS))
    rows: list[Mapping[str, Value]] = []
    for change in changes:
        if change.events:
            chain = timeline.SYSTEM if change.incident is None else change.incident.id
            if chain not in ends:
                ends[chain] = await _end(db, chain)
            added, ends[chain] = event_rows(change, chain, ends[chain])
            rows += added
    await db.run_many("append_events", rows)


async def _end(db: Database, chain: str) -> End:
    if chain == timeline.SYSTEM:
        await db.lock(chain)  # an incident's chain is guarded by the incident's row
    last = await db.row("last_link", chain=chain)
    return (0, timeline.GENESIS) if last is None else (last["seq"], last["link"])


def _listed(row: Row | None, column: str) -> list[str]:
    return [] if row is None or row[column] is None else list(map(str, json.loads(row[column])))
