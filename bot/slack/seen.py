"""Which events some process of this Muster has taken in: what Slack delivers to two of them is begun by one.

A shortcut only. What an event does is guarded by its cause in the store, so that without Redis, or after it was
emptied, the second does nothing either.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from bot.slack.shared_redis import SharedRedis

CLAIMED: Final = 30
"""Seconds for which an event is one process's own; should that process die, Slack's next delivery is taken in."""
KEPT: Final = 3600
"""Seconds for which an event that was dealt with is known."""

_CLAIM: Final = "return redis.call('SET', KEYS[1], 1, 'NX', 'EX', ARGV[1]) and 1 or 0"


class SeenEvents:
    """The memory of event ids that all processes share; without a Redis every event is new here."""

    def __init__(self, redis: SharedRedis | None = None) -> None:
        self._redis = redis

    @asynccontextmanager
    async def taking(self, event: str) -> AsyncIterator[bool]:
        """Whether the event is this process's to deal with. If that fails, the event is anybody's again.

        Enter it after the acknowledgement: Slack does not wait for Redis.
        """
        if self._redis is None or not event:
            yield True
            return
        key = self._redis.key("seen", event)
        if not await self._claimed(self._redis, key):
            yield False
            return
        done = False
        try:
            yield True
            done = True
        finally:
            await self._redis.ask(lambda client: client.expire(key, KEPT) if done else client.delete(key))

    async def _claimed(self, redis: SharedRedis, key: str) -> bool:
        """A lost answer counts as a claim: twice is guarded elsewhere, never is not."""
        claimed = await redis.run(_CLAIM, [key], [CLAIMED])
        return claimed is None or claimed == 1
