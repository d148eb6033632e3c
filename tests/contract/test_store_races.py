"""Many at once, in one process and in several: each promise holds for whoever loses the race."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.outage import Conflict, LostClaim
from commands.store import Saved, Store
from incident import timeline
from incident.change import Change
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import change
from tests.contract.stores import MovedClock

LEASE = timedelta(seconds=10)


@pytest.fixture
async def stores(store: Store, opener: Opener) -> tuple[Store, Store]:
    """Two openings of one store, as two processes have them."""
    return store, await opener()


async def changed(store: Store, cause: str) -> Saved:
    """Change the one incident, deciding anew after every conflict."""
    while True:
        now = await store.incident("inc_1")
        assert now is not None
        decided = replace(now, follow_ups=(), summary=now.summary + f"{cause};")
        try:
            return await store.save(change(cause, incident=decided, events=(making.event(cause),)))
        except Conflict:
            continue


async def test_the_same_cause_twenty_times_at_once_has_one_effect(stores: tuple[Store, Store]) -> None:
    def declares(n: int) -> Change:
        return change(
            "one click", incident=making.incident(f"inc_{n}"), events=(making.event(),), jobs=(making.job(f"k{n}"),)
        )

    saved = await asyncio.gather(*(stores[n % 2].save(declares(n)) for n in range(20)))
    assert sum(each.fresh for each in saved) == 1
    assert {each.incident.number for each in saved if each.incident} == {1}
    assert len(await stores[0].recent_incidents()) == 1
    assert len(await stores[0].chains()) == 1
    assert len(await stores[0].claim("w", limit=20, lease=LEASE)) == 1


async def test_fifty_changes_of_one_incident_at_once_all_land_in_an_intact_chain(stores: tuple[Store, Store]) -> None:
    await stores[0].save(change("declare", incident=making.incident()))
    await asyncio.gather(*(changed(stores[n % 2], f"c{n}") for n in range(50)))
    incident = await stores[0].incident("inc_1")
    chain = await stores[0].timeline("inc_1")
    assert incident is not None
    assert incident.version == 51
    assert sorted(incident.summary.split(";")[:-1]) == sorted(f"c{n}" for n in range(50))
    assert [link.event.facts["text"] for link in chain if link.event] == incident.summary.split(";")[:-1]
    assert timeline.broken_at("inc_1", chain) is None


async def test_events_of_the_system_from_two_processes_make_one_intact_chain(stores: tuple[Store, Store]) -> None:
    await asyncio.gather(*(stores[n % 2].save(change(f"c{n}", events=(making.event(),))) for n in range(60)))
    chain = await stores[0].timeline(timeline.SYSTEM)
    assert len(chain) == 60
    assert timeline.broken_at(timeline.SYSTEM, chain) is None


async def test_alerts_of_one_group_that_come_at_once_declare_exactly_one_incident(stores: tuple[Store, Store]) -> None:
    async def take(n: int) -> str:
        store = stores[n % 2]
        while True:
            last = await store.last_incident_of_group("g")
            owner = last or making.incident(f"inc_{n}", group="g")
            record = making.alert(f"a{n}", incident_id=owner.id)
            try:
                await store.save(change(f"c{n}", incident=None if last else owner, alerts=(record,)))
            except Conflict:
                continue
            return owner.id

    owners = await asyncio.gather(*(take(n) for n in range(20)))
    assert len(set(owners)) == 1
    assert len(await stores[0].open_incidents()) == 1
    assert len(await stores[0].alerts_of(owners[0])) == 20


async def test_messages_of_one_alert_that_come_at_once_are_all_counted(stores: tuple[Store, Store]) -> None:
    async def take(n: int) -> None:
        store = stores[n % 2]
        while True:
            known = await store.alert("alertmanager:a1")
            record = making.alert() if known is None else replace(known, count=known.count + 1)
            try:
                await store.save(change(f"c{n}", alerts=(record,)))
            except Conflict:
                continue
            return

    await asyncio.gather(*(take(n) for n in range(30)))
    record = await stores[0].alert("alertmanager:a1")
    assert record is not None
    assert record.count == 30


async def test_one_bad_change_among_many_that_are_committed_together_harms_none(store: Store) -> None:
    await store.save(change("declare", incident=making.incident()))
    stale = replace(making.incident(), version=9)
    unwritable = replace(making.incident("inc_bad"), title="half an emoji: \ud83d")
    every = [change(f"c{n}", events=(making.event(),)) for n in range(40)]
    every[13] = replace(every[13], incident=stale)
    every[26] = replace(every[26], incident=unwritable)
    outcomes = await asyncio.gather(*(store.save(each) for each in every), return_exceptions=True)
    failed = [n for n, outcome in enumerate(outcomes) if isinstance(outcome, BaseException)]
    assert failed == [13, 26]
    assert isinstance(outcomes[13], Conflict)
    chain = await store.timeline(timeline.SYSTEM)
    assert len(chain) == 38
    assert timeline.broken_at(timeline.SYSTEM, chain) is None
    assert await store.incident("inc_bad") is None


async def test_two_workers_never_hold_the_same_job(stores: tuple[Store, Store]) -> None:
    await stores[0].save(change("owe", jobs=tuple(making.job(f"k{n}") for n in range(100))))
    taken = await asyncio.gather(*(stores[n % 2].claim(f"w{n}", limit=7, lease=LEASE) for n in range(20)))
    ids = [claim.id for claims in taken for claim in claims]
    assert len(ids) == len(set(ids)) == 100


async def test_of_two_who_hold_one_job_after_each_other_only_the_later_can_save(
    stores: tuple[Store, Store], clock: MovedClock
) -> None:
    await stores[0].save(change("owe", jobs=(making.job("k"),)))
    (old,) = await stores[0].claim("one", limit=1, lease=LEASE)
    clock.pass_(seconds=11)
    (new,) = await stores[1].claim("two", limit=1, lease=LEASE)
    outcomes = await asyncio.gather(
        stores[0].save(change("old", settles=old)),
        stores[1].save(change("new", settles=new)),
        return_exceptions=True,
    )
    assert isinstance(outcomes[0], LostClaim)
    assert isinstance(outcomes[1], Saved)


async def test_who_gives_up_waiting_does_not_undo_the_save_or_keep_it_from_the_worker(store: Store) -> None:
    woken = asyncio.Event()
    store.on_owed = woken.set
    saving = asyncio.create_task(store.save(change("a", jobs=(making.job("k"),))))
    await asyncio.sleep(0)
    saving.cancel()
    await asyncio.wait_for(woken.wait(), 60)
    assert len(await store.claim("w", limit=1, lease=LEASE)) == 1
