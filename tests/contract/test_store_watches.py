"""Watches in every store: one row each, kept together with the job's next due time, by whoever holds the job."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.outage import LostClaim
from commands.store import Store
from incident.job import Claim
from incident.watch import WatchRecord, WatchState
from incident.watching import owed_look
from tests.contract.making import NOW, change
from tests.contract.stores import MovedClock

LEASE = timedelta(seconds=10)
MINUTE = timedelta(minutes=1)
SEEN = WatchRecord(
    id="shop/stuck",
    next_at=NOW + MINUTE,
    state=WatchState.FIRING,
    since=NOW - MINUTE,
    looked_at=NOW,
    value="7 “Bücher” 📚",
    blind="it cannot be reached",
    blind_since=NOW,
    told_at=NOW,
)


async def claimed(store: Store, clock: MovedClock) -> Claim:
    """The look that is owed, held."""
    await store.save(change("set", jobs=(owed_look(SEEN.id, clock()),)))
    (claim,) = await store.claim("w", limit=1, lease=LEASE)
    return claim


async def test_nothing_is_known_of_a_watch_that_never_looked(store: Store) -> None:
    assert await store.watch("shop/stuck") is None
    assert await store.watches() == ()


async def test_what_is_kept_comes_back_and_the_last_one_stands(store: Store, clock: MovedClock) -> None:
    claim = await claimed(store, clock)
    await store.look_again(claim, replace(SEEN, next_at=clock()))
    (again,) = await store.claim("w", limit=1, lease=LEASE)
    record = replace(SEEN, next_at=clock() + MINUTE)
    await store.look_again(again, record)
    assert await store.watch("shop/stuck") == record
    assert await store.watches() == (record,)


async def test_the_job_waits_for_the_next_look_and_its_failures_are_forgotten(store: Store, clock: MovedClock) -> None:
    claim = await claimed(store, clock)
    await store.put_off(claim, wait=timedelta(0))
    (claim,) = await store.claim("w", limit=1, lease=LEASE)
    assert claim.attempts == 2
    await store.look_again(claim, replace(SEEN, next_at=clock() + MINUTE))
    assert await store.claim("w", limit=1, lease=LEASE) == ()
    assert await store.next_due() == clock() + MINUTE
    clock.pass_(seconds=61)
    (claim,) = await store.claim("w", limit=1, lease=LEASE)
    assert claim.attempts == 1


async def test_whoever_lost_the_job_keeps_nothing(store: Store, clock: MovedClock) -> None:
    claim = await claimed(store, clock)
    clock.pass_(seconds=11)
    (taken,) = await store.claim("another", limit=1, lease=LEASE)
    with pytest.raises(LostClaim):
        await store.look_again(claim, SEEN)
    assert await store.watches() == ()
    await store.look_again(taken, SEEN)
    assert len(await store.watches()) == 1


async def test_a_look_that_is_owed_twice_is_owed_once_at_the_earlier_time(store: Store, clock: MovedClock) -> None:
    claim = await claimed(store, clock)
    due = clock() + MINUTE
    await store.look_again(claim, replace(SEEN, next_at=due))
    await store.save(change("another start", jobs=(owed_look(SEEN.id, due + MINUTE),)))
    assert await store.next_due() == due
