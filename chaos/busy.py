"""What happens in a real round while everything fails: reports, alerts, remediations and whole flows, side by side."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from typing import Final

from chaos.deeds import COSTLY, Deeds
from chaos.known import Known
from chaos.place import Place
from sandbox.state.model import Channel

NAMES: Final = ("emi", "ana", "ben", "chloe")
BEFORE: Final = 4
"""So many remediations are asked for before anything goes wrong, and half of them approved: they run into it."""


class Busy:
    """Everybody of one round."""

    def __init__(self, place: Place, chance: random.Random, name: str) -> None:
        self.known = Known()
        self._it = place.it
        self._chance = chance
        # Each has a voice of their own: what is said twice would be counted twice.
        self._reporting, self._remedying, self._living = (
            Deeds(place, chance, f"{name}{part}", self.known) for part in "abc"
        )

    async def begin(self) -> Channel:
        """An incident is there; in its channel remediations are asked for, and some are just approved."""
        await self._remedying.tell(COSTLY)
        channel = await self._it.person("ana").wait_for_channel("inc-", 60)
        ben = self._it.person("ben")
        cards = [await self._remedying.requested(channel) for _ in range(BEFORE)]
        await asyncio.gather(*(ben.click(card, "approve") for card in cards[: BEFORE // 2]))
        return channel

    async def act(self, channel: Channel, enough: Callable[[], bool]) -> None:
        """Until it is enough."""
        await asyncio.gather(self._report(enough), self._remedy(channel, enough), self._live(enough))

    async def _report(self, enough: Callable[[], bool]) -> None:
        """Somebody declares, and a monitor says something up to three times."""
        deeds = self._reporting
        while not enough():
            await asyncio.sleep(self._chance.uniform(0, 2))
            await deeds.reported(self._chance.choice(NAMES), f"P{self._chance.randint(0, 3)}")
            alert = f"Outage-{self._chance.randint(1, 4)}"
            for _ in range(self._chance.randint(1, 3)):
                await deeds.tell(alert)

    async def _remedy(self, channel: Channel, enough: Callable[[], bool]) -> None:
        """One remediation after the other, every second one undone."""
        while not enough():
            await self._patiently(
                partial(self._remedying.remedied, channel, undone=self._chance.random() < 0.5), enough
            )
            await asyncio.sleep(self._chance.uniform(0, 1))

    async def _live(self, enough: Callable[[], bool]) -> None:
        """One flow after the other: procedures, watches, PagerDuty, a terminal, the end and the beginning."""
        deeds = self._living
        flows = (deeds.procedure, deeds.watched, deeds.rung, deeds.typed, deeds.over)
        while not enough():
            for flow in self._chance.sample(flows, len(flows)):
                await self._patiently(flow, enough)

    async def _patiently(self, deed: Callable[[], Awaitable[object]], enough: Callable[[], bool]) -> None:
        """Until it is done, or its people have lost their patience, or everything is over."""
        if enough():
            return
        doing = asyncio.ensure_future(deed())
        while not doing.done() and not enough():
            await asyncio.wait({doing}, timeout=0.2)
        doing.cancel()
        with suppress(asyncio.CancelledError, TimeoutError, LookupError):
            await doing
