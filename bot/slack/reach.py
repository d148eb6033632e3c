"""Whether Slack can be reached, and takes Muster's token. While not, it is asked one small question, again and again.

Every job that needs Slack goes back to its queue without an attempt, so that nothing is given up however long an outage
lasts; and all come due together when it is over, the most urgent first. So it is from the start of a process on.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from typing import Final

from bot.background import end
from bot.slack.faults import TOKEN_REFUSED, Refusal
from commands.outage import Away, NotYet, Outage

FAILURES: Final = 4
"""So many calls in a row without any answer, and Slack is taken to be away."""
FIRST_ASKED: Final = 0.5
LONGEST_WAIT: Final = 10.0
"""Seconds between two questions."""
LONGEST_REFUSED: Final = 60.0
"""The same while Slack answers, but does not take the token."""
AT_START: Final = 5.0
"""Seconds that a start waits for the first answer; whatever needs no Slack begins then."""
SETTLE: Final = 0.6
"""Seconds from the first answer on: what was put off comes due in them."""
APART: Final = 0.05
"""Seconds between what is as urgent as that and what is one less."""

log = logging.getLogger(__name__)


def utc_now() -> datetime:
    """The time."""
    return datetime.now(UTC)


class Reach:
    """What this process knows of Slack's being there.

    ``asks`` is the small question: it raises Outage, without ``retry`` when Slack does not take the token. ``now``
    tells the time, ``counts`` seconds, which never go back.
    """

    def __init__(
        self,
        asks: Callable[[], Awaitable[object]],
        *,
        now: Callable[[], datetime] = utc_now,
        counts: Callable[[], float] = time.monotonic,
    ) -> None:
        self._asks = asks
        self._now = now
        self._counts = counts
        self._last: Away | None = None
        self._trouble: Outage | None = None
        self._there = asyncio.Event()
        self._there.set()
        self._silent = 0
        self._silent_since: datetime | None = None
        self._open_at = 0.0
        self._next = 0.0
        self._asking: asyncio.Task[None] | None = None

    @property
    def last(self) -> Away | None:
        """The newest time in which Slack was away."""
        return self._last

    @property
    def trouble(self) -> Outage | None:
        """What keeps Muster from Slack now, without ``retry`` when it is the token; None while nothing does."""
        return self._trouble

    async def begin(self) -> None:
        """Ask for the first time. Raises Outage, and then Slack is away, and is asked again and again.

        Since when is not known: what another process left unsaid before this one began was held back by it, too.
        """
        try:
            async with asyncio.timeout(AT_START):
                await self._asks()
        except TimeoutError as late:
            fault = Outage("Slack did not answer", retry=True)
            self._lost(fault, None)
            raise fault from late
        except Outage as fault:
            self._lost(fault, None)
            raise

    async def back(self) -> None:
        """Wait until nothing keeps Muster from Slack."""
        await self._there.wait()

    def check(self, urgency: int) -> None:
        """Raise NotYet while Slack is away, or has only just come back."""
        wait = max(self._next, self._open_at) - self._counts()
        if self._trouble is not None or wait > 0:
            after = max(wait, SETTLE / 2) + APART * urgency
            refused = self._trouble if self._trouble is not None and not self._trouble.retry else None
            words = "Slack cannot be reached" if refused is None else refused.sentence
            raise NotYet(words, after=timedelta(seconds=after))

    def answered(self) -> None:
        """A call was answered, if only with a no."""
        self._silent = 0
        self._silent_since = None

    def heard(self, fault: Outage) -> Outage:
        """A call went wrong: what is to be raised. A no is an answer, too, unless it is the token that is not taken."""
        if not isinstance(fault, Refusal):
            self._failed(fault)
        elif fault.code in TOKEN_REFUSED:
            if self._trouble is None:
                self._lost(fault, self._now())
            return NotYet(fault.sentence, after=timedelta(seconds=SETTLE))
        else:
            self.answered()
        return fault

    def _failed(self, fault: Outage) -> None:
        self._silent += 1
        self._silent_since = self._silent_since or self._now()
        if self._silent >= FAILURES and self._trouble is None:
            self._lost(fault, self._silent_since)

    def _lost(self, fault: Outage, since: datetime | None) -> None:
        self._note(fault)
        self._there.clear()
        self._last = Away(since=since)
        self._next = self._counts() + FIRST_ASKED
        # Not a part of the job that noticed it: the log would name that one's incident for everybody's outage.
        self._asking = asyncio.create_task(self._ask(since), name="slack away", context=Context())

    def _note(self, fault: Outage) -> None:
        """Say it when it begins, and when it is something else from now on."""
        if self._trouble is None or self._trouble.retry != fault.retry:
            if fault.retry:
                log.warning("slack is away", extra={"error": fault.sentence})
            else:
                log.error("slack does not take the bot token", extra={"error": fault.sentence})
        self._trouble = fault

    async def close(self) -> None:
        """Ask no more."""
        if self._asking is not None:
            await end(self._asking)

    async def _ask(self, since: datetime | None) -> None:
        wait = FIRST_ASKED
        while True:
            self._next = self._counts() + wait
            await asyncio.sleep(wait)
            try:
                await self._asks()
            except Outage as fault:
                self._note(fault)
                wait = min(wait * 2, LONGEST_WAIT if fault.retry else LONGEST_REFUSED)
            else:
                break
        self.answered()
        self._trouble = None
        self._there.set()
        self._open_at = self._counts() + SETTLE
        self._last = Away(since=since, until=self._now())
        log.warning("slack is back", extra={"away_since": since.isoformat() if since is not None else None})
