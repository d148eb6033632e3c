"""What the doctor says of the way in: whether anybody listens, and of each monitor its secret and its last request."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.doctor.remark import Grade
from bot.doctor.storage import look_at_storage
from bot.stores.place import StorePlace, open_store
from bot.stores.postgres import applied_at
from demo.ports import free_port
from incident.alert import Delivery
from incident.change import Change
from tests.bot.doctor.conftest import Team


async def knocked(team: Team, ago: timedelta) -> None:
    """Alertmanager's newest request came so long ago."""
    at = datetime.now(UTC) - ago
    store = await open_store(StorePlace(data_dir=Path(team.environment["MUSTER_DATA_DIR"])))
    given = Delivery(key="d1", source="alertmanager", received_at=at, headers={}, body=b"{}")
    await store.save(Change(cause="d1", at=at, deliveries=(given,)))
    await store.close()


async def test_a_monitor_that_never_knocked_is_told_with_where_it_must_post(team: Team) -> None:
    team.more = f"web: {{port: {free_port()}}}\n"
    told = await team.look()
    monitor = told["monitor alertmanager"]
    assert (monitor.grade, monitor.sentence) == (
        Grade.WARN,
        "Nothing has come from it yet, or not among the last 100,000 requests.",
    )
    assert "/alerts/alertmanager, and send a test" in monitor.mend
    assert told["door"].grade is Grade.WARN
    assert told["door"].sentence.startswith("Nobody answers at http://127.0.0.1:")


async def test_a_monitor_that_knocks_is_well_and_one_that_went_silent_is_not(team: Team) -> None:
    await knocked(team, timedelta(minutes=3))
    told = (await team.look())["monitor alertmanager"]
    assert (told.grade, told.sentence) == (Grade.OK, "It knocked last 3 min ago, at /alerts/alertmanager.")


async def test_silence_for_a_month_is_told(team: Team) -> None:
    await knocked(team, timedelta(days=40))
    told = (await team.look())["monitor alertmanager"]
    assert (told.grade, told.sentence) == (Grade.WARN, "Nothing has come from it for 40 d.")


async def test_a_secret_that_can_be_guessed_is_told_and_not_shown(team: Team) -> None:
    team.environment["ALERTS_TOKEN"] = "hunter2"
    told = [each for each in await team.look_at_all() if each.about == "monitor alertmanager"]
    assert told[0].sentence == "A secret of it has fewer than 16 characters."
    assert all("hunter2" not in f"{each.sentence}{each.mend}" for each in told)


async def test_whoever_tells_of_changes_is_looked_at_like_a_monitor(team: Team) -> None:
    team.more = "changes: {generic: {token_env: CHANGES}, github: {secret_env: HOOK}}\n"
    team.environment |= {"CHANGES": "hunter2", "HOOK": "a" * 32}
    told = await team.look_at_all()
    generic = [each for each in told if each.about == "changes /changes"]
    assert generic[0].sentence == "A secret of it has fewer than 16 characters."
    (github,) = [each for each in told if each.about == "changes /changes/github"]
    assert (github.grade, github.sentence) == (
        Grade.WARN,
        "Nothing has come from it yet, or not among the last 100,000 requests.",
    )
    assert "/changes/github, and send a test from there: docs/changes.md" in github.mend


async def test_a_store_that_is_away_is_no_reason_to_call_a_monitor_silent(team: Team) -> None:
    team.more = "store: {url_env: STORE}\n"
    team.environment["STORE"] = f"postgresql://muster:x@127.0.0.1:{free_port()}/muster"
    told = await team.look()
    assert told["database"].grade is Grade.FAIL
    assert "monitor alertmanager" not in told


async def test_an_empty_postgresql_is_left_empty(team: Team, database: str) -> None:
    """What the doctor makes or migrates, an older process that is started again refuses."""
    team.more = "store: {url_env: STORE}\n"
    team.environment["STORE"] = database
    told = await team.look()
    assert told["monitor alertmanager"].sentence.startswith("Nothing has come from it yet")
    assert await applied_at(database, answers_within=20) is None


async def test_a_door_that_is_open_is_found(team: Team) -> None:
    async def healthy(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive"})

    app = web.Application()
    app.router.add_get("/healthz", healthy)
    async with TestServer(app) as server:
        team.more = f"web: {{port: {server.port}}}\n"
        told = (await team.look())["door"]
    assert told.grade is Grade.OK


async def test_the_clock_of_a_store_elsewhere_is_compared(database: str, tmp_path: Path) -> None:
    place = StorePlace(data_dir=tmp_path, url=database)
    await (await open_store(place)).close()
    told = {each.about: each for each in await look_at_storage(place)}
    assert told["store's clock"].sentence == "It agrees with this machine's."
