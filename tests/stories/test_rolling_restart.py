"""Two bots on one PostgreSQL are replaced one after the other under load: nobody is refused, and nothing is lost."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import asyncpg

from tests.stories.rig import TOKEN, Rig, rig

FIVE = range(5)


def body(number: int) -> dict[str, object]:
    """What Alertmanager posts: five outages, again and again."""
    firing = {
        "status": "firing",
        "labels": {"alertname": f"Outage{number % 5}", "severity": "info"},
        "annotations": {"summary": f"Service {number % 5} fails", "turn": str(number)},
        "fingerprint": f"outage{number % 5}",
    }
    return {"version": "4", "groupKey": f"g{number % 5}", "status": "firing", "alerts": [firing]}


class Load:
    """Monitors and a person that knock without a pause; what they were answered."""

    def __init__(self, it: Rig) -> None:
        self._it = it
        self.statuses: list[int | str] = []
        self.answers: list[str] = []
        """How each command was answered; why not, and after how long."""
        self._enough = False

    @contextlib.asynccontextmanager
    async def on(self) -> AsyncIterator[None]:
        """Until the block ends."""
        async with asyncio.TaskGroup() as tasks:
            for each in (self._alerts(fresh=True), self._alerts(fresh=False), self._asks()):
                tasks.create_task(each)
            yield
            self._enough = True

    async def _alerts(self, *, fresh: bool) -> None:
        """A connection for each request, or one that is kept as long as the bot keeps it."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        connector = aiohttp.TCPConnector(force_close=fresh)
        async with aiohttp.ClientSession(headers=headers, connector=connector) as session:
            for number in itertools.takewhile(lambda _: not self._enough, itertools.count()):
                try:
                    url = f"{self._it.bot.web_url}/alerts/alertmanager"
                    async with session.post(url, json=body(number + 20_000 * fresh)) as answer:
                        self.statuses.append(answer.status)
                except aiohttp.ClientError as error:
                    self.statuses.append(repr(error))
                await asyncio.sleep(0.02)

    async def _asks(self) -> None:
        emi = self._it.person("emi")
        while not self._enough:
            answer = await emi.command("/incident list", "general")
            self.answers.append(f"{answer.failure} after {answer.latency_ms:.0f} ms" if answer.failure else "answered")
            await asyncio.sleep(0.05)


async def test_replacing_each_process_under_load_refuses_nothing_and_loses_nothing(
    tmp_path: Path, database: str
) -> None:
    """Webhooks over new and over kept connections, and slash commands, all the while."""
    async with rig(tmp_path, store=database, replicas=2, one_door=True) as it:
        load = Load(it)
        async with load.on():
            await asyncio.sleep(1)
            for bot in it.bots:
                await bot.stop()
                await asyncio.sleep(0.5)
                await bot.start(within=90)
            async with asyncio.timeout(60):
                while len(load.statuses) <= 100 or len(load.answers) <= 20:
                    await asyncio.sleep(0.1)
        assert set(load.statuses) == {202}
        assert set(load.answers) == {"answered"}
        connection = await asyncpg.connect(database)
        try:
            async with asyncio.timeout(60):
                while await connection.fetchval("SELECT count(*) FROM deliveries WHERE state = 'received'"):
                    await asyncio.sleep(0.1)
            assert await connection.fetchval("SELECT count(*) FROM deliveries") == len(load.statuses)
            assert await connection.fetchval("SELECT count(*) FROM incidents") == len(FIVE)
            assert await connection.fetchval("SELECT count(*) FROM deliveries WHERE state = 'dead'") == 0
        finally:
            await connection.close()
