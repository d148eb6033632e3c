"""Taken in together or one by one: the same comes of it, whatever the requests say and in whatever order."""

import asyncio
import json
from collections.abc import Sequence
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.sources.admission import Request
from bot.web.alerts import delivery_of
from commands.take_alerts import heard, take_alerts, take_together
from incident.alert import AlertStatus
from incident.incident import Incident
from incident.severity import HOUSE, Severity
from incident.taking import Taking
from incident.timeline import SYSTEM, Kind, broken_at
from tests.fakes import monitor
from tests.fakes.clock import START
from tests.fakes.settings import BEN
from tests.fakes.world import World, opened_world

ALERTS = st.tuples(
    st.sampled_from(["OrdersStuck", "DiskFull"]),
    st.sampled_from(["eu-1", "us-1", "ap-1"]),
    st.sampled_from(["firing", "resolved"]),
    st.integers(0, 1),
)
REQUESTS = st.lists(st.lists(ALERTS, min_size=1, max_size=3), min_size=1, max_size=12)


def taking(world: World, alerts: Sequence[tuple[str, str, str, int]]) -> Taking:
    listed = [
        monitor.alert(name, instance=where, status=status, starts=START + timedelta(minutes=turn))
        for name, where, status, turn in alerts
    ]
    body = json.dumps(monitor.body(*listed, group=alerts[0][0])).encode()
    return heard(delivery_of("alertmanager", Request(headers={}, body=body, at=world.clock())), ports=world.ports)


async def stored(world: World) -> object:
    """All that the store holds of it."""
    incidents = await world.store.recent_incidents(limit=100)
    chains = {name: await world.store.timeline(name) for name in await world.store.chains()}
    assert all(broken_at(name, chain) is None for name, chain in chains.items())
    jobs = await world.store.claim("test", limit=500, lease=timedelta(seconds=10))
    return (
        {each.id: (each, await world.store.alerts_of(each.id)) for each in incidents},
        chains,
        {each.job.key: each.job for each in jobs},
    )


async def both(requests: Sequence[Sequence[tuple[str, str, str, int]]], earlier: int) -> None:
    async with opened_world() as one, opened_world() as other:
        for world in (one, other):
            for alerts in requests[:earlier]:
                await take_alerts(taking(world, alerts), ports=world.ports, within=60)
            for incident in await world.store.open_incidents():
                await world.say(BEN, "resolve fixed", incident, cause=f"resolve {incident.id}")
            world.clock.advance(minutes=10)
        rest = requests[earlier:]
        together = await take_together([taking(one, each) for each in rest], ports=one.ports, within=60)
        alone = [await take_alerts(taking(other, each), ports=other.ports, within=60) for each in rest]
        assert list(together) == alone
        assert await stored(one) == await stored(other)


@settings(max_examples=25, deadline=None)
@given(REQUESTS, st.integers(0, 4))
def test_a_batch_decides_exactly_what_its_requests_decide_one_after_the_other(
    requests: Sequence[Sequence[tuple[str, str, str, int]]], earlier: int
) -> None:
    """On top of anything that was taken and resolved before; down to versions, event ids and debts."""
    asyncio.run(both(requests, earlier))


async def one_incident(world: World) -> Incident:
    (incident,) = await world.store.open_incidents()
    return incident


async def test_twenty_identical_requests_in_one_batch_are_one(world: World) -> None:
    same = [taking(world, [("OrdersStuck", "eu-1", "firing", 0)]) for _ in range(20)]
    taken = await take_together(same, ports=world.ports, within=60)
    assert [each.fresh for each in taken] == [True] + [False] * 19
    (record,) = await world.store.alerts_of((await one_incident(world)).id)
    assert record.count == 1


async def test_a_second_outage_in_the_very_same_bytes_is_heard(world: World) -> None:
    """A monitor without start times: firing, over, firing again, all within the time of a sender's retries."""
    firing = b'{"alerts": [{"labels": {"alertname": "Disk"}, "status": "firing"}]}'
    over = firing.replace(b'"firing"', b'"resolved"')
    fresh = [await world.knock(raw) for raw in (firing, firing, over, over, firing, firing)]
    assert fresh == [True, False, True, False, True, False]
    (record,) = await world.store.alerts_of((await one_incident(world)).id)
    assert (record.count, record.firings, record.firing) == (3, 2, True)


async def test_an_end_that_overtook_its_beginning_ends_it_all_the_same(world: World) -> None:
    """The two came by different ways: the incident is there, people are called, and it is known to be over."""
    await world.knock(monitor.body(monitor.alert(status="resolved")))
    await world.knock(monitor.body(monitor.alert()))
    incident = await one_incident(world)
    (record,) = await world.store.alerts_of(incident.id)
    assert (record.alert.status, record.count, record.firings) == (AlertStatus.RESOLVED, 2, 1)
    assert [event.facts["still_firing"] for event in await world.events(incident, Kind.ALERT_RESOLVED)] == [0]


async def test_a_beginning_that_comes_long_after_an_end_is_an_outage_of_its_own(world: World) -> None:
    await world.knock(monitor.body(monitor.alert(status="resolved")))
    world.clock.advance(minutes=2)
    await world.knock(monitor.body(monitor.alert()))
    (record,) = await world.store.alerts_of((await one_incident(world)).id)
    assert record.firing


async def test_a_storm_of_one_outage_is_one_incident_with_exact_counts_and_a_short_timeline(world: World) -> None:
    storm = [[("OrdersStuck", f"node-{n}-{m}", "firing", 0) for m in range(50)] for n in range(40)]
    await take_together([taking(world, each) for each in storm], ports=world.ports, within=60)
    incident = await one_incident(world)
    tally = await world.store.alert_tally(incident.id)
    assert (tally.alerts, tally.firing, tally.messages) == (2000, 2000, 2000)
    assert len(await world.store.timeline(incident.id)) <= 25
    await world.let_pass(minutes=2)
    told = await world.events(incident, Kind.ALERTS_REPEATED)
    assert sum(int(str(event.facts["count"])) for event in told) == 1999
    over = [[(name, where, "resolved", turn) for name, where, _, turn in each] for each in storm]
    await take_together([taking(world, each) for each in over], ports=world.ports, within=60)
    assert (await world.store.alert_tally(incident.id)).firing == 0
    assert (await world.events(incident, Kind.ALERT_RESOLVED))[-1].facts["still_firing"] == 0


async def test_what_cannot_be_decided_is_a_dead_letter_and_takes_nothing_with_it(world: World) -> None:
    """A fault of Muster's own in one of three requests of a batch."""
    good = [taking(world, [("OrdersStuck", where, "firing", 0)]) for where in ("eu-1", "us-1")]
    info = json.dumps(monitor.body({**monitor.alert("DiskFull"), "labels": {"severity": "info"}})).encode()
    odd = heard(delivery_of("alertmanager", Request(headers={}, body=info, at=START)), ports=world.ports)
    world.settings.levels = {level: policy for level, policy in HOUSE.items() if level is not Severity.P3}
    taken = await take_together([good[0], odd, good[1]], ports=world.ports, within=60)
    assert [bool(each.dead) for each in taken] == [False, True, False]
    (dead,) = await world.store.dead_deliveries()
    assert dead.key == taken[1].key
    assert len(await world.store.alerts_of((await one_incident(world)).id)) == 2
    assert [link.event.kind for link in await world.store.timeline(SYSTEM) if link.event] == [Kind.DEAD_LETTER]
