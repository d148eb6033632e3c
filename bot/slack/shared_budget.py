"""Slack's limits hold for the app, whichever process calls: with a Redis all processes spend from the same budgets.

Each process counts for itself all the while (budget.py), so that nothing has to be learnt when Redis goes, is emptied
or comes back. Without it every process keeps to its own budget, and Slack's *too many* says when that is not enough.
"""

from datetime import timedelta
from typing import Final
from uuid import uuid4

from bot.slack.budget import ALLOWANCES, POST, Budgets, burst_of, spent_sentence
from bot.slack.shared_redis import SharedRedis
from commands.outage import BudgetSpent

# Answers the milliseconds to wait; 0 when the call was taken. All clocks are the server's.
# KEYS: when the method was called, and until when Slack forbade it; for a post also until when Slack forbade its
# channel, and when the channel's posts will have come to one a second.  ARGV: room, span, burst, a name for this call.
_TAKE: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local room, span, burst = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local wait = math.max(0, redis.call('PTTL', KEYS[2]))
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now - span)
local held = redis.call('ZCARD', KEYS[1])
if held >= room then
  local oldest = redis.call('ZRANGE', KEYS[1], held - room, held - room, 'WITHSCORES')
  wait = math.max(wait, tonumber(oldest[2]) + span - now)
end
local even = now
if KEYS[4] then
  wait = math.max(wait, redis.call('PTTL', KEYS[3]))
  even = math.max(now, tonumber(redis.call('GET', KEYS[4]) or now))
  wait = math.max(wait, even - now - (burst - 1) * 1000)
end
if wait > 0 then return math.ceil(wait) end
redis.call('ZADD', KEYS[1], now, ARGV[4])
redis.call('PEXPIRE', KEYS[1], span)
if KEYS[4] then redis.call('SET', KEYS[4], even + 1000, 'PX', even + 1000 - now) end
return 0
"""


class SharedBudgets:
    """The budgets of one app: this process's ``own``, and those of all its processes where there is a Redis."""

    def __init__(self, own: Budgets, redis: SharedRedis | None = None) -> None:
        self._own = own
        self._redis = redis

    async def spend(self, method: str, *, urgency: int, channel: str = "") -> None:
        """Take one call from the method's budget (and for a post from its channel's). Raises BudgetSpent."""
        self._own.check(method, urgency=urgency, channel=channel)
        wait = await self._take(method, urgency, channel)
        if wait is None:
            self._own.spend(method, urgency=urgency, channel=channel)
        elif wait > 0:
            raise BudgetSpent(spent_sentence(method), after=timedelta(milliseconds=wait))
        else:
            self._own.note(method, channel=channel)

    async def limited(self, method: str, *, retry_after: float, channel: str = "") -> BudgetSpent:
        """Slack itself said *too many*: no process asks again until it allows more. What to raise."""
        spent = self._own.limited(method, retry_after=retry_after, channel=channel)
        if self._redis is not None:
            key = _blocked(self._redis, method, channel if method == POST else "")
            await self._redis.ask(lambda client: client.set(key, 1, px=int(retry_after * 1000)))
        return spent

    async def _take(self, method: str, urgency: int, channel: str) -> int | None:
        """The milliseconds to wait, 0 for a call that was taken; None when there is no Redis to say it."""
        if self._redis is None:
            return None
        allowance = ALLOWANCES[method]
        keys = [self._redis.key("calls", method), _blocked(self._redis, method, "")]
        if method == POST:
            keys += [_blocked(self._redis, method, channel), self._redis.key("even", channel)]
        room, span = allowance.room(urgency), int(allowance.seconds * 1000)
        return await self._redis.run(_TAKE, keys, [room, span, burst_of(urgency), uuid4().hex])


def _blocked(redis: SharedRedis, method: str, channel: str) -> str:
    return redis.key("blocked", method, channel)
