"""Algorhythmic's painter: takes one picture after the other to DALL-E, unless the circuit breaker says not to."""

import asyncio
from uuid import UUID

from demo.algorhythmic.breaker import Breaker
from demo.algorhythmic.jobs import Jobs
from demo.database import OUTAGES

IDLE_SECONDS = 0.3
RETRY_SECONDS = 1.0


class Painter:
    """`dalle_answers` says whether DALL-E does. `hangs_on` is a picture that it waits for and never gets.

    It lets go of that one when it is no longer marked as being made, whoever changes that.
    """

    def __init__(self, jobs: Jobs, breaker: Breaker, *, seconds: float) -> None:
        self._jobs = jobs
        self._breaker = breaker
        self._seconds = seconds
        self.dalle_answers = True
        self.hangs_on: UUID | None = None
        self.turn = asyncio.Lock()
        """Held while it works on a picture; whoever takes it meanwhile knows that nothing is claimed."""

    async def run(self) -> None:
        """Paint until cancelled."""
        while True:
            try:
                async with self.turn:
                    busy = await self._hanging() or await self._paint()
            except OUTAGES:
                await asyncio.sleep(RETRY_SECONDS)
            else:
                await asyncio.sleep(self._seconds if busy else IDLE_SECONDS)

    async def _hanging(self) -> bool:
        if self.hangs_on is not None and not await self._jobs.generating(self.hangs_on):
            self.hangs_on = None
        return self.hangs_on is not None

    async def _paint(self) -> bool:
        job = await self._jobs.claim()
        if job is None:
            return False
        if self._breaker.state == "open":
            await self._jobs.end(job, "failed", "Circuit breaker is open: the fallback picture was shown")
            return True
        self._breaker.note(succeeded=self.dalle_answers)
        if self.dalle_answers:
            await self._jobs.end(job, "completed")
        else:
            await self._jobs.end(job, "failed", "DALL-E answered 503")
        return True
