"""What people, monitors and PagerDuty do with real processes, each deed to its end, and what they were answered.

Whoever hears nothing tries again, as people do: with other words, so that each answer can be held against the store.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Final, TypeVar

from chaos.known import Known
from chaos.place import Place
from chaos.storybook_runbook import CHANGED, PROCEDURE
from demo.bot_process import ROOT
from sandbox.driver import words
from sandbox.state.model import Channel, Message

T = TypeVar("T")

COSTLY: Final = "StorybookCostSpike"
"""The alert of the procedure whose remediation blocks a user."""
SEEN_WITHIN: Final = 1.5
"""Seconds that somebody waits before they try again."""
PATIENCE: Final = 120.0
"""Seconds that a part of a deed may take: each process may die and start in between, on a machine in need."""
UNDO_WITHIN: Final = 10.0
"""Seconds in which what ran can be taken back, if it can be."""
RESOLVED: Final = "is resolved"
"""What whoever resolves it once more is told."""
STUCK: Final = 7


class Deeds:
    """Everybody of one round. ``name`` is in all that they say, so that nothing is said twice."""

    def __init__(self, place: Place, chance: Random, name: str, known: Known) -> None:
        self.place = place
        self.it = place.it
        self.chance = chance
        self.known = known
        self._name = name
        self._count = 0

    def unique(self, word: str) -> str:
        """A text that nobody else says."""
        self._count += 1
        return f"{word} {self._name}-{self._count:03}"

    async def until(self, seen: Callable[[], T | None], does: Callable[[], Awaitable[object]]) -> T:
        """What is seen, once it is; it is done again and again until then. Raises TimeoutError."""
        async with asyncio.timeout(PATIENCE):
            while True:
                if (found := seen()) is not None:
                    return found
                # What was clicked may be gone, or the form not have come: it is looked at again.
                with suppress(LookupError, TimeoutError):
                    await does()
                with suppress(TimeoutError):
                    return await self.it.sandbox.pulse.until(seen, SEEN_WITHIN, lambda: "not yet")

    async def tell(self, alert: str, *, firing: bool = True) -> None:
        """A monitor says it until it is taken: the door may be open while the store is away."""
        body = _body(alert, self.unique("turn"), "firing" if firing else "resolved")
        # A monitor asks again after a while; nobody tells it when to.
        while await self.it.knocked(body, within=60, at=self.chance.randrange(2)) != 202:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        self.known.accepted[alert] += 1

    async def declared(self, level: str = "P2") -> Channel:
        """Somebody declares an incident, and Ana finds herself in its channel."""
        titles = list[str]()

        async def declare() -> None:
            titles.append(f"Checkout fails {self._name}-{self._count + 1:03}")
            await self.reported("emi", level)

        return await self.until(lambda: self._channel_of(titles), declare)

    async def say(self, channel: Channel, verb: str, word: str, *, so: str = "") -> None:
        """Ana says something with ``/incident``, and hears that it was done, or that it is ``so``.

        The latter where its process died behind the commit, and before it answered.
        """
        ana, answered = self.it.person("ana"), list[str]()

        async def once() -> None:
            text = self.unique(word)
            answer = await ana.command(f"/incident {verb} {text}", channel)
            if answer.ok and text in str(answer.payload):
                self.known.said.add(text)
                answered.append(text)
            elif so and so in str(answer.payload):
                answered.append(so)

        await self.until(lambda: answered or None, once)

    async def reported(self, name: str, level: str) -> None:
        """Somebody declares an incident, and waits for nothing."""
        title = self.unique("Checkout fails")
        answer = await self.it.person(name).command(f"/incident declare {level} {title}", "general")
        if answer.ok and "INC-" in str(answer.payload):
            self.known.declared.add(title)

    async def requested(self, channel: Channel) -> Message:
        """Ana asks for a user to be blocked whom nobody asked for before; the request."""
        self._count += 1
        user = f"user_{self._count}"
        return await self._request(channel, f"/{user}/block", partial(self._ask, channel, "block-user", user))

    async def remedied(self, channel: Channel, *, undone: bool = False) -> None:
        """Ana asks for a user to be blocked, Ben says yes, twice; perhaps she has it undone again."""
        await self.requested(channel)
        user = f"user_{self._count}"
        await self._approved(channel, f"/{user}/block")
        self.known.played["remedied"] += 1
        if undone:
            # Where nobody knows whether it ran, somebody has to look before it can be taken back: that is not played.
            card = await self._undoable(channel, f"/{user}/block")
            if card is None:
                return
            await self._request(channel, f"/{user}/unblock", partial(self._undo, card))
            await self._approved(channel, f"/{user}/unblock")
            self.known.played["undone"] += 1

    async def walked(self, channel: Channel) -> None:
        """Ana begins a procedure; she and Ben take one step after the other, one of them with an approval."""
        ana, ben = self.it.person("ana"), self.it.person("ben")
        backup = self.unique("books").replace(" ", "-")
        begin = partial(ana.command, f"/incident procedure {PROCEDURE}", channel)
        await self.until(lambda: self._walk(channel), begin)

        def over() -> bool | None:
            card = self._walk(channel)
            return True if card is not None and "step_take" not in _actions(card) and "4 of 4" in words(card) else None

        async def next_step() -> None:
            request = self.card(channel, CHANGED + backup, "approve")
            if request is not None:
                await ben.click(request, "approve")
                return
            card = self._walk(channel)
            if card is not None and "step_take" in _actions(card):
                await ana.click(card, "step_take")
                if (form := ana.modal) is not None:
                    await ana.submit({"backup": backup} if "ackup" in json.dumps(form.payload) else {"note": "told"})

        await self.until(over, next_step)
        self.known.played["walked"] += 1

    async def procedure(self) -> None:
        """A procedure in an incident of its own."""
        await self.walked(await self.declared())

    async def over(self) -> None:
        """An incident of its own, to its end, and back."""
        await self.ended(await self.declared())

    async def ended(self, channel: Channel) -> None:
        """Ana resolves it, opens it again, and resolves it."""
        await self.say(channel, "resolve", "restarted", so=RESOLVED)
        await self.say(channel, "reopen", "it is back", so="It is open already")
        await self.say(channel, "resolve", "restarted again", so=RESOLVED)
        self.known.played["ended"] += 1

    async def watched(self) -> None:
        """Jobs are stuck for as long as it takes the watch to say so; then they are not."""
        self.place.storybook.stuck = STUCK
        await asyncio.sleep(self.chance.uniform(1, 6))
        self.place.storybook.stuck = 0
        await asyncio.sleep(self.chance.uniform(1, 4))
        self.known.played["watched"] += 1

    async def rung(self) -> None:
        """An integration opens an incident in PagerDuty; Ben acts there, Ana here, and it ends on both sides."""
        pagerduty, text = self.place.pagerduty, self.unique("Noted there")
        title = self.unique("Orders stand still")
        ref = pagerduty.trigger(title)
        channel = await self.until(lambda: self._channel_of([title]), partial(asyncio.sleep, 0))
        self._act(ref, "acknowledged")
        pagerduty.note(ref, text, by="PBEN000")
        self.known.said.add(text)
        await self.say(channel, "note", "noted here")
        if self.chance.random() < 0.5:
            self._act(ref, "resolved")
        else:
            await self.say(channel, "resolve", "made room", so=RESOLVED)
        await self.until(lambda: pagerduty.incidents[ref]["status"] == "resolved" or None, partial(asyncio.sleep, 0))
        self.known.played["rung"] += 1

    async def typed(self) -> None:
        """Slack is away; somebody declares at a terminal, and Ana finds herself in the channel when it is back."""
        self.it.sandbox.faults.outage = True
        try:
            title = self.unique("Checkout fails for all")
            done = await self._at_terminal("declare", "P1", title)
        finally:
            self.it.sandbox.faults.outage = False
        if done:
            self.known.declared.add(title)
            await self.until(lambda: self._channel_of([title]), partial(asyncio.sleep, 0))
        self.known.played["typed"] += done

    def card(self, channel: Channel, holds: str, action: str = "") -> Message | None:
        """The newest message for everybody that holds some text, and has a button."""
        ana = self.it.person("ana")
        found = (each for each in reversed(ana.reads(channel)) if each.ephemeral_to is None)
        return next((each for each in found if holds in json.dumps(each.blocks) and action in _actions(each)), None)

    async def _request(self, channel: Channel, path: str, ask: Callable[[], Awaitable[object]]) -> Message:
        """The request for that path, once it stands in the channel: asked for anew where nobody heard of it."""
        return await self.until(lambda: self.card(channel, path, "approve") or self._answered(channel, path), ask)

    async def _approved(self, channel: Channel, path: str) -> None:
        ben = self.it.person("ben")

        async def approve() -> None:
            card = self.card(channel, path, "approve")
            if card is not None:
                await asyncio.gather(ben.click(card, "approve"), ben.click(card, "approve"))

        await self.until(lambda: self._answered(channel, path), approve)

    async def _undoable(self, channel: Channel, path: str) -> Message | None:
        """The request once it can be taken back; None when it cannot, since it did not run, or nobody knows."""
        with suppress(TimeoutError):
            return await self.it.sandbox.pulse.until(
                lambda: self.card(channel, path, "undo"), UNDO_WITHIN, lambda: "there is nothing to undo"
            )
        return None

    def _answered(self, channel: Channel, path: str) -> Message | None:
        """The request once it is over: there is nothing left to approve or to cancel."""
        card = self.card(channel, path)
        return card if card is not None and not {"approve", "cancel"} & _actions(card) else None

    async def _ask(self, channel: Channel, step: str, user: str) -> None:
        ana = self.it.person("ana")
        await ana.command(f"/incident fix {step}", channel)
        await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", SEEN_WITHIN)
        await ana.submit({"User": user})

    async def _undo(self, card: Message) -> None:
        ana = self.it.person("ana")
        await ana.click(card, "undo")
        await ana.wait_for_modal(lambda view: view.payload.get("callback_id") == "fix_step", SEEN_WITHIN)
        await ana.submit({})

    def _act(self, ref: str, state: str) -> None:
        self.place.pagerduty.change(ref, by="PBEN000", status=state)
        self.known.there[ref, state] += 1

    def _channel_of(self, titles: list[str]) -> Channel | None:
        """The channel of one of the incidents with these titles."""
        ends = tuple(title.rpartition(" ")[2].lower() for title in titles)
        return next((each for each in self.it.person("ana").channels() if each.name.endswith(ends)), None)

    def _walk(self, channel: Channel) -> Message | None:
        found = (each for each in reversed(self.it.person("ana").reads(channel)) if PROCEDURE in words(each))
        return next((each for each in found if "walk_card:" in json.dumps(each.metadata)), None)

    async def _at_terminal(self, *said: str) -> bool:
        bot = self.it.bots[self.chance.randrange(2)]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "incidents", *said, "--as", self.it.person("chloe").id,
            "--config", str(bot.config), cwd=ROOT, env={**os.environ, **bot.environment},
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            return await process.wait() == 0
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


def _actions(message: Message) -> set[str]:
    """The buttons of a message, by their action_id."""
    elements = (each for block in message.blocks or [] for each in block.get("elements", []))
    return {str(each["action_id"]) for each in elements if "action_id" in each} | {""}


def _body(name: str, unique: str, status: str) -> dict[str, object]:
    entry = {
        "status": status,
        "labels": {"alertname": name, "severity": "warning"},
        "annotations": {"summary": f"{name} {unique}"},
        "fingerprint": name,
    }
    return {"version": "4", "groupKey": name, "status": status, "receiver": "muster", "alerts": [entry]}
