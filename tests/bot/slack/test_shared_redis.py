"""Several processes, one Redis: one budget for all, nothing lost with it, and one line when it goes and returns."""

import asyncio
import logging
import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from redis.asyncio import Redis

from bot.slack import shared_redis
from bot.slack.budget import ALLOWANCES, CHANNEL_BURST, POST, Budgets
from bot.slack.seen import SeenEvents
from bot.slack.shared_budget import SharedBudgets
from bot.slack.shared_redis import LOOK_EVERY, PATIENCE, SharedRedis
from commands.outage import BudgetSpent, Outage
from demo.redis import RealRedis

CREATE = "conversations.create"
ROOM = ALLOWANCES[CREATE].calls
LOGGER = "bot.slack.shared_redis"
SETTINGS = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def unhurried(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy machine is no Redis that hangs, but where the time itself is looked at."""
    if "hangs" not in request.node.name:
        monkeypatch.setattr(shared_redis, "PATIENCE", 60.0)
        monkeypatch.setattr(shared_redis, "FIRST_PATIENCE", 60.0)


@asynccontextmanager
async def process(url: str, owner: str = "T1.U1") -> AsyncIterator[SharedRedis]:
    """One process's way to Redis."""
    redis = SharedRedis(url, owner=lambda: owner)
    await redis.open()
    try:
        yield redis
    finally:
        await redis.close()


@pytest.fixture
async def first(redis_server: RealRedis) -> AsyncIterator[SharedRedis]:
    async with process(redis_server.url()) as redis:
        yield redis


@pytest.fixture
async def second(redis_server: RealRedis) -> AsyncIterator[SharedRedis]:
    async with process(redis_server.url()) as redis:
        yield redis


def budgets(redis: SharedRedis | None) -> SharedBudgets:
    """One process's budgets, of which nothing is spent."""
    return SharedBudgets(Budgets(), redis)


async def wait(of: SharedBudgets, method: str = CREATE, urgency: int = 0, channel: str = "") -> float:
    """Seconds to wait, 0.0 when the call went out."""
    try:
        await of.spend(method, urgency=urgency, channel=channel)
    except BudgetSpent as spent:
        return (spent.after or timedelta.max).total_seconds()
    return 0.0


async def sent(of: SharedBudgets, most: int = ROOM * 2) -> int:
    """How many calls go out until there is no room."""
    for count in range(most):
        if await wait(of):
            return count
    return most


async def until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not reached():
            await asyncio.sleep(0.02)


async def test_two_processes_spend_from_one_budget(first: SharedRedis, second: SharedRedis) -> None:
    """Together they call as often as one may, however they take turns."""
    counts = await asyncio.gather(sent(budgets(first)), sent(budgets(second)))
    assert sum(counts) == ROOM
    assert all(counts)
    assert 20 < await wait(budgets(second)) <= 61


async def test_the_rest_for_p0_is_kept_for_all_processes(first: SharedRedis, second: SharedRedis) -> None:
    one, two = budgets(first), budgets(second)
    for _ in range(ROOM - ALLOWANCES[CREATE].kept):
        assert await wait(one, urgency=1) == 0.0
    assert await wait(two, urgency=1) > 0
    assert await wait(two, urgency=0) == 0.0


async def test_a_channels_posts_are_counted_together(first: SharedRedis, second: SharedRedis) -> None:
    """The burst of one channel is shared; another channel is free."""
    one, two = budgets(first), budgets(second)
    for channel in map(str, range(100)):
        began = time.monotonic()
        for number in range(CHANNEL_BURST):
            assert await wait((one, two)[number % 2], POST, channel=channel) == 0.0
        left = await wait(two, POST, channel=channel)
        # On a busy machine the burst may take the second after which there is room again.
        if time.monotonic() - began < 1:
            break
    assert 0 < left <= 1.1
    assert await wait(two, POST, channel="another") == 0.0


async def test_too_many_said_to_one_process_holds_for_all(first: SharedRedis, second: SharedRedis) -> None:
    """Nobody calls before the Retry-After that another was given; another method is free."""
    told = await budgets(first).limited(CREATE, retry_after=300)
    assert told.after == timedelta(seconds=300)
    assert 200 < await wait(budgets(second)) <= 300
    assert await wait(budgets(second), "conversations.invite") == 0.0
    await budgets(first).limited(POST, retry_after=300, channel="C1")
    assert 200 < await wait(budgets(second), POST, channel="C1") <= 300
    assert await wait(budgets(second), POST, channel="C2") == 0.0


async def test_another_app_has_its_own_budget(redis_server: RealRedis, first: SharedRedis) -> None:
    await budgets(first).limited(CREATE, retry_after=30)
    async with process(redis_server.url(), owner="T1.U2") as other:
        assert await wait(budgets(other)) == 0.0


async def test_without_a_redis_a_process_keeps_its_own_budget() -> None:
    assert await sent(budgets(None)) == ROOM


async def test_a_redis_that_goes_is_told_once_and_its_return_once(
    redis_server: RealRedis, first: SharedRedis, caplog: pytest.LogCaptureFixture
) -> None:
    """Calls go on at once by the process's own count, which knows what was spent before; nothing waits."""
    caplog.set_level(logging.INFO, logger=LOGGER)
    one = budgets(first)
    assert await sent(one, most=10) == 10
    redis_server.stop()
    began = time.monotonic()
    assert await sent(one) == ROOM - 10
    assert time.monotonic() - began < ROOM * PATIENCE / 2
    assert first.trouble is not None
    await asyncio.sleep(LOOK_EVERY * 1.5)
    assert [record.message for record in caplog.records] == ["redis is away"]
    assert redis_server.password not in str(caplog.records[0].__dict__)
    redis_server.start()
    await until(lambda: first.trouble is None)
    assert [record.message for record in caplog.records] == ["redis is away", "redis is back"]
    assert await wait(one) > 0, "its own count did not forget"
    assert await wait(one, "conversations.invite") == 0.0
    assert first.trouble is None


async def test_an_emptied_redis_changes_nothing(redis_server: RealRedis, first: SharedRedis) -> None:
    """What this process spent it still knows, and what comes is shared again."""
    one = budgets(first)
    assert await sent(one, most=10) == 10
    async with Redis.from_url(redis_server.url()) as admin:
        await admin.flushall()
        await admin.script_flush()
    assert await sent(one) == ROOM - 10
    assert first.trouble is None


async def test_a_redis_that_is_away_at_the_start_is_no_reason_to_wait(
    redis_server: RealRedis, caplog: pytest.LogCaptureFixture
) -> None:
    redis_server.stop()
    async with process(redis_server.url()) as redis:
        assert await sent(budgets(redis)) == ROOM
        redis_server.start()
        await until(lambda: redis.trouble is None)
    assert [record.message for record in caplog.records if record.levelno >= logging.WARNING] == ["redis is away"]


async def test_a_redis_that_hangs_costs_one_short_wait() -> None:
    """A server that takes the connection and says nothing more."""

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    redis = SharedRedis(f"redis://127.0.0.1:{port}/0", owner=lambda: "T1.U1")
    redis.trouble = None
    began = time.monotonic()
    assert await sent(budgets(redis)) == ROOM
    assert time.monotonic() - began < ROOM * PATIENCE / 2
    assert redis.trouble is not None
    await redis.close()
    server.close()
    await server.wait_closed()


async def test_the_user_of_the_documents_may_do_what_is_needed(redis_server: RealRedis) -> None:
    """And no more is asked for: without one of its rights the trouble says so."""
    (line,) = re.findall(r"^ACL SETUSER muster (.*)$", SETTINGS.read_text(encoding="utf-8"), re.MULTILINE)
    async with Redis.from_url(redis_server.url()) as admin:
        await admin.execute_command("ACL", "SETUSER", "muster", *line.split())
        async with process(redis_server.url("muster", "password")) as redis:
            assert redis.trouble is None
            assert await wait(budgets(redis), POST, channel="C1") == 0.0
            await budgets(redis).limited(POST, retry_after=7, channel="C1")
            async with SeenEvents(redis).taking("Ev1") as ours:
                assert ours
            assert redis.trouble is None
        await admin.execute_command("ACL", "SETUSER", "muster", "-evalsha")
        async with process(redis_server.url("muster", "password")) as redis:
            assert "lacks a right" in str(redis.trouble)
        async with process(redis_server.url("muster", "wrong")) as redis:
            assert "did not let Muster in" in str(redis.trouble)


def test_an_address_that_is_none_is_refused_without_repeating_it() -> None:
    with pytest.raises(Outage) as refused:
        SharedRedis("correct-horse@somewhere", owner=lambda: "T1.U1")
    assert not refused.value.retry
    assert "horse" not in refused.value.sentence


async def taken(seen: SeenEvents, event: str, work: Awaitable[None] | None = None) -> bool:
    async with seen.taking(event) as ours:
        if work is not None:
            await work
        return ours


async def test_an_event_is_begun_by_one_process(first: SharedRedis, second: SharedRedis) -> None:
    one, two = SeenEvents(first), SeenEvents(second)
    both = await asyncio.gather(taken(one, "Ev1", asyncio.sleep(0.1)), taken(two, "Ev1", asyncio.sleep(0.1)))
    assert sorted(both) == [False, True]
    assert not await taken(two, "Ev1"), "it is known afterwards, too"
    assert await taken(two, "Ev2")


async def test_an_event_whose_work_failed_is_anybodys_again(first: SharedRedis, second: SharedRedis) -> None:
    with pytest.raises(OSError, match="the store is away"):
        async with SeenEvents(first).taking("Ev1"):
            raise OSError("the store is away")
    assert await taken(SeenEvents(second), "Ev1")


async def test_without_redis_every_event_is_new(redis_server: RealRedis, first: SharedRedis) -> None:
    """The cause in the store makes the second a repeat."""
    assert await taken(SeenEvents(first), "Ev1")
    redis_server.stop()
    assert await taken(SeenEvents(first), "Ev1")
    assert await taken(SeenEvents(None), "Ev1")
