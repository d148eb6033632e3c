"""Who may order a book now: a rate limit for each customer, kept in a real Redis, and doors that operators close."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct
from redis.asyncio import Redis

from demo.database import DIAGNOSTIC, REMEDIATION
from demo.redis_users import REDIS_OUTAGES, Rights, looking
from demo.storybook.health import RATE_LIMIT_REQUESTS, RATE_LIMIT_WINDOW
from demo.storybook.records import RECORDS

# What each user of the server may do with the keys of the rate limit; the two outside ones are the runbook's targets'.
KEYS = "rate_limit:*"
RIGHTS: Mapping[str, Rights] = {
    RECORDS.application: Rights(keys=KEYS, commands="+ping +set +incrby"),
    DIAGNOSTIC: looking(KEYS),
    REMEDIATION: Rights(keys=KEYS, commands="+scan +del +unlink"),
}


class Denial(Struct, frozen=True, kw_only=True):
    """Why an order is not taken: HTTP status, error code, and a sentence for the customer."""

    status: int
    code: str
    sentence: str


class Admission:
    """The rate limit and the doors. `requests` is how many orders a customer has in RATE_LIMIT_WINDOW seconds."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self.requests = RATE_LIMIT_REQUESTS
        self.accepting = True
        self.blocked: set[str] = set()

    async def denial(self, user_key: str) -> Denial | None:
        """Why this customer may not order now; None when the order may pass, which then counts."""
        if user_key in self.blocked:
            return Denial(status=403, code="USER_BLOCKED", sentence="This customer is blocked: ask the support.")
        if not self.accepting:
            return Denial(status=503, code="SYS_OVERLOADED", sentence="No orders are taken now: wait and retry.")
        if await self._count(user_key) > self.requests:
            return Denial(status=429, code="SYS_RATE_LIMIT", sentence="Too many requests: wait and retry.")
        return None

    async def redis_answers(self) -> bool:
        """Whether the rate limit can be kept now."""
        try:
            return bool(await self._redis.ping())
        except REDIS_OUTAGES:
            return False

    async def _count(self, user_key: str) -> int:
        """How many orders the customer has placed in this window; 0 without Redis, because books come before limits."""
        key = f"rate_limit:{user_key}"
        try:
            async with self._redis.pipeline(transaction=False) as both:
                both.set(key, 0, ex=RATE_LIMIT_WINDOW, nx=True)
                both.incr(key)
                return int((await both.execute())[1])
        except REDIS_OUTAGES:
            return 0
