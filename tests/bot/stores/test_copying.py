"""From the file to PostgreSQL with everything: what was recorded, what is owed, and chains that verify."""

import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

import asyncpg
import pytest
from msgspec.structs import replace
from typer.testing import CliRunner

from bot.stores.copying import copy_store
from bot.stores.migrations import migrations
from bot.stores.postgres import PostgresStore
from bot.stores.queries import folder, queries
from bot.stores.sql_store import SqlStore
from bot.stores.sqlite import SQLiteStore
from bot.terminal.command_line import app
from commands.outage import Outage
from incident import timeline
from incident.approval import ApprovalState
from incident.finding import OutcomeState
from incident.job import JobName
from incident.responder import UserId, person
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.watch import WatchRecord
from incident.watching import owed_look
from tests.contract import making
from tests.contract.making import NOW, change

LEASE = timedelta(seconds=10)
DEPLOYED = SystemChange(
    id="chg_1", source="github", system="ai-storybook", what="Deploy \x00 “v1” 😱", at=NOW, moved_at=NOW
)
SILENCE = Silence(
    name="shop",
    matchers=(),
    systems=("shop",),
    by=person(UserId("U1")),
    at=NOW,
    until=NOW + timedelta(hours=1),
    reason="it is moved",
)
STOP = Stop(id="stop_1", by=person(UserId("U1")), at=NOW, reason="a wrong deploy")


async def fill(store: SqlStore) -> None:
    """Something in every table, with what is odd in it."""
    await store.save(change("watch", jobs=(owed_look("shop/odd\x00watch", NOW),)))
    (look,) = await store.claim("w", limit=1, lease=LEASE)
    seen = WatchRecord(id="shop/odd\x00watch", next_at=NOW + timedelta(days=1), value="NUL \x00 😱")
    await store.look_again(look, seen)
    ran = making.approval(state=ApprovalState.RAN, outcome=making.outcome(OutcomeState.RAN, NOW))
    saved = await store.save(
        change(
            "a",
            incident=making.full_incident(),
            events=(making.event("one"), making.event("NUL \x00 and \u2028 😱")),
            alerts=(making.alert("late"), making.alert("odd\x00key", incident_id="inc_full")),
            findings=(making.finding(incident_id="inc_full"), making.finding("fnd_0", incident_id="inc_full")),
            approvals=(replace(ran, incident_id="inc_full"),),
            deliveries=(making.delivery(),),
            system_changes=(DEPLOYED,),
            jobs=(making.job("done"), making.job("held"), making.job("owed", name=JobName.CARD)),
        )
    )
    await store.save(change("b", incident=saved.incident, events=(making.event("three"),)))
    await store.save(change("c", events=(making.event("the system's"),), stop=STOP, silence=SILENCE))
    await store.remember("who", "Ana")
    for claim in await store.claim("w", limit=2, lease=LEASE):
        if claim.job.key == "done":
            await store.save(change("settle", settles=claim))


@pytest.fixture
async def file(tmp_path: Path) -> Path:
    """A file with something of everything."""
    path = tmp_path / "muster.db"
    store = await SQLiteStore.open(path, clock=lambda: NOW)
    await fill(store)
    await store.close()
    return path


async def test_everything_is_there_afterwards_as_it_was(file: Path, database: str) -> None:
    counts = await copy_store(file, database)
    source, target = await SQLiteStore.open(file), await PostgresStore.open(database)
    try:
        for look in ("recent_incidents", "approvals_under_way", "stopped", "dead_deliveries", "chains", "watches"):
            assert await getattr(target, look)() == await getattr(source, look)(), look
        assert await target.silences(NOW) == await source.silences(NOW) == (SILENCE,)
        assert await target.record("inc_full") == await source.record("inc_full")
        for chain in await source.chains():
            assert await target.timeline(chain) == await source.timeline(chain)
            assert timeline.broken_at(chain, await target.timeline(chain)) is None
        assert await target.recall("who") == await source.recall("who") == "Ana"
        assert await target.delivery("d1") == await source.delivery("d1")
        assert await target.alert("alertmanager:odd\x00key") == await source.alert("alertmanager:odd\x00key")
        assert await target.last_run("requeue", "storybook-db") == NOW
    finally:
        await source.close()
        await target.close()
    assert all(counts.values()), "the test fills every table"
    assert counts["jobs"] == 4


async def test_work_goes_on_where_it_was(file: Path, database: str) -> None:
    """Causes are known, numbers go on, what was held comes back after its lease, and new jobs get new numbers."""
    await copy_store(file, database)
    store = await PostgresStore.open(database, clock=lambda: NOW + LEASE)
    try:
        assert not (await store.save(change("a"))).fresh
        new = await store.save(change("new", incident=making.incident("inc_new"), jobs=(making.job("new"),)))
        assert new.incident is not None
        assert new.incident.number == 2
        claims = await store.claim("w", limit=9, lease=LEASE)
        assert {each.job.key for each in claims} == {"held", "owed", "new"}
        assert len({each.id for each in claims}) == 3
    finally:
        await store.close()


async def test_nothing_is_copied_over_what_was_recorded(file: Path, database: str) -> None:
    await copy_store(file, database)
    with pytest.raises(Outage, match="recorded something already"):
        await copy_store(file, database)


async def test_a_file_that_is_none_leaves_the_database_empty(tmp_path: Path, database: str) -> None:
    (tmp_path / "letter").write_text("A letter, and a long one." * 100)
    with pytest.raises(Outage, match="is no database of Muster"):
        await copy_store(tmp_path / "letter", database)
    connection = await asyncpg.connect(database)
    assert await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") == 0
    await connection.close()


@pytest.mark.parametrize("made", ["", "CREATE TABLE letters (text)"])
async def test_a_file_of_something_else_stays_as_it_is(tmp_path: Path, database: str, made: str) -> None:
    with contextlib.closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.executescript(made)
    before = (tmp_path / "other.db").read_bytes()
    with pytest.raises(Outage, match="is no database of Muster"):
        await copy_store(tmp_path / "other.db", database)
    assert (tmp_path / "other.db").read_bytes() == before


async def test_both_kinds_of_store_have_the_same_tables_columns_and_queries(file: Path, database: str) -> None:
    """Or a copy would leave something behind."""
    store = await PostgresStore.open(database)
    await store.close()
    connection = await asyncpg.connect(database)
    rows = await connection.fetch(
        "SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'"
    )
    await connection.close()
    theirs = {tuple(row) for row in rows if row["column_name"] != "place"}
    raw = sqlite3.connect(file)
    tables = [name for (name,) in raw.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    ours = {(table, row[1]) for table in tables for row in raw.execute(f"PRAGMA table_info({table})")}
    raw.close()
    assert theirs == ours
    assert set(queries("sqlite")) == set(queries("postgres"))
    assert migrations(folder("postgres"))


def test_in_a_terminal_it_counts_what_it_copied_and_verifies_the_chains(
    file: Path, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = file.parent / "muster.yaml"
    config.write_text(CONFIG)
    monkeypatch.setenv("STORE_URL", database)
    monkeypatch.delenv("MUSTER_DATA_DIR", raising=False)
    told = CliRunner().invoke(app, ["store", "copy", "--from", str(file), "--config", str(config)])
    assert told.exit_code == 0, told.output
    assert "events\t4" in told.stdout
    assert "2 chains verified, 0 broken" in told.stderr
    listed = CliRunner().invoke(app, ["incidents", "list", "--config", str(config)])
    assert "INC-1" in listed.stdout
    migrated = CliRunner().invoke(app, ["migrate", "--config", str(config)])
    assert (migrated.exit_code, migrated.stdout) == (0, "")


CONFIG = """\
slack: {announcements: C0123456789}
systems: {shop: {runbook: shop, on_call: [U0000000001], approvers: [U0000000002]}}
store: {url_env: STORE_URL}
"""
