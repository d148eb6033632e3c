"""Late lines of one incident become one, in every store: joined whole or not at all, and never said twice."""

from datetime import timedelta

import pytest

from commands.outage import Conflict, LostClaim
from commands.store import Store
from tests.contract import making
from tests.contract.stores import MovedClock
from tests.contract.test_store_jobs import claim, owe


async def test_the_lines_behind_one_are_those_of_its_incident_and_queue_in_order(store: Store) -> None:
    """Of whatever urgency; what goes into a thread is another queue."""
    jobs = ("first", 2), ("second", 0), ("quiet", 6), ("third", 2)
    await owe(store, *(making.job(key, urgency=urgency) for key, urgency in jobs))
    await owe(store, making.job("elsewhere", incident_id="inc_2"))
    held = {each.job.key: each for each in await claim(store)}
    assert [each.job.key for each in await store.lines_behind(held["first"], limit=10)] == ["second", "third"]
    assert [each.job.key for each in await store.lines_behind(held["first"], limit=1)] == ["second"]
    assert await store.lines_behind(held["third"], limit=10) == ()
    assert await store.waits_behind(held["second"]), "the older one is said first, although it is less urgent"
    assert not await store.waits_behind(held["quiet"])


async def test_a_line_that_was_begun_before_is_said_by_itself_and_in_its_turn(store: Store) -> None:
    """It may stand already, and nobody could end it: those before it are joined without it and what follows."""
    await owe(store, *(making.job(key) for key in ("first", "second", "third", "fourth")))
    held = {each.job.key: each for each in await claim(store)}
    await store.put_off(held["third"], wait=timedelta(0), error="no answer")
    (again,) = await claim(store)
    assert (again.job.key, again.attempts) == ("third", 2)
    behind = await store.lines_behind(held["first"], limit=10)
    assert [each.job.key for each in behind] == ["second"]
    await store.join(held["first"], behind, subject="late/e1 e2")
    assert [each.job.key for each in await store.lines_behind(again, limit=10)] == ["fourth"]


async def test_a_line_that_says_others_ends_them_whoever_holds_them(store: Store, clock: MovedClock) -> None:
    """The one that is left names all of them, also to whoever takes it over."""
    await owe(store, making.job("first"), making.job("second"), making.job("third"))
    held = {each.job.key: each for each in await claim(store)}
    behind = await store.lines_behind(held["first"], limit=10)
    await store.join(held["first"], behind, subject="late/e1 e2 e3")
    with pytest.raises(LostClaim):
        await store.put_off(held["second"], wait=timedelta(0), count=False)
    clock.now += timedelta(hours=1)
    (left,) = await claim(store)
    assert (left.job.key, left.job.subject) == ("first", "late/e1 e2 e3")


async def test_nothing_is_joined_when_one_of_them_was_said_meanwhile_or_the_claim_is_lost(
    store: Store, clock: MovedClock
) -> None:
    await owe(store, making.job("first"), making.job("second"), making.job("third"))
    held = {each.job.key: each for each in await claim(store)}
    behind = await store.lines_behind(held["first"], limit=10)
    await store.give_up(held["third"], "said by somebody else")
    with pytest.raises(Conflict):
        await store.join(held["first"], behind, subject="late/e1 e2 e3")
    assert [each.job.key for each in await store.lines_behind(held["first"], limit=10)] == ["second"]
    clock.now += timedelta(hours=1)
    again = {each.job.key: each for each in await claim(store)}
    assert again["first"].job.subject == making.job("first").subject
    with pytest.raises(LostClaim):
        await store.join(held["first"], behind[:1], subject="late/e1 e2")
