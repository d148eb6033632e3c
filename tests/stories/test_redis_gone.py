"""Redis flushed or gone: Muster goes on, and says so once."""

import asyncio
import json
from pathlib import Path

from redis.asyncio import Redis

from demo.redis import RealRedis
from tests.stories.opened import complete
from tests.stories.rig import Rig, rig


async def declare(it: Rig, title: str) -> None:
    """As Emi does it."""
    emi = it.person("emi")
    assert (await emi.command(f"/incident declare P1 {title}", "general")).ok


async def until(it: Rig, redis: str) -> None:
    """Wait until the bot says that of its Redis."""
    async with asyncio.timeout(60):
        while not str((await it.health())["redis"]).startswith(redis):  # nothing tells when it notices
            await asyncio.sleep(0.05)


def said(it: Rig) -> list[str]:
    """What the log says of Redis."""
    lines = (json.loads(line)["message"] for line in it.bot.log.read_text().splitlines())
    return [line for line in lines if "redis" in line]


def told_once(it: Rig, last: str) -> None:
    """Each loss has one line, and each return; on a busy machine an answer in half a second is one more loss."""
    lines = said(it)
    assert lines == [("redis is away", "redis is back")[number % 2] for number in range(len(lines))]
    assert lines[-1:] == [last]


async def test_incidents_open_whatever_becomes_of_redis(tmp_path: Path, redis_server: RealRedis) -> None:
    """With it, without it, and emptied: each time whole; one line when it goes and one on its return."""
    async with rig(tmp_path, redis=redis_server.url()) as it:
        await until(it, "on")
        async with Redis.from_url(redis_server.url()) as admin:
            await declare(it, "Checkout fails")
            await it.person("ana").wait_for_channel("inc-1-checkout-fails", 60)
            await complete(it)
            assert await admin.keys("muster:*:calls:*"), "the budgets are shared"
            await admin.flushall()
        redis_server.stop()
        await declare(it, "Search fails")
        await it.person("ana").wait_for_channel("inc-2-search-fails", 60)
        await until(it, "away")
        told_once(it, "redis is away")
        redis_server.start()
        await until(it, "on")
        await declare(it, "Login fails")
        await it.person("ana").wait_for_channel("inc-3-login-fails", 60)
        await until(it, "on")
        told_once(it, "redis is back")
        assert redis_server.password not in it.bot.log.read_text()
