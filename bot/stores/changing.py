"""How one Change goes into a database: each table by its own rule, all of them inside one transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TypeAlias

from msgspec import Struct
from msgspec.structs import replace

from bot.stores import jobs
from bot.stores.codec import ALERT, APPROVAL, FINDING, INCIDENT, SILENCE, STOP, SYSTEM_CHANGE, event_text, table_text
from bot.stores.database import Database, NotUnique, Value
from commands.outage import Conflict, LostClaim
from commands.store import Saved
from incident import gate, refusal, timeline
from incident.alert import AlertRecord, Delivery
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim, JobState
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import KEPT, SystemChange

_BEGINNING = "stop"
"""The lock by which a run begins before or after whatever would keep it back, and never beside it."""


class Applied(Struct, frozen=True, kw_only=True):
    """What a Change did, and whether something is owed now that a worker may be waiting for."""

    saved: Saved
    owes: bool


async def apply(db: Database, change: Change) -> Applied:
    """Save a Change whole. Raises Conflict, LostClaim or TargetBusy; the caller then takes everything back."""
    incident_id = change.incident.id if change.incident is not None else None
    if not await db.run("remember_cause", cause=change.cause, incident_id=incident_id, at=change.at):
        return await _repeat(db, change)
    await before_or_after_runs(db, (change,))
    incident = None
    if change.incident is not None:
        incident = await put_incident(db, change.incident, was=change.incident.version)
    await _append(db, change, timeline.SYSTEM if incident is None else incident.id)
    await put_alerts(db, [(record.version, record) for record in change.alerts])
    for finding in change.findings:
        await _add_finding(db, finding)
    for approval in change.approvals:
        await _put_approval(db, approval, change.at)
    for delivery in change.deliveries:
        await db.run("put_delivery", **_delivery_row(delivery))
    for each in change.system_changes:
        await _put_system_change(db, each)
    if change.system_changes:
        await db.run("forget_system_changes", before=change.at - KEPT)
    if change.stop is not None:
        await _put_stop(db, change.stop)
    if change.silence is not None:
        await _put_silence(db, change.silence, change.at)
    owed_again = change.settles is not None and await jobs.settle(db, change.settles) is JobState.OWED
    await jobs.owe(db, (change,))
    return Applied(saved=Saved(incident=incident, fresh=True), owes=owed_again or bool(change.jobs))


async def before_or_after_runs(db: Database, changes: Sequence[Change]) -> None:
    """Let no run begin while what may keep it back is saved: a stop, or an open incident that keeps evidence."""
    incidents = (each.incident for each in changes if each.incident is not None)
    if any(each.stop for each in changes) or any(it.open and it.evidence is not None for it in incidents):
        await db.lock(_BEGINNING)


async def begin(db: Database, claim: Claim, change: Change, keeping: Sequence[Incident]) -> Applied:
    """Mark a once job doing together with its Change. A Change that was saved before began it before: LostClaim.

    Whoever stops all runs or freezes evidence is obeyed up to the last moment. Raises Stopped while remediations are
    stopped; Conflict when evidence is kept otherwise than in ``keeping``; TargetBusy while as many run on the target
    as may.
    """
    await db.lock(_BEGINNING)
    standing = await db.row("stopped")
    gate.check_stop(None if standing is None else STOP.value(standing["body"]))
    kept = [INCIDENT.value(row["body"]) for row in await db.rows("incidents_with_evidence")]
    if {each.id: each.evidence for each in kept} != {each.id: each.evidence for each in keeping}:
        raise Conflict("evidence is kept otherwise than it was when the run was decided")
    await jobs.begin(db, claim)
    for approval in change.approvals:
        await _take_place(db, approval)
    applied = await apply(db, change)
    if not applied.saved.fresh:
        raise LostClaim(f"{claim.job.key} was begun before")
    return applied


async def _take_place(db: Database, beginning: Approval) -> None:
    """Give it the first free place on its target: as many as the strictest of those that run there allows.

    Beginnings come one after the other, by the lock of the stop; an index sees to it besides that no place is taken
    twice. Raises TargetBusy.
    """
    rows = await db.rows("running_on", target=beginning.plan.target)
    others = [APPROVAL.value(row["body"]) for row in rows]
    most = min(each.policy.concurrency for each in (beginning, *others))
    if len(others) >= most or any(each.plan.step_id == beginning.plan.step_id for each in others):
        raise refusal.TargetBusy(target=beginning.plan.target)
    taken = {row["place_on_target"] for row in rows}
    place = next(number for number in range(most) if number not in taken)
    await db.run("take_place", id=beginning.id, place=place)


async def _repeat(db: Database, change: Change) -> Applied:
    # The job that asked for it is done too, or it would be claimed and decided for ever.
    owes = False
    if change.settles is not None:
        try:
            owes = await jobs.settle(db, change.settles) is JobState.OWED
        except LostClaim:
            owes = False
    row = await db.row("incident_of_cause", cause=change.cause)
    return Applied(saved=Saved(incident=None if row is None else INCIDENT.value(row["body"]), fresh=False), owes=owes)


async def put_incident(db: Database, decided: Incident, *, was: int) -> Incident:
    """Save an incident that was decided on as it was at version ``was`` (0: new). Raises Conflict."""
    number = decided.number or await _next_number(db)
    incident = replace(decided, number=number, version=decided.version + 1)
    try:
        written = await db.run(
            "update_incident" if was else "insert_incident",
            **({"was": was} if was else {}),
            id=incident.id,
            number=incident.number,
            version=incident.version,
            is_open=incident.open,
            urgency=incident.severity.rank,
            alert_group=incident.group,
            channel=incident.home.channel,
            body=INCIDENT.text(incident),
        )
    except NotUnique as error:
        raise Conflict(f"{incident.id} is declared already, or its group has another open incident") from error
    if not written:
        raise Conflict(f"{incident.id} is no longer at version {was}")
    return incident


async def _next_number(db: Database) -> int:
    row = await db.row("next_number")
    if row is None:
        raise RuntimeError("the counter of incidents is gone")
    return int(row["value"])


async def _append(db: Database, change: Change, chain: str) -> None:
    if not change.events:
        return
    if chain == timeline.SYSTEM:
        await db.lock(chain)  # an incident's chain is guarded by the incident's row
    last = await db.row("last_link", chain=chain)
    rows, _ = event_rows(change, chain, (0, timeline.GENESIS) if last is None else (last["seq"], last["link"]))
    await db.run_many("append_events", rows)


End: TypeAlias = tuple[int, str]
"""Where a chain ends: the sequence number and the link of its last event."""


def event_rows(change: Change, chain: str, end: End) -> tuple[list[Mapping[str, Value]], End]:
    """The rows of a Change's events, chained to where the chain ends, and where it ends then."""
    rows: list[Mapping[str, Value]] = []
    recorded_at = change.at.astimezone(UTC)
    seq, link = end
    for index, event in enumerate(change.events):
        seq, content = seq + 1, timeline.content(event)
        link = timeline.link(link, chain, seq, recorded_at, content)
        rows.append(
            {
                "id": change.event_id(index),
                "chain": chain,
                "seq": seq,
                "recorded_at": recorded_at,
                "content": content,
                "link": link,
                "body": event_text(event),
            }
        )
    return rows, (seq, link)


async def put_alerts(db: Database, decided: Iterable[tuple[int, AlertRecord]]) -> None:
    """Save alerts' records, each with the version that it was decided on first. Raises Conflict."""
    rows = [_alert_row(was, record) for was, record in decided]
    new = [row for row in rows if not row["was"]]  # in the order in which they came: so they are listed
    known = sorted((row for row in rows if row["was"]), key=lambda row: str(row["id"]))
    if await db.run_many("add_alerts", new) != len(new) or await db.run_many("change_alerts", known) != len(known):
        raise Conflict("one of the alerts is no longer at the version that was decided on")


def _alert_row(was: int, decided: AlertRecord) -> Mapping[str, Value]:
    record = replace(decided, version=decided.version + 1)
    return {
        "id": record.id,
        "was": was,
        "version": record.version,
        "incident_id": record.incident_id,
        "first_at": record.first_at,
        "firing": record.firing,
        "messages": record.count,
        "outage_of": record.alert.outage_of,
        "body": ALERT.text(record),
    }


async def _put_system_change(db: Database, decided: SystemChange) -> None:
    change = replace(decided, version=decided.version + 1)
    written = await db.run(
        "update_system_change" if decided.version else "insert_system_change",
        id=change.id,
        version=change.version,
        system=change.system,
        at=change.at,
        body=SYSTEM_CHANGE.text(change),
    )
    if not written:
        raise Conflict(f"the change {change.id} is no longer at version {decided.version}")


async def _add_finding(db: Database, finding: Finding) -> None:
    body = FINDING.text(finding)
    try:
        await db.run("insert_finding", id=finding.id, incident_id=finding.incident_id, at=finding.at, body=body)
    except NotUnique as error:
        raise Conflict(f"the finding {finding.id} is known already") from error


async def _put_approval(db: Database, approval: Approval, at: datetime) -> None:
    ran_at = _ran_at(approval, at)
    try:
        await db.run(
            "put_approval",
            id=approval.id,
            incident_id=approval.incident_id,
            step_id=approval.plan.step_id,
            target=approval.plan.target,
            state=approval.state.value,
            ran_at=None if ran_at is None else ran_at,
            body=APPROVAL.text(approval),
        )
    except NotUnique as error:
        raise refusal.TargetBusy(target=approval.plan.target) from error


def _ran_at(approval: Approval, at: datetime) -> datetime | None:
    """When its step ran, or may have; None where it did not."""
    if approval.state is ApprovalState.RUNNING:
        return at
    outcome = approval.outcome
    return (outcome.ended_at or at) if outcome is not None and outcome.cools else None


async def _put_silence(db: Database, silence: Silence, at: datetime) -> None:
    await db.run("put_silence", id=silence.name, until=silence.until, body=SILENCE.text(silence))
    if silence.until <= at:
        await db.run("wake_alerts", now=at)


async def _put_stop(db: Database, stop: Stop) -> None:
    try:
        written = await db.run("set_stop" if stop.stands else "lift_stop", id=stop.id, body=STOP.text(stop))
    except NotUnique as error:
        raise Conflict("remediations were stopped meanwhile") from error
    if not written:
        raise Conflict(f"the stop {stop.id} was lifted meanwhile")


async def put_deliveries(db: Database, deliveries: Iterable[Delivery]) -> int:
    """Save raw requests; how many of them are new. What came is never overwritten."""
    rows = sorted(map(_delivery_row, deliveries), key=lambda row: str(row["key"]))
    return await db.run_many("add_deliveries", rows)


def _delivery_row(delivery: Delivery) -> Mapping[str, Value]:
    return {
        "key": delivery.key,
        "source": delivery.source,
        "received_at": delivery.received_at,
        "headers": table_text(delivery.headers),
        "body": delivery.body,
        "state": delivery.state.value,
        "reason": delivery.reason,
    }
