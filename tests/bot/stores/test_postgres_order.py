"""What begins a run and what keeps runs back wait for each other, also where no row is common to them."""

import asyncio
from collections.abc import AsyncIterator
from typing import Final

import asyncpg
import pytest
from msgspec.structs import replace

from bot.stores.postgres import PostgresStore
from incident.approval import ApprovalState
from incident.change import Change
from incident.evidence import EvidenceFreeze
from incident.responder import UserId, person
from incident.stop import Stop
from incident.taking import Batch
from tests.contract import making
from tests.contract.making import NOW, change
from tests.contract.test_store_evidence import approved, state

WAITING: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
FREEZE: Final = EvidenceFreeze(by=person(UserId("U1")), at=NOW, reason="a break-in")
STOP: Final = Stop(id="stop_1", by=person(UserId("U1")), at=NOW)


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database)
    yield store
    await store.close()


async def keeps_back(store: PostgresStore, way: str) -> None:
    """Stop all runs, or freeze another incident's evidence, as a person does or by what a monitor brings back."""
    if way == "stop":
        await store.save(change("stop", stop=STOP, events=(making.event(),)))
        return
    robbed = await store.incident("inc_robbed")
    assert robbed is not None
    freezes: Change = change("freeze", incident=replace(robbed, evidence=FREEZE))
    if way == "freeze":
        await store.save(freezes)
    else:
        await store.take(Batch(at=NOW, changes=(freezes,), deliveries=(making.delivery(),)))


@pytest.mark.parametrize("way", ["stop", "freeze", "monitor"])
async def test_what_keeps_runs_back_waits_for_one_that_is_just_beginning(
    store: PostgresStore, database: str, way: str
) -> None:
    """Else whoever stopped or froze would be told that it stands, and a run would begin after that."""
    claim, begins = await approved(store)
    await store.save(change("robbed", incident=making.incident("inc_robbed")))
    between, watching = await asyncpg.connect(database), await asyncpg.connect(database)

    async def waiting(many: int, unless: "asyncio.Task[None]") -> None:
        while not unless.done() and await watching.fetchval(WAITING) < many:
            await asyncio.sleep(0.01)

    async with asyncio.timeout(60):
        async with between.transaction():
            # It holds a run in the middle of its beginning.
            await between.execute("SELECT 1 FROM incidents WHERE id = 'inc_1' FOR UPDATE")
            beginning = asyncio.create_task(store.begin(claim, begins, keeping=()))
            await waiting(1, beginning)
            keeping = asyncio.create_task(keeps_back(store, way))
            await waiting(2, keeping)
            assert (beginning.done(), keeping.done()) == (False, False)
        await asyncio.gather(beginning, keeping)
    assert await state(store) is ApprovalState.RUNNING
    await between.close()
    await watching.close()
