"""Two bots on one PostgreSQL: one work, done once, whichever of them dies or is restarted in the middle of it."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from sandbox.record.calls import Call
from tests.stories.opened import ONCE, complete, incident_channels, kinds_posted
from tests.stories.rig import Rig, rig

HOLDER = "SELECT worker FROM jobs WHERE state IN ('claimed', 'doing') AND worker IS NOT NULL ORDER BY lease_until DESC"
OUTAGES = 4


@asynccontextmanager
async def looking(database: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """The store from outside."""
    connection = await asyncpg.connect(database)
    try:
        yield connection
    finally:
        await connection.close()


def body(number: int) -> dict[str, object]:
    """What Alertmanager posts of one outage of its own."""
    alert = {
        "status": "firing",
        "labels": {"alertname": f"Outage{number}", "severity": "warning", "service": f"service-{number}"},
        "annotations": {"summary": f"Service {number} fails"},
        "startsAt": "2026-03-01T12:00:00Z",
        "endsAt": "0001-01-01T00:00:00Z",
        "fingerprint": f"outage{number}",
    }
    return {"version": "4", "groupKey": f"g{number}", "status": "firing", "receiver": "muster", "alerts": [alert]}


@pytest.mark.parametrize(("nth", "lease"), [(1, "2s"), (3, "10s"), (5, "2s"), (8, "2s")])
async def test_when_the_one_that_works_dies_the_other_goes_on_within_ten_seconds(
    tmp_path: Path, database: str, nth: int, lease: str
) -> None:
    """kill -9 of whoever holds the jobs, after the nth call of the opening; once with the lease of a team."""
    async with rig(tmp_path, store=database, replicas=2, lease=lease) as it, looking(database) as store:
        calls, killing = 0, asyncio.Event()

        async def kill_at_nth(call: Call) -> None:
            nonlocal calls
            calls += 1
            if calls == nth:
                holder = await store.fetchval(HOLDER)
                await next(bot for bot in it.bots if str(bot.pid) == holder.rpartition(":")[2]).kill()
                killing.set()

        it.sandbox.on_call = kill_at_nth
        await it.person("emi").command("/incident declare P1 Checkout fails", "general")
        await asyncio.wait_for(killing.wait(), 60)
        it.sandbox.on_call = None
        await complete(it, within=60)
        await asyncio.sleep(0.5)
        assert incident_channels(it) == ["inc-1-checkout-fails"]
        assert kinds_posted(it) == ONCE


async def test_a_rolling_restart_refuses_nothing_and_loses_nothing(tmp_path: Path, database: str) -> None:
    """While each of them is stopped and started again in its turn, the other takes what monitors send."""
    async with rig(tmp_path, store=database, replicas=2, lease="2s") as it:
        for number in range(OUTAGES):
            resting = number % 2
            await it.bots[resting].stop()
            assert await it.knocked(body(number), within=20, at=1 - resting) == 202
            await it.bots[resting].start()
        async with looking(database) as store:
            await _settled(store)
            assert await store.fetchval("SELECT count(*) FROM incidents") == OUTAGES
            assert await store.fetchval("SELECT count(*) FROM jobs WHERE state = 'given_up'") == 0
        _once(it, OUTAGES)


async def test_what_one_of_them_is_asked_the_other_may_do_at_once(tmp_path: Path, database: str) -> None:
    """Incidents that come to one door are opened by both of them, each once."""
    async with rig(tmp_path, store=database, replicas=2) as it:
        assert [await it.knocked(body(number), within=20, at=0) for number in range(OUTAGES)] == [202] * OUTAGES
        async with looking(database) as store:
            await _settled(store)
        _once(it, OUTAGES)


async def _settled(store: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Wait until every incident has its card and nothing of an opening is owed any longer."""
    async with asyncio.timeout(60):
        while await store.fetchval(
            "SELECT count(*) FROM incidents WHERE body::jsonb #>> '{home,card}' IS NOT NULL"
        ) < OUTAGES or await store.fetchval(
            "SELECT count(*) FROM jobs WHERE state <> 'done' AND name IN ('open_channel', 'invite', 'page', 'announce')"
        ):
            await asyncio.sleep(0.1)


def _once(it: Rig, incidents: int) -> None:
    """Each incident has one channel, and no message stands twice."""
    assert len(incident_channels(it)) == incidents
    posted = Counter(kinds_posted(it))
    assert posted["card"] == posted["announcement"] == incidents
