"""What is kept only for a time is let go in pieces, nothing of an open incident is, and the chains stay whole."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from commands.store import Store
from incident import timeline
from incident.alert import DeliveryState
from incident.incident import Incident, Status
from incident.job import JobName
from incident.keeping import Lasting
from tests.contract import making
from tests.contract.making import NOW, change
from tests.contract.stores import MovedClock

LATER = NOW + timedelta(days=1)


async def incident(store: Store, name: str, *, resolved: bool) -> Incident:
    """One with two events, a finding and an alert."""
    made = making.incident(name)
    first = change(
        f"{name} begins",
        incident=made,
        events=(making.event("first"), making.event("second")),
        findings=(making.finding(f"fnd_{name}", incident_id=name),),
        alerts=(making.alert(f"alert_{name}", incident_id=name),),
    )
    kept = (await store.save(first)).incident
    assert kept is not None
    if resolved:
        await store.save(change(f"{name} ends", incident=replace(kept, status=Status.RESOLVED, resolved_at=NOW)))
    return kept


async def let_go(store: Store, what: Lasting, *, before: datetime = LATER, limit: int = 100) -> int:
    return await store.let_go(what, before=before, limit=limit)


async def test_the_words_of_a_closed_incidents_timeline_go_and_its_chain_stays_whole(store: Store) -> None:
    await incident(store, "inc_open", resolved=False)
    await incident(store, "inc_over", resolved=True)
    assert await let_go(store, Lasting.TIMELINE, before=NOW) == 0, "it is not older"
    assert await let_go(store, Lasting.TIMELINE, limit=1) == 1
    assert await let_go(store, Lasting.TIMELINE) == 1
    assert await let_go(store, Lasting.TIMELINE) == 0
    over, open_ = await store.timeline("inc_over"), await store.timeline("inc_open")
    assert [each.event for each in over] == [None, None]
    assert all(each.event is not None for each in open_)
    assert timeline.broken_at("inc_over", over) is timeline.broken_at("inc_open", open_) is None
    again = replace(making.incident("inc_over"), number=2, version=2, status=Status.RESOLVED)
    await store.save(change("more", incident=again, events=(making.event("third"),)))
    assert timeline.broken_at("inc_over", await store.timeline("inc_over")) is None


async def test_what_a_diagnostic_printed_goes_and_that_it_looked_stays(store: Store) -> None:
    await incident(store, "inc_open", resolved=False)
    await incident(store, "inc_over", resolved=True)
    assert await let_go(store, Lasting.FINDINGS) == 1
    assert await let_go(store, Lasting.FINDINGS) == 0
    over, open_ = await store.finding("fnd_inc_over"), await store.finding("fnd_inc_open")
    assert over is not None
    assert open_ is not None
    assert (over.sight.output, over.sight.value, over.withheld) == ("", 3, None)
    assert over.sight.receipt == open_.sight.receipt
    assert open_.sight.output == "3"


async def test_nothing_goes_of_an_incident_whose_post_mortem_is_due(store: Store, clock: MovedClock) -> None:
    """It is drafted from the beginning. A line that has no place in Slack and waits for ever holds nothing back."""
    await incident(store, "inc_over", resolved=True)
    ring = making.job("ring", name=JobName.RING_CLOCKS, incident_id="inc_over", due_at=LATER)
    waits = making.job("tell", incident_id="inc_over", due_at=LATER + timedelta(days=9))
    await store.save(change("deadline", jobs=(ring, waits, making.job("let go", incident_id=None))))
    for each in (Lasting.TIMELINE, Lasting.FINDINGS, Lasting.ALERTS):
        assert await let_go(store, each) == 0
    for held in await store.claim("worker", limit=10, lease=timedelta(seconds=10)):
        await store.save(change(f"settle {held.job.key}", settles=held))
    assert await let_go(store, Lasting.TIMELINE) == 0, "what is not due is owed"
    clock.pass_(days=2)
    (late,) = await store.claim("worker", limit=10, lease=timedelta(seconds=10))
    await store.save(change("late", settles=late))
    for each, gone in ((Lasting.TIMELINE, 2), (Lasting.FINDINGS, 1), (Lasting.ALERTS, 1)):
        assert await let_go(store, each) == gone


async def test_the_alerts_of_closed_incidents_go_once_they_came_last_so_long_ago(store: Store) -> None:
    await incident(store, "inc_open", resolved=False)
    await incident(store, "inc_over", resolved=True)
    recent = replace(making.alert("recent", incident_id="inc_over"), last_at=LATER + timedelta(hours=1))
    await store.save(change("recent", alerts=(recent, making.alert("of nobody"))))
    assert await let_go(store, Lasting.ALERTS) == 2
    assert [each.alert.key for each in await store.alerts_of("inc_over")] == ["recent"]
    assert [each.alert.key for each in await store.alerts_of("inc_open")] == ["alert_inc_open"]


@pytest.mark.parametrize("state", DeliveryState)
async def test_the_body_of_a_request_goes_once_it_was_taken_in_and_its_key_stays(
    store: Store, state: DeliveryState
) -> None:
    """What could not be understood waits for its replay."""
    given = replace(making.delivery("d1"), state=state)
    await store.save(change("d1", deliveries=(given,)))
    assert await let_go(store, Lasting.DELIVERIES) == (state is DeliveryState.TAKEN)
    assert await let_go(store, Lasting.DELIVERIES) == 0
    kept = await store.delivery("d1")
    assert kept is not None
    assert kept.body == (b"" if state is DeliveryState.TAKEN else given.body)


async def test_what_was_decided_is_known_when_it_comes_again_until_that_is_let_go(store: Store) -> None:
    old = replace(change("a click", events=(making.event("first"),)), at=NOW - timedelta(days=2))
    await store.save(old)
    await store.save(change("a later click", events=(making.event("second"),)))
    assert not (await store.save(old)).fresh
    assert await let_go(store, Lasting.CAUSES, before=NOW - timedelta(days=1)) == 1
    assert await store.kept((), ("a click", "a later click")) == {"a later click"}
    assert timeline.broken_at(timeline.SYSTEM, await store.timeline(timeline.SYSTEM)) is None


@pytest.mark.parametrize("state", DeliveryState)
async def test_a_request_is_known_until_its_key_goes_after_its_body(store: Store, state: DeliveryState) -> None:
    """Nothing else of it is left then; one that waits for its replay stays."""
    await store.save(change("d1", deliveries=(replace(making.delivery("d1"), state=state),)))
    assert await let_go(store, Lasting.REQUESTS) == 0, "its body is kept"
    await let_go(store, Lasting.DELIVERIES)
    assert await let_go(store, Lasting.REQUESTS, before=NOW) == 0, "it is not older"
    taken = state is DeliveryState.TAKEN
    assert await let_go(store, Lasting.REQUESTS) == taken
    assert await store.kept(("d1",), ()) == (frozenset() if taken else {"d1"})


async def test_jobs_that_ended_go_but_not_those_of_an_open_incident(store: Store) -> None:
    await incident(store, "inc_open", resolved=False)
    await incident(store, "inc_over", resolved=True)
    told = [making.job(f"tell {each}", incident_id=each) for each in ("inc_open", "inc_over")]
    await store.save(change("owe", jobs=(*told, making.job("of the system", incident_id=None))))
    await store.save(change("owe more", jobs=(making.job("waits"),)))
    for held in await store.claim("worker", limit=10, lease=timedelta(seconds=10)):
        if held.job.key != "waits":
            await store.save(change(f"settle {held.job.key}", settles=held))
    assert await let_go(store, Lasting.JOBS, before=NOW) == 0, "they are not older"
    assert await let_go(store, Lasting.JOBS, limit=1) == 1
    assert await let_go(store, Lasting.JOBS) == 1
    assert await let_go(store, Lasting.JOBS) == 0
    await store.save(change("once more", jobs=(*told, making.job("of the system", incident_id=None))))
    owed = await store.claim("worker", limit=10, lease=timedelta(seconds=10))
    assert sorted(each.job.key for each in owed) == ["of the system", "tell inc_over"], "the open one's is known"


async def test_no_job_gets_the_number_of_one_that_was_let_go(store: Store) -> None:
    """What was decided for a job is known by its number: the next one would be taken for decided."""
    lease = timedelta(seconds=10)
    await store.save(change("owe", jobs=(making.job("first"), making.job("last"))))
    held = await store.claim("worker", limit=10, lease=lease)
    for each in held:
        await store.save(change(f"settle {each.job.key}", settles=each))
    await let_go(store, Lasting.JOBS)
    await store.save(change("more", jobs=(making.job("next"),)))
    (again,) = await store.claim("worker", limit=10, lease=lease)
    assert again.id not in {each.id for each in held}


async def test_the_body_of_a_request_that_an_open_incident_rests_on_stays_until_its_end(store: Store) -> None:
    made = making.incident("inc_open")
    event = replace(making.event("declared"), evidence=("delivery:d1", "alert:a"))
    requests = [replace(making.delivery(key), state=DeliveryState.TAKEN) for key in ("d1", "d2")]
    await store.save(change("begins", incident=made, events=(event,), deliveries=tuple(requests)))
    assert await let_go(store, Lasting.DELIVERIES) == 1
    kept = await store.delivery("d1")
    assert kept is not None
    assert kept.body
    over = replace(made, number=1, version=1, status=Status.RESOLVED, resolved_at=NOW)
    await store.save(change("ends", incident=over))
    assert await let_go(store, Lasting.DELIVERIES) == 1
