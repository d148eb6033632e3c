"""An engine is looked at through an address that only reads, changed through another, and never believed."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from aiohttp import web
from msgspec.structs import replace

from bot.executors.docker.executor import DockerTarget, DockerTool
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from commands.outage import Outage
from incident.digest import Facts
from incident.finding import OutcomeState
from incident.plan import NO_PROMISE, Plan, Promise
from incident.runbook import GuardKind
from incident.verdict import Verdict
from tests.bot.executors.conftest import CURBED, PATIENT, Clock, cut
from tests.fakes.engine import SECRET, Box, FakeEngine, framed

LOG = [(1, "hello"), (2, "ERROR no database"), (1, "bye")]
Serve = Callable[[FakeEngine], Awaitable[str]]


@pytest.fixture
async def serve(tmp_path: Path) -> AsyncIterator[Serve]:
    """Starts engines, each on a socket of its own."""
    engines: list[FakeEngine] = []

    async def start(engine: FakeEngine) -> str:
        engines.append(engine)
        return await engine.start(tmp_path / f"{len(engines)}.sock")

    yield start
    for engine in engines:
        await engine.stop()


@pytest.fixture
async def shop(serve: Serve, clock: Clock) -> "Shop":
    """Two services, one of them twice, behind a proxy that only reads, and the engine's own socket."""
    boxes = [
        Box("api-1", service="api", log=LOG),
        Box("api-2", service="api", log=[(1, "second")]),
        Box("db-1", service="db", tty=True, log=[(1, "ready")]),
        Box("api-run-9", service="api", once=True),
        Box("cron", state="exited"),
    ]
    proxy, engine = FakeEngine(*boxes, guarded=True), FakeEngine(*boxes)
    target = DockerTarget(
        name="shop-docker",
        environment="production",
        diagnostic=await serve(proxy),
        remediation=await serve(engine),
        caps=replace(PATIENT, characters=4000),
    )
    return Shop(proxy, engine, target, clock)


class Shop:
    """The engine under test, its proxy, and an executor."""

    def __init__(self, proxy: FakeEngine, engine: FakeEngine, target: DockerTarget, clock: Clock) -> None:
        self.proxy, self.engine, self.target, self.clock = proxy, engine, target, clock
        self.executor = made(target, clock)
        self.curbed = made(replace(target, caps=CURBED), clock)


def made(target: DockerTarget, clock: Clock) -> ToolExecutor:
    return ToolExecutor(DockerTool(target, clock=clock), redactor=Redactor(), clock=clock)


def plan(line: str, *, verdict: Verdict = Verdict.READ_ONLY, promise: Promise = NO_PROMISE, piped: str = "") -> Plan:
    command: Facts = {"argv": line.split(), **({"filters": [piped.split()]} if piped else {})}
    return Plan(
        step_id="step",
        title="A step",
        verdict=verdict,
        executor="docker",
        target="shop-docker",
        environment="production",
        command=command,
        shown=line,
        parameters={},
        catalog="0" * 64,
        promise=promise,
    )


def change(line: str, promise: Promise = NO_PROMISE) -> Plan:
    return plan(line, verdict=Verdict.MUTATING, promise=promise)


async def test_an_address_that_refuses_every_change_is_proven(shop: Shop) -> None:
    attestation = await shop.executor.attest()
    assert attestation.proven, attestation.proof
    assert "refused all of 16 requests" in attestation.proof
    assert not any(box.restarts for box in shop.engine.boxes.values())


async def test_the_engines_own_socket_is_never_proven_and_nothing_is_looked_at_there(shop: Shop) -> None:
    executor = made(
        DockerTarget(name="open", environment="production", diagnostic=shop.target.remediation or ""), shop.clock
    )
    attestation = await executor.attest()
    assert not attestation.proven
    assert "did not refuse POST /containers/…/restart to diagnostics, it answered 404" in attestation.proof
    assert "a proxy that lets only reads through" in attestation.proof
    before = len(shop.engine.asked)
    sight = await executor.look(plan("docker ps"))
    assert "diagnostics on open are off" in (sight.error or "")
    assert len(shop.engine.asked) == before


async def test_a_proxy_that_lets_reads_reach_into_containers_is_not_proven(shop: Shop) -> None:
    """`attach/ws` is a GET that writes to a container's input."""
    shop.proxy.guarded = False
    shop.proxy.trouble = lambda request: web.Response(status=405) if request.method != "GET" else None
    attestation = await shop.executor.attest()
    assert not attestation.proven
    assert "GET /containers/…/attach/ws" in attestation.proof


async def test_one_address_for_both_is_not_proven(shop: Shop) -> None:
    target = DockerTarget(name="one", environment="production", diagnostic="unix:///a", remediation="unix:///a")
    attestation = await made(target, shop.clock).attest()
    assert "give each its own" in attestation.proof


@pytest.mark.parametrize(
    ("line", "value", "words"),
    [
        ("docker ps", 4, ["api-1", "Up 3 hours", "127.0.0.1:8080->80/tcp"]),
        ("docker ps -a", 5, ["cron", "Exited (1)"]),
        ("docker ps -q", 4, ["6170692d31"]),
        ("docker compose ps", 3, ["db-1", "api-2"]),
        ("docker compose ps api --services", 1, ["api"]),
        ("docker compose -p other ps", 0, []),
        ("docker compose ls", 1, ["shop", "running(4)"]),
        ("docker inspect -f {{.State.Health.Status}} api-1", "healthy", ["healthy"]),
        ("docker inspect -f {{.RestartCount}} api-1", 0, ["0"]),
        ("docker logs api-1 --tail 2", 2, ["ERROR no database\nbye"]),
        ("docker logs db-1", 1, ["ready"]),
        ("docker compose logs api", 4, ["api-1 | hello", "api-2 | second"]),
        ("docker compose logs --no-log-prefix db", 1, ["ready"]),
        ("docker stats --no-stream api-1", 1, ["40.00%", "250MB / 1GB", "25.00%", "1.5kB / 2MB", "7"]),
        ("docker top api-1", 1, ["/bin/api"]),
        ("docker port api-1", 1, ["127.0.0.1:8080"]),
        ("docker events --since 10m", 1, ["container die name=api-1 exitCode=137"]),
    ],
)
async def test_what_docker_shows_is_asked_of_the_api(shop: Shop, line: str, value: object, words: list[str]) -> None:
    sight = await shop.executor.look(plan(line))
    assert sight.error is None
    assert sight.value == value
    for word in words:
        assert word in sight.output
    assert sight.receipt["engine"] == shop.target.diagnostic
    assert sight.receipt["version"] == "1.43"


async def test_the_one_value_of_an_inspection_is_given_to_later_steps(shop: Shop) -> None:
    await shop.executor.attest()
    sight = await shop.executor.look(plan("docker inspect -f {{.State.Health.Status}} api-1"))
    assert sight.given == "healthy"


async def test_an_inspection_and_events_leave_secrets_where_they_are(shop: Shop) -> None:
    for line in ("docker inspect api-1", "docker container inspect api-1", "docker events --since 1h"):
        sight = await shop.executor.look(plan(line))
        assert sight.error is None
        assert SECRET not in sight.output
        assert "Env" not in sight.output
    sight = await shop.executor.look(plan("docker inspect -f {{.Config.Env}} api-1"))
    assert "Nothing was sent" in (sight.error or "")


async def test_a_filter_runs_in_the_process(shop: Shop) -> None:
    sight = await shop.executor.look(plan("docker logs api-1 --tail 100", piped="grep -c ERROR"))
    assert (sight.error, sight.value, sight.output) == (None, 1, "1")


async def test_a_log_is_never_followed_nor_read_whole(shop: Shop) -> None:
    sight = await shop.executor.look(plan("docker logs -f api-1"))
    assert sight.error is None
    assert "--tail=1000" in str(sight.receipt["sent"])
    assert "-f" not in str(sight.receipt["sent"]).split()


@pytest.mark.parametrize(
    "line", ["docker restart api-1", "docker run shop/api", "docker cp api-1:/etc .", "docker exec api-1 df -h"]
)
async def test_a_look_that_is_more_than_a_look_sends_nothing(shop: Shop, line: str) -> None:
    await shop.executor.attest()
    before = len(shop.proxy.asked)
    sight = await shop.executor.look(plan(line))
    assert (sight.error or "").startswith("Nothing was sent")
    assert len(shop.proxy.asked) == before


async def test_a_container_that_is_not_there_is_said(shop: Shop) -> None:
    sight = await shop.executor.look(plan("docker logs nonesuch"))
    assert sight.error == "The engine has no container called nonesuch."
    sight = await shop.executor.look(plan("docker compose logs nonesuch"))
    assert sight.error == "The engine has no service nonesuch."


async def test_services_of_two_projects_are_never_mixed(shop: Shop) -> None:
    shop.engine.boxes["other-api-1"] = Box("other-api-1", service="api", project="other")
    outcome = await shop.executor.run(change("docker compose restart api"))
    assert outcome.state is OutcomeState.FAILED
    assert "There are services so called in other, shop: set `project`" in outcome.sentence
    outcome = await shop.executor.run(change("docker compose -p shop restart api"))
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 2)
    assert shop.engine.boxes["other-api-1"].restarts == 0


async def test_another_projects_file_names_no_container(shop: Shop) -> None:
    outcome = await shop.executor.run(change("docker compose -f other.yml restart api"))
    assert outcome.state is OutcomeState.FAILED
    outcome = await shop.executor.run(change("docker compose -f compose.yml restart api"))
    assert outcome.state is OutcomeState.RAN


async def test_a_preview_names_what_is_touched_and_touches_nothing(shop: Shop) -> None:
    preview = await shop.executor.preview(change("docker compose restart api"))
    assert preview.sentence == "It is for 2 containers: api-1 (Up 3 hours), api-2 (Up 3 hours)."
    assert not any(asked.startswith("POST") for asked in shop.engine.asked)
    with pytest.raises(Outage, match="no container called nonesuch"):
        await shop.executor.preview(change("docker restart nonesuch"))


@pytest.mark.parametrize(
    ("line", "state", "said"),
    [
        ("docker restart -t 5 api-1", "running", "api-1: restarted"),
        ("docker stop api-1", "exited", "api-1: stopped"),
        ("docker start api-1", "running", "api-1: started (it was already so)"),
        ("docker kill -s HUP api-1", "exited", "api-1: killed"),
        ("docker pause api-1", "paused", "api-1: frozen"),
        ("docker compose stop api", "exited", "api-1: stopped\napi-2: stopped"),
    ],
)
async def test_an_approved_change_acts_on_whole_ids(shop: Shop, line: str, state: str, said: str) -> None:
    outcome = await shop.executor.run(change(line))
    assert (outcome.state, outcome.output) == (OutcomeState.RAN, said)
    assert shop.engine.boxes["api-1"].state == state
    box = shop.engine.boxes["api-1"]
    assert any(asked.startswith(f"POST /v1.43/containers/{box.id}/") for asked in shop.engine.asked)
    assert shop.engine.boxes["api-run-9"].state == "running"


async def test_a_program_in_a_container_runs_only_as_a_change(shop: Shop) -> None:
    outcome = await shop.executor.run(change("docker compose exec -T --index 2 api nginx -s reload"))
    assert (outcome.state, outcome.output) == (OutcomeState.RAN, "reloaded")
    assert shop.engine.executed == [{"AttachStdout": True, "AttachStderr": True, "Cmd": ["nginx", "-s", "reload"]}]
    assert f"POST /v1.43/containers/{shop.engine.boxes['api-2'].id}/exec" in shop.engine.asked
    shop.engine.exit_code = 1
    outcome = await shop.executor.run(change("docker exec api-1 nginx -s reload"))
    assert (outcome.state, outcome.output) == (OutcomeState.FAILED, "reloaded")
    assert outcome.sentence == "nginx ended with exit code 1. What it did until then stays: run the diagnostics."
    shop.engine.exit_code = None
    outcome = await shop.executor.run(change("docker exec api-1 nginx -s reload"))
    assert "nginx still runs in api-1" in outcome.sentence
    outcome = await shop.executor.run(change("docker exec api-1 alembic upgrade head"))
    assert (outcome.state, outcome.sentence[:16]) == (OutcomeState.FAILED, "Nothing was sent")


async def test_without_an_address_for_changes_nothing_is_changed(shop: Shop) -> None:
    executor = made(DockerTarget(name="looks", environment="production", diagnostic=shop.target.diagnostic), shop.clock)
    outcome = await executor.run(change("docker restart api-1"))
    assert outcome.state is OutcomeState.FAILED
    assert "no identity for remediations" in outcome.sentence


async def test_a_guard_that_counts_voids_the_change(shop: Shop) -> None:
    probe: Facts = {"argv": ["docker", "compose", "ps", "-q", "api"]}
    outcome = await shop.executor.run(
        change("docker compose stop api", Promise(kind=GuardKind.COUNT, seen=1, most=1, probe=probe))
    )
    assert (outcome.state, shop.engine.boxes["api-1"].state) == (OutcomeState.VOID, "running")


async def test_what_was_done_before_a_failure_is_told(shop: Shop) -> None:
    second = shop.engine.boxes["api-2"].id
    shop.engine.trouble = lambda request: (
        web.json_response({"message": "cannot kill"}, status=500) if f"{second}/restart" in request.path else None
    )
    outcome = await shop.executor.run(change("docker compose restart api"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "api-2 could not be restarted: 500, cannot kill." in outcome.sentence
    assert "Before that api-1 had been restarted." in outcome.sentence


async def test_a_fault_of_the_engine_is_never_told_as_nothing_changed(shop: Shop) -> None:
    """A restart that fails while it starts has stopped the container."""
    shop.engine.trouble = lambda request: (
        web.json_response({"message": "port is already allocated"}, status=500) if "/restart" in request.path else None
    )
    outcome = await shop.executor.run(change("docker restart api-1"))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "api-1 could not be restarted: 500, port is already allocated." in outcome.sentence
    assert "Nothing was changed" not in outcome.sentence


async def test_an_engine_that_hangs_costs_no_more_than_the_cap(shop: Shop) -> None:
    await shop.curbed.attest()
    shop.proxy.hanging = "/logs"
    started = time.perf_counter()
    sight = await shop.curbed.look(plan("docker logs api-1"))
    assert "did not answer within 4 s" in (sight.error or "")
    assert time.perf_counter() - started < 20


async def test_a_change_whose_answer_never_comes_is_unknown_and_cancelling_is_quick(shop: Shop) -> None:
    shop.engine.hanging = "/restart"
    outcome = await shop.curbed.run(change("docker restart api-1"))
    assert outcome.state is OutcomeState.UNKNOWN
    shop.engine.asked.clear()
    running = asyncio.create_task(shop.executor.run(change("docker restart api-1")))
    await shop.engine.was_asked("/restart")
    outcome = await cut(running)
    assert outcome.state is OutcomeState.UNKNOWN
    assert "may have taken effect" in outcome.sentence


async def test_an_endless_log_is_cut_at_the_cap(shop: Shop) -> None:
    await shop.executor.attest()
    line = f"2026-01-21T02:00:00.000000000Z {'x' * 4000}\n"
    shop.proxy.trouble = lambda request: (
        web.Response(body=framed(1, line) * 3000) if request.path.endswith("/logs") else None
    )
    sight = await shop.executor.look(plan("docker logs api-1"))
    assert sight.error is None
    assert sight.truncated
    assert len(sight.output) <= 4000
    assert int(str(sight.receipt["bytes"])) < 5 << 20


@pytest.mark.parametrize(
    ("body", "error"),
    [(framed(1, "a\0b"), "no text"), (b"", None)],
)
async def test_a_binary_or_empty_log_is_told(shop: Shop, body: bytes, error: str | None) -> None:
    await shop.executor.attest()
    shop.proxy.trouble = lambda request: web.Response(body=body) if request.path.endswith("/logs") else None
    sight = await shop.executor.look(plan("docker logs api-1"))
    assert (error or "") in (sight.error or "")
    assert (sight.error is None) == (error is None)


async def test_an_engine_that_is_away_or_old_is_said_in_a_sentence(shop: Shop, tmp_path: Path) -> None:
    away = DockerTarget(name="away", environment="production", diagnostic=f"unix://{tmp_path}/none.sock")
    attestation = await made(away, shop.clock).attest()
    assert not attestation.proven
    assert "away could not be reached" in attestation.proof
    shop.proxy.version = "1.40"
    attestation = await shop.executor.attest()
    assert "speaks version 1.40 of the API: Muster needs 1.41 or newer" in attestation.proof


@pytest.mark.parametrize("answer", [web.Response(text="hello"), web.Response(status=302, headers={"Location": "/x"})])
async def test_something_that_is_no_engine_is_said(shop: Shop, answer: web.Response) -> None:
    text, status, headers = answer.text, answer.status, dict(answer.headers)
    headers.pop("Content-Type", None)
    shop.proxy.trouble = lambda _: web.Response(text=text, status=status, headers=headers)
    attestation = await shop.executor.attest()
    assert not attestation.proven
    assert "an engine's API must be there" in attestation.proof


async def test_what_a_program_in_a_container_prints_is_heard_before_it_ends(shop: Shop) -> None:
    whole = framed(1, "step one\n") + framed(2, f"api_key={SECRET}\n") + framed(1, "done\n")
    shop.engine.printed = [whole[:5], whole[5:20], whole[20:40], whole[40:]]
    shop.engine.pause = 0.3
    said: list[str] = []
    running = asyncio.create_task(
        shop.executor.run(change("docker compose exec -T --index 2 api nginx -s reload"), heard=said.append)
    )
    async with asyncio.timeout(20):
        while not said:
            await asyncio.sleep(0.01)
    assert not running.done()
    assert "".join(said).startswith("step one\n")
    outcome = await running
    assert outcome.output.splitlines()[0::2] == ["step one", "done"]
    assert SECRET not in outcome.output + "".join(said)
