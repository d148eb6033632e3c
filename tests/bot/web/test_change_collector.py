"""What deployment tools tell is kept while the store is away, and follows in its order, each once."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bot.sources.admission import Request
from bot.sources.change_places import Places
from bot.sources.changes import delivery_of, reader
from bot.web import change_collector as collecting
from bot.web.change_collector import ChangeCollector
from bot.web.spool import Spool
from commands.outage import Outage
from commands.store import Saved
from commands.take_change import Taken
from incident.alert import Delivery
from incident.change import Change
from incident.system_change import SystemChange
from tests.fakes.runbooks import SHOP
from tests.fakes.weak_store import WeakStore
from tests.fakes.world import World, opened_world


class Away(WeakStore):
    """A store that can go away; ``unheard`` saves and does not say so."""

    away = False
    unheard = False

    async def save(self, change: Change) -> Saved:
        if self.away:
            raise Outage("the store is away", retry=True)
        self.saves_left = 1
        saved = await super().save(change)
        if self.unheard:
            self.away = True
            raise Outage("the connection was lost", retry=True)
        return saved


class Bench:
    """A collector of changes on a store that can go away, with a spool in a folder."""

    def __init__(self, world: World, store: Away, folder: Path) -> None:
        self.world, self.store, self.folder = world, store, folder

    def read(self, delivery: Delivery) -> tuple[SystemChange, ...]:
        if b"odd" in delivery.body:
            raise KeyError("a fault")
        return reader(Places(systems=(SHOP,)))(delivery)

    @asynccontextmanager
    async def running(self, *, connected: bool = True) -> AsyncIterator[ChangeCollector]:
        """One life of a process."""
        collector = ChangeCollector(Spool(self.folder, apart="changes"), self.read)
        if connected:
            collector.connect(self.store)
        task = asyncio.create_task(collector.run())
        try:
            yield collector
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await collector.close()

    def told(self, what: str, state: str = "done") -> Delivery:
        body = json.dumps({"what": what, "id": what.split()[0], "state": state}).encode()
        return delivery_of("changes", Request(headers={}, body=body, at=self.world.clock()))

    async def known(self) -> list[str]:
        """What is known to have changed, and how it stands."""
        since = self.world.clock() - timedelta(days=1)
        found = await self.world.store.system_changes(SHOP, since=since, until=None, limit=9)
        return sorted(f"{each.what}: {each.state.value}" for each in found)


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(collecting, "ASK_AGAIN", 0.02)
    # A busy machine is no store that is away.
    monkeypatch.setattr(collecting, "PATIENCE", 60.0)
    async with opened_world() as world:
        store = await Away.open(world.path, clock=world.clock)
        yield Bench(world, store, tmp_path)
        await store.close()


async def emptied(collector: ChangeCollector) -> None:
    async with asyncio.timeout(60):
        while collector.spooled:
            await asyncio.sleep(0.01)


async def test_while_the_store_is_away_changes_are_taken_and_follow_in_their_order(bench: Bench) -> None:
    async with bench.running() as collector:
        bench.store.away = True
        assert await collector.take(bench.told("api 1.4", "started")) is None
        assert await collector.take(bench.told("api 1.4", "failed")) is None
        assert collector.spooled == 2
        bench.store.away = False
        await emptied(collector)
        assert await collector.take(bench.told("web 2")) == Taken(fresh=True, changes=1)
    assert await bench.known() == ["api 1.4: failed", "web 2: done"]


async def test_what_comes_while_the_spool_waits_is_put_behind_it(bench: Bench) -> None:
    async with bench.running(connected=False) as collector:
        await collector.take(bench.told("api 1.4", "started"))
        collector.connect(bench.store)
        assert await collector.take(bench.told("api 1.4", "failed")) is None
        await emptied(collector)
    assert await bench.known() == ["api 1.4: failed"]


async def test_what_the_store_saved_without_saying_so_is_a_repeat(bench: Bench) -> None:
    async with bench.running() as collector:
        bench.store.unheard = True
        assert await collector.take(bench.told("api 1.4")) is None
        bench.store.unheard = bench.store.away = False
        await emptied(collector)
        assert await collector.take(bench.told("api 1.4")) == Taken(fresh=False, changes=1)
    assert await bench.known() == ["api 1.4: done"]


async def test_what_a_process_that_died_left_in_the_spool_is_taken_in_by_the_next(bench: Bench) -> None:
    bench.store.away = True
    async with bench.running() as collector:
        await collector.take(bench.told("api 1.4"))
    bench.store.away = False
    async with bench.running() as collector:
        await asyncio.sleep(0.05)
        await emptied(collector)
    assert await bench.known() == ["api 1.4: done"]


async def test_a_fault_makes_a_dead_letter_and_holds_up_nobody_behind_it(bench: Bench) -> None:
    async with bench.running(connected=False) as collector:
        for what in ("odd", "api 1.4"):
            await collector.take(bench.told(what))
        collector.connect(bench.store)
        await emptied(collector)
        taken = await collector.take(bench.told("odd again"))
        assert taken is not None
        assert "fault of Muster's own" in taken.error
    assert await bench.known() == ["api 1.4: done"]
    assert len(await bench.world.store.dead_deliveries()) == 2


async def test_with_the_store_away_and_the_spool_full_the_sender_is_asked_to_come_again(bench: Bench) -> None:
    collector = ChangeCollector(Spool(bench.folder, most_bytes=10), bench.read)
    with pytest.raises(Outage, match="spool is full"):
        await collector.take(bench.told("api 1.4"))
