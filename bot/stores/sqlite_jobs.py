"""The jobs table in SQLite: owed, claimed under a lease, settled once. Each function is one part of a transaction."""

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.stores.codec import moment, stamp
from bot.stores.sqlite_connection import Connection
from commands.outage import LostClaim
from incident.job import Claim, Job, JobName, JobState

CUT_SHORT_LEASE: Final = timedelta(seconds=30)
"""How long whoever found a job cut short has to tell people; then somebody else finds it."""


def owe(db: Connection, jobs: Iterable[Job]) -> None:
    """Owe each job; a known key is owed no second time, unless it converges."""
    for job in jobs:
        db.run(
            "owe",
            key=job.key,
            name=job.name.value,
            mode=job.mode.value,
            incident_id=job.incident_id,
            subject=job.subject,
            urgency=job.urgency,
            due_at=stamp(job.due_at),
            is_timer=job.is_timer,
        )


def claim(db: Connection, worker: str, limit: int, lease: timedelta, now: datetime) -> tuple[Claim, ...]:
    """Take what is due, most urgent first, then longest due."""
    taken = db.rows("claim", worker=worker, limit=limit, now=stamp(now), lease_until=stamp(now + lease))
    return tuple(_claim(row) for row in sorted(taken, key=lambda row: (row["urgency"], row["due_at"], row["id"])))


def renew(db: Connection, claims: Sequence[Claim], until: datetime) -> frozenset[int]:
    """Hold claims until then; the ids still held."""
    lease_until = stamp(until)
    return frozenset(c.id for c in claims if db.run("renew", id=c.id, fence=c.fence, lease_until=lease_until))


def settle(db: Connection, held: Claim) -> JobState:
    """End a job; the state it is in now. Raises LostClaim."""
    row = db.row("settle", id=held.id, fence=held.fence, generation=held.generation)
    if row is None:
        raise _lost(held)
    return JobState(row["state"])


def put_off(db: Connection, held: Claim, until: datetime, error: str, *, count: bool) -> None:
    """Give a claimed job back until later. Raises LostClaim, and so for a job that was begun."""
    forgive = 0 if count else 1
    if not db.run("put_off", id=held.id, fence=held.fence, until=stamp(until), error=error, forgive=forgive):
        raise _lost(held)


def give_up(db: Connection, held: Claim, error: str) -> None:
    """End a job that cannot be done; a debt that came meanwhile stands. Raises LostClaim."""
    if not db.run("give_up", id=held.id, fence=held.fence, generation=held.generation, error=error):
        raise _lost(held)


def begin(db: Connection, held: Claim, now: datetime) -> None:
    """Mark a once job doing. Raises LostClaim, and so when its lease has lapsed."""
    if not db.run("begin", id=held.id, fence=held.fence, now=stamp(now)):
        raise _lost(held)


def cut_short(db: Connection, now: datetime) -> tuple[Claim, ...]:
    """Take the once jobs whose holder went silent while doing them, so that only the caller can end them."""
    found = db.rows("cut_short", now=stamp(now), lease_until=stamp(now + CUT_SHORT_LEASE))
    return tuple(_claim(row) for row in sorted(found, key=lambda row: (row["urgency"], row["due_at"], row["id"])))


def _claim(row: sqlite3.Row) -> Claim:
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
