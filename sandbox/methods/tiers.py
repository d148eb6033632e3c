"""How often each method may be called: Slack's tiers as sliding windows of a minute, one per app and method.

Tier 1 to 4 are 1, 20, 50 and 100 calls a minute. auth.test and chat.getPermalink may be called hundreds of times:
600 here. chat.postMessage may post once a second in each channel; Slack bears short bursts without saying how long,
and here a channel takes five at once and then one a second, while the workspace takes 300 a minute in all.
"""

import math
from collections import defaultdict, deque
from enum import Enum

from sandbox.state.clock import Clock
from sandbox.wire import SlackError

_MINUTE = 60.0
POST_BURST = 5
POSTS_A_MINUTE = 300


class Tier(Enum):
    """Calls a minute, by the name Slack gives the tier; the special ones have rules of their own."""

    ONE = 1
    TWO = 20
    THREE = 50
    FOUR = 100
    HUNDREDS = 600
    POSTING = POSTS_A_MINUTE
    NONE = 0


class RateLimited(SlackError):
    """Too many calls; `retry_after` whole seconds from now there is room again."""

    def __init__(self, retry_after: float) -> None:
        super().__init__("ratelimited")
        self.retry_after = max(1, math.ceil(retry_after))


class Tiers:
    """Counts calls against their limits. Off by default: a test or a rehearsal switches it on."""

    def __init__(self, clock: Clock, *, on: bool = False) -> None:
        self._clock = clock
        self.on = on
        self._windows: dict[tuple[str, str], deque[float]] = defaultdict(deque)
        self._credit: dict[tuple[str, str], tuple[float, float]] = {}

    def take(self, app_id: str, method: str, tier: Tier, channel: str = "") -> None:
        """Count one call. Raises RateLimited, and then counts nothing."""
        if not self.on or tier is Tier.NONE:
            return
        now = self._clock.now()
        window = self._windows[app_id, method]
        while window and window[0] <= now - _MINUTE:
            window.popleft()
        if len(window) >= tier.value:
            raise RateLimited(window[0] + _MINUTE - now)
        if tier is Tier.POSTING:
            self._spend(app_id, channel, now)
        window.append(now)

    def _spend(self, app_id: str, channel: str, now: float) -> None:
        credit, since = self._credit.get((app_id, channel), (float(POST_BURST), now))
        credit = min(float(POST_BURST), credit + now - since)
        if credit < 1:
            raise RateLimited(1 - credit)
        self._credit[app_id, channel] = (credit - 1, now)
