"""Algorhythmic's pictures and credits: each thing that can be asked of its tables, one query each."""

from pathlib import Path
from typing import Final
from uuid import UUID

from msgspec import Struct

from demo.database import Database, Records

DATABASE: Final = Database(name="algorhythmic", application="algorhythmic", folder=Path(__file__).parent)

ORDER = "INSERT INTO generation_jobs (user_id) VALUES ($1) RETURNING id"

CLAIM = """
UPDATE generation_jobs SET status = 'generating'
WHERE id = (SELECT id FROM generation_jobs WHERE status = 'pending' ORDER BY created_at LIMIT 1 FOR UPDATE SKIP LOCKED)
RETURNING id
"""

END = """
UPDATE generation_jobs SET status = $2, error_message = $3, completed_at = now()
WHERE id = $1 AND status = 'generating'
"""

COUNT = """
SELECT
    count(*) FILTER (WHERE status = 'pending') AS pending,
    count(*) FILTER (WHERE status = 'generating') AS generating,
    count(*) FILTER (WHERE status IN ('pending', 'generating') AND created_at < now() - interval '10 minutes') AS stuck,
    count(*) FILTER (WHERE status = 'completed' AND completed_at > now() - interval '1 hour') AS completed_last_hour,
    count(*) FILTER (WHERE status = 'failed' AND completed_at > now() - interval '1 hour') AS failed_last_hour
FROM generation_jobs
"""

DIFFERING = """
SELECT count(*) FROM user_credits
WHERE balance <> (SELECT sum(amount) FROM credit_ledger WHERE credit_ledger.user_id = user_credits.user_id)
"""


class Counts(Struct, frozen=True, kw_only=True):
    """How many pictures are where; *stuck* ones are pending or generating too."""

    pending: int
    generating: int
    stuck: int
    completed_last_hour: int
    failed_last_hour: int


class Jobs:
    """The pictures that were ordered."""

    def __init__(self, records: Records) -> None:
        self.records = records

    async def order(self, user: str) -> UUID:
        """Order one picture."""
        job: UUID = await self.records.value(ORDER, user)
        return job

    async def claim(self) -> UUID | None:
        """Take the oldest that waits, or None; no two painters get the same."""
        job: UUID | None = await self.records.value(CLAIM)
        return job

    async def end(self, job: UUID, status: str, error: str | None = None) -> None:
        """Say how it ended; nothing happens when somebody ended it before."""
        await self.records.rows(END, job, status, error)

    async def generating(self, job: UUID) -> bool:
        """Whether it is still marked as being made."""
        made = "SELECT true FROM generation_jobs WHERE id = $1 AND status = 'generating'"
        return bool(await self.records.value(made, job))

    async def count(self) -> Counts:
        """The numbers of the queue."""
        (row,) = await self.records.rows(COUNT)
        return Counts(**dict(row))

    async def differing_balances(self) -> int:
        """How many balances the ledger does not explain."""
        differing: int = await self.records.value(DIFFERING)
        return differing
