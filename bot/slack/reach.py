"""Whether Slack can be reached. While it cannot, nothing is asked of it but one small question, again and again.

Every job that needs Slack goes back to its queue without an attempt, so that nothing is given up however long an outage
lasts; and all come due together when it is over, the most urgent first.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.slack.faults import Refusal
from commands.outage import Away, NotYet, Outage

FAILURES: Final = 4
"""So many calls in a row without any answer, and Slack is taken to be away."""
FIRST_ASKED: Final = 0.5
LONGEST_WAIT: Final = 10.0
"""Seconds between two questions."""
SETTLE: Final = 0.6
"""Seconds from the first answer on: what was put off comes due in them."""
APART: Final = 0.05
"""Seconds between what is as urgent as that and what is one less."""

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Reach:
    """What this process knows of Slack's being there. ``asks`` is the small question: True when Slack answered.

    ``now`` tells the time, ``counts`` seconds, which never go back.
    """

    def __init__(
        self,
        asks: Callable[[], Awaitable[bool]],
        *,
        last: Away | None = None,
        now: Callable[[], datetime] = utc_now,
        counts: Callable[[], float] = time.monotonic,
    ) -> None:
        self._asks = asks
        self._now = now
        self._counts = counts
        self._last = last
        self._silent = 0
        self._silent_since: datetime | None = None
        self._open_at = 0.0
        self._next = 0.0
        self._asking: asyncio.Task[None] | None = None

    @property
    def last(self) -> Away | None:
        """The newest time in which Slack was away."""
        return self._last

    def check(self, urgency: int) -> None:
        """Raise NotYet while Slack is away, or has only just come back."""
        away = self._asking is not None and not self._asking.done()
        wait = max(self._next, self._open_at) - self._counts()
        if away or wait > 0:
            after = max(wait, SETTLE / 2) + APART * urgency
            raise NotYet("Slack cannot be reached", after=timedelta(seconds=after))

    def answered(self) -> None:
        """A call was answered, if only with a no."""
        self._silent = 0
        self._silent_since = None

    def heard(self, fault: Outage) -> Outage:
        """A call went wrong: a no is an answer, too. The same fault, to be raised."""
        if isinstance(fault, Refusal):
            self.answered()
        else:
            self._failed()
        return fault

    def _failed(self) -> None:
        self._silent += 1
        self._silent_since = self._silent_since or self._now()
        if self._silent >= FAILURES and (self._asking is None or self._asking.done()):
            self._last = Away(since=self._silent_since)
            self._next = self._counts() + FIRST_ASKED
            self._asking = asyncio.create_task(self._ask(self._silent_since), name="slack away")
            log.warning("slack is away")

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            self._asking.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._asking

    async def _ask(self, since: datetime) -> None:
        wait = FIRST_ASKED
        while True:
            self._next = self._counts() + wait
            await asyncio.sleep(wait)
            if await self._asks():
                break
            wait = min(wait * 2, LONGEST_WAIT)
        self.answered()
        self._open_at = self._counts() + SETTLE
        self._last = Away(since=since, until=self._now())
        log.warning("slack is back", extra={"away_since": since.isoformat()})
