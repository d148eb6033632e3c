"""What the two ways have in common by which Slack's deliveries come: a socket, or signed HTTP."""

import asyncio
from typing import Any, Protocol

from msgspec import Struct
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse

from bot.http.call import Handler


class Health(Struct, frozen=True):
    """Whether Slack can deliver now, and the seconds since it last said anything (None: never).

    ``refused`` is why Slack did not let the line be opened; empty when it did, or was not asked.
    """

    connected: bool
    silent_for: float | None
    refused: str = ""


class Line(Protocol):
    """The line to Slack of one app."""

    @property
    def door(self) -> Handler | None:
        """What takes Slack's requests at the web server; None where Slack sends none."""

    async def open(self) -> None:
        """Begin. Raises Outage for a token that Slack does not take, and then nothing has begun."""

    async def health(self) -> Health:
        """How the line is now."""

    async def close(self, within: float) -> int:
        """End, and give what was begun so many seconds. How many listeners had to be cut short."""


class Listeners(AsyncListenerStartHandler):
    """Holds every listener that a delivery starts, until it ends; nobody else does."""

    def __init__(self) -> None:
        self._working: set[asyncio.Task[Any]] = set()

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Called by Bolt, in the listener's own task."""
        task = asyncio.current_task()
        if task is not None:
            self._working.add(task)
            task.add_done_callback(self._working.discard)

    async def settle(self, within: float) -> int:
        """Wait for them so many seconds, then cut short what still runs. How many that were."""
        if self._working:
            await asyncio.wait(set(self._working), timeout=within)
        left = [task for task in self._working if not task.done()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
        return len(left)
