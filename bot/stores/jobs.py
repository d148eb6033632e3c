"""The jobs table: owed, claimed under a lease, settled once. Each function is one part of a transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Final

from msgspec.structs import replace

from bot.stores.codec import WATCH, moment
from bot.stores.database import Database, Row, Value
from commands.outage import Conflict, LostClaim
from incident.change import Change
from incident.job import Claim, Job, JobMode, JobName, JobState
from incident.owing import CHATTER
from incident.watch import WatchRecord

CUT_SHORT_LEASE: Final = timedelta(seconds=30)
"""How long whoever found a job cut short has to tell people; then somebody else finds it."""
STRANGE_FOR: Final = timedelta(seconds=5)
"""For how long a job is left to whoever knows it: a newer Muster, where two versions share a store for a while."""
_KNOWN: Final = frozenset(each.value for each in JobName)
RESTS_FOR: Final = timedelta(seconds=5)
"""How long at most a job rests whose time has come by the store's clock, but not by that of whoever had it."""


async def owe(db: Database, changes: Iterable[Change]) -> None:
    """Owe each job of these changes; a known key is owed no second time, unless it converges.

    The store's clock, which says what is due, and that of the process which owes may be apart (see :func:`_by_store`).
    """
    changes = [change for change in changes if change.jobs]
    if not changes:
        return
    now = await db.now()
    folded: dict[str, Job] = {}
    for job in (_by_store(job, change, now) for change in changes for job in change.jobs):
        earlier = folded.get(job.key)
        if earlier is None:
            folded[job.key] = job
        elif job.mode is JobMode.CONVERGE:
            due_at = job.due_at if job.is_timer else min(earlier.due_at, job.due_at)
            folded[job.key] = replace(job, due_at=due_at)
    # One order for everybody, in which each incident's own stays.
    rows = sorted(map(_row, folded.values()), key=lambda row: str(row["incident_id"]))
    await db.run_many("owe", rows)


def _by_store(job: Job, change: Change, now: datetime) -> Job:
    """A job with its time by the store's clock.

    What is owed at once is due at once: a process whose clock is ahead calls nobody later for it. A job that owes
    itself again for later is not due at once: a process whose clock is behind would look at it without a pause.
    """
    if job.due_at <= change.at:
        return replace(job, due_at=min(job.due_at, now))
    if change.settles is not None and change.settles.job.key == job.key:
        return replace(job, due_at=max(job.due_at, now + min(job.due_at - change.at, RESTS_FOR)))
    return job


def _row(job: Job) -> Mapping[str, Value]:
    return {
        "key": job.key,
        "name": job.name.value,
        "mode": job.mode.value,
        "incident_id": job.incident_id,
        "subject": job.subject,
        "urgency": job.urgency,
        "due_at": job.due_at,
    }


async def claim(db: Database, worker: str, limit: int, lease: timedelta, grace: timedelta) -> tuple[Claim, ...]:
    """Take what is due, most urgent first, then longest due; what somebody silent held, only after ``grace``."""
    now = await db.now()
    await db.run("take_from_silent", now=now, lease_until=now + grace)
    taken = await db.rows("claim", worker=worker, limit=limit, now=now, lease_until=now + lease, rested=now + grace)
    for row in taken:
        if row["name"] not in _KNOWN:
            until, error = now + STRANGE_FOR, "left to a newer Muster, which knows what it is"
            await db.run("put_off", id=row["id"], fence=row["fence"], until=until, error=error, forgive=1)
    known = [row for row in taken if row["name"] in _KNOWN]
    return tuple(_claim(row) for row in sorted(known, key=lambda row: (row["urgency"], row["due_at"], row["id"])))


async def renew(db: Database, claims: Sequence[Claim], lease: timedelta) -> frozenset[int]:
    """Hold claims so long from now; the ids still held."""
    until = await db.now() + lease
    # In one order for everybody, so that two who renew cannot wait for each other.
    claims = sorted(claims, key=lambda claim: claim.id)
    return frozenset(
        [each.id for each in claims if await db.run("renew", id=each.id, fence=each.fence, lease_until=until)]
    )


async def settle(db: Database, held: Claim) -> JobState:
    """End a job; the state it is in now. Raises LostClaim."""
    row = await db.row("settle", id=held.id, fence=held.fence, generation=held.generation)
    if row is None:
        raise _lost(held)
    return JobState(row["state"])


async def put_off(db: Database, held: Claim, wait: timedelta, error: str, *, count: bool) -> None:
    """Give a claimed job back for so long. Raises LostClaim, and so for a job that was begun."""
    until, forgive = await db.now() + wait, 0 if count else 1
    if not await db.run("put_off", id=held.id, fence=held.fence, until=until, error=error, forgive=forgive):
        raise _lost(held)


async def look_again(db: Database, held: Claim, record: WatchRecord) -> None:
    """Keep how a watch stands, and give its job back until its next look, its failures forgotten. Raises LostClaim."""
    if not await db.run("put_off", id=held.id, fence=held.fence, until=record.next_at, error="", forgive=held.attempts):
        raise _lost(held)
    await db.run("put_watch", id=record.id, body=WATCH.text(record))


async def give_up(db: Database, held: Claim, error: str) -> None:
    """End a job that cannot be done; a debt that came meanwhile stands. Raises LostClaim."""
    if not await db.run("give_up", id=held.id, fence=held.fence, generation=held.generation, error=error):
        raise _lost(held)


async def begin(db: Database, held: Claim) -> None:
    """Mark a once job doing. Raises LostClaim, and so when its lease has lapsed."""
    now = await db.now()
    if not await db.run("begin", id=held.id, fence=held.fence, now=now):
        raise _lost(held)


async def cut_short(db: Database) -> tuple[Claim, ...]:
    """Take the once jobs whose holder went silent while doing them, so that only the caller can end them."""
    now = await db.now()
    found = await db.rows("cut_short", now=now, lease_until=now + CUT_SHORT_LEASE)
    found = [row for row in found if row["name"] in _KNOWN]
    return tuple(_claim(row) for row in sorted(found, key=lambda row: (row["urgency"], row["due_at"], row["id"])))


async def waits_behind(db: Database, held: Claim) -> bool:
    """Whether an older line of the same queue is still to be said."""
    least, most = _queue(held.job)
    older = await db.row("older_line", incident_id=held.job.incident_id, least=least, most=most, id=held.id)
    return older is not None


async def lines_behind(db: Database, held: Claim, limit: int) -> tuple[Claim, ...]:
    """The lines of the same queue that come next, oldest first; nobody need hold them.

    Up to one that was begun before: what may stand already is looked for, and said, by itself, and before what follows.
    """
    least, most = _queue(held.job)
    rows = await db.rows(
        "lines_behind", incident_id=held.job.incident_id, least=least, most=most, id=held.id, limit=limit
    )
    return tuple(takewhile(lambda each: each.attempts <= 1, map(_claim, rows)))


async def join(db: Database, held: Claim, others: Sequence[Claim], subject: str) -> None:
    """Let one line say others too, which end. Raises LostClaim, and Conflict when one of the others was begun."""
    if not await db.run("say_more", id=held.id, fence=held.fence, subject=subject):
        raise _lost(held)
    for each in others:
        if not await db.run("end_line", id=each.id):
            raise Conflict(f"{each.job.key} is said already")


async def take_along(db: Database, held: Claim, limit: int) -> tuple[str, ...]:
    """Let one call of a person stand for others that wait, which end; their incidents. Raises LostClaim."""
    user = held.job.subject.partition(" ")[0]
    rows = await db.rows("take_along", subject=user, id=held.id, urgency=held.job.urgency, limit=limit)
    found = tuple(str(row["incident_id"]) for row in sorted(rows, key=lambda row: (row["urgency"], row["id"])))
    subject = " ".join((held.job.subject, *found))
    if found and not await db.run("say_more", id=held.id, fence=held.fence, subject=subject):
        raise _lost(held)
    return found


async def call_owed_since(db: Database, incident_id: str, heads: Sequence[str], job_id: int) -> bool:
    """Whether a call for the incident whose key begins with one of these was owed after that job, and not given up."""
    found = await db.row("call_owed_since", incident_id=incident_id, heads=list(heads), id=job_id)
    return found is not None


def _queue(job: Job) -> tuple[int, int]:
    """The urgencies of the lines that one waits for: those for everybody, or those of the threads."""
    return (0, CHATTER - 1) if job.urgency < CHATTER else (CHATTER, 2 * CHATTER)


def _claim(row: Row) -> Claim:
    job = Job(
        name=JobName(row["name"]),
        key=row["key"],
        due_at=moment(row["due_at"]),
        incident_id=row["incident_id"],
        subject=row["subject"],
        urgency=row["urgency"],
    )
    return Claim(id=row["id"], job=job, fence=row["fence"], generation=row["generation"], attempts=row["attempts"])


def _lost(held: Claim) -> LostClaim:
    return LostClaim(f"{held.job.key} is no longer held under fence {held.fence}")
