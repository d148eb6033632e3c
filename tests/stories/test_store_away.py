"""The PostgreSQL goes away under a running bot: monitors are answered, and what they said follows, once, in order."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest

from demo.postgres import RealPostgres
from tests.fakes.silent_line import silent_line
from tests.stories.rig import Rig, rig
from tests.stories.test_changes import told
from tests.stories.test_replicas import body, looking


@pytest.fixture
def server() -> Iterator[RealPostgres]:
    """One that only this test stops."""
    with RealPostgres() as made:
        yield made


async def spooled(it: Rig) -> int:
    return int(str((await it.health())["spooled"]))


async def until_taken(it: Rig) -> None:
    async with asyncio.timeout(60):
        while await spooled(it):
            await asyncio.sleep(0.1)


async def test_while_the_store_is_away_and_the_bot_is_killed_nothing_is_lost_or_doubled(
    tmp_path: Path, server: RealPostgres
) -> None:
    """Taken, the store stops, spooled, kill -9, a start without a store, spooled again, and the store is back."""
    database = await server.create_database("story")
    async with rig(tmp_path, store=database) as it:
        assert await it.knocked(body(0), within=40) == 202
        await asyncio.to_thread(server.pause)
        assert [await it.knocked(body(number), within=20) for number in (1, 2)] == [202, 202]
        assert await spooled(it) == 2
        await it.bot.kill()
        starting = asyncio.create_task(it.bot.start(within=110))
        assert await it.knocked(body(3), within=60) == 202
        await asyncio.to_thread(server.resume)
        await starting
        await until_taken(it)
        async with looking(database) as store:
            counted = await store.fetch("SELECT id, messages FROM alerts ORDER BY place")
            assert await store.fetchval("SELECT count(*) FROM incidents") == 4
    assert [(row["id"].partition("@")[0], row["messages"]) for row in counted] == [
        (f"alertmanager:outage{number}", 1) for number in range(4)
    ]


async def test_while_the_store_hangs_monitors_and_whoever_asks_whether_the_bot_lives_are_answered_soon(
    tmp_path: Path, database: str
) -> None:
    """A door that hears nothing for five seconds passes the process over; PagerDuty waits for five seconds, too."""
    async with silent_line(database) as line, rig(tmp_path, store=line.address) as it:
        assert await it.knocked(body(0), within=40) == 202
        line.speaks.clear()
        assert await it.knocked(body(1), within=20) == 202
        async with asyncio.timeout(20):
            assert str((await it.health())["store"]).startswith("away")
        assert await it.knocked(body(2), within=20) == 202
        line.speaks.set()
        await until_taken(it)
        async with looking(database) as store:
            counted = await store.fetch("SELECT id, messages FROM alerts ORDER BY place")
    assert [(row["id"].partition("@")[0], row["messages"]) for row in counted] == [
        (f"alertmanager:outage{number}", 1) for number in range(3)
    ]


async def test_a_deployment_that_is_told_while_the_store_is_away_is_known_on_its_return_once(
    tmp_path: Path, server: RealPostgres
) -> None:
    """Told twice, as tools do; the bot is killed meanwhile."""
    database = await server.create_database("changes")
    async with rig(tmp_path, store=database) as it:
        await asyncio.to_thread(server.pause)
        deployed = {"what": "Storybook 1.4", "system": "ai-storybook"}
        assert [await told(it, "/changes", deployed) for _ in range(2)] == [202, 202]
        assert await spooled(it) == 2
        await it.bot.kill()
        await asyncio.to_thread(server.resume)
        await it.bot.start(within=60)
        await until_taken(it)
        async with looking(database) as store:
            assert await store.fetchval("SELECT count(*) FROM system_changes") == 1
            assert await store.fetchval("SELECT count(*) FROM deliveries WHERE source = 'changes'") == 1


async def test_a_bot_that_is_killed_while_monitors_knock_has_all_that_it_answered(tmp_path: Path) -> None:
    """kill -9 in the middle of many requests at once: whatever was answered 202 is decided, and none is there twice."""
    async with rig(tmp_path) as it:
        answered: list[int] = []

        async def knock(number: int) -> None:
            try:
                if await it.knocked(body(number), within=5) == 202:
                    answered.append(number)
            except (TimeoutError, aiohttp.ClientError):
                return

        knocking = [asyncio.create_task(knock(number)) for number in range(60)]
        await asyncio.sleep(0.15)
        await it.bot.kill()
        for task in knocking:
            task.cancel()
        await asyncio.gather(*knocking, return_exceptions=True)
        with closing(sqlite3.connect(tmp_path / "muster.db")) as store:
            rows = dict(store.execute("SELECT id, messages FROM alerts").fetchall())
            bodies = store.execute("SELECT count(*) FROM deliveries").fetchone()
    counted = {int(name.partition("outage")[2].partition("@")[0]): messages for name, messages in rows.items()}
    assert set(answered) <= set(counted)
    assert set(counted.values()) <= {1}
    assert bodies == (len(counted),)
