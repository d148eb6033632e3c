"""What waits is taken in together; while the store is away the spool takes it, and gives it back once, in order."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.sources.admission import Request
from bot.web import collector as collecting
from bot.web.alerts import delivery_of
from bot.web.collector import Collector, Reception
from bot.web.spool import Spool
from commands.outage import Outage
from commands.ports import AlertPorts
from incident.alert import Alert, Delivery
from incident.routing import Routed
from incident.taking import Batch
from tests.fakes import monitor
from tests.fakes.settings import FakeSettings
from tests.fakes.weak_store import WeakStore
from tests.fakes.world import World, opened_world


class Away(WeakStore):
    """A store that can go away and come back; ``unheard`` saves and does not say so."""

    away = False
    unheard = False
    batches = 0
    faulty = b""
    """A request with this in its body cannot be saved, but as a dead letter."""

    broken = False

    async def take(self, batch: Batch) -> None:
        if self.broken:
            raise ValueError("a fault")
        if self.away:
            raise Outage("the store is away", retry=True)
        if self.faulty and any(self.faulty in each.body and not each.reason for each in batch.deliveries):
            raise ValueError("a fault")
        self.saves_left, self.batches = 1, self.batches + 1
        await super().take(batch)
        if self.unheard:
            self.away = True
            raise Outage("the connection was lost", retry=True)


class Bench:
    """A collector on a store that can go away, with a spool in a folder."""

    def __init__(self, world: World, store: Away, folder: Path) -> None:
        self.world, self.store, self.folder = world, store, folder
        self.ports: AlertPorts = replace(world.ports, store=store)

    @asynccontextmanager
    async def running(self, *, connected: bool = True) -> AsyncIterator[Collector]:
        """One life of a process."""
        collector = Collector(Spool(self.folder))
        if connected:
            collector.connect(self.ports)
        task = asyncio.create_task(collector.run())
        try:
            yield collector
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await collector.close()

    def request(self, *instances: str, status: str = "firing") -> Delivery:
        body = json.dumps(monitor.body(*(monitor.alert(instance=each, status=status) for each in instances))).encode()
        return delivery_of("alertmanager", Request(headers={}, body=body, at=self.world.clock()))

    async def counts(self) -> dict[str, tuple[int, bool]]:
        """Each alert: how often it came, and whether it fires."""
        found = {}
        for incident in await self.world.store.open_incidents():
            for record in await self.world.store.alerts_of(incident.id):
                found[record.alert.labels["instance"]] = (record.count, record.firing)
        return found


@pytest.fixture
async def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bench]:
    monkeypatch.setattr(collecting, "ASK_AGAIN", 0.02)
    # A busy machine is no store that is away.
    monkeypatch.setattr(collecting, "PATIENCE", 60.0)
    async with opened_world() as world:
        store = await Away.open(world.path, clock=world.clock)
        yield Bench(world, store, tmp_path)
        await store.close()


async def emptied(collector: Collector) -> None:
    async with asyncio.timeout(60):
        while collector.spooled:
            await asyncio.sleep(0.01)


async def test_requests_that_wait_share_a_transaction(bench: Bench) -> None:
    async with bench.running() as collector:
        receptions = await asyncio.gather(*(collector.take(bench.request(f"eu-{n}")) for n in range(100)))
    assert set(receptions) == {Reception.TAKEN}
    assert bench.store.batches <= 3
    assert len(await bench.counts()) == 100


async def test_twenty_identical_requests_at_once_are_one(bench: Bench) -> None:
    async with bench.running() as collector:
        receptions = await asyncio.gather(*(collector.take(bench.request("eu-1")) for _ in range(20)))
    assert sorted(receptions) == [Reception.REPEAT] * 19 + [Reception.TAKEN]
    assert await bench.counts() == {"eu-1": (1, True)}


async def test_while_the_store_is_away_requests_are_taken_and_follow_in_their_order(bench: Bench) -> None:
    async with bench.running() as collector:
        bench.store.away = True
        assert await collector.take(bench.request("eu-1")) is Reception.SPOOLED
        assert await collector.take(bench.request("eu-1", status="resolved")) is Reception.SPOOLED
        assert collector.spooled == 2
        bench.store.away = False
        await emptied(collector)
        assert await collector.take(bench.request("us-1")) is Reception.TAKEN
    assert await bench.counts() == {"eu-1": (2, False), "us-1": (1, True)}


async def test_a_process_that_dies_over_its_spool_loses_nothing_and_doubles_nothing(bench: Bench) -> None:
    """It died after the store had taken the spool in, and before the spool knew it."""
    bench.store.away = True
    async with bench.running() as collector:
        await collector.take(bench.request("eu-1"))
        await collector.take(bench.request("eu-1", status="resolved"))
    left = {path.name: path.read_bytes() for path in (bench.folder / "spool").iterdir()}
    bench.store.away = False
    async with bench.running() as collector:
        await emptied(collector)
    for name, content in left.items():
        (bench.folder / "spool" / name).write_bytes(content)
    async with bench.running() as collector:
        await asyncio.sleep(0.05)
        await emptied(collector)
    assert await bench.counts() == {"eu-1": (2, False)}


async def test_what_the_store_saved_without_saying_so_is_not_taken_in_twice(bench: Bench) -> None:
    """Firing and its end in one batch: taken in anew by their bytes alone, they would be a second outage."""
    async with bench.running() as collector:
        bench.store.unheard = True
        requests = (bench.request("eu-1"), bench.request("eu-1", status="resolved"))
        receptions = await asyncio.gather(*map(collector.take, requests))
        assert receptions == [Reception.SPOOLED] * 2
        bench.store.unheard = bench.store.away = False
        await emptied(collector)
    assert await bench.counts() == {"eu-1": (2, False)}


async def test_before_there_is_a_store_the_spool_takes_what_comes(bench: Bench) -> None:
    async with bench.running(connected=False) as collector:
        assert await collector.take(bench.request("eu-1")) is Reception.SPOOLED
        collector.connect(bench.ports)
        await emptied(collector)
    assert await bench.counts() == {"eu-1": (1, True)}


async def test_with_the_store_away_and_the_spool_full_the_sender_is_asked_to_come_again(bench: Bench) -> None:
    bench.store.away = True
    collector = Collector(Spool(bench.folder, most_bytes=10))
    collector.connect(bench.ports)
    task = asyncio.create_task(collector.run())
    with pytest.raises(Outage, match="spool is full"):
        await collector.take(bench.request("eu-1"))
    bench.store.away = False
    assert await collector.take(bench.request("eu-1")) is Reception.TAKEN
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await collector.close()


async def test_more_than_can_be_taken_is_sent_away_at_once(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collecting, "MOST_WAITING", 3)
    collector = Collector(Spool(bench.folder))
    collector.connect(bench.ports)
    waiting = [asyncio.create_task(collector.take(bench.request(f"eu-{n}"))) for n in range(5)]
    await asyncio.sleep(0)
    task = asyncio.create_task(collector.run())
    ended = await asyncio.gather(*waiting, return_exceptions=True)
    assert [isinstance(each, Outage) for each in ended] == [False] * 3 + [True] * 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    await collector.close()


async def test_one_that_cannot_be_understood_is_a_dead_letter_and_is_answered(bench: Bench) -> None:
    async with bench.running() as collector:
        request = delivery_of("alertmanager", Request(headers={}, body=b"not json", at=bench.world.clock()))
        assert await collector.take(request) is Reception.DEAD
    (dead,) = await bench.world.store.dead_deliveries()
    assert dead.body == b"not json"


class Faulty(FakeSettings):
    """Settings with a fault that shows in one alert only."""

    def routed(self, alert: Alert, now: datetime) -> Routed:
        if alert.labels["instance"] == "odd":
            raise KeyError("a fault")
        return super().routed(alert, now)


async def test_an_alert_that_cannot_be_routed_is_a_dead_letter_and_holds_nobody_up(bench: Bench) -> None:
    bench.ports = replace(bench.ports, settings=Faulty())
    async with bench.running() as collector:
        taken = await asyncio.gather(*(collector.take(bench.request(each)) for each in ("a", "odd", "b")))
    assert taken == [Reception.TAKEN, Reception.DEAD, Reception.TAKEN]
    assert set(await bench.counts()) == {"a", "b"}
    (dead,) = await bench.world.store.dead_deliveries()
    assert b"odd" in dead.body


async def test_a_spooled_request_that_cannot_be_saved_holds_nobody_up(bench: Bench) -> None:
    bench.store.faulty = b"odd"
    async with bench.running(connected=False) as collector:
        await asyncio.gather(*(collector.take(bench.request(each)) for each in ("a", "odd", "b")))
        collector.connect(bench.ports)
        await emptied(collector)
    assert set(await bench.counts()) == {"a", "b"}
    (dead,) = await bench.world.store.dead_deliveries()
    assert b"odd" in dead.body
    assert dead.key.startswith("alertmanager:fault_")


async def test_a_request_that_cannot_be_saved_is_a_dead_letter_and_those_beside_it_are_taken(bench: Bench) -> None:
    bench.store.faulty = b"odd"
    async with bench.running() as collector:
        names = [*(f"a-{number}" for number in range(9)), "odd", "b"]
        taken = await asyncio.gather(*(collector.take(bench.request(each)) for each in names))
    assert taken == [Reception.DEAD if each == "odd" else Reception.TAKEN for each in names]
    assert set(await bench.counts()) == set(names) - {"odd"}
    assert [b"odd" in each.body for each in await bench.world.store.dead_deliveries()] == [True]


async def test_while_nothing_can_be_saved_for_a_fault_requests_wait_in_the_spool(bench: Bench) -> None:
    """Neither the request nor a dead letter of it: its sender is answered, and it follows when that is mended."""
    bench.store.broken = True
    async with bench.running() as collector:
        assert await collector.take(bench.request("eu-1")) is Reception.SPOOLED
        bench.store.broken = False
        await emptied(collector)
        assert await collector.take(bench.request("us-1")) is Reception.TAKEN
    assert set(await bench.counts()) == {"eu-1", "us-1"}
