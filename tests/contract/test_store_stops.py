"""The stop of all remediations: one stands at a time, whoever is quicker, and no run begins while it does."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.outage import Conflict
from commands.store import Store
from incident import timeline
from incident.approval import ApprovalState
from incident.job import JobName
from incident.refusal import Stopped
from incident.responder import UserId, person
from incident.stop import Stop
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import NOW, change

LEASE = timedelta(seconds=10)
STOP = Stop(id="stop_1", by=person(UserId("U1")), at=NOW, reason="a wrong deploy")


def lifted(stop: Stop) -> Stop:
    return replace(stop, lifted_by=person(UserId("U2")), lifted_at=NOW + timedelta(minutes=5), lifted_because="over")


async def test_a_stop_stands_until_it_is_lifted_also_for_who_opens_the_store_later(
    store: Store, opener: Opener
) -> None:
    assert await store.stopped() is None
    await store.save(change("a", stop=STOP, events=(making.event(),)))
    assert await (await opener()).stopped() == STOP
    assert len(await store.timeline(timeline.SYSTEM)) == 1
    await store.save(change("b", stop=lifted(STOP)))
    assert await (await opener()).stopped() is None
    await store.save(change("c", stop=replace(STOP, id="stop_2")))
    assert await store.stopped() == replace(STOP, id="stop_2")


async def test_of_many_stops_at_once_one_stands_and_of_many_liftings_one_lifts(store: Store) -> None:
    stops = [replace(STOP, id=f"stop_{n}") for n in range(20)]
    saves = [store.save(change(each.id, stop=each)) for each in stops]
    answers = await asyncio.gather(*saves, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in answers) == 19
    standing = await store.stopped()
    assert standing is not None
    lifts = [store.save(change(f"lift-{n}", stop=lifted(standing))) for n in range(20)]
    answers = await asyncio.gather(*lifts, return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in answers) == 19
    assert await store.stopped() is None


async def test_a_lost_race_leaves_nothing_behind(store: Store) -> None:
    await store.save(change("a", stop=STOP))
    with pytest.raises(Conflict):
        await store.save(
            change("b", stop=replace(STOP, id="stop_2"), events=(making.event(),), jobs=(making.job("k"),))
        )
    assert await store.timeline(timeline.SYSTEM) == ()
    assert await store.next_due() is None


async def test_no_run_begins_while_a_stop_stands_even_if_it_was_decided_before(store: Store) -> None:
    """Whoever decided to begin may not have seen the stop: the store looks once more in the same transaction."""
    saved = await store.save(
        change(
            "a",
            incident=making.incident(),
            approvals=(making.approval(state=ApprovalState.APPROVED),),
            jobs=(making.job("run", name=JobName.RUN_REMEDIATION, subject="app_1"),),
        )
    )
    (claim,) = await store.claim("w", limit=1, lease=LEASE)
    begun = change("begin", incident=saved.incident, approvals=(making.approval(state=ApprovalState.RUNNING),))
    await store.save(change("b", stop=STOP))
    with pytest.raises(Stopped) as no:
        await store.begin(claim, begun, keeping=())
    assert no.value.facts["reason"] == "a wrong deploy"
    request = await store.approval("app_1")
    assert request is not None
    assert request.state is ApprovalState.APPROVED
    await store.save(change("c", stop=lifted(STOP)))
    await store.begin(claim, begun, keeping=())


async def test_what_is_under_way_is_found_across_incidents(store: Store) -> None:
    for number, state in enumerate(ApprovalState):
        incident = making.incident(f"inc_{number}")
        request = making.approval(f"app_{number}", state=state, target=f"t{number}", incident_id=incident.id)
        await store.save(change(f"c{number}", incident=incident, approvals=(request,)))
    found = {each.state for each in await store.approvals_under_way()}
    assert found == {state for state in ApprovalState if not state.final}
