"""What is kept only for a time is let go in pieces, nothing of an open incident is, and the chains stay whole."""

from datetime import datetime, timedelta

import pytest
from msgspec.structs import replace

from commands.store import Store
from incident import timeline
from incident.alert import DeliveryState
from incident.incident import Incident, Status
from incident.keeping import Lasting
from tests.contract import making
from tests.contract.making import NOW, change

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
