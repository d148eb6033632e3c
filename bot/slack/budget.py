"""How often Slack may be asked: a budget for each method, kept a little below Slack's own limits.

Nobody waits in here. When a budget is used up the job goes back to its queue until there is room, and the queue puts
the most urgent first. A small rest of every budget is kept for P0.
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Final

from msgspec import Struct

from commands.outage import BudgetSpent
from incident.owing import CHATTER

POST: Final = "chat.postMessage"


class Allowance(Struct, frozen=True):
    """So many calls in any span of so many seconds; the last ``kept`` of them are for P0."""

    calls: int
    seconds: float
    kept: int = 0

    def room(self, urgency: int) -> int:
        """How many of the calls are for somebody as urgent as that; 0 is a P0."""
        return self.calls - (self.kept if urgency > 0 else 0)


# A second more than Slack's minute, because calls do not all take the same time to get there.
_MINUTE: Final = 61.0
_TIER_2: Final = Allowance(19, _MINUTE, kept=1)
_TIER_3: Final = Allowance(48, _MINUTE, kept=3)
_TIER_4: Final = Allowance(96, _MINUTE, kept=6)

ALLOWANCES: Final[Mapping[str, Allowance]] = {
    POST: Allowance(290, _MINUTE, kept=20),
    "chat.update": _TIER_3,
    "conversations.create": _TIER_2,
    "conversations.history": _TIER_3,
    "conversations.invite": _TIER_3,
    "conversations.join": _TIER_3,
    "conversations.open": _TIER_3,
    "conversations.replies": _TIER_3,
    "conversations.setTopic": _TIER_2,
    "users.conversations": _TIER_3,
    "users.info": _TIER_4,
    "users.lookupByEmail": _TIER_3,
    "usergroups.users.list": _TIER_2,
    "pins.add": _TIER_2,
    "bookmarks.add": _TIER_2,
    "bookmarks.list": _TIER_3,
    "files.getUploadURLExternal": _TIER_4,
    "files.completeUploadExternal": _TIER_4,
    "views.publish": _TIER_4,
}
"""What each method that Muster calls may be asked."""

MOST_CHANNELS: Final = 1000
"""Of more channels than that, those are forgotten that have been silent for long enough."""
CHANNEL_BURST: Final = 4
"""Posts in one channel: one a second, and a short burst of so many, which Slack bears, after a while of silence."""

_USED_UP: Final = {"conversations.create": "Slack allows 20 new channels a minute, and they are used up"}


class Budgets:
    """The budgets as one process counts them. ``clock`` counts seconds and never goes back."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._spent: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._blocked: dict[tuple[str, str], float] = {}
        self._even: dict[str, float] = {}
        """For each channel, when its posts will have come to one a second on the whole."""

    def spend(self, method: str, *, urgency: int, channel: str = "") -> None:
        """Take one call from the method's budget (and for a post from its channel's). Raises BudgetSpent."""
        self.check(method, urgency=urgency, channel=channel)
        self.note(method, channel=channel)

    def check(self, method: str, *, urgency: int, channel: str = "") -> None:
        """Raise BudgetSpent when there is no room for one more call; take nothing."""
        now = self._clock()
        wait = self._wait((method, ""), ALLOWANCES[method], now, urgency)
        if method == POST:
            wait = max(wait, self._blocked_for((method, channel), now), self._burst_over(channel, now, urgency))
        if wait > 0:
            raise BudgetSpent(spent_sentence(method), after=timedelta(seconds=wait))

    def note(self, method: str, *, channel: str = "") -> None:
        """Count a call that goes out now."""
        now = self._clock()
        self._spent[method, ""].append(now)
        if method == POST:
            if len(self._even) >= MOST_CHANNELS:
                self._even = {known: even for known, even in self._even.items() if even > now}
            self._even[channel] = max(self._even.get(channel, now), now) + 1.0

    def _burst_over(self, channel: str, now: float, urgency: int) -> float:
        """Seconds until one more post does not make the burst longer than it may be."""
        ahead = self._even.get(channel, now) - now
        if ahead <= 0:
            self._even.pop(channel, None)
        return ahead - (burst_of(urgency) - 1)

    def limited(self, method: str, *, retry_after: float, channel: str = "") -> BudgetSpent:
        """Slack itself said *too many*: the budget is used up until it allows more. What to raise."""
        self._blocked[method, channel if method == POST else ""] = self._clock() + retry_after
        return BudgetSpent(spent_sentence(method), after=timedelta(seconds=retry_after))

    def _blocked_for(self, key: tuple[str, str], now: float) -> float:
        """Seconds for which Slack itself said not to ask."""
        blocked = self._blocked.get(key, now) - now
        if blocked <= 0:
            self._blocked.pop(key, None)
        return blocked

    def _wait(self, key: tuple[str, str], allowance: Allowance, now: float, urgency: int) -> float:
        blocked = self._blocked_for(key, now)
        spent = self._spent[key]
        while spent and spent[0] <= now - allowance.seconds:
            spent.popleft()
        room = allowance.room(urgency)
        full = spent[len(spent) - room] + allowance.seconds - now if len(spent) >= room else 0.0
        if not spent:
            del self._spent[key]
        return max(blocked, full, 0.0)


def burst_of(urgency: int) -> int:
    """How many posts a channel takes at once from somebody as urgent as that: chatter leaves a place for a card."""
    return CHANNEL_BURST - (urgency >= CHATTER)


def retry_after(header: str | None) -> float:
    """The seconds of a ``Retry-After`` header; 30 when Slack gives none that makes sense."""
    try:
        seconds = float(header or "")
    except ValueError:
        return 30.0
    return min(max(seconds, 1.0), 600.0) if math.isfinite(seconds) else 30.0


def spent_sentence(method: str) -> str:
    """What people are told of a budget that is used up."""
    return _USED_UP.get(method, f"Slack's limit for {method} is used up for the moment")
