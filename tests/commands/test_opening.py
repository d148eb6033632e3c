"""An incident's first minute: one channel, one card, everybody called once, whatever Slack does."""

from datetime import timedelta

import pytest

from commands.messages import Announcement, Card, ChecklistMessage, EventMessage, FindingMessage, PageMessage
from incident.job import JobName
from incident.timeline import Kind
from tests.fakes.chat import NEWS
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World


async def test_a_declared_incident_is_complete_once_its_jobs_are_done(world: World) -> None:
    incident = await world.declared("Orders stand still", by=BEN)
    home = incident.home
    assert home.channel is not None
    assert home.card is not None
    channel = world.chat.channels[home.channel]
    assert channel.name == f"inc-{incident.number}-orders-stand-still"
    assert channel.members == [BEN, ANA]
    assert channel.pins == [home.card]
    assert channel.bookmarks == ["https://wiki.example/shop"]
    assert len(world.chat.messages_in(home.channel, Card)) == 1
    assert len(world.chat.messages_in(home.channel, ChecklistMessage)) == 1
    assert len(world.chat.messages_in(NEWS, Announcement)) == 1
    assert [type(each) for each in world.chat.told(ANA)] == [PageMessage]


async def test_whoever_declares_is_not_paged_about_it(world: World) -> None:
    await world.declared(by=ANA)
    assert world.chat.told(ANA) == []


async def test_the_first_looks_run_and_their_findings_stand_under_the_card(world: World) -> None:
    incident = await world.declared()
    seen = await world.store.findings_of(incident.id)
    assert {each.step_id: each.healthy for each in seen} == {"count-stuck": False, "oldest": None}
    posted = [each for each in world.chat.posts if isinstance(each.message, FindingMessage)]
    assert [each.place.thread for each in posted] == [incident.home.card] * 2


@pytest.mark.parametrize(("value", "critical"), [(7, False), (100, False), (101, True)])
async def test_a_value_beyond_the_critical_bound_is_told_from_one_that_is_only_bad(
    world: World, value: int, critical: bool
) -> None:
    world.database.sees["count-stuck"] = value
    incident = await world.declared()
    seen = {each.step_id: each for each in await world.store.findings_of(incident.id)}
    assert (seen["count-stuck"].healthy, seen["count-stuck"].critical) == (False, critical)
    assert not seen["oldest"].critical


@pytest.mark.parametrize("method", ["create_channel", "invite", "post", "direct", "pin", "bookmark", "set_topic"])
@pytest.mark.parametrize("lost", [False, True], ids=["refused", "answer lost"])
async def test_a_call_that_fails_is_made_good_and_people_see_everything_once(
    world: World, method: str, lost: bool
) -> None:
    (world.chat.lose_answer if lost else world.chat.fail)(method, times=3)
    incident = await world.declared(by=BEN)
    await world.let_pass(minutes=2)
    incident = await world.again(incident)
    assert len(world.chat.channels) == 2
    assert incident.home.channel is not None
    assert len(world.chat.messages_in(incident.home.channel, Card)) == 1
    assert len(world.chat.messages_in(incident.home.channel, ChecklistMessage)) == 1
    assert (
        len(world.chat.messages_in(incident.home.channel, FindingMessage))
        + len(world.chat.messages_in(NEWS, FindingMessage))
        == 2
    )
    assert len(world.chat.messages_in(NEWS, Announcement)) == 1
    assert len(world.chat.told(ANA)) == 1


async def test_a_name_that_somebody_else_has_is_not_taken_over(world: World) -> None:
    world.chat.take_name("inc-1-orders-stand-still")
    incident = await world.declared()
    assert incident.home.name == "inc-1-orders-stand-still-2"


async def test_when_slack_allows_no_more_channels_people_work_under_the_announcement(world: World) -> None:
    world.chat.spend_budget("create_channel", after=timedelta(seconds=40))
    incident = await world.declared(by=BEN)
    assert incident.home.channel is None
    assert incident.home.awaited_until == world.clock() + timedelta(seconds=40)
    assert len(world.chat.told(ANA)) == 1
    findings = [each for each in world.chat.posts if isinstance(each.message, FindingMessage)]
    assert {each.place for each in findings} == {incident.home.announcement}
    await world.let_pass(seconds=41)
    incident = await world.again(incident)
    assert incident.home.channel is not None
    assert incident.home.awaited_until is None
    assert len(world.chat.told(ANA)) == 1, "nobody is called again for the channel"
    (announced,) = world.chat.messages_in(NEWS, Announcement)
    assert announced.incident.home.channel == incident.home.channel


async def test_people_are_called_even_when_slack_opens_no_channel_at_all(world: World) -> None:
    world.chat.fail("create_channel", times=50, retry=False)
    incident = await world.declared(by=BEN)
    assert incident.home.channel is None
    assert len(world.chat.messages_in(NEWS, Announcement)) == 1
    assert len(world.chat.told(ANA)) == 1


async def test_a_change_while_the_card_is_being_posted_is_on_the_card_in_the_end(world: World) -> None:
    incident = await world.declared(work=False)
    await world.do(await world.claim(JobName.OPEN_CHANNEL))
    held = await world.claim(JobName.CARD)
    world.chat.meanwhile["post"] = lambda: world.say(BEN, "ack", incident)
    await world.do(held)
    await world.let_pass(seconds=2)
    incident = await world.again(incident)
    (shown,) = world.chat.messages_in(incident.home.channel, Card)
    assert shown.incident.acknowledged_by == BEN


async def test_whoever_cannot_be_invited_is_named_in_the_channel(world: World) -> None:
    world.chat.strangers.add(ANA)
    incident = await world.declared(by=BEN)
    (trouble,) = await world.events(incident, Kind.TROUBLE)
    assert trouble.facts["users"] == [ANA]
    assert [e for e in world.chat.messages_in(incident.home.channel, EventMessage) if e.event == trouble]


async def test_an_incident_with_a_channel_already_opens_no_second_one(world: World) -> None:
    incident = await world.declared(work=False)
    held = await world.claim(JobName.OPEN_CHANNEL)
    world.clock.advance(seconds=11)
    later = await world.claim(JobName.OPEN_CHANNEL)
    await world.do(later)
    await world.work()
    assert held.id == later.id
    assert len(world.chat.channels) == 2
    assert len(await world.events(incident, Kind.CHANNEL_OPENED)) == 1
