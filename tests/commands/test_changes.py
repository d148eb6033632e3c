"""Changes of systems: kept once, on the card of an incident that may be theirs, and told while one is open."""

import json
from datetime import timedelta

from msgspec.structs import replace

from bot.sources.admission import Request
from bot.sources.change_places import Places
from bot.sources.changes import delivery_of, reader
from bot.stores.sqlite import SQLiteStore
from commands.answers import RecentChanges
from commands.messages import Card, EventMessage
from commands.outage import Unreadable
from commands.take_change import Taken, take_change
from incident.alert import Delivery, DeliveryState
from incident.incident import Incident
from incident.postmortem import draft
from incident.system_change import SystemChange
from incident.timeline import SYSTEM, Kind
from tests.fakes.runbooks import SHOP
from tests.fakes.settings import ANA
from tests.fakes.world import World

READ = reader(Places(systems=(SHOP, "bank")))


def unreadable(delivery: Delivery) -> tuple[SystemChange, ...]:
    raise Unreadable("the body is not JSON")


async def told(
    world: World, what: str = "Checkout 1.4", *, system: str = SHOP, store: SQLiteStore | None = None, **more: object
) -> Taken:
    """A tool tells a change."""
    body = json.dumps({"what": what, "system": system, **more}).encode()
    delivery = delivery_of("changes", Request(headers={}, body=body, at=world.clock()))
    return await take_change(delivery, read=READ, store=store or world.store)


def noted(world: World, incident: Incident) -> list[str]:
    """What was told of changes in the incident's channel, and whether it stood in the thread."""
    return [
        str(post.message.event.facts["what"])
        for post in world.chat.posts
        if isinstance(post.message, EventMessage)
        and post.message.event.kind is Kind.SYSTEM_CHANGED
        and post.place == incident.home.thread
    ]


async def card(world: World, incident: Incident) -> Card:
    await world.let_pass(seconds=2)
    return world.chat.messages_in((await world.again(incident)).home.channel, Card)[-1]


async def test_what_changed_before_it_began_is_on_the_card_and_in_the_answer(world: World) -> None:
    await told(world, "Long ago")
    world.clock.now += timedelta(hours=7)
    await told(world, "Checkout 1.4", revision="3f9c")
    await told(world, "Another system", system="bank")
    world.clock.now += timedelta(minutes=20)
    incident = await world.declared()
    assert [each.what for each in (await card(world, incident)).changes] == ["Checkout 1.4"]
    answer = await world.say(ANA, "changes", incident)
    assert isinstance(answer, RecentChanges)
    assert [each.revision for each in answer.changes] == ["3f9c"]
    assert noted(world, incident) == []


async def test_one_that_comes_while_it_is_open_is_told_in_the_thread_and_on_the_timeline(world: World) -> None:
    incident = await world.declared()
    await told(world, "Rolled back", by="ana")
    await told(world, "Another system", system="bank")
    await world.let_pass(seconds=2)
    incident = await world.again(incident)
    assert noted(world, incident) == ["Rolled back"]
    (event,) = await world.events(incident, Kind.SYSTEM_CHANGED)
    assert event.facts["by"] == "ana"
    assert [each.what for each in (await card(world, incident)).changes] == ["Rolled back"]
    record = await world.store.record(incident.id)
    assert [each.what for each in record.changes] == ["Rolled back"]
    assert draft(record, world.clock()).key == incident.key


async def test_each_state_is_told_once_however_often_it_comes(world: World) -> None:
    incident = await world.declared()
    for state in ("started", "started", "done", "done"):
        await told(world, "Checkout 1.4", id="7", state=state)
        world.clock.now += timedelta(minutes=10)
        await world.work()
    states = [str(event.facts["state"]) for event in await world.events(incident, Kind.SYSTEM_CHANGED)]
    assert states == ["under way", "done"]


async def test_the_same_request_again_is_a_repeat(world: World) -> None:
    assert (await told(world)).fresh
    again = await told(world)
    assert (again.fresh, again.changes) == (False, 1)
    found = await world.store.system_changes(SHOP, since=world.clock() - timedelta(days=1), until=None, limit=9)
    assert len(found) == 1


async def test_an_incident_that_ended_is_told_nothing(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "resolve it is over", incident)
    await world.work()
    await told(world, "After it")
    await world.let_pass(seconds=2)
    assert await world.events(incident, Kind.SYSTEM_CHANGED) == []


async def test_what_cannot_be_understood_is_a_dead_letter_with_its_reason(world: World) -> None:
    delivery = delivery_of("changes", Request(headers={}, body=b"not json", at=world.clock()))
    taken = await take_change(delivery, read=unreadable, store=world.store)
    assert taken == Taken(fresh=True, error="the body is not JSON")
    (dead,) = await world.store.dead_deliveries()
    assert dead == replace(delivery, state=DeliveryState.DEAD, reason="the body is not JSON")
    events = [link.event for link in await world.store.timeline(SYSTEM)]
    assert [event.kind for event in events if event is not None] == [Kind.DEAD_LETTER]


async def test_a_telling_that_dies_half_way_is_ended_once(world: World) -> None:
    """Two incidents are open; the process dies after the first was told."""
    first, second = await world.declared("One"), await world.declared("Two")
    await told(world, "Rolled back")
    (claim,) = await world.store.claim("dying", limit=1, lease=timedelta(seconds=1))
    await world.do_until_away(claim, saves=1)
    world.clock.now += timedelta(seconds=5)
    await world.let_pass(seconds=2)
    for incident in (first, second):
        assert len(await world.events(incident, Kind.SYSTEM_CHANGED)) == 1
        assert len(noted(world, await world.again(incident))) == 1


async def test_a_dead_letter_is_taken_in_once_it_can_be_understood(world: World) -> None:
    """Its system was missing in the settings; replayed too early it stays dead, and twice it is taken in once."""
    delivery = delivery_of("changes", Request(headers={}, body=b'{"what": "x", "system": "shop"}', at=world.clock()))
    lacking = reader(Places(systems=("bank", "mint")))
    await take_change(delivery, read=lacking, store=world.store)
    (dead,) = await world.store.dead_deliveries()
    assert (await take_change(dead, read=lacking, store=world.store, replayed=True)).error
    assert await take_change(dead, read=READ, store=world.store, replayed=True) == Taken(fresh=True, changes=1)
    assert not (await take_change(dead, read=READ, store=world.store, replayed=True)).fresh
    assert await world.store.dead_deliveries() == ()
    found = await world.store.system_changes(SHOP, since=world.clock() - timedelta(days=1), until=None, limit=9)
    assert [each.what for each in found] == ["x"]


async def test_a_change_is_told_where_the_process_is_ahead_of_its_database(world: World) -> None:
    incident = await world.declared()
    world.clock.advance(seconds=10)
    ahead = await SQLiteStore.open(world.path, clock=lambda: world.clock() - timedelta(seconds=30))
    try:
        await told(world, "Checkout 1.4", store=ahead)
    finally:
        await ahead.close()
    await world.work()
    assert noted(world, await world.again(incident)) == ["Checkout 1.4"]
