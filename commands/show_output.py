"""What an approved step prints: in its card's thread while it runs, and whole when it has ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Final

from commands.deciding import anew, with_approval
from commands.messages import OutputMessage
from commands.outage import NotYet, Outage
from commands.ports import Ports
from incident import running
from incident.approval import Approval
from incident.change import Change
from incident.incident import Incident, Place
from incident.job import Claim
from incident.owing import CHATTER

EDIT_EVERY: Final = 1.0
"""Seconds between two edits, which Slack counts."""
QUICK_EDITS: Final = 10
EDIT_LATER_EVERY: Final = 5.0
"""Seconds between two edits after the quick ones: the cards need some of Slack's limit, too."""
LAST_EDIT_WITHIN: Final = 5.0
"""How long an edit that is on its way when the run ends may take."""


class LiveOutput:
    """The message in the request's thread that follows a run. ``take`` is quick and raises nothing."""

    def __init__(self, request: Approval, ports: Ports) -> None:
        self._request = request
        self._ports = ports
        self._text = ""
        self._tried = False
        self._more = asyncio.Event()
        self._over = asyncio.Event()

    def take(self, piece: str) -> None:
        """Some more of what it prints."""
        self._text += piece
        self._more.set()

    def end(self) -> None:
        """The run has ended: no further edit begins, because the outcome says all of it."""
        self._over.set()
        self._more.set()

    async def follow(self) -> None:
        """Show what comes, until the end; a line that Slack does not take now comes with the next edit."""
        edits = 0
        while True:
            await self._more.wait()
            self._more.clear()
            if self._over.is_set():
                return
            pause = EDIT_EVERY if edits < QUICK_EDITS else EDIT_LATER_EVERY
            try:
                await self._show()
                edits += 1
            except Outage as outage:
                self._more.set()
                pause = max(pause, outage.after.total_seconds() if outage.after else 0.0)
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._over.wait()

    async def _show(self) -> None:
        incident, request = await with_approval(self._ports.store, self._request.id)
        thread, rank = _thread(incident, request), incident.severity.rank + CHATTER
        message = OutputMessage(incident=incident, approval=request, text=self._text, ended=False)
        if request.output is not None:
            await self._ports.chat.edit(thread, _timestamp(request.output), message, urgency=rank)
            return
        mark, again, self._tried = f"output:{request.id}", self._tried, True
        timestamp = await self._ports.chat.post(thread, message, mark=mark, again=again, urgency=rank)
        await anew(lambda: self._posted(f"{thread.channel}/{timestamp}"))

    async def _posted(self, message: str) -> None:
        incident, request = await with_approval(self._ports.store, self._request.id)
        await self._ports.store.save(running.show_output(incident, request, message=message, now=self._ports.clock()))


@asynccontextmanager
async def live_output(request: Approval, *, ports: Ports) -> AsyncIterator[LiveOutput]:
    """Follow a run for as long as the block lasts; an edit that is on its way in the end may still arrive."""
    live = LiveOutput(request, ports)
    following = asyncio.create_task(live.follow(), name=f"output:{request.id}")
    try:
        yield live
        live.end()
        await asyncio.wait({following}, timeout=LAST_EDIT_WITHIN)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def show_output(claim: Claim, *, ports: Ports) -> None:
    """Bring the whole output into the card's thread, in a file where a message cannot hold it."""
    incident, request = await with_approval(ports.store, claim.job.subject)
    thread, rank = _thread(incident, request), incident.severity.rank + CHATTER
    text = request.outcome.output if request.outcome is not None else ""
    message = OutputMessage(incident=incident, approval=request, text=text, ended=True)
    mark, again = claim.job.key, claim.attempts > 1
    if request.output is None:
        await ports.chat.post(thread, message, mark=mark, again=again, urgency=rank)
    else:
        await ports.chat.edit(thread, _timestamp(request.output), message, urgency=rank)
        await ports.chat.attach(thread, message, mark=mark, again=again)
    await ports.store.save(Change(cause=claim.cause, at=ports.clock(), settles=claim))


def _thread(incident: Incident, request: Approval) -> Place:
    """The card's thread; a card that is in a thread itself has none of its own. Raises NotYet."""
    if request.message is None:
        raise NotYet("the request's card is not posted yet")
    channel, _, timestamp = request.message.partition("/")
    announced = incident.home.announcement
    if announced is not None and announced.channel == channel:
        return announced
    return Place(channel=channel, thread=timestamp)


def _timestamp(message: str) -> str:
    return message.partition("/")[2]
