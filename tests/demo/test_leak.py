"""A leak is there once nobody else can have a connection any more, whoever held some when it began."""

import asyncio

import asyncpg
import pytest

from demo import leak
from demo.database import DIAGNOSTIC
from demo.leak import ConnectionLeak
from demo.postgres import RealPostgres
from demo.storybook.records import RECORDS
from tests.demo.asking import ask

OF_THE_LEAK = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'leak'"


async def test_it_has_begun_when_it_holds_what_others_let_go_of_meanwhile(postgres: RealPostgres) -> None:
    dsns = await RECORDS.create(postgres)
    others = [await asyncpg.connect(dsns[RECORDS.application]) for _ in range(3)]
    held = ConnectionLeak(dsn=dsns[RECORDS.application], most=RECORDS.connections, application="leak", query="SELECT 1")
    beginning = asyncio.create_task(held.begin())
    await asyncio.sleep(0.3)
    for each in others:
        await each.close()
    await asyncio.wait_for(beginning, 40)
    try:
        assert (await ask(dsns[DIAGNOSTIC], OF_THE_LEAK))[0]["count"] == RECORDS.connections
    finally:
        await held.end()


async def test_it_has_begun_all_the_same_when_somebody_holds_on(
    postgres: RealPostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(leak, "AGAIN", 0.01)
    dsns = await RECORDS.create(postgres)
    other = await asyncpg.connect(dsns[RECORDS.application])
    held = ConnectionLeak(dsn=dsns[RECORDS.application], most=RECORDS.connections, application="leak", query="SELECT 1")
    await asyncio.wait_for(held.begin(), 40)
    try:
        assert (await ask(dsns[DIAGNOSTIC], OF_THE_LEAK))[0]["count"] == RECORDS.connections - 1
    finally:
        await held.end()
        await other.close()
