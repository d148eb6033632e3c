"""So many incidents at once that Slack holds messages back: everybody is called for all of them, each once."""

from datetime import timedelta

from commands.messages import PageMessage
from incident.severity import Severity
from incident.timeline import Kind
from tests.fakes import monitor
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World

LEVELS = (Severity.P2, Severity.P0, Severity.P1, Severity.P3)


async def test_calls_that_wait_for_the_same_person_are_one_message(world: World) -> None:
    """Slack's limit holds the first ones back; when there is room again, one stands for the others, the worst first."""
    world.chat.spend_budget("direct", after=timedelta(seconds=5), times=4)
    incidents = [await world.declared(f"Number {n}", by=BEN, level=level) for n, level in enumerate(LEVELS)]
    assert world.chat.told(ANA) == []
    await world.let_pass(seconds=10)
    (called,) = [each for each in world.chat.told(ANA) if isinstance(each, PageMessage)]
    everything = (called.incident, *called.others)
    assert [each.severity for each in everything] == sorted(LEVELS)
    for incident in incidents:
        (paged,) = await world.events(incident, Kind.PAGED)
        assert paged.facts["user"] == ANA
    await world.let_pass(minutes=1)
    assert len([each for each in world.chat.told(ANA) if isinstance(each, PageMessage)]) == 1


async def test_nobody_waits_for_a_place_in_slack_that_cannot_come_soon(world: World) -> None:
    """Neither a channel nor the announcement came yet: people are called all the same."""
    world.chat.spend_budget("create_channel", after=timedelta(minutes=1))
    world.chat.spend_budget("post", after=timedelta(minutes=1))
    await world.declared(by=BEN)
    (called,) = [each for each in world.chat.told(ANA) if isinstance(each, PageMessage)]
    assert called.place is None


async def test_a_storm_of_one_outage_is_one_channel_and_few_calls_of_slack(world: World) -> None:
    """A thousand alerts over a minute: people are called by the second call, and the rest is counted in a few edits."""
    for number in range(50):
        await world.knock(monitor.body(*(monitor.alert(instance=f"node-{number}-{n}") for n in range(20))))
        await world.let_pass(seconds=1.2)
    assert len(world.chat.channels) == 2
    assert len(world.chat.calls) <= 25
    first = world.chat.calls.index("direct")
    assert "create_channel" in world.chat.calls[:first]
    (incident,) = await world.store.open_incidents()
    assert (await world.store.alert_tally(incident.id)).messages == 1000
