"""Who is on call changes at a hand-over: calls, approvals, the glass, stops and private looks go by the moment."""

from datetime import date, datetime, time, timedelta

import pytest

from commands.answer_approval import approve, may_break_glass
from commands.answers import Listing
from commands.messages import FindingMessage, PageMessage
from commands.overview import overview
from incident.gate import Rule
from incident.refusal import MayNotStop, NotAnApprover, NotOnCall
from incident.responder import UserId
from incident.rota import Rotation, Shift
from tests.commands.test_private import made_private
from tests.fakes import monitor
from tests.fakes.clock import START
from tests.fakes.settings import ANA, BEN, CLEO, DAN
from tests.fakes.world import World

NEXT = START + timedelta(days=1)
DAILY = Rotation(people=(ANA, BEN), starts=date(2026, 3, 14), every=timedelta(days=1), at=time(9), timezone="UTC")


@pytest.fixture(autouse=True)
def rotation(world: World) -> None:
    """Ana has the first day, Ben the second, and they are called again when it lasts; Cleo declares."""
    world.settings.people, world.settings.seconds = (DAILY,), (DAILY,)


def called(world: World) -> list[UserId]:
    return [user for user in (ANA, BEN) if any(isinstance(each, PageMessage) for each in world.chat.told(user))]


@pytest.mark.parametrize(("now", "person"), [(NEXT - timedelta(seconds=1), ANA), (NEXT, BEN)])
async def test_whoever_s_turn_it_is_is_called_and_nobody_else(world: World, now: datetime, person: UserId) -> None:
    world.clock.now = now
    incident = await world.declared(by=CLEO)
    assert called(world) == [person]
    assert incident.responders == (CLEO, person)


async def test_an_alert_calls_whoever_s_turn_it_is(world: World) -> None:
    world.clock.now = NEXT
    await world.knock(monitor.body())
    await world.work()
    assert called(world) == [BEN]


async def test_what_lasts_too_long_calls_whoever_has_taken_over_by_then(world: World) -> None:
    world.clock.now = NEXT - timedelta(minutes=1)
    await world.declared(by=CLEO)
    assert called(world) == [ANA]
    await world.let_pass(minutes=21)
    assert called(world) == [ANA, BEN]


async def test_on_call_in_a_rule_is_whoever_has_taken_over_by_the_time_of_the_click(world: World) -> None:
    world.settings.demands = (Rule(approve=("on-call",)),)
    world.clock.now = NEXT - timedelta(minutes=1)
    request = await world.requested(await world.declared(by=CLEO), by=CLEO)
    world.clock.advance(minutes=1)
    with pytest.raises(NotAnApprover):
        await approve(world.asked(ANA), request.id, ports=world.ports)
    await approve(world.asked(BEN), request.id, ports=world.ports)


async def test_the_glass_is_for_whoever_is_on_call_now(world: World) -> None:
    world.settings.approving = (DAN,)
    incident = await world.declared(by=CLEO)
    request = await world.requested(incident, by=ANA)
    await may_break_glass(world.asked(ANA), request.id, ports=world.ports)
    world.clock.now = NEXT
    request = await world.requested(incident, by=ANA)
    with pytest.raises(NotOnCall):
        await may_break_glass(world.asked(ANA), request.id, ports=world.ports)


async def test_whoever_has_handed_over_may_not_stop_everything_any_more(world: World) -> None:
    world.clock.now = NEXT
    with pytest.raises(MayNotStop):
        await world.say(ANA, "freeze")
    await world.say(BEN, "freeze")


async def test_what_a_private_look_saw_is_read_by_whoever_was_on_call_when_it_saw_it(world: World) -> None:
    made_private(world, "oldest")
    world.clock.now = NEXT
    await world.declared(by=CLEO)
    assert [user for user in (ANA, BEN) for each in world.chat.told(user) if isinstance(each, FindingMessage)] == [BEN]


async def test_the_list_and_the_home_say_who_is_on_call_and_until_when(world: World) -> None:
    listed = await world.say(CLEO, "oncall")
    assert isinstance(listed, Listing)
    for told in (listed.on_call, (await overview(ports=world.ports)).on_call):
        assert [each.shifts for each in told] == [(Shift(person=ANA, until=NEXT),)]
