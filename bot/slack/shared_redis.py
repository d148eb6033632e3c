"""A Redis that all processes of one Muster share. It holds only what may be lost, and Muster goes on without it.

No answer is waited for longer than a moment. The first that does not come ends the use of Redis at once, with one line
in the log; a look every two seconds begins it again, with one more line.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final, TypeVar

from bot.background import end
from commands.outage import Outage

if TYPE_CHECKING:
    from redis.asyncio import Redis

T = TypeVar("T")

PATIENCE: Final = 0.5
"""Seconds that a call to Slack may wait for Redis, once."""
FIRST_PATIENCE: Final = 1.0
"""Seconds that a look may last: it has to connect first, and nothing waits for it."""
LOOK_EVERY: Final = 2.0

# Does what the scripts of shared_budget.py and seen.py do, so that a user without the right to it is found here.
_LOOK: Final = """
redis.call('ZADD', KEYS[1], 0, 'look')
redis.call('PEXPIRE', KEYS[1], 1000)
return redis.call('TIME')
"""

log = logging.getLogger(__name__)


class SharedRedis:
    """The way to the Redis at ``url``, which may hold a password and is never shown.

    ``owner`` tells the app in its workspace: limits are Slack's for that app, so only its own processes share them.
    Raises Outage when the library for Redis is not installed, or the address is none.
    """

    def __init__(self, url: str, *, owner: Callable[[], str]) -> None:
        self._client = _client(url)
        self._owner = owner
        self._watching: asyncio.Task[None] | None = None
        self.trouble: str | None = "it was not asked yet"
        """Why it is not used now, in a few words; None while it is."""

    async def open(self) -> None:
        """Begin. A Redis that is away is no reason to wait."""
        await self._look_again()
        if self.trouble is not None:
            log.warning("redis is away", extra={"error": self.trouble, "until_back": "each process counts for itself"})
        self._watching = asyncio.create_task(self._watch(), name="redis")

    async def close(self) -> None:
        """Let go."""
        if self._watching is not None:
            await end(self._watching)
        with contextlib.suppress(*_faults()):
            await self._client.aclose()

    def key(self, *parts: str) -> str:
        """A key of this app. The braces keep all of them on one node of a cluster."""
        return ":".join(("muster", f"{{{self._owner()}}}", *parts))

    async def ask(self, work: Callable[[Redis], Awaitable[T]]) -> T | None:
        """What Redis answers to ``work``; None while it is away, and at once."""
        if self.trouble is not None:
            return None
        try:
            async with asyncio.timeout(PATIENCE):
                return await work(self._client)
        except _faults() as fault:
            self._lost(_told(fault))
            return None

    async def run(self, script: str, keys: Sequence[str], arguments: Sequence[str | int]) -> int | None:
        """The whole number that a script answers, which no other caller comes between; None while Redis is away."""
        answer = await self.ask(lambda client: client.register_script(script)(keys=list(keys), args=list(arguments)))
        return None if answer is None else int(answer)

    async def look(self) -> str | None:
        """What is wrong with it now; None when everything that Muster does there can be done."""
        try:
            async with asyncio.timeout(FIRST_PATIENCE):
                await self._client.register_script(_LOOK)(keys=[self.key("look")])
        except _faults() as fault:
            return _told(fault)
        return None

    def _lost(self, trouble: str) -> None:
        """Several calls may find out together; one of them says it."""
        if self.trouble is None:
            log.warning("redis is away", extra={"error": trouble, "until_back": "each process counts for itself"})
        self.trouble = trouble

    async def _watch(self) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            before = self.trouble
            if before is not None:
                # Each connection of before would tell of the same loss once more.
                with contextlib.suppress(*_faults()):
                    await self._client.connection_pool.disconnect()
            await self._look_again()
            if before is not None and self.trouble is None:
                log.info("redis is back")

    async def _look_again(self) -> None:
        trouble = await self.look()
        if trouble is None:
            self.trouble = None
        else:
            self._lost(trouble)


def _client(url: str) -> Redis:
    if find_spec("redis") is None:
        raise Outage(
            "redis is set, but the library for Redis is not installed: install Muster with its extra “redis”.",
            retry=False,
        )
    from redis.asyncio import Redis
    from redis.asyncio.retry import Retry
    from redis.backoff import NoBackoff

    try:
        return Redis.from_url(
            url,
            socket_timeout=PATIENCE,
            socket_connect_timeout=FIRST_PATIENCE,
            retry=Retry(NoBackoff(), 0),
            # With the newer protocol the library does not look whether a connection has ended before it is used.
            protocol=2,
            # Nothing needs the library's name there, and Redis 7.0 knows no right to set it that could be granted.
            driver_info=None,
        )
    except ValueError:
        # The library's own words may repeat the address, and with it the password.
        raise Outage(
            "The variable that redis.url_env names holds no address of a Redis: write redis://host:6379/0, with "
            "user:password@ before the host.",
            retry=False,
        ) from None


def _faults() -> tuple[type[Exception], ...]:
    """What the server, or the way to it, may answer instead."""
    from redis.exceptions import RedisError

    return (RedisError, OSError, TimeoutError)


def _told(fault: BaseException) -> str:
    from redis.exceptions import AuthenticationError, NoPermissionError, ResponseError

    match fault:
        case AuthenticationError():
            return "it did not let Muster in: mend the user and password in the variable of redis.url_env"
        case NoPermissionError():
            return "its user lacks a right: give it those that docs/settings.md lists"
        case ResponseError():
            return f"it answered {str(fault).partition(' ')[0]}: see the server's log"
    return "it does not answer: see whether the server is up and its address is right"
