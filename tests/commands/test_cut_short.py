"""What an attempt left in Slack before it died: it is found where it stands, and says in the end what is true."""

from datetime import timedelta

from commands.answer_approval import break_glass
from commands.fix import fix_filled
from commands.messages import Announcement, ApprovalMessage, Card, ChecklistMessage, EventMessage, WalkMessage
from incident.incident import Incident
from incident.job import JobName
from incident.severity import Severity
from incident.timeline import Kind
from tests.fakes.chat import NEWS
from tests.fakes.restoring import RESTORING
from tests.fakes.runbooks import FakeRunbooks
from tests.fakes.settings import ANA, BEN, DAN
from tests.fakes.world import World


async def opened(world: World) -> Incident:
    """Its channel is there, and nothing in it."""
    incident = await world.declared(work=False)
    await world.do(await world.claim(JobName.OPEN_CHANNEL))
    return incident


async def test_a_card_whose_post_was_cut_short_shows_in_the_end_what_came_meanwhile(world: World) -> None:
    incident = await opened(world)
    world.chat.lose_answer("post")
    await world.do(await world.claim(JobName.CARD))
    await world.say(BEN, "severity P0 all of it", incident)
    await world.let_pass(minutes=1)
    (card,) = world.chat.messages_in((await world.again(incident)).home.channel, Card)
    assert card.incident.severity is Severity.P0


async def test_an_announcement_whose_post_was_cut_short_shows_in_the_end_what_came_meanwhile(world: World) -> None:
    incident = await opened(world)
    world.chat.lose_answer("post")
    await world.do(await world.claim(JobName.ANNOUNCEMENT))
    await world.say(BEN, "ack", incident)
    await world.let_pass(minutes=1)
    (announced,) = world.chat.messages_in(NEWS, Announcement)
    assert announced.incident.acknowledged_by == BEN


async def test_what_was_posted_before_the_channel_came_and_not_heard_of_is_not_posted_in_it_again(
    world: World,
) -> None:
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    runbooks.catalogs["shop"] = RESTORING
    world.chat.spend_budget("create_channel", after=timedelta(seconds=40))
    incident = await world.declared()
    await world.say(ANA, "update we look at it", incident)
    await world.say(ANA, "procedure restore-orders", incident)
    world.chat.lose_answer("post", times=2)
    for name in (JobName.WALK_CARD, JobName.TELL):
        await world.do(await world.claim(name))
    world.chat.fail("post", times=1000)
    world.chat.fail("find", times=1000)
    await world.let_pass(seconds=45)
    assert (await world.again(incident)).home.channel is not None
    world.chat.heal()
    await world.let_pass(minutes=2)
    for kind in (WalkMessage, EventMessage):
        marks = [each.mark for each in world.chat.posts if isinstance(each.message, kind)]
        assert len(marks) == len(set(marks)) >= 1, kind


async def test_once_it_is_over_nothing_can_be_ticked_and_once_it_is_back_everything_can(world: World) -> None:
    incident = await world.declared()
    for words, is_open in (("resolve restarted", False), ("reopen it is back", True)):
        await world.say(ANA, words, incident)
        await world.let_pass(seconds=2)
        (shown,) = world.chat.messages_in((await world.again(incident)).home.channel, ChecklistMessage)
        assert shown.incident.open is is_open


async def test_a_walk_can_be_taken_back_again_once_its_incident_is_back(world: World) -> None:
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    runbooks.catalogs["shop"] = RESTORING
    incident = await world.declared()
    for words in ("procedure restore-orders", "resolve restarted", "reopen it is back"):
        await world.say(ANA, words, incident)
        await world.work()
    (shown,) = world.chat.messages_in((await world.again(incident)).home.channel, WalkMessage)
    assert shown.incident.open


async def test_what_is_seen_while_a_request_is_asked_for_is_on_its_card_in_the_end(world: World) -> None:
    incident = await world.declared(work=False)
    for name in (JobName.OPEN_CHANNEL, JobName.CARD):
        await world.do(await world.claim(name))
    asked = world.asked(ANA, about=await world.again(incident))
    look = await world.claim(JobName.DIAGNOSE)
    await fix_filled(asked, step_id="requeue", parameters={}, ports=world.ports)
    for name in (JobName.PREVIEW, JobName.APPROVAL_CARD):
        await world.do(await world.claim(name))
    await world.do(look)
    await world.let_pass(seconds=1)
    channel = (await world.again(incident)).home.channel
    (shown,) = world.chat.messages_in(channel, ApprovalMessage)
    assert {each.step_id for each in shown.before} == {"count-stuck", "oldest"}


async def test_an_announcement_shows_a_deadline_as_missed(world: World) -> None:
    incident = await world.declared(level=Severity.P3)
    await world.let_pass(hours=26)
    (announced,) = world.chat.messages_in(NEWS, Announcement)
    assert announced.incident.clocks == (await world.again(incident)).clocks


async def test_whoever_acknowledges_from_elsewhere_is_brought_into_the_channel(world: World) -> None:
    incident = await world.declared()
    await world.say(DAN, "ack", incident)
    await world.work()
    incident = await world.again(incident)
    assert incident.home.channel is not None
    assert DAN in world.chat.channels[incident.home.channel].members
    assert len(await world.events(incident, Kind.ACKNOWLEDGED)) == 1


async def test_whoever_is_called_because_somebody_acts_alone_is_brought_into_the_channel(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident, by=ANA)
    await break_glass(world.asked(ANA), request.id, reason="nobody else is awake", ports=world.ports)
    await world.work()
    channel = (await world.again(incident)).home.channel
    assert channel is not None
    assert DAN in world.chat.channels[channel].members
