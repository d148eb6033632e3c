"""So many incidents at once that Slack holds messages back: everybody is called for all of them, each once."""

from datetime import timedelta

from commands.messages import PageMessage
from incident.severity import Severity
from incident.timeline import Kind
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
