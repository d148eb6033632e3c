"""A round of real kills is judged once it is at rest, and not before: what is owed in a moment is still to come."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest

from bot.stores.postgres import PostgresStore
from bot.web.spool import Spool
from chaos.mayhem import CLOCK_OFF
from chaos.settling import owed, spooled
from incident.change import Change
from incident.job import JobName, owe
from incident.owing import COUNT_FOLD, FOLD
from tests.contract import making


@pytest.fixture
async def store(database: str) -> AsyncIterator[PostgresStore]:
    store = await PostgresStore.open(database)
    yield store
    await store.close()


async def waiting(store: PostgresStore, database: str, name: JobName, ahead: timedelta) -> list[str]:
    """What is said to be owed when a process owes a job so far ahead of the store's clock."""
    now = datetime.now(UTC)
    await store.save(Change(cause="declared", at=now, incident=making.incident()))
    await store.save(Change(cause="owing", at=now, jobs=(owe(name, "inc_1", now + ahead),)))
    connection = await asyncpg.connect(database)
    try:
        return await owed(connection)
    finally:
        await connection.close()


async def test_what_a_process_whose_clock_is_ahead_owes_at_once_is_waited_for(
    store: PostgresStore, database: str
) -> None:
    ahead = timedelta(seconds=CLOCK_OFF) + FOLD
    (said,) = await waiting(store, database, JobName.CHECKLIST, ahead)
    assert said.startswith("checklist:inc_1 (owed")


async def test_a_run_that_was_found_cut_short_is_waited_for_until_people_are_told(
    store: PostgresStore, database: str
) -> None:
    """Whoever found it may have died before: then another finds it half a minute later."""
    run, now = owe(JobName.RUN_REMEDIATION, "inc_1", making.NOW), making.NOW
    await store.save(Change(cause="declared", at=now, incident=making.incident()))
    await store.save(Change(cause="approved", at=now, jobs=(run,)))
    (claim,) = await store.claim("first", limit=1, lease=timedelta(minutes=1))
    connection = await asyncpg.connect(database)
    await connection.execute("UPDATE jobs SET state = 'doing', lease_until = now() WHERE id = $1", claim.id)
    (found,) = await store.cut_short()
    said = await owed(connection)
    await store.save(Change(cause="told", at=now, settles=found))
    after = await owed(connection)
    await connection.close()
    assert said == [f"{run.key} (unknown: )"]
    assert after == []


@pytest.mark.parametrize(
    ("name", "ahead"),
    [(JobName.CARD, COUNT_FOLD), (JobName.RING_CLOCKS, timedelta(0)), (JobName.REMIND, timedelta(minutes=5))],
)
async def test_what_is_folded_or_has_its_time_later_is_not(
    store: PostgresStore, database: str, name: JobName, ahead: timedelta
) -> None:
    assert await waiting(store, database, name, ahead) == []


def test_what_lies_in_the_spool_of_any_process_is_waited_for(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "replica-1")
    assert spooled(tmp_path) == []
    spool.append([making.delivery()])
    assert len(spooled(tmp_path)) == 1
    spool.forget(spool.oldest(1))
    assert spooled(tmp_path) == []
