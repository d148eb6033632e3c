"""What people and a monitor do in a real round, and what they were answered: the measure of what may not be lost."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Final

from msgspec import Struct, field

from sandbox.state.model import Channel, Message
from tests.stories.rig import Rig

NAMES: Final = ("emi", "ana", "ben", "chloe")
COSTLY: Final = "StorybookCostSpike"
"""The alert of the procedure whose remediation blocks a user."""
BEFORE: Final = 4
"""So many remediations are asked for before anything goes wrong, and half of them approved: they run into it."""
PATIENCE: Final = 5.0
"""Seconds that somebody waits for an answer before they try something else."""
PATIENT: Final = 60.0
"""The same, while nothing goes wrong."""


class Known(Struct, kw_only=True):
    """What was answered as done."""

    declared: set[str] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)


class Busy:
    """Everybody of one round."""

    def __init__(self, it: Rig, chance: Random, name: str) -> None:
        self._it = it
        self._chance = chance
        self._name = name
        self._users = 0
        self.known = Known()

    async def begin(self) -> Channel:
        """An incident is there; in its channel remediations are asked for, and some are just approved."""
        await self._tell(COSTLY, f"{self._name}-first")
        channel = await self._it.person("ana").wait_for_channel("inc-", PATIENT)
        ben, cards = self._it.person("ben"), list[Message]()
        for _ in range(BEFORE):
            user = await self._ask(channel)
            cards.append(await ben.wait_for(channel, partial(_asks_for, user=user), PATIENT))
        await asyncio.gather(*(ben.click(card, "approve") for card in cards[: BEFORE // 2]))
        return channel

    async def act(self, channel: Channel, enough: Callable[[], bool]) -> None:
        """Until it is enough."""
        await asyncio.gather(self._report(enough), self._remedy(channel, enough))

    async def _report(self, enough: Callable[[], bool]) -> None:
        number = 0
        while not enough():
            number += 1
            await asyncio.sleep(self._chance.uniform(0, 1))
            title = f"Checkout fails {self._name}-{number}"
            person = self._it.person(self._chance.choice(NAMES))
            answer = await person.command(f"/incident declare P{self._chance.randint(0, 3)} {title}", "general")
            if answer.ok and "INC-" in str(answer.payload):
                self.known.declared.add(title)
            alert = f"Outage-{self._chance.randint(1, 4)}"
            for copy in range(self._chance.randint(1, 3)):
                await self._tell(alert, f"{self._name}-{number}-{copy}")

    async def _tell(self, alert: str, unique: str) -> None:
        """A monitor says it until it is taken: the door may be open while the store is away."""
        while await self._it.knocked(_body(alert, unique), within=60, at=self._chance.randrange(2)) != 202:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        self.known.accepted[alert] += 1

    async def _remedy(self, channel: Channel, enough: Callable[[], bool]) -> None:
        """Ana asks for one user after the other, Ben says yes to what he sees, twice. Whoever hears nothing goes on."""
        ben = self._it.person("ben")
        while not enough():
            with suppress(TimeoutError, LookupError):
                card = await ben.wait_for(channel, _asks_for, PATIENCE)
                await asyncio.gather(ben.click(card, "approve"), ben.click(card, "approve"))
            with suppress(TimeoutError, LookupError):
                await self._ask(channel)
            await asyncio.sleep(self._chance.uniform(0.5, 3))

    async def _ask(self, channel: Channel) -> str:
        """Ana asks for a user whom nobody asked for before."""
        self._users += 1
        ana, user = self._it.person("ana"), f"user_{self._users}"
        await ana.command("/incident fix block-user", channel)
        await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", PATIENCE)
        await ana.submit({"User": user})
        return user


def _asks_for(message: Message, user: str = "user_") -> bool:
    text = json.dumps(message.blocks)
    return '"approve"' in text and f"/{user}" in text


def _body(name: str, unique: str) -> dict[str, object]:
    entry = {
        "status": "firing",
        "labels": {"alertname": name, "severity": "warning"},
        "annotations": {"summary": f"{name} {unique}"},
        "fingerprint": name,
    }
    return {"version": "4", "groupKey": name, "status": "firing", "receiver": "muster", "alerts": [entry]}
