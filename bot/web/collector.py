"""Between the door and the store: requests that come while others are being saved are taken in together.

While the store is away they go to the spool, and the monitors are answered all the same. When it is back, the spool is
taken in first, so that everything is decided in the order in which it came.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot.background import end
from bot.web.spool import Spool
from commands.outage import Outage
from commands.ports import AlertPorts
from commands.take_alerts import FAULT, PATIENCE, Unsure, heard, take_together
from incident.alert import Delivery
from incident.taking import Taking

MOST_TOGETHER: Final = 500
"""Alerts that are decided together, unless one request alone holds more."""
MOST_WAITING: Final = 4000
MOST_WAITING_BYTES: Final = 64 * 1024 * 1024
"""What waits beyond that is sent away: its sender comes again, and everybody else is answered in time."""
ASK_AGAIN: Final = 1.0
"""Seconds until a store that was away is asked again."""
PATIENCE_BEHIND: Final = 20.0
"""Seconds that the store has for the spool: nobody waits for that."""
LOOK_AROUND: Final = 10.0
"""Seconds until the spool is looked through for what a dead process left in it."""

log = logging.getLogger(__name__)


class Reception(StrEnum):
    """What became of a request that is answered 202."""

    TAKEN = "taken"
    REPEAT = "repeat"
    DEAD = "dead"
    SPOOLED = "spooled"


class _Waiting(Struct, frozen=True):
    delivery: Delivery
    answer: asyncio.Future[Reception]
    taking: Taking | None = None
    """What it says; read while others are being saved, as soon as there is somebody to read it."""

    def fixed(self, key: str) -> "_Waiting":
        """The same, known by a key that holds whatever the state of its alerts is."""
        return _Waiting(replace(self.delivery, key=key, by_body=False), self.answer)

    def read(self, ports: AlertPorts) -> Taking:
        """What it says."""
        return heard(self.delivery, ports=ports) if self.taking is None else self.taking


class Collector:
    """Takes in what the door hears. ``run`` serves until it is cancelled; what waits then was not answered yet."""

    def __init__(self, spool: Spool) -> None:
        self._ports: AlertPorts | None = None
        self._spool = spool
        self._waiting: deque[_Waiting] = deque()
        self._bytes = 0
        self._came = asyncio.Event()
        self._turn = asyncio.Lock()
        """Held by whoever calls the spool."""
        self._taking_back: asyncio.Task[None] | None = None
        self._away = False

    @property
    def spooled(self) -> int:
        """How many requests wait in the spool for the store."""
        return self._spool.waiting

    def connect(self, ports: AlertPorts) -> None:
        """There is a store from now on."""
        self._ports = ports
        self._came.set()

    async def take(self, delivery: Delivery) -> Reception:
        """Durable when this returns. Raises Outage when it cannot be taken now, and its sender is to come again."""
        if len(self._waiting) >= MOST_WAITING or self._bytes + len(delivery.body) > MOST_WAITING_BYTES:
            raise Outage("More is coming in than can be taken.", retry=True)
        answer: asyncio.Future[Reception] = asyncio.get_running_loop().create_future()
        taking = None if self._ports is None else heard(delivery, ports=self._ports)
        self._waiting.append(_Waiting(delivery, answer, taking))
        self._bytes += len(delivery.body)
        self._came.set()
        return await answer

    async def run(self) -> None:
        """Serve. Raises nothing: a store that is away is asked again, and meanwhile there is the spool."""
        await self._look_around()
        while True:
            await self._wait()
            if self._ports is None or self._spool.waiting:
                await self._put_aside(self._all())
                self._begin_taking_back()
            elif self._waiting:
                await self._take_in(self._ports)

    async def close(self) -> None:
        """Let go of the spool; what it holds stays for the next start."""
        if self._taking_back is not None:
            await end(self._taking_back)
        self._spool.close()

    async def _wait(self) -> None:
        """Until something came, or the store or the spool is to be looked at again."""
        if self._waiting:
            return
        self._came.clear()
        # Not wait_for: Python 3.11's loses a cancellation that comes together with the wake-up.
        try:
            async with asyncio.timeout(ASK_AGAIN if self._spool.waiting else LOOK_AROUND):
                await self._came.wait()
        except TimeoutError:
            await self._look_around()

    async def _look_around(self) -> None:
        async with self._turn:
            await asyncio.to_thread(self._spool.adopt)

    async def _take_in(self, ports: AlertPorts) -> None:
        batch, takings = self._batch(ports)
        try:
            with restated():
                taken = await take_together(takings, ports=ports, within=PATIENCE)
        except Unsure as unsure:
            self._lost(unsure)
            # Under the keys that the store may have them by already.
            await self._put_aside([each.fixed(key) for each, key in zip(batch, unsure.keys, strict=True)])
        except Outage as away:
            self._lost(away)
            await self._put_aside(batch)
        else:
            for waiting, each in zip(batch, taken, strict=False):
                _answer(waiting, Reception.DEAD if each.dead else Reception.TAKEN if each.fresh else Reception.REPEAT)
            await self._put_aside(batch[len(taken) :])

    def _begin_taking_back(self) -> None:
        """Take in the spool while what comes is put behind it."""
        if self._ports is None or (self._taking_back is not None and not self._taking_back.done()):
            return
        self._taking_back = asyncio.create_task(self._take_back(self._ports), name="spool")

    async def _take_back(self, ports: AlertPorts) -> None:
        """Take in the oldest part of the spool, once, if the store is there."""
        async with self._turn:
            spooled = await asyncio.to_thread(self._spool.oldest, MOST_TOGETHER)
        takings = [heard(each.delivery, ports=ports, cause=each.name) for each in spooled]
        try:
            with restated():
                taken = await take_together(takings, ports=ports, within=PATIENCE_BEHIND)
        except Outage as away:
            self._lost(away)
            return
        async with self._turn:
            await asyncio.to_thread(self._spool.forget, spooled[: len(taken)])
        if self._away:
            log.info("store back: the spool is taken in")
        self._away = False
        self._came.set()

    async def _put_aside(self, batch: Sequence[_Waiting]) -> None:
        if not batch:
            return
        try:
            async with self._turn:
                await asyncio.to_thread(self._spool.append, [each.delivery for each in batch])
        except Outage as full:
            _fail(batch, full)
        else:
            for waiting in batch:
                _answer(waiting, Reception.SPOOLED)

    def _batch(self, ports: AlertPorts) -> tuple[list[_Waiting], list[Taking]]:
        """What waits, as far as it is decided together."""
        batch: list[_Waiting] = []
        takings: list[Taking] = []
        alerts = 0
        while self._waiting and alerts < MOST_TOGETHER:
            batch.append(self._pop())
            takings.append(batch[-1].read(ports))
            alerts += max(len(takings[-1].alerts), 1)
        return batch, takings

    def _all(self) -> list[_Waiting]:
        return [self._pop() for _ in range(len(self._waiting))]

    def _pop(self) -> _Waiting:
        waiting = self._waiting.popleft()
        self._bytes -= len(waiting.delivery.body)
        return waiting

    def _lost(self, away: Outage) -> None:
        if not self._away:
            log.warning("store away: requests of monitors go to the spool", extra={"error": away.sentence})
        self._away = True


@contextlib.contextmanager
def restated() -> Iterator[None]:
    """Not even a dead letter could be kept: nobody is answered 500 for it, and whoever serves the spool goes on."""
    try:
        yield
    except Outage:
        raise
    except Exception as fault:
        log.exception("requests could not be taken in")
        raise Outage(f"They cannot be taken in, because {FAULT}.", retry=True) from fault


def _answer(waiting: _Waiting, reception: Reception) -> None:
    if not waiting.answer.done():
        waiting.answer.set_result(reception)


def _fail(batch: Sequence[_Waiting], error: Outage) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
