"""Between the door of changes and the store: while it is away they go to a spool, and follow in their order, each once.

A change is told seldom, and each on its own: none waits for another, as alerts do (collector.py).
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Final

from bot.web.collector import ASK_AGAIN, LOOK_AROUND, restated
from bot.web.spool import Spool
from commands.outage import Outage
from commands.store import Store
from commands.take_alerts import PATIENCE, soon
from commands.take_change import Taken, take_change
from incident.alert import Delivery
from incident.system_change import SystemChange

MOST_AT_ONCE: Final = 200
"""More requests than that at a time are sent away: whoever sends them comes again."""

log = logging.getLogger(__name__)


class ChangeCollector:
    """Keeps what is told of changes. ``read`` understands a request. ``run`` serves the spool until it is cancelled."""

    def __init__(self, spool: Spool, read: Callable[[Delivery], tuple[SystemChange, ...]]) -> None:
        self._spool = spool
        self._read = read
        self._store: Store | None = None
        self._at_once = 0
        self._away = False
        self._turn = asyncio.Lock()
        """Held by whoever calls the spool."""
        self._wanted = asyncio.Event()

    @property
    def spooled(self) -> int:
        """How many requests wait in the spool for the store."""
        return self._spool.waiting

    def connect(self, store: Store) -> None:
        """There is a store from now on."""
        self._store = store
        self._wanted.set()

    async def take(self, delivery: Delivery) -> Taken | None:
        """Durable when this returns; None: in the spool. Raises Outage, and then its sender is to come again."""
        if self._at_once >= MOST_AT_ONCE:
            raise Outage("More is coming in than can be taken.", retry=True)
        self._at_once += 1
        try:
            if self._store is not None and not self._spool.waiting:
                return await self._taken(delivery, self._store)
        except Outage as away:
            self._lost(away)
        finally:
            self._at_once -= 1
        async with self._turn:
            await asyncio.to_thread(self._spool.append, [delivery])
        self._wanted.set()
        return None

    async def run(self) -> None:
        """Take in what is in the spool, also what a process left there that died. Raises nothing."""
        while True:
            async with self._turn:
                await asyncio.to_thread(self._spool.adopt)
            try:
                if self._store is not None:
                    await self._take_back(self._store)
            except Outage as away:
                self._lost(away)
            await self._pause()

    async def close(self) -> None:
        """Let go of the spool; what it holds stays for the next start."""
        self._spool.close()

    async def _pause(self) -> None:
        self._wanted.clear()
        try:
            async with asyncio.timeout(ASK_AGAIN if self._spool.waiting else LOOK_AROUND):
                await self._wanted.wait()
        except TimeoutError:
            return

    async def _take_back(self, store: Store) -> None:
        """All of it, the oldest first. Raises Outage."""
        while self._spool.waiting:
            async with self._turn:
                (oldest,) = await asyncio.to_thread(self._spool.oldest, 1)
            await self._taken(oldest.delivery, store)
            async with self._turn:
                await asyncio.to_thread(self._spool.forget, [oldest])
        self._away = False

    def _lost(self, away: Outage) -> None:
        if not self._away:
            log.warning("store away: what is told of changes goes to the spool", extra={"error": away.sentence})
        self._away = True

    async def _taken(self, delivery: Delivery, store: Store) -> Taken:
        with restated():
            async with soon(PATIENCE):
                return await take_change(delivery, read=self._read, store=store)
