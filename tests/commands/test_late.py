"""After an outage of Slack: what was not said in time is said once, in order, in one message an incident and place."""

from datetime import timedelta

import pytest

from bot.slack.render import render
from commands.answer_approval import approve
from commands.messages import (
    EventMessage,
    LateMessage,
    Message,
    PageMessage,
    ReminderMessage,
    StopMessage,
    VerdictMessage,
)
from commands.outage import Away, Outage
from incident.incident import Incident, Place
from incident.job import JobName
from incident.timeline import Kind
from tests.fakes.chat import NEWS
from tests.fakes.settings import ANA, BEN, CLEO
from tests.fakes.world import World


def late(world: World, channel: str) -> list[LateMessage]:
    """The late messages in a channel and its threads."""
    found = [each.message for each in world.chat.posts if each.place.channel == channel]
    return [each for each in found if isinstance(each, LateMessage)]


def lines(world: World, incident: Incident, kind: type[Message]) -> list[Message]:
    """What was posted of one type in the incident's channel, not in a thread."""
    here = [each for each in world.chat.posts if each.place.channel == incident.home.channel and not each.place.thread]
    return [each.message for each in here if isinstance(each.message, kind)]


async def away(world: World, minutes: float) -> None:
    """So much time in which Slack is away, and nothing was tried."""
    since = world.clock()
    world.clock.now += timedelta(minutes=minutes)
    world.chat.away = Away(since=since, until=world.clock())


async def test_many_late_lines_are_one_message_in_their_order_of_whatever_severity(world: World) -> None:
    incident = await world.declared()
    since = world.clock()
    await world.say(ANA, "update first", about=incident)
    world.clock.now += timedelta(minutes=2)
    await world.say(ANA, "severity P0 everybody", about=incident)
    await world.say(BEN, "note nobody is told of notes", about=incident)
    world.clock.now += timedelta(minutes=2)
    await world.say(ANA, "update third", about=incident)
    world.clock.now += timedelta(minutes=2)
    world.chat.away = Away(since=since, until=world.clock())
    await world.work()
    (said,) = lines(world, incident, LateMessage)
    assert isinstance(said, LateMessage)
    assert [each.kind for each in said.events] == [Kind.UPDATED, Kind.SEVERITY_CHANGED, Kind.UPDATED]
    assert said.away == world.chat.away
    assert lines(world, incident, EventMessage) == []
    under_the_announcement = late(world, NEWS)
    assert [[each.kind for each in one.events] for one in under_the_announcement] == [
        [Kind.UPDATED, Kind.SEVERITY_CHANGED, Kind.UPDATED]
    ]
    await world.say(ANA, "update now", about=incident)
    await world.work()
    assert len(lines(world, incident, LateMessage)) == len(lines(world, incident, EventMessage)) == 1


async def test_what_slacks_limits_held_back_is_joined_too_and_does_not_call_it_an_outage(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "update first", about=incident)
    await world.say(ANA, "update second", about=incident)
    world.clock.now += timedelta(minutes=2)
    await world.work()
    (said,) = lines(world, incident, LateMessage)
    assert isinstance(said, LateMessage)
    assert (len(said.events), said.away) == (2, None)


async def test_what_a_process_finds_unsaid_that_began_in_an_outage_was_held_back_by_that(world: World) -> None:
    """Since when Slack is away it cannot know; the lines are from before it began."""
    incident = await world.declared()
    await world.say(ANA, "update first", about=incident)
    await world.say(ANA, "update second", about=incident)
    world.clock.now += timedelta(seconds=20)
    world.chat.away = Away(since=None, until=world.clock())
    await world.work()
    (said,) = lines(world, incident, LateMessage)
    assert isinstance(said, LateMessage)
    assert (len(said.events), said.away) == (2, world.chat.away)


async def test_a_moment_is_not_late(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "update first", about=incident)
    await world.say(ANA, "update second", about=incident)
    world.clock.now += timedelta(seconds=20)
    await world.work()
    assert lines(world, incident, LateMessage) == []
    assert len(lines(world, incident, EventMessage)) == 2


async def test_an_answer_lost_on_the_way_does_not_say_it_twice(world: World) -> None:
    """Whoever tries again finds the message, and nothing of it is said elsewhere."""
    incident = await world.declared()
    for each in ("first", "second", "third"):
        await world.say(ANA, f"update {each}", about=incident)
    await away(world, 3)
    world.chat.lose_answer("post")
    await world.work()
    await world.let_pass(minutes=1)
    (said,) = lines(world, incident, LateMessage)
    assert isinstance(said, LateMessage)
    assert len(said.events) == 3
    assert lines(world, incident, EventMessage) == []


async def test_a_line_that_was_tried_before_comes_by_itself_and_says_when_it_was(world: World) -> None:
    """Another one may stand already, so it is joined with none."""
    incident = await world.declared()
    await world.say(ANA, "update first", about=incident)
    world.chat.fail("post", times=1)
    await world.work()
    await away(world, 3)
    await world.work()
    (said,) = lines(world, incident, EventMessage)
    assert isinstance(said, EventMessage)
    assert (said.event.facts["text"], said.late) == ("first", True)


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (3, True)])
async def test_a_verdict_that_comes_late_says_when_it_was(
    world: World, monkeypatch: pytest.MonkeyPatch, minutes: int, late: bool
) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    posted, failed = world.chat.post, list[Message]()

    async def post(place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        if isinstance(message, VerdictMessage) and not failed:
            failed.append(message)
            raise Outage("Slack did not answer", retry=True)
        return await posted(place, message, mark=mark, again=again, urgency=urgency)

    monkeypatch.setattr(world.chat, "post", post)
    await world.work()
    await away(world, minutes)
    await world.let_pass(minutes=1)
    (said,) = lines(world, incident, VerdictMessage)
    assert isinstance(said, VerdictMessage)
    assert said.late is late


@pytest.mark.parametrize(("minutes", "late"), [(0, False), (3, True)])
async def test_what_is_announced_of_no_incident_says_when_it_was_if_it_comes_late(
    world: World, minutes: int, late: bool
) -> None:
    await world.say(ANA, "freeze a wrong deploy")
    await away(world, minutes)
    await world.work()
    (said,) = [each.message for each in world.chat.posts if isinstance(each.message, StopMessage)]
    assert said.late is late


async def test_a_death_after_the_lines_were_joined_does_not_lose_them(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "update first", about=incident)
    await world.say(ANA, "update second", about=incident)
    await away(world, 3)
    claim = next(
        each
        for each in await world.store.claim("dies", limit=50, lease=timedelta(seconds=10))
        if each.job.name is JobName.TELL
    )
    await world.do_until_away(claim, saves=0)
    await world.let_pass(minutes=1)
    (said,) = lines(world, incident, LateMessage)
    assert isinstance(said, LateMessage)
    assert len(said.events) == 2


async def test_that_something_is_late_is_no_news_once_it_came(world: World) -> None:
    """Trouble that passed is on the timeline, not in the channel."""
    incident = await world.declared()
    world.chat.fail("edit", times=2)
    await world.say(ANA, "severity P0 worse", about=incident)
    await away(world, 3)
    await world.work()
    told = [each for one in late(world, incident.home.channel or "") for each in one.events]
    assert Kind.TROUBLE not in {each.kind for each in told}


async def test_an_incident_that_slack_did_not_hear_of_begins_with_why(world: World) -> None:
    """Its channel says when it was declared, before all else that is late."""
    since = world.clock()
    await world.say(BEN, "declare P1 Orders stand still")
    (incident,) = await world.store.open_incidents()
    await world.say(ANA, "update looking", about=incident)
    world.clock.now += timedelta(minutes=10)
    world.chat.away = Away(since=since, until=world.clock())
    await world.work()
    incident = await world.again(incident)
    (said,) = lines(world, incident, LateMessage)
    assert isinstance(said, LateMessage)
    assert [each.kind for each in said.events] == [Kind.DECLARED, Kind.UPDATED]
    assert [type(each) for each in world.chat.told(ANA)] == [PageMessage]


async def test_of_reminders_that_could_not_be_sent_only_the_last_is(world: World) -> None:
    """Two hours without Slack and without an update are one direct message, not four."""
    incident = await world.declared("Orders stand still", by=BEN)
    await world.say(ANA, "ack", about=incident)
    await world.work()
    held = []
    for _ in range(12):
        world.clock.now += timedelta(minutes=10)
        for claim in await world.store.claim("test", limit=100, lease=timedelta(hours=9)):
            await (world.do(claim) if claim.job.name is JobName.RING_CLOCKS else _keep(held, claim))
    reminders = [each for each in held if each.job.name is JobName.REMIND]
    assert len(reminders) > 1
    for claim in reminders:
        await world.do(claim)
    kinds = [each.clock.kind for each in world.chat.told(ANA) if isinstance(each, ReminderMessage)]
    assert len(kinds) == len(set(kinds))


async def _keep(held: list, claim: object) -> None:
    held.append(claim)


async def test_whoever_was_not_called_before_it_was_reopened_is_called_once(world: World) -> None:
    """Declared, resolved and reopened twice at a terminal while Slack was away: it is one incident to be called for."""
    world.chat.fail("create_channel", times=4)
    world.chat.fail("direct", times=20)
    incident = await world.declared(by=BEN)
    for _ in range(2):
        await world.say(BEN, "resolve the power was back", incident)
        await world.say(BEN, "reopen it is gone again", incident)
        await world.let_pass(seconds=2)
    await world.let_pass(minutes=2)
    (told,) = world.chat.told(ANA)
    assert isinstance(told, PageMessage)
    paged = [each.facts["user"] for each in await world.events(incident, Kind.PAGED)]
    assert paged == [BEN, ANA], "whoever declared it is told where, and the other is called"
    await world.say(BEN, "resolve the power was back", incident)
    await world.say(BEN, "reopen it is gone again", incident)
    await world.work()
    assert len(world.chat.told(ANA)) == 2, "who was called before is called anew"


async def test_a_call_for_many_leaves_out_what_was_reopened_meanwhile_because_another_is_for_that(world: World) -> None:
    world.chat.fail("direct", times=4)
    one, *others = [await world.declared(f"Number {n}", by=BEN) for n in range(3)]
    await world.say(BEN, "resolve the power was back", one)
    await world.say(BEN, "reopen it is gone again", one)
    await world.let_pass(minutes=2)
    calls = [each for each in world.chat.told(ANA) if isinstance(each, PageMessage)]
    assert sorted(each.id for call in calls for each in (call.incident, *call.others)) == sorted(
        each.id for each in (one, *others)
    )
    for each in (one, *others):
        assert [event.facts["user"] for event in await world.events(each, Kind.PAGED)] == [ANA]


async def test_a_call_that_comes_when_all_is_over_says_so(world: World) -> None:
    incident = await world.declared(by=BEN, work=False)
    await world.say(BEN, "resolve the power was back", incident)
    await world.work()
    (told,) = world.chat.told(ANA)
    assert "You were to be called; it is over by now" in str(render(told))
