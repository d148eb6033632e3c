"""The open line to Slack: deliveries come in over it and are answered over it. It mends itself, and says how it is.

Two sockets stand side by side, because Slack replaces each of them every few hours and drops what comes in between;
whatever comes twice is caught by its cause. A socket whose ticket is dead would be tried for ever, so a watchdog throws
the ticket away.
"""

import asyncio
import contextlib
import logging
import re
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

import aiohttp
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from bot.background import end
from bot.slack.deliveries import Health, Listeners
from bot.slack.faults import outage

SOCKETS: Final = 2
PING: Final = 10.0
"""Seconds between pings, and between attempts to connect."""
GRACE: Final = 15.0
"""Seconds without connection after which a ticket is thought dead."""
ANSWER: Final = 3.0
"""Seconds in which Slack takes an answer."""
QUIET: Final = 0.1
"""Seconds without a delivery after which a socket is left: what is on its way when it closes nobody answers."""
LOOKS: Final = 10
"""Looks in that time, all of which find nothing: a process that stood still has read nothing of what has come."""

log = logging.getLogger(__name__)


class Connection:
    """The line of one app. Its listeners' work is held here, so that closing it waits for them."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        sockets: int = SOCKETS,
        ping: float = PING,
        grace: float = GRACE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._grace = grace
        self._clock = clock
        self._heard_at: float | None = None
        self._refused = ""
        self._listeners = Listeners()
        self._keeping: list[asyncio.Task[None]] = []
        self._handlers = [_Handler(app, app_token, ping) for _ in range(sockets)]
        for handler in self._handlers:
            handler.client.on_message_listeners.append(self._heard)
        app.listener_runner.listener_start_handler = self._listeners

    @property
    def door(self) -> None:
        """None: the sockets are Muster's own calls to Slack."""
        return

    async def open(self) -> None:
        """Connect the first socket; the others follow by themselves.

        Raises Outage for a token that Slack does not take. While Slack cannot be reached it goes on trying, and this
        returns all the same: health tells.
        """
        first, *others = self._handlers
        reached = await self._ask(first)
        for handler in self._handlers:
            self._keep(self._watch(handler.client), "slack socket watchdog")
        if reached:
            await asyncio.wait({self._keep(first.dial(), "slack socket")}, timeout=self._grace)
        for handler in others if reached else self._handlers:
            self._keep(handler.dial(), "slack socket")

    async def _ask(self, handler: "_Handler") -> bool:
        """Have Slack say where to connect; whether it could be reached. Raises Outage for a token that it refuses."""
        try:
            async with asyncio.timeout(self._grace):
                handler.client.wss_uri = await handler.client.issue_new_wss_url()
        except (SlackApiError, aiohttp.ClientError, TimeoutError) as error:
            fault = outage("apps.connections.open", error)
            self._refused = "" if fault.retry else fault.sentence
            if self._refused:
                raise fault from error
            log.warning("slack cannot be reached yet", extra={"error": fault.sentence})
            return False
        self._refused = ""
        return True

    def _keep(self, work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
        task = asyncio.create_task(work, name=name)
        self._keeping.append(task)
        return task

    async def _watch(self, client: SocketModeClient) -> None:
        """Throw a ticket away that has not led to a connection in time: the client then asks for a new one."""
        down: float | None = None
        while not client.closed:
            await asyncio.sleep(min(1.0, self._grace / 4))
            if await client.is_connected():
                down = None
            elif down is None:
                down = self._clock()
            elif self._clock() - down >= self._grace:
                client.wss_uri, down = None, None

    async def _heard(self, _message: aiohttp.WSMessage) -> None:
        self._heard_at = self._clock()

    async def health(self) -> Health:
        """How the line is now."""
        connected = [await handler.client.is_connected() for handler in self._handlers]
        silent = None if self._heard_at is None else self._clock() - self._heard_at
        return Health(connected=any(connected), silent_for=silent, refused=self._refused)

    async def close(self, within: float) -> int:
        """Answer what is being answered, hang up, then wait for the listeners. How many had to be cut short."""
        deadline, busy_until = self._clock() + within, self._clock() + min(ANSWER, within)
        await end(*self._keeping)
        for handler in self._handlers:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(busy_until - self._clock()):
                    await handler.quiet()
            with contextlib.suppress(aiohttp.ClientError, ConnectionError):
                await handler.hang_up()
        return await self._listeners.settle(max(0.0, deadline - self._clock()))


class _Handler(AsyncSocketModeHandler):
    """One socket. It holds the tasks that answer deliveries, which nobody else does."""

    def __init__(self, app: AsyncApp, app_token: str, ping: float) -> None:
        super().__init__(app, app_token, logger=_quiet_logger(), ping_interval=ping)
        self._answering: set[asyncio.Task[Any]] = set()
        self._came = False
        self.client.on_message_listeners.append(self._note)

    async def quiet(self) -> None:
        """Wait until nothing comes any longer, and all that came is answered."""
        looks = 0
        while looks < LOOKS:  # the SDK's queue tells nobody
            self._came = False
            await asyncio.sleep(QUIET / LOOKS)
            busy = self._came or bool(self._answering) or not self.client.message_queue.empty()
            looks = 0 if busy else looks + 1

    async def _note(self, _message: aiohttp.WSMessage) -> None:
        self._came = True

    async def dial(self) -> None:
        """Connect, and try until it succeeds; afterwards the client mends the socket itself."""
        await self.client.connect()  # type: ignore[no-untyped-call]  # the SDK does not type it

    async def hang_up(self) -> None:
        """Close the socket for good."""
        await self.client.close()  # type: ignore[no-untyped-call]  # the SDK does not type it

    async def handle(self, client: SocketModeClient, req: SocketModeRequest) -> None:  # type: ignore[override]
        # The parent narrows its own parent's argument in the same way.
        task = asyncio.current_task()
        if task is not None:
            self._answering.add(task)
            task.add_done_callback(self._answering.discard)
        await super().handle(client, req)


_TICKET: Final = re.compile(r"ticket=[^&'\" ]+")


def _quiet_logger() -> logging.Logger:
    """The SDK's log without tickets in it: they are secrets while they live."""
    logger = logging.getLogger("slack_socket")
    if not logger.filters:
        logger.addFilter(_without_tickets)
    return logger


def _without_tickets(record: logging.LogRecord) -> bool:
    record.msg, record.args = _TICKET.sub("ticket=…", record.getMessage()), ()
    record.exc_info = None
    return True
