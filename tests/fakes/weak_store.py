"""A store that goes away in the middle of something: the moments at which a process could die."""

from bot.stores.sqlite import SQLiteStore
from commands.outage import Outage
from commands.store import Saved
from incident.change import Change
from incident.job import Claim
from incident.taking import Batch
from incident.watch import WatchRecord


class WeakStore(SQLiteStore):
    """A second opening of a world's store that takes so many saves and then no more."""

    saves_left = 0

    async def save(self, change: Change) -> Saved:
        self._spend()
        return await super().save(change)

    async def look_again(self, claim: Claim, record: WatchRecord) -> None:
        self._spend()
        await super().look_again(claim, record)

    async def take(self, batch: Batch) -> None:
        self._spend()
        await super().take(batch)

    def _spend(self) -> None:
        if self.saves_left <= 0:
            raise Outage("the database went away", retry=True)
        self.saves_left -= 1
