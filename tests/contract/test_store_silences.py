"""Silences of the chat: they stand until their end, the same again replaces itself, and lifting wakes alerts."""

from datetime import timedelta

from msgspec.structs import replace

from commands.store import Store
from incident.job import JobName
from incident.responder import UserId, person
from incident.silence import Silence
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import NOW, change

HOUR = timedelta(hours=1)
SILENCE = Silence(
    name="team=data",
    matchers=("team=data",),
    systems=(),
    by=person(UserId("U1")),
    at=NOW,
    until=NOW + HOUR,
    reason="it is moved",
)


async def test_a_silence_stands_until_its_end_also_for_who_opens_the_store_later(store: Store, opener: Opener) -> None:
    await store.save(change("a", silence=SILENCE))
    assert await (await opener()).silences(NOW) == (SILENCE,)
    assert await store.silences(NOW + HOUR - timedelta(seconds=1)) == (SILENCE,)
    assert (await store.known(set(), set(), NOW)).silences == (SILENCE,)
    assert (await store.known(set(), set(), NOW + HOUR)).silences == ()
    assert await store.silences(NOW + HOUR) == ()


async def test_the_same_silence_again_replaces_itself_and_others_stand_beside_it(store: Store) -> None:
    longer, other = replace(SILENCE, until=NOW + 2 * HOUR), replace(SILENCE, name="shop", systems=("shop",))
    for number, each in enumerate((SILENCE, longer, other)):
        await store.save(change(f"c{number}", silence=each))
    assert await store.silences(NOW) == (other, longer)


async def test_the_end_of_a_silence_wakes_what_is_muted_and_nothing_else(store: Store) -> None:
    later = NOW + HOUR
    wake = replace(making.job("wake"), name=JobName.WAKE_ALERT, due_at=later)
    await store.save(change("a", silence=SILENCE, jobs=(wake, replace(making.job("other"), due_at=later))))
    assert await store.next_due() == later
    await store.save(change("b", silence=replace(SILENCE, until=NOW)))
    assert await store.next_due() == NOW
    (claimed,) = await store.claim("w", limit=9, lease=timedelta(seconds=10))
    assert claimed.job.name is JobName.WAKE_ALERT
