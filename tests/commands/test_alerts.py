"""A monitor asks: nothing that it says is lost, nothing it says twice happens twice, and each alert has its reason."""

import asyncio
import json

import pytest
from msgspec.structs import replace

from commands.outage import Outage
from commands.take_delivery import bury, take_delivery
from incident.alert import Alert, Delivery, DeliveryState
from incident.change import Change
from incident.incident import Status
from incident.job import Claim, Job, JobName
from incident.responder import monitor as monitor_actor
from incident.severity import Severity
from incident.timeline import SYSTEM, Kind
from tests.fakes import monitor
from tests.fakes.clock import START
from tests.fakes.settings import ANA, BEN
from tests.fakes.weak_store import WeakStore
from tests.fakes.world import World

OTHER = monitor.alert(instance="us-1")


async def open_one(world: World) -> str:
    (incident,) = await world.store.open_incidents()
    return incident.id


async def system_events(world: World) -> list[tuple[Kind, object]]:
    links = await world.store.timeline(SYSTEM)
    return [(link.event.kind, link.event.facts.get("reason")) for link in links if link.event is not None]


async def test_an_alert_declares_the_incident_of_its_procedure_with_its_evidence(world: World) -> None:
    assert await world.knock(monitor.body())
    await world.work()
    (incident,) = await world.store.open_incidents()
    assert (incident.title, incident.severity, incident.procedure) == (
        "OrdersStuck on eu-1",
        Severity.P1,
        "stuck-orders",
    )
    assert incident.declared_by == monitor_actor("alertmanager")
    assert incident.started_at == START
    assert len(world.chat.told(ANA)) == 1
    (declared,) = await world.events(incident, Kind.DECLARED)
    kinds = {reference.partition(":")[0] for reference in declared.evidence}
    assert kinds == {"delivery", "alert"}
    (key,) = [each.partition(":")[2] for each in declared.evidence if each.startswith("delivery:")]
    delivery = await world.store.delivery(key)
    assert delivery is not None
    assert delivery.state is DeliveryState.TAKEN


async def test_the_same_request_twenty_times_at_once_is_one(world: World) -> None:
    fresh = await asyncio.gather(*(world.knock(monitor.body()) for _ in range(20)))
    await world.work()
    assert sum(fresh) == 1
    (record,) = await world.store.alerts_of(await open_one(world))
    assert record.count == 1
    assert len(world.chat.channels) == 2


async def test_twenty_different_requests_about_one_trouble_at_once_are_one_incident(world: World) -> None:
    bodies = [monitor.body(monitor.alert(instance=f"eu-{n}")) for n in range(20)]
    await asyncio.gather(*(world.knock(each) for each in bodies))
    incident = await open_one(world)
    assert len(await world.store.alerts_of(incident)) == 20
    assert world.errors == []


async def test_a_request_that_the_store_goes_away_from_is_taken_whole_when_it_comes_again(world: World) -> None:
    store = await WeakStore.open(world.path, clock=world.clock)
    body = monitor.body(monitor.alert(), OTHER)
    with pytest.raises(Outage):
        await replace(world, ports=replace(world.ports, store=store)).knock(body)
    await store.close()
    assert await world.store.open_incidents() == ()
    assert await world.knock(body)
    records = await world.store.alerts_of(await open_one(world))
    assert [each.count for each in records] == [1, 1]


async def test_alerts_of_one_trouble_join_and_a_repeat_is_only_counted(world: World) -> None:
    await world.knock(monitor.body())
    await world.work()
    await world.knock(monitor.body(monitor.alert(), OTHER))
    await world.work()
    incident = await world.store.incident(await open_one(world))
    assert incident is not None
    assert len(await world.events(incident, Kind.ALERT_JOINED)) == 1
    version = incident.version
    world.clock.advance(minutes=6)
    await world.knock(monitor.body(monitor.alert(), OTHER))
    assert (await world.again(incident)).version == version, "a repeat does not touch the incident"
    assert sum(each.count for each in await world.store.alerts_of(incident.id)) == 5


async def test_repeats_are_summed_up_in_one_line_that_counts_only_what_was_not_told(world: World) -> None:
    for minutes in range(4):
        await world.knock(monitor.body())
        world.clock.advance(minutes=6 * (minutes < 3))
    await world.let_pass(minutes=2)
    (incident,) = await world.store.open_incidents()
    counted = [event.facts["count"] for event in await world.events(incident, Kind.ALERTS_REPEATED)]
    assert sum(int(str(each)) for each in counted) == 3


async def test_a_monitor_that_says_it_is_over_leaves_the_resolving_to_people(world: World) -> None:
    await world.knock(monitor.body(monitor.alert(), OTHER))
    await world.work()
    await world.knock(monitor.body(monitor.alert(status="resolved"), OTHER))
    await world.work()
    (incident,) = await world.store.open_incidents()
    (over,) = await world.events(incident, Kind.ALERT_RESOLVED)
    assert over.facts["still_firing"] == 1


async def test_an_alert_that_comes_back_soon_reopens_and_one_that_comes_back_late_declares(world: World) -> None:
    await world.knock(monitor.body())
    await world.work()
    (incident,) = await world.store.open_incidents()
    await world.knock(monitor.body(monitor.alert(status="resolved")))
    await world.work()
    await world.say(BEN, "resolve fixed", incident)
    world.clock.advance(hours=1)
    await world.knock(monitor.body(monitor.alert(starts=world.clock())))
    await world.work()
    assert (await world.again(incident)).status is Status.INVESTIGATING
    (reopened,) = await world.events(incident, Kind.REOPENED)
    assert reopened.facts["reason"] == "came back soon after its incident was resolved"
    await world.say(BEN, "resolve fixed again", incident)
    world.clock.advance(hours=3)
    await world.knock(monitor.body(monitor.alert(starts=world.clock())))
    await world.work()
    assert await open_one(world) != incident.id


async def test_an_alert_that_never_went_away_joins_the_incident_that_its_group_has_now(world: World) -> None:
    await world.knock(monitor.body(monitor.alert(), OTHER))
    await world.work()
    (first,) = await world.store.open_incidents()
    await world.say(BEN, "resolve fixed", first)
    world.clock.advance(hours=3)
    await world.knock(monitor.body(monitor.alert(instance="ap-1", starts=world.clock())))
    await world.work()
    second = await open_one(world)
    assert second != first.id
    await world.knock(monitor.body(OTHER))
    await world.work()
    assert world.errors == []
    assert [each.alert.labels["instance"] for each in await world.store.alerts_of(second)] == ["us-1", "ap-1"]


async def test_while_people_resolve_and_the_monitor_repeats_nothing_is_reopened(world: World) -> None:
    await world.knock(monitor.body())
    await world.work()
    (incident,) = await world.store.open_incidents()
    await world.say(BEN, "resolve fixed", incident)
    world.clock.advance(minutes=4)
    await world.knock(monitor.body(status="again"))
    await world.work()
    assert await world.store.open_incidents() == ()


async def test_what_was_never_heard_of_and_is_over_is_ignored_with_its_reason(world: World) -> None:
    await world.knock(monitor.body(monitor.alert(status="resolved")))
    await world.work()
    assert await world.store.recent_incidents() == ()
    assert await system_events(world) == [(Kind.ALERT_IGNORED, "resolved, and it was never heard of")]


@pytest.mark.parametrize("raw", [b"", b"not json", b"[7]", b'{"alerts": 5}', b"\xff\xfe\x00", b'{"alerts": ["x", 1]}'])
async def test_what_cannot_be_read_is_kept_for_replay_with_its_reason(world: World, raw: bytes) -> None:
    assert await world.knock(raw)
    await world.work()
    (dead,) = await world.store.dead_deliveries()
    assert (dead.body, dead.state) == (raw, DeliveryState.DEAD)
    assert dead.reason
    assert await system_events(world) == [(Kind.DEAD_LETTER, dead.reason)]


async def test_what_a_parser_fails_over_is_kept_for_replay(world: World) -> None:
    class Broken:
        """A parser with a bug."""

        def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
            raise RuntimeError("bug")

        def tiding(self, delivery: Delivery) -> None:
            return None

    world.ports = replace(world.ports, sources=Broken())
    assert await world.knock(monitor.body())
    (dead,) = await world.store.dead_deliveries()
    assert dead.reason == "of a fault of Muster's own, which is in its log"


async def test_one_odd_alert_does_not_lose_the_rest(world: World) -> None:
    odd = {"labels": {"alertname": "\ud800"}, "startsAt": 7, "annotations": None, "status": []}
    await world.knock(monitor.body(odd, monitor.alert()))
    await world.work()
    titles = {each.title for each in await world.store.open_incidents()}
    assert titles == {"?", "OrdersStuck on eu-1"}


async def left_over(world: World, raw: bytes) -> Claim:
    """A request that an older Muster kept and still owes, and the claim of its job."""
    delivery = Delivery(key="alertmanager:old", source="alertmanager", received_at=world.clock(), headers={}, body=raw)
    job = Job(
        name=JobName.TAKE_DELIVERY, key="take_delivery:old", due_at=world.clock(), subject=delivery.key, urgency=0
    )
    await world.store.save(Change(cause="old", at=world.clock(), deliveries=(delivery,), jobs=(job,)))
    return await world.claim(JobName.TAKE_DELIVERY)


async def test_what_an_older_muster_left_over_is_taken_in_once(world: World) -> None:
    await take_delivery(await left_over(world, json.dumps(monitor.body()).encode()), ports=world.ports)
    await world.work()
    (record,) = await world.store.alerts_of(await open_one(world))
    assert record.count == 1
    delivery = await world.store.delivery("alertmanager:old")
    assert delivery is not None
    assert delivery.state is DeliveryState.TAKEN


async def test_what_was_left_over_and_could_not_be_taken_however_often_is_kept_as_a_dead_letter(world: World) -> None:
    claim = await left_over(world, json.dumps(monitor.body()).encode())
    await bury(claim, "KeyError in take_delivery", ports=world.ports)
    (dead,) = await world.store.dead_deliveries()
    assert dead.reason == "KeyError in take_delivery"
    assert await system_events(world) == [(Kind.DEAD_LETTER, "KeyError in take_delivery")]


async def test_an_alert_without_a_procedure_declares_for_the_default_system_and_its_own_group(world: World) -> None:
    await world.knock(monitor.body(monitor.alert("DiskFull"), group="disks"))
    await world.knock(monitor.body(monitor.alert("DiskFull", instance="us-1"), group="more disks"))
    await world.work()
    incidents = await world.store.open_incidents()
    assert [(each.system, each.procedure, each.severity) for each in incidents] == [("shop", None, Severity.P1)] * 2
