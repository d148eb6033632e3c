"""How much there is to do: counted as it is, and nothing that has ended counts."""

from datetime import timedelta

from msgspec.structs import replace

from commands.figures import Figures, Standing
from commands.store import Store
from incident.alert import DeliveryState
from incident.job import JobState
from tests.contract import making
from tests.contract.making import change
from tests.contract.stores import MovedClock

LEASE = timedelta(seconds=10)


async def test_an_empty_store_owes_nothing(store: Store) -> None:
    assert await store.figures() == Figures(jobs={}, due=0, dead_letters=0)


async def test_jobs_are_counted_by_state_with_the_age_of_the_longest_due(store: Store, clock: MovedClock) -> None:
    now = clock()
    jobs = (
        making.job("long due", due_at=now - timedelta(seconds=90)),
        making.job("due", due_at=now - timedelta(seconds=5)),
        making.job("later", due_at=now + timedelta(hours=1)),
        making.job("done", urgency=0, due_at=now - timedelta(hours=2)),
        making.job("held", urgency=1, due_at=now - timedelta(seconds=30)),
    )
    await store.save(change("owe", jobs=jobs))
    done, _ = await store.claim("worker", limit=2, lease=LEASE)
    await store.save(change("settle", settles=done))

    found = await store.figures()
    assert {state: each.jobs for state, each in found.jobs.items()} == {JobState.OWED: 3, JobState.CLAIMED: 1}
    assert found.due == 2
    spread = timedelta(seconds=20)  # a server's own clock goes on meanwhile
    assert timedelta(seconds=90) <= found.jobs[JobState.OWED].age < timedelta(seconds=90) + spread
    assert timedelta(seconds=30) <= found.jobs[JobState.CLAIMED].age < timedelta(seconds=30) + spread


async def test_what_is_due_later_has_no_age(store: Store, clock: MovedClock) -> None:
    await store.save(change("owe", jobs=(making.job("later", due_at=clock() + timedelta(hours=1)),)))
    assert (await store.figures()).jobs == {JobState.OWED: Standing(jobs=1, age=timedelta(0))}


async def test_only_dead_letters_count_as_dead(store: Store) -> None:
    first, second = making.delivery("one"), making.delivery("two")
    dead = replace(second, state=DeliveryState.DEAD, reason="no JSON")
    await store.save(change("take", deliveries=(first, dead)))
    assert (await store.figures()).dead_letters == 1
