"""The clock asks: people are reminded while it helps, breaches are recorded once, and silence is noticed."""

from commands.messages import PageMessage, ReminderMessage
from incident.clock import ClockKind, ClockState
from incident.severity import Severity
from incident.timeline import Kind
from tests.fakes.settings import ANA, BEN, DAN
from tests.fakes.world import World


def reminders(world: World, user: str) -> list[tuple[ClockKind, ClockState]]:
    told = [message for to, posted in world.chat.directs for message in [posted.message] if to == user]
    return [(each.clock.kind, each.clock.state) for each in told if isinstance(each, ReminderMessage)]


async def test_whoever_was_called_and_does_not_answer_is_reminded_and_then_the_breach_is_told(world: World) -> None:
    incident = await world.declared(level=Severity.P0, by=BEN)
    await world.let_pass(minutes=14)
    assert (ClockKind.ACKNOWLEDGE, ClockState.RUNNING) in reminders(world, ANA)
    await world.let_pass(minutes=2)
    assert (ClockKind.ACKNOWLEDGE, ClockState.BREACHED) in reminders(world, ANA)
    breaches = [event.facts["clock"] for event in await world.events(incident, Kind.CLOCK_BREACHED)]
    assert breaches == ["acknowledge"]


async def test_whoever_answered_in_time_is_not_reminded_of_it(world: World) -> None:
    incident = await world.declared(level=Severity.P0, by=BEN)
    await world.say(ANA, "ack", incident)
    await world.let_pass(minutes=16)
    assert ClockKind.ACKNOWLEDGE not in {kind for kind, _ in reminders(world, ANA)}
    assert await world.events(incident, Kind.CLOCK_BREACHED) == []


async def test_a_missed_update_is_told_as_missed_and_not_as_the_one_that_comes_next(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "ack", incident)
    await world.let_pass(minutes=31)
    assert (ClockKind.UPDATE, ClockState.BREACHED) in reminders(world, ANA)
    assert (ClockKind.UPDATE, ClockState.RUNNING) not in reminders(world, ANA)


async def test_silence_is_noticed_again_every_interval(world: World) -> None:
    incident = await world.declared()
    await world.let_pass(minutes=95)
    breached = [e.facts["clock"] for e in await world.events(incident, Kind.CLOCK_BREACHED)]
    assert breached.count("update") == 3


async def test_what_lasts_too_long_calls_the_next_people_into_the_channel(world: World) -> None:
    incident = await world.declared()
    await world.let_pass(minutes=21)
    (called,) = [each for each in world.chat.told(DAN) if isinstance(each, PageMessage)]
    assert called.escalated
    assert incident.home.channel is not None
    assert DAN in world.chat.channels[incident.home.channel].members
    assert DAN in (await world.again(incident)).responders


async def test_clocks_survive_a_night_in_which_nobody_worked(world: World) -> None:
    incident = await world.declared(work=False)
    world.clock.advance(hours=9)
    await world.work()
    breached = [str(e.facts["clock"]) for e in await world.events(incident, Kind.CLOCK_BREACHED)]
    assert sorted(breached) == ["acknowledge", "assess", "escalate", "update"]
    await world.work()
    assert len(await world.events(incident, Kind.CLOCK_BREACHED)) == 4


async def test_a_reminder_that_is_no_longer_true_when_its_turn_comes_is_not_sent(world: World) -> None:
    incident = await world.declared(level=Severity.P0, by=BEN)
    world.chat.fail("direct", times=2)
    await world.let_pass(minutes=8)
    world.chat.heal()
    sent = len(reminders(world, ANA))
    await world.say(ANA, "ack", incident)
    await world.let_pass(minutes=3)
    assert len(reminders(world, ANA)) == sent
