"""Watches: they look on their schedule, and their alerts declare and end incidents like a monitor's."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.answers import Watches
from commands.messages import NoticeMessage
from commands.ports import Ports
from commands.watch import STRANGE_FOR, STRANGE_TIMES, set_watches
from incident.expectation import Expectation, Operator
from incident.incident import Incident, Status
from incident.job import JobName
from incident.measure import Measure
from incident.runbook import Catalog, Route, Step, StepKind
from incident.severity import Severity
from incident.timeline import SYSTEM, Event, Kind
from incident.watch import Watch, WatchState
from tests.fakes.runbooks import CATALOG, SHOP, STUCK, FakeRunbooks
from tests.fakes.settings import ANA
from tests.fakes.world import LEASE, World

NAME = f"{SHOP}/count-stuck"
EVERY = timedelta(minutes=1)
WATCH = Watch(every=EVERY, lasting=timedelta(minutes=2), severity=Severity.P0)


def catalog(watch: Watch | None = WATCH, **changed: object) -> Catalog:
    """The shop's runbook, one of whose diagnostics is watched; ``changed`` are other fields of that step."""
    steps = (replace(STUCK.steps[0], watch=watch, **changed), *STUCK.steps[1:])
    route = Route(labels={"system": SHOP, "watch": "count-stuck"}, procedure=STUCK.id, severity=Severity.P0)
    return replace(CATALOG, procedures=(replace(STUCK, steps=steps),), routes=(*CATALOG.routes, route))


def watching(world: World, made: Catalog | None = None) -> Ports:
    runbooks = FakeRunbooks(made or catalog())
    world.settings.runbooks = runbooks
    world.ports = replace(world.ports, runbooks=runbooks)
    return world.ports


@pytest.fixture
async def watched(world: World) -> World:
    """A world whose watch was set; all is well so far."""
    world.database.sees["count-stuck"] = 0
    await set_watches(process="here", ports=watching(world))
    return world


async def incidents(world: World) -> Sequence[Incident]:
    return await world.store.recent_incidents()


async def test_it_looks_on_its_schedule_and_nothing_is_declared_while_all_is_well(watched: World) -> None:
    await watched.let_pass(minutes=10)
    assert 10 <= len(watched.database.looked) <= 11
    record = await watched.store.watch(NAME)
    assert record is not None
    assert (record.state, record.value) == (WatchState.HEALTHY, "0")
    assert await incidents(watched) == ()
    assert await watched.store.timeline(SYSTEM) == ()


async def test_what_it_sees_for_long_enough_declares_an_incident_of_its_procedure(watched: World) -> None:
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=2)
    assert await incidents(watched) == ()
    await watched.let_pass(minutes=2)
    (incident,) = await incidents(watched)
    assert (incident.procedure, incident.severity, incident.system) == (STUCK.id, Severity.P0, SHOP)
    assert incident.title == "Count the orders that stand still"
    assert incident.summary == "It is 7; it should be at most 0. Seen on shop-db."
    (alert,) = await watched.store.alerts_of(incident.id)
    assert (alert.id, alert.firing) == (f"watch:{NAME}", True)
    (declared,) = await watched.events(incident, Kind.DECLARED)
    evidence = next(each for each in declared.evidence if each.startswith("delivery:"))
    delivery = await watched.store.delivery(evidence.removeprefix("delivery:"))
    assert delivery is not None
    assert b'"runs":"SELECT count(*) FROM orders' in delivery.body


async def test_when_it_is_well_again_its_alert_is_over(watched: World) -> None:
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=4)
    watched.database.sees["count-stuck"] = 0
    await watched.let_pass(minutes=2)
    (incident,) = await incidents(watched)
    (event,) = await watched.events(incident, Kind.ALERT_RESOLVED)
    assert event.facts["still_firing"] == 0


async def test_it_joins_the_incident_that_a_monitor_declared_of_the_same_procedure(watched: World) -> None:
    incident = await watched.declared()
    watched.database.sees["count-stuck"] = 7
    labels = {"alertname": "OrdersStuck", "severity": "critical"}
    alert = {"status": "firing", "labels": labels, "startsAt": "2026-03-01T12:00:00Z", "fingerprint": "f1"}
    await watched.knock({"version": "4", "status": "firing", "alerts": [alert]})
    await watched.let_pass(minutes=5)
    groups = {each.group: each for each in await incidents(watched) if each.id != incident.id}
    (one,) = groups.values()
    assert {each.alert.source for each in await watched.store.alerts_of(one.id)} == {"alertmanager", "watch"}


async def test_an_incident_that_was_resolved_too_early_comes_back(watched: World) -> None:
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=4)
    (incident,) = await incidents(watched)
    await watched.say(ANA, "resolve looks fine to me", incident)
    await watched.let_pass(minutes=17)
    assert (await watched.again(incident)).status is not Status.RESOLVED
    assert await watched.events(incident, Kind.REOPENED)


async def test_a_look_that_dies_before_it_is_kept_is_repeated_and_its_alert_is_not(watched: World) -> None:
    """The process dies between the alert and the record: whoever takes the job over finds the alert sent."""
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=2)
    watched.clock.now += EVERY
    claim = await watched.claim(JobName.WATCH)
    await watched.do_until_away(claim, saves=1)
    (incident,) = await incidents(watched)
    watched.clock.now += 2 * LEASE
    await watched.work()
    (alert,) = await watched.store.alerts_of(incident.id)
    assert alert.count == 1
    assert len(await incidents(watched)) == 1
    record = await watched.store.watch(NAME)
    assert record is not None
    assert record.state is WatchState.FIRING


async def cut_after_its_alert(watched: World) -> None:
    """A look sends its alert, and dies before it is kept."""
    watched.clock.now += EVERY
    await watched.do_until_away(await watched.claim(JobName.WATCH), saves=1)
    watched.clock.now += 2 * LEASE


async def test_a_look_cut_after_its_alert_is_known_by_the_next_one_which_sees_that_it_is_well_again(
    watched: World,
) -> None:
    """The record knows of no alert: without a look at what was sent, nobody would ever hear that it is over."""
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=2)
    await cut_after_its_alert(watched)
    watched.database.sees["count-stuck"] = 0
    await watched.work()
    (incident,) = await incidents(watched)
    (alert,) = await watched.store.alerts_of(incident.id)
    assert not alert.firing
    assert await watched.events(incident, Kind.ALERT_RESOLVED)


async def test_a_look_cut_after_the_end_of_its_alert_is_known_by_the_next_one_which_sees_that_it_is_wrong_again(
    watched: World,
) -> None:
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=4)
    watched.database.sees["count-stuck"] = 0
    await cut_after_its_alert(watched)
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=4)
    (incident,) = await incidents(watched)
    (alert,) = await watched.store.alerts_of(incident.id)
    assert (alert.firing, alert.count) == (True, 3)


async def test_a_start_after_a_look_was_cut_repeats_the_look_and_not_its_alert(watched: World) -> None:
    """The start puts the look to another moment, by which its alert must not be another one."""
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=2)
    await cut_after_its_alert(watched)
    await set_watches(process="there", ports=watched.ports)
    await watched.let_pass(seconds=30)
    (incident,) = await incidents(watched)
    (alert,) = await watched.store.alerts_of(incident.id)
    assert alert.count == 1


async def test_a_second_start_owes_no_second_look(watched: World) -> None:
    await watched.let_pass(minutes=3)
    before = len(watched.database.looked)
    await set_watches(process="here", ports=watched.ports)
    await set_watches(process="there", ports=watched.ports)
    await watched.let_pass(minutes=3)
    assert len(watched.database.looked) == before + 3


async def test_after_hours_of_silence_it_looks_once_and_not_for_every_look_it_missed(watched: World) -> None:
    await watched.let_pass(minutes=1)
    before = len(watched.database.looked)
    watched.clock.now += timedelta(hours=5)
    await set_watches(process="here", ports=watched.ports)
    await watched.work()
    await watched.let_pass(seconds=9)
    assert 1 <= len(watched.database.looked) - before <= 2


async def test_what_it_cannot_look_at_raises_no_alarm_and_is_told_once_when_it_lasts(watched: World) -> None:
    watched.database.sees["count-stuck"] = "error: shop-db cannot be reached."
    await watched.let_pass(minutes=30)
    assert await incidents(watched) == ()
    record = await watched.store.watch(NAME)
    assert record is not None
    assert record.blind == "shop-db cannot be reached."
    assert [each.kind for each in said(watched)] == [Kind.WATCH_AWAY]
    watched.database.sees["count-stuck"] = 0
    await watched.let_pass(minutes=2)
    assert [each.kind for each in said(watched)] == [Kind.WATCH_AWAY, Kind.WATCH_BACK]


def said(world: World) -> list[Event]:
    """What was told of targets in the announcements."""
    return [post.message.event for post in world.chat.posts if isinstance(post.message, NoticeMessage)]


async def test_what_has_no_number_to_compare_is_not_taken_for_well(watched: World) -> None:
    watched.database.sees["count-stuck"] = "many"
    await watched.let_pass(minutes=1)
    record = await watched.store.watch(NAME)
    assert record is not None
    assert record.blind == "What it saw cannot be compared with “at most 0”."


async def test_a_step_that_is_no_longer_runnable_sees_nothing_and_says_why(world: World) -> None:
    watching(world, catalog(kind=StepKind.MANUAL, target=None, reason="shop-db is no target of muster.yaml."))
    await set_watches(process="here", ports=world.ports)
    await world.let_pass(minutes=1)
    record = await world.store.watch(NAME)
    assert record is not None
    assert record.blind == "shop-db is no target of muster.yaml."
    assert world.database.looked == []


async def test_a_watch_that_this_process_does_not_know_is_left_to_others_and_ends_in_the_end(watched: World) -> None:
    watching(watched, catalog(watch=None))
    await watched.let_pass(seconds=(STRANGE_TIMES + 3) * STRANGE_FOR.total_seconds())
    assert watched.database.looked == []
    assert await watched.store.next_due() is None
    await set_watches(process="here", ports=watching(watched))
    await watched.let_pass(minutes=1)
    assert watched.database.looked


async def test_everybody_can_see_how_the_watches_stand(watched: World) -> None:
    watched.database.sees["count-stuck"] = 7
    await watched.let_pass(minutes=1)
    answer = await watched.say(ANA, "watches")
    assert isinstance(answer, Watches)
    (system,) = answer.systems
    (one,) = system.watches
    assert one.record is not None
    assert (system.title, one.step.id, one.record.value, one.firing) == ("The shop", "count-stuck", "7", False)


def test_a_watched_step_is_found_in_its_catalog() -> None:
    steps: tuple[Step, ...] = catalog().watched
    assert [each.id for each in steps] == ["count-stuck"]


async def test_the_age_of_what_a_step_shows_can_be_its_value(world: World) -> None:
    """A certificate that ends in 20 days is beyond a bound of 30."""
    ends = (world.clock() + timedelta(days=20)).isoformat()
    world.database.sees["count-stuck"] = f"it ends at {ends}"
    bound = Expectation(operator=Operator.AT_LEAST, value=30.0)
    watching(world, catalog(Watch(every=EVERY), measure=Measure.DAYS_LEFT, expects=bound))
    await set_watches(process="here", ports=world.ports)
    await world.let_pass(minutes=1)
    (incident,) = await incidents(world)
    assert incident.summary == "It is 20.0; it should be at least 30. Seen on shop-db."
    (finding, *_) = await world.store.findings_of(incident.id)
    assert (finding.sight.value, finding.healthy) == (20.0, False)
