"""The team's rules at work: what is muted comes back, what flaps is quiet, what is over ends, and all say why."""

from datetime import datetime, timedelta

from msgspec.structs import replace

from commands.answers import Why
from commands.messages import EventMessage, NoticeMessage
from incident.flapping import Flapping
from incident.hours import Hours
from incident.incident import Incident
from incident.matching import matcher
from incident.muting import Mute
from incident.routing import Deed, Routing, TeamRoute
from incident.timeline import SYSTEM, Event, Kind
from tests.fakes import monitor
from tests.fakes.chat import NEWS
from tests.fakes.clock import START
from tests.fakes.runbooks import SHOP
from tests.fakes.settings import ANA, BEN
from tests.fakes.world import World

OTHER = "us-1"


def rule(world: World, *routes: TeamRoute, mutes: tuple[Mute, ...] = (), flapping: Flapping | None = None) -> None:
    world.settings.routes = Routing(routes=routes, mutes=mutes, flapping=flapping or Flapping())


async def hear(
    world: World, name: str = "OrdersStuck", *, over: bool = False, instance: str = "eu-1", starts: datetime = START
) -> None:
    """One message of a monitor, and what follows at once. Each is sent a second after the last."""
    world.clock.advance(seconds=1)
    status = "resolved" if over else "firing"
    sent = monitor.alert(name, status=status, instance=instance, starts=starts, ends=world.clock())
    await world.knock({**monitor.body(sent), "at": world.clock().isoformat()})
    await world.work()


async def only(world: World) -> Incident:
    (incident,) = await world.store.open_incidents()
    return incident


async def on_system_chain(world: World, kind: Kind) -> list[Event]:
    links = await world.store.timeline(SYSTEM)
    return [each.event for each in links if each.event is not None and each.event.kind is kind]


UPGRADE = Mute(
    name="upgrade",
    reason="the database is moved",
    systems=(SHOP,),
    start=START - timedelta(hours=1),
    end=START + timedelta(hours=1),
)


async def test_what_a_silence_keeps_quiet_is_decided_anew_when_it_is_over_though_nothing_comes(world: World) -> None:
    rule(world, mutes=(UPGRADE,))
    await hear(world)
    await hear(world)
    assert await world.store.recent_incidents() == ()
    (said,) = await on_system_chain(world, Kind.ALERT_MUTED)
    assert (said.facts["rule"], said.facts["reason"]) == ("upgrade", "the database is moved")
    await world.let_pass(hours=2)
    incident = await only(world)
    (declared,) = await world.events(incident, Kind.DECLARED)
    assert "fires still, now that “upgrade” is over" in str(declared.facts["reason"])
    (record,) = await world.store.alerts_of(incident.id)
    assert (record.count, record.muted_by) == (2, "")
    assert len(world.chat.told(ANA)) >= 1


async def test_what_was_over_before_its_silence_stays_quiet(world: World) -> None:
    rule(world, mutes=(UPGRADE,))
    await hear(world)
    await hear(world, over=True)
    await world.let_pass(hours=2)
    assert await world.store.recent_incidents() == ()
    said = await on_system_chain(world, Kind.ALERT_MUTED)
    record = await world.store.alert(str(said[0].facts["alert"]))
    assert record is not None
    assert (record.firing, record.count) == (False, 2)


async def test_one_window_after_another_keeps_it_quiet_through_both(world: World) -> None:
    end = UPGRADE.end
    assert end is not None
    after = Mute(name="evenings", reason="r", weekly=(Hours(start=end.time(), end=START.time(), timezone="UTC"),))
    rule(world, mutes=(UPGRADE, after))
    await hear(world)
    await world.let_pass(hours=2)
    assert await world.store.recent_incidents() == ()
    assert [each.facts["rule"] for each in await on_system_chain(world, Kind.ALERT_MUTED)] == ["upgrade", "evenings"]


async def test_a_route_for_notices_says_one_line_where_incidents_are_announced_and_again_after_its_interval(
    world: World,
) -> None:
    rule(world, TeamRoute(name="hints", deed=Deed.NOTICE, tells_every=timedelta(minutes=30)))
    await hear(world)
    await hear(world)
    told = world.chat.messages_in(NEWS, NoticeMessage)
    assert [each.event.facts["rule"] for each in told] == ["hints"]
    world.clock.advance(minutes=30)
    await hear(world)
    assert [each.event.facts["count"] for each in world.chat.messages_in(NEWS, NoticeMessage)] == [1, 3]
    assert await world.store.recent_incidents() == ()


async def test_one_outage_of_a_system_is_one_incident_until_no_new_alert_came_for_the_window(world: World) -> None:
    whole = TeamRoute(name="whole", system=SHOP, group_by=(), group_window=timedelta(minutes=30))
    rule(world, whole)
    await hear(world, "DiskFull")
    incident = await only(world)
    await world.let_pass(minutes=20)
    await hear(world, "QueueFull")
    await world.let_pass(minutes=20)
    await hear(world, "CacheCold")
    assert len(await world.store.alerts_of((await only(world)).id)) == 3
    await world.let_pass(minutes=31)
    await hear(world, "CertificateOld")
    newest, first = await world.store.open_incidents()
    assert {newest.title, first.title} == {"DiskFull on eu-1", "CertificateOld on eu-1"}
    (closed,) = await world.events(incident, Kind.GROUP_CLOSED)
    assert closed.facts["group"] == "system:shop"


async def test_a_flapping_alert_is_said_once_ends_quietly_and_is_said_again_when_it_is_steady(world: World) -> None:
    rule(world, flapping=Flapping(changes=3, within=timedelta(minutes=10)))
    for _ in range(4):
        began = world.clock()
        await hear(world, starts=began)
        await hear(world, over=True, starts=began)
        world.clock.advance(minutes=1)
    incident = await only(world)
    kinds = [each.kind for each in await world.events(incident, Kind.ALERT_RESOLVED, Kind.ALERT_JOINED)]
    assert kinds == [Kind.ALERT_RESOLVED, Kind.ALERT_JOINED], "the fourth change is one too many"
    assert len(await world.events(incident, Kind.ALERT_FLAPPING)) == 1
    assert await world.events(incident, Kind.ALERT_STEADY) == []
    await world.let_pass(minutes=11)
    (steady,) = await world.events(incident, Kind.ALERT_STEADY)
    assert steady.facts["firing"] is False
    said = [each.event.kind for each in world.chat.messages_in(incident.home.channel, EventMessage)]
    assert (said.count(Kind.ALERT_FLAPPING), said.count(Kind.ALERT_STEADY)) == (1, 1)


async def test_where_the_route_says_so_the_monitor_resolves_once_all_is_quiet(world: World) -> None:
    rule(world, TeamRoute(name="batch", resolves_after=timedelta(minutes=5)))
    await hear(world)
    await hear(world, instance=OTHER)
    incident = await only(world)
    await hear(world, over=True)
    await world.let_pass(minutes=6)
    assert (await world.again(incident)).open, "another alert fires"
    await hear(world, over=True, instance=OTHER)
    await world.let_pass(minutes=4)
    assert (await world.again(incident)).open
    await world.let_pass(minutes=2)
    ended = await world.again(incident)
    assert (ended.open, ended.resolved_by) == (False, "monitor:alertmanager")
    (resolved,) = await world.events(incident, Kind.RESOLVED)
    assert (resolved.facts["rule"], resolved.facts["quiet_seconds"]) == ("batch", 300)


async def test_what_fires_again_before_that_goes_on(world: World) -> None:
    rule(world, TeamRoute(name="batch", resolves_after=timedelta(minutes=5)))
    await hear(world)
    incident = await only(world)
    await hear(world, over=True)
    await world.let_pass(minutes=4)
    await hear(world)
    await world.let_pass(minutes=10)
    assert (await world.again(incident)).open
    await hear(world, over=True)
    await world.let_pass(minutes=6)
    assert not (await world.again(incident)).open, "the timer is set anew each time that all is over"


async def test_an_end_that_was_lost_is_told_by_the_next_outage_and_the_monitor_resolves_all_the_same(
    world: World,
) -> None:
    rule(world, TeamRoute(name="batch", resolves_after=timedelta(minutes=5)))
    await hear(world)
    incident = await only(world)
    await world.let_pass(minutes=30)
    again = world.clock()
    await hear(world, starts=again)
    await world.knock({**monitor.body(monitor.alert(starts=again)), "at": world.clock().isoformat()})
    first, second = await world.store.alerts_of(incident.id)
    assert (first.firing, first.count, second.firing, second.count) == (False, 1, True, 1), "the copy counts nothing"
    (told,) = await world.events(incident, Kind.ALERT_RESOLVED)
    assert (told.facts["end_lost"], told.facts["still_firing"]) == (True, 1)
    await hear(world, starts=again, over=True)
    await world.let_pass(minutes=6)
    assert not (await world.again(incident)).open


async def test_an_end_that_was_lost_is_not_told_in_the_channel_of_an_incident_that_was_resolved_long_ago(
    world: World,
) -> None:
    await hear(world)
    first = await only(world)
    await world.say(BEN, "resolve fixed", first)
    await world.let_pass(hours=3)
    await hear(world, starts=world.clock())
    assert (await only(world)).id != first.id
    (record,) = await world.store.alerts_of(first.id)
    assert not record.firing
    await world.let_pass(minutes=2)
    assert await world.events(first, Kind.ALERT_RESOLVED, Kind.ALERTS_REPEATED) == []


async def test_the_end_of_an_outage_that_was_lost_whole_ends_those_before_it(world: World) -> None:
    rule(world, TeamRoute(name="batch", resolves_after=timedelta(minutes=5)))
    await hear(world)
    incident = await only(world)
    await world.let_pass(minutes=30)
    await hear(world, starts=world.clock(), over=True)
    (told,) = await world.events(incident, Kind.ALERT_RESOLVED)
    assert (told.facts["end_lost"], told.facts["still_firing"]) == (True, 0)
    await world.let_pass(minutes=6)
    assert not (await world.again(incident)).open


async def test_a_repeat_of_one_outage_ends_no_other_whose_start_another_monitor_knows_better(world: World) -> None:
    rule(world, TeamRoute(name="batch", resolves_after=timedelta(minutes=5)))
    later = START + timedelta(seconds=20)
    for starts in (later, START, later, START):
        await hear(world, starts=starts)
    incident = await only(world)
    assert [each.firing for each in await world.store.alerts_of(incident.id)] == [True, True]
    await hear(world, starts=later, over=True)
    assert not any(each.firing for each in await world.store.alerts_of(incident.id))


async def test_a_route_has_its_own_window_to_reopen_and_what_comes_later_leads_back(world: World) -> None:
    rule(world, TeamRoute(name="short", reopens_within=timedelta(minutes=10)))
    await hear(world)
    first = await only(world)
    await hear(world, over=True)
    await world.say(BEN, "resolve fixed", first)
    await world.work()
    world.clock.advance(minutes=11)
    await hear(world, starts=world.clock())
    second = await only(world)
    assert second.earlier is not None
    assert (second.earlier.key, second.earlier.channel) == (first.key, first.home.channel)
    (declared,) = await world.events(second, Kind.DECLARED)
    assert declared.facts["after"] == first.key


async def test_why_tells_the_alert_the_rule_the_group_and_who_was_called(world: World) -> None:
    rule(world, TeamRoute(name="whole", matchers=(matcher("severity=critical"),), system=SHOP, group_by=()))
    await hear(world)
    await hear(world, "DiskFull")
    incident = await only(world)
    answer = await world.say(BEN, "why", incident)
    assert isinstance(answer, Why)
    by_kind = {each.kind: each.facts for each in answer.events}
    declared = by_kind[Kind.DECLARED]
    assert (declared["rule"], declared["group"]) == ("whole", "system:shop")
    assert declared["rule_reason"] == "route “whole” matches severity=critical"
    assert declared["severity_reason"]
    assert by_kind[Kind.PAGED]["rule"] == "on call for shop"
    assert by_kind[Kind.ALERT_JOINED]["rule"] == "whole"


async def test_an_alert_that_is_muted_in_its_open_incident_is_on_its_timeline(world: World) -> None:
    await hear(world)
    incident = await only(world)
    await hear(world, over=True)
    rule(world, mutes=(replace(UPGRADE, end=world.clock() + timedelta(hours=1)),))
    world.clock.advance(minutes=1)
    await hear(world)
    (said,) = await world.events(incident, Kind.ALERT_MUTED)
    assert said.facts["rule"] == "upgrade"
    await world.let_pass(hours=2)
    (joined,) = await world.events(incident, Kind.ALERT_JOINED)
    assert joined.facts["reason"] == "fires again while its incident is open; fires still, now that “upgrade” is over"
