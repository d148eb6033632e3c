"""How much there is to do, counted over indexes that hold only what has not ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.stores.codec import moment
from bot.stores.database import Database, Row
from commands.figures import Figures, Standing
from incident.job import JobState


async def figures(db: Database) -> Figures:
    """The numbers of one moment."""
    now = await db.now()
    waiting = await db.rows("jobs_waiting", now=now)
    dead = await db.row("dead_count")
    return Figures(
        jobs=_standing([*waiting, *await db.rows("jobs_begun")], now),
        due=sum(row["due"] for row in waiting if row["state"] == JobState.OWED),
        dead_letters=0 if dead is None else dead["dead"],
    )


def _standing(rows: Sequence[Row], now: datetime) -> dict[JobState, Standing]:
    return {
        JobState(row["state"]): Standing(jobs=row["jobs"], age=max(now - moment(row["oldest"]), timedelta(0)))
        for row in rows
    }
