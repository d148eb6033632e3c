"""What monitors say is saved many requests at once, whole or not at all, and what is known of it is one look."""

import asyncio
from collections.abc import Mapping, Sequence

import pytest
from msgspec.structs import replace

from commands.outage import Conflict
from commands.store import Store
from incident import timeline
from incident.alert import AlertRecord, AlertStatus, AlertTally, DeliveryState
from incident.incident import Incident, Status
from incident.job import JobName
from incident.taking import Batch, Known
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import NOW, change


def batch(key: str, *, declares: str | None = None, alert: str = "a1") -> Batch:
    """One request with one alert, which declares an incident, or only counts."""
    incident = making.incident(declares, group=f"group of {declares}") if declares else None
    said = change(
        f"{key}#0",
        incident=incident,
        events=(making.event(key),),
        alerts=(making.alert(alert, incident_id=declares),),
        jobs=(making.job(f"job of {key}", incident_id=declares),),
    )
    return Batch(at=NOW, changes=(said,), deliveries=(making.delivery(key),))


async def one(store: Store, name: str) -> Incident:
    found = await store.incident(name)
    assert found is not None
    return found


async def test_a_batch_is_saved_whole(store: Store) -> None:
    await store.take(batch("d1", declares="inc_1"))
    incident = await one(store, "inc_1")
    assert (incident.number, incident.version) == (1, 1)
    (link,) = await store.timeline("inc_1")
    assert link.event == making.event("d1")
    delivery = await store.delivery("d1")
    assert delivery is not None
    assert await store.alert_tally("inc_1") == AlertTally(alerts=1, firing=1, messages=1, sources=("alertmanager",))


async def test_changes_of_one_incident_count_its_versions_through_and_chain_its_events(store: Store) -> None:
    first = making.incident("inc_1")
    changes = [
        change(
            f"d{n}#0",
            incident=replace(first, version=n, summary=str(n)),
            events=(making.event(str(n)), making.event("again")),
        )
        for n in range(5)
    ]
    await store.take(Batch(at=NOW, changes=tuple(changes)))
    incident = await one(store, "inc_1")
    assert (incident.version, incident.summary) == (5, "4")
    chain = await store.timeline("inc_1")
    assert (len(chain), timeline.broken_at("inc_1", chain)) == (10, None)
    await store.take(Batch(at=NOW, changes=(change("d9#0", incident=incident, events=(making.event("more"),)),)))
    assert timeline.broken_at("inc_1", await store.timeline("inc_1")) is None


async def test_new_incidents_are_numbered_as_they_were_declared(store: Store) -> None:
    names = ["inc_c", "inc_a", "inc_b"]
    changes = tuple(change(name, incident=making.incident(name)) for name in names)
    await store.take(Batch(at=NOW, changes=changes))
    assert [(await one(store, name)).number for name in names] == [1, 2, 3]


async def test_a_request_that_is_known_makes_the_batch_a_conflict_of_which_nothing_is_saved(store: Store) -> None:
    await store.take(batch("d1"))
    with pytest.raises(Conflict):
        await store.take(replace(batch("d2", declares="inc_1", alert="a2"), deliveries=(making.delivery("d1"),)))
    assert await store.incident("inc_1") is None
    assert await store.alert("alertmanager:a2") is None
    with pytest.raises(Conflict):
        await store.take(batch("d3", declares="inc_1"))  # the alert is no longer at version 0
    assert await store.delivery("d3") is None


async def test_a_cause_is_taken_once(store: Store) -> None:
    spooled = replace(batch("d1"), causes=("spool:1:0",))
    await store.take(spooled)
    assert await store.kept({"d1", "d2"}, {"spool:1:0", "spool:1:1"}) == {"d1", "spool:1:0"}
    with pytest.raises(Conflict):
        await store.take(replace(batch("d2", alert="a2"), causes=("spool:1:0",)))


async def test_an_alert_that_came_often_in_a_batch_is_saved_once_as_it_is_at_the_end(store: Store) -> None:
    record = making.alert("a1")
    came = [replace(record, count=n + 1, version=n) for n in range(7)]
    await store.take(Batch(at=NOW, changes=tuple(change(f"d{n}", alerts=(each,)) for n, each in enumerate(came))))
    assert await store.alert(record.id) == replace(record, count=7, version=7)


async def test_what_counts_on_an_open_incident_conflicts_once_it_is_resolved(store: Store) -> None:
    await store.take(batch("d1", declares="inc_1"))
    joins = change("d2#0", alerts=(making.alert("a2", incident_id="inc_1"),), still_open="inc_1")
    await store.take(Batch(at=NOW, changes=(joins,)))
    assert (await one(store, "inc_1")).version == 1
    await store.save(change("resolve", incident=replace(await one(store, "inc_1"), status=Status.RESOLVED)))
    late = change("d3#0", alerts=(making.alert("a3", incident_id="inc_1"),), still_open="inc_1")
    with pytest.raises(Conflict):
        await store.take(Batch(at=NOW, changes=(late,)))
    assert await store.alert("alertmanager:a3") is None


async def test_what_is_known_is_one_look(store: Store) -> None:
    older = replace(making.incident("inc_old", group="g"), status=Status.RESOLVED)
    quiet = making.alert("a2", incident_id="inc_new")
    over = replace(quiet, alert=replace(quiet.alert, status=AlertStatus.RESOLVED))
    await store.save(change("a", incident=older, alerts=(making.alert("a1", incident_id="inc_old"),)))
    await store.save(change("b", incident=making.incident("inc_new", group="g"), alerts=(over,)))
    await store.save(change("c", incident=making.incident("inc_else", group="h")))
    known = await store.known({"alertmanager:a1", "alertmanager:odd\x00key", "nobody"}, {"g", "unheard of"}, NOW)
    assert set(known.records) == {"alertmanager:a1"}
    assert {each.id for each in known.incidents} == {"inc_old", "inc_new"}
    assert known.firing == {"inc_old": 1}
    assert await store.known(set(), set(), NOW) == Known()


async def test_what_is_known_has_the_other_outages_of_the_same_thing_that_fire_still(store: Store) -> None:
    def outage(start: str, status: AlertStatus = AlertStatus.FIRING, source: str = "alertmanager") -> AlertRecord:
        record = making.alert(f"disk@{start}", incident_id="inc_1")
        return replace(record, alert=replace(record.alert, thing="disk@", status=status, source=source))

    over, fires, elsewhere = outage("1", AlertStatus.RESOLVED), outage("2"), outage("2", source="grafana")
    await store.save(change("a", incident=making.incident("inc_1"), alerts=(over, fires, elsewhere)))
    known = await store.known(outage("3").alert.names, set(), NOW)
    assert set(known.records) == {"alertmanager:disk@2"}
    ended = replace(outage("2", AlertStatus.RESOLVED), version=1)
    await store.save(change("b", alerts=(ended,)))
    assert await store.known(outage("3").alert.names, set(), NOW) == Known()


async def test_the_same_look_tells_which_requests_are_there_by_keys_that_hang_on_the_records(store: Store) -> None:
    await store.take(replace(batch("d1:1f", declares="inc_1"), causes=("spool:1:0",)))

    def keyed(records: Mapping[str, AlertRecord]) -> Sequence[str]:
        return [f"d{number}:{sum(each.firings for each in records.values())}f" for number in (2, 1)]

    known = await store.known({"alertmanager:a1"}, set(), NOW, keyed, {"spool:1:0", "spool:1:1"})
    assert known.keys == ("d2:1f", "d1:1f")
    assert known.kept == {"d1:1f", "spool:1:0"}


async def test_jobs_owed_again_in_one_batch_are_owed_once(store: Store) -> None:
    cards = [
        change(f"d{n}", jobs=(making.job("card:inc_1", name=JobName.CARD), making.job(f"tell:{n}"))) for n in range(4)
    ]
    await store.take(Batch(at=NOW, changes=tuple(cards)))
    figures = await store.figures()
    assert figures.due == 5


async def test_a_dead_letter_is_replayed_by_one_only(store: Store) -> None:
    dead = replace(making.delivery("d1"), state=DeliveryState.DEAD, reason="odd")
    await store.take(Batch(at=NOW, deliveries=(dead,)))
    taken = Batch(at=NOW, replayed=(replace(dead, state=DeliveryState.TAKEN, reason=""),))
    await store.take(taken)
    with pytest.raises(Conflict):
        await store.take(taken)
    assert await store.dead_deliveries() == ()


async def test_processes_that_take_at_once_lose_no_count(opener: Opener) -> None:
    """Each decides anew after a conflict, as the intake does."""
    stores = [await opener() for _ in range(3)]

    async def count(store: Store, name: str) -> None:
        for number in range(10):
            for _ in range(100):
                known = (await store.known({"alertmanager:a1"}, set(), NOW)).records.get("alertmanager:a1")
                record = making.alert("a1") if known is None else replace(known, count=known.count + 1)
                said = change(f"{name}{number}", alerts=(record,))
                try:
                    await store.take(Batch(at=NOW, changes=(said,), deliveries=(making.delivery(f"{name}{number}"),)))
                    break
                except Conflict:
                    await asyncio.sleep(0)

    await asyncio.gather(*(count(store, name) for store, name in zip(stores, "abc", strict=True)))
    record = await stores[0].alert("alertmanager:a1")
    assert record is not None
    assert (record.count, record.version) == (30, 30)
