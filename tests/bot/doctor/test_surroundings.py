"""What the doctor says of the file, the disk, the database, the targets and the bucket; and how it is printed."""

import json
import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from bot.doctor import storage
from bot.doctor.remark import Grade, as_json, as_text, fail, ok
from bot.doctor.storage import look_at_storage
from bot.stores.place import StorePlace
from bot.stores.postgres import PostgresStore, applied_at
from bot.stores.sqlite import SQLiteStore
from bot.terminal.command_line import app
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from incident.alert import Delivery, DeliveryState
from incident.change import Change
from incident.responder import TERMINAL
from incident.stop import Stop
from incident.timeline import Event, Kind
from tests.bot.doctor.conftest import Team, failed
from tests.contract import making

NOW = datetime(2026, 1, 21, 3, 0, tzinfo=UTC)


async def test_a_wrong_file_is_the_only_remark(team: Team) -> None:
    team.more = "colour: red\n"
    (told,) = await team.look_at_all()
    assert told.grade is Grade.FAIL
    assert "line 8: “colour” is no setting" in told.sentence


async def kept(data: Path, *events: Event, deliveries: tuple[Delivery, ...] = ()) -> None:
    """A database with these events on the system's timeline, and requests of monitors."""
    store = await SQLiteStore.open(data / "muster.db")
    await store.save(Change(cause="test", at=NOW, events=events, deliveries=deliveries))
    await store.close()


async def told_of(data: Path) -> dict[str, str]:
    """What is said of the storage: what it is about → grade and sentence."""
    return {
        each.about: f"{each.grade.value}: {each.sentence}" for each in await look_at_storage(StorePlace(data_dir=data))
    }


async def test_before_the_first_start_nothing_is_made(tmp_path: Path) -> None:
    told = await told_of(tmp_path / "data")
    assert told["database"].startswith("ok: There is none yet")
    assert list(tmp_path.iterdir()) == []


async def test_a_whole_database_is_told_so(tmp_path: Path) -> None:
    await kept(tmp_path, Event(kind=Kind.ATTESTED, at=NOW, facts={"target": "db", "proof": "x"}))
    told = await told_of(tmp_path)
    assert told["database"] == "ok: Its schema is current, and all of 1 timelines verify."
    assert told["dead letters"] == "ok: None."
    assert told["remediations"] == "ok: They may run, each behind its gate."


async def test_dead_letters_are_counted_with_the_reason_of_the_last(tmp_path: Path) -> None:
    dead = Delivery(
        key="d1", source="alertmanager", received_at=NOW, headers={}, body=b"x", state=DeliveryState.DEAD,
        reason="it is not JSON",
    )  # fmt: skip
    await kept(tmp_path, deliveries=(dead,))
    told = (await told_of(tmp_path))["dead letters"]
    assert told == "warn: 1 could not be understood, the last from alertmanager: it is not JSON."


async def test_a_stop_that_stands_is_told_with_its_reason(tmp_path: Path) -> None:
    store = await SQLiteStore.open(tmp_path / "muster.db")
    stop = Stop(id="stop_1", by=TERMINAL, at=NOW, reason="a wrong deploy")
    await store.save(Change(cause="stop", at=NOW, stop=stop))
    await store.close()
    told = (await told_of(tmp_path))["remediations"]
    assert told == "warn: All of them are stopped since 21 Jan 03:00 UTC: a wrong deploy."


async def test_of_years_of_timelines_it_looks_at_as_many_as_there_is_time_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await SQLiteStore.open(tmp_path / "muster.db")
    for name in ("inc_1", "inc_2", "inc_3"):
        await store.save(making.change(name, incident=making.incident(name), events=(making.event("declared"),)))
    await store.close()
    monkeypatch.setattr(storage, "PATIENCE", -1)
    told = (await told_of(tmp_path))["database"]
    assert told.startswith("ok: ")
    assert "1 of 3 timelines were looked at, and verify; `muster audit verify` looks at all." in told


async def test_a_timeline_that_was_changed_is_told(tmp_path: Path) -> None:
    await kept(tmp_path, Event(kind=Kind.ATTESTED, at=NOW, facts={"target": "db", "proof": "x"}))
    with sqlite3.connect(tmp_path / "muster.db") as db:
        assert db.execute("UPDATE events SET content = 'forged'").rowcount == 1
    db.close()
    assert (await told_of(tmp_path))["database"].startswith("fail: 1 of 1 timelines were changed after the fact: ")


async def test_a_database_of_an_older_muster_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    await kept(tmp_path)
    with sqlite3.connect(tmp_path / "muster.db") as db:
        db.execute("DELETE FROM migrations")
    db.close()
    assert (await told_of(tmp_path))["database"].startswith("warn: It is of an older Muster (001_start.sql")
    with sqlite3.connect(tmp_path / "muster.db") as db:
        assert db.execute("SELECT count(*) FROM migrations").fetchone() == (0,)
    db.close()


async def test_what_is_no_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "muster.db").write_text("no database at all, only words that go on and on" * 100)
    assert "is no database of Muster" in (await told_of(tmp_path))["database"]


async def test_a_full_disk_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(storage, "_TOO_LITTLE", 1 << 60)
    assert (await told_of(tmp_path))["disk"].startswith("fail: ")


GRANTS = """
REVOKE ALL ON DATABASE {database} FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE TABLE jobs (id int PRIMARY KEY);
CREATE ROLE {looker} LOGIN PASSWORD 'correct-horse';
GRANT CONNECT ON DATABASE {database} TO {looker};
GRANT pg_monitor TO {looker};
GRANT SELECT ON jobs TO {looker};
"""


@pytest.mark.parametrize("may_write", [False, True])
async def test_a_target_is_told_proven_or_why_not(
    team: Team, postgres: RealPostgres, database: str, may_write: bool
) -> None:
    """Against a real PostgreSQL: the role of docs/install.md is proven, and one right too many is found."""
    name, looker = database.rsplit("/", 1)[1], f"looker_{uuid4().hex[:8]}"
    superuser = await asyncpg.connect(database)
    await superuser.execute(GRANTS.format(database=name, looker=looker))
    if may_write:
        await superuser.execute(f"GRANT DELETE ON jobs TO {looker}")
    team.more = "targets: {shop-db: {kind: postgres, environment: test, diagnostic_dsn_env: SHOP_DSN}}\n"
    team.environment["SHOP_DSN"] = postgres.dsn(name, role=looker, password="correct-horse")
    try:
        remarks = await team.look_at_all()
    finally:
        await superuser.execute(f"DROP OWNED BY {looker}; DROP ROLE {looker}")
        await superuser.close()
    assert failed(remarks) == (["target shop-db"] if may_write else [])
    assert "correct-horse" not in as_json(remarks)


async def test_a_bucket_that_cannot_be_reached_is_told(team: Team) -> None:
    team.environment |= {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}
    team.more = "exports: {s3: {bucket: drafts, region: us-east-1, endpoint_url: 'http://127.0.0.1:1'}}\n"
    assert failed(await team.look_at_all()) == ["exports.s3"]


async def test_a_shared_redis_is_told_and_its_absence_stops_nothing(team: Team, redis_server: RealRedis) -> None:
    team.environment["MUSTER_REDIS_URL"] = redis_server.url()
    team.more = "redis: {url_env: MUSTER_REDIS_URL}\n"
    assert (await team.look())["redis"].grade is Grade.OK
    redis_server.stop()
    remarks = await team.look_at_all()
    assert failed(remarks) == []
    assert [each.grade for each in remarks if each.about == "redis"] == [Grade.WARN]
    assert redis_server.password not in as_json(remarks)


def test_the_text_puts_how_to_mend_it_under_what_is_wrong() -> None:
    text = as_text([ok("clock", "It agrees."), fail("bot token", "It is wrong.", "make it anew")])
    assert text.splitlines() == [
        "ok    clock      It agrees.",
        "fail  bot token  It is wrong.",
        "                 → make it anew",
    ]


def test_the_json_says_whether_all_is_well() -> None:
    told = json.loads(as_json([ok("clock", "It agrees."), fail("disk", "It is full.", "free some space")]))
    assert told["healthy"] is False
    assert told["remarks"][1] == {
        "about": "disk",
        "grade": "fail",
        "sentence": "It is full.",
        "mend": "free some space",
    }


def test_the_command_exits_with_three_when_something_failed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        app(["doctor", "--json", "--config", str(tmp_path / "none.yaml")])
    assert ended.value.code == 3
    assert json.loads(capsys.readouterr().out)["healthy"] is False


async def test_a_postgresql_is_looked_into_without_making_its_tables(tmp_path: Path, database: str) -> None:
    place = StorePlace(data_dir=tmp_path, url=database)
    (empty,) = [each for each in await look_at_storage(place) if each.about == "database"]
    assert (empty.grade, "is empty" in empty.sentence) == (Grade.OK, True)
    assert await applied_at(database) is None, "looking made nothing"
    store = await PostgresStore.open(database)
    await store.save(Change(cause="test", at=NOW, events=(Event(kind=Kind.NOTED, at=NOW),)))
    await store.close()
    (filled,) = [each for each in await look_at_storage(place) if each.about == "database"]
    assert "all of 1 timelines verify" in filled.sentence
    away = await look_at_storage(StorePlace(data_dir=tmp_path, url=database.replace("/test_", "/gone_")))
    assert [each.grade for each in away if each.about == "database"] == [Grade.FAIL]


async def test_a_role_that_may_record_nothing_is_told_before_and_after_the_tables_are_made(
    tmp_path: Path, postgres: RealPostgres, database: str
) -> None:
    """PostgreSQL 15 and later let a role in that may make no table; and one may be given the right to look only."""
    name, role = database.rsplit("/", 1)[1], f"looker_{uuid4().hex[:8]}"
    superuser = await asyncpg.connect(database)
    await superuser.execute(f"REVOKE CREATE ON SCHEMA public FROM PUBLIC; CREATE ROLE {role} LOGIN PASSWORD 'correct'")
    place = StorePlace(data_dir=tmp_path, url=postgres.dsn(name, role=role, password="correct"))
    try:
        for allowed in ("SELECT", "SELECT, INSERT, UPDATE, DELETE"):
            (told,) = [each for each in await look_at_storage(place) if each.about == "database"]
            assert (told.grade, "make the role the owner of the database" in told.sentence) == (Grade.FAIL, True)
            await (await PostgresStore.open(database)).close()
            await superuser.execute(f"GRANT {allowed} ON ALL TABLES IN SCHEMA public TO {role}")
        (told,) = [each for each in await look_at_storage(place) if each.about == "database"]
        assert told.grade is Grade.OK
    finally:
        await superuser.execute(f"DROP OWNED BY {role}; DROP ROLE {role}")
        await superuser.close()


async def test_how_an_address_is_written_is_shown_whole(team: Team) -> None:
    """No part of the example is taken for a password, and left out."""
    team.environment.update(MUSTER_REDIS_URL="http://here", MUSTER_STORE_URL="sqlite:///here")
    team.more = "redis: {url_env: MUSTER_REDIS_URL}\nstore: {url_env: MUSTER_STORE_URL}\n"
    told = await team.look()
    assert "write redis://host:6379/0, with user:password@ before the host." in told["redis"].sentence
    assert "write postgresql://host/database, with user:password@ before the host." in told["database"].sentence
