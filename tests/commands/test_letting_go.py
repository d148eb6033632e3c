"""Every hour what is too old is let go, by whichever process claims that job."""

from datetime import timedelta

from commands.let_go import EVERY, PIECE, PIECES, SOON, owe_letting_go
from incident.job import JobName
from incident.keeping import Lasting, Retention
from incident.timeline import broken_at
from tests.fakes.settings import ANA
from tests.fakes.world import World


async def due(world: World) -> list[timedelta]:
    """How long until each turn that is owed."""
    far = world.clock() + timedelta(days=1)
    now, world.clock.now = world.clock(), far
    claims = await world.store.claim("looks", limit=100, lease=timedelta(seconds=1))
    for each in claims:
        await world.store.put_off(each, wait=each.job.due_at - far, count=False)
    world.clock.now = now
    return [each.job.due_at - now for each in claims if each.job.name is JobName.LET_GO]


async def test_nothing_is_owed_where_everything_is_kept_for_ever(world: World) -> None:
    await owe_letting_go(process="one", ports=world.ports)
    assert await due(world) == []


async def test_several_processes_owe_one_turn_an_hour_and_a_closed_incident_is_still_told_of(world: World) -> None:
    """The timeline's words are gone, the chain verifies, and who looks at it is not surprised."""
    world.settings.kept = Retention(timeline=timedelta(days=30), findings=timedelta(days=30))
    await owe_letting_go(process="one", ports=world.ports)
    await owe_letting_go(process="two", ports=world.ports)
    assert await due(world) == [EVERY]
    incident = await world.declared()
    await world.say(ANA, "resolve restarted", about=incident)
    await world.let_pass(days=32)
    links = await world.store.timeline(incident.id)
    assert [each.event for each in links[:5]] == [None] * 5
    assert broken_at(incident.id, links) is None
    assert all(not each.sight.output for each in await world.store.findings_of(incident.id))
    assert await due(world) == [EVERY]
    record = await world.store.record(incident.id)
    assert record.incident.resolved_at is not None


async def test_more_than_a_turn_takes_goes_on_soon(world: World) -> None:
    """Small pieces: nobody waits for long."""
    world.settings.kept = Retention(timeline=timedelta(days=1))
    asked: list[int] = []

    async def endless(what: Lasting, *, before: object, limit: int) -> int:
        asked.append(limit)
        return limit

    world.store.let_go = endless  # type: ignore[method-assign,assignment]
    await owe_letting_go(process="one", ports=world.ports)
    world.clock.now += EVERY
    await world.do(await world.claim(JobName.LET_GO))
    assert asked == [PIECE] * PIECES
    assert await due(world) == [SOON]
