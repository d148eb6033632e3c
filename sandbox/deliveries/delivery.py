"""One thing the workspace tells an app, and the way an app's answer comes back."""

import asyncio
from collections.abc import Coroutine
from typing import Literal, Protocol

from msgspec import Struct, field

from sandbox.state.model import App
from sandbox.wire import Json

EnvelopeType = Literal["slash_commands", "interactive", "events_api"]


class Delivery(Struct, kw_only=True):
    """A command, an interaction or an event on its way to one app.

    `id` names it in the record of calls, as the cause of what the app does next. `person` is who acted, empty when a
    bot did. Times are seconds of the record's own clock. `declared` says that a channel has been created for it.
    """

    id: str
    type: EnvelopeType
    name: str
    app: App
    payload: Json
    takes_answer: bool
    person: str = ""
    channel: str = ""
    sent: float = 0.0
    answered: float | None = None
    declared: bool = False


class Retry(Struct, frozen=True, kw_only=True):
    """That this is not the first attempt: which one it is, and why the one before failed."""

    attempt: int
    reason: str


class Answer(Struct, frozen=True, kw_only=True):
    """How an app answered: with a payload (maybe empty), or not at all, and then why (`failure`)."""

    payload: Json = field(default_factory=dict)
    failure: str | None = None
    latency_ms: float = 0.0

    @property
    def ok(self) -> bool:
        """Whether the app answered in time."""
        return self.failure is None


class NotAnswered(Exception):
    """No answer came: the reason, in the word that Slack uses for a retry (`timeout`, `connection_failed`…)."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Transport(Protocol):
    """How deliveries travel to apps."""

    async def send(self, delivery: Delivery, retry: Retry | None, seconds: float) -> Json:
        """Deliver once and wait for the answer. Raises NotAnswered after `seconds`, or at once if nobody listens."""


class Tasks:
    """Work that goes on behind a request; it is kept, so that it neither vanishes nor outlives the sandbox."""

    def __init__(self) -> None:
        self._running: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[object, None, None], name: str) -> None:
        """Run something in the background."""
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def stop(self) -> None:
        """End all of it."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
