"""A store that goes away in the middle of something: the moments at which a process could die."""

from bot.stores.sqlite import SQLiteStore
from commands.outage import Outage
from commands.store import Saved
from incident.change import Change


class WeakStore(SQLiteStore):
    """A second opening of a world's store that takes so many saves and then no more."""

    saves_left = 0

    async def save(self, change: Change) -> Saved:
        if self.saves_left <= 0:
            raise Outage("the database went away", retry=True)
        self.saves_left -= 1
        return await super().save(change)
