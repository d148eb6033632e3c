"""A service gets the containers that were approved: made like the first one, the last ones removed, or a clear no."""

import asyncio
from collections.abc import AsyncIterator, Callable
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
from tests.fakes.engine import SECRET, Box, FakeEngine

THREE = "docker compose up -d --no-recreate --scale worker=3 worker"
ONE = "docker compose scale worker=1"


def worker(number: int = 1, **more: object) -> Box:
    settled: dict[str, object] = {"name": f"shop-worker-{number}", "service": "worker", "number": number}
    return Box(**{**settled, **more})


class Shop:
    """An engine behind a proxy that only reads, and the executor that reaches both."""

    def __init__(self, engine: FakeEngine, target: DockerTarget, clock: Clock) -> None:
        self.engine = engine
        self.executor, self.curbed = made(target, clock), made(replace(target, caps=CURBED), clock)

    def holds(self, *boxes: Box) -> None:
        """Have these containers and no others, at both addresses."""
        self.engine.boxes.clear()
        self.engine.boxes.update({box.name: box for box in boxes})

    @property
    def states(self) -> dict[str, str]:
        return {name: box.state for name, box in sorted(self.engine.boxes.items())}

    @property
    def changes(self) -> list[str]:
        return [asked for asked in self.engine.asked if not asked.startswith("GET")]


@pytest.fixture
async def shop(tmp_path: Path, clock: Clock) -> AsyncIterator[Shop]:
    proxy, engine = FakeEngine(guarded=True), FakeEngine()
    proxy.boxes = engine.boxes
    target = DockerTarget(
        name="shop-docker",
        environment="production",
        diagnostic=await proxy.start(tmp_path / "proxy.sock"),
        remediation=await engine.start(tmp_path / "engine.sock"),
        caps=PATIENT,
    )
    yield Shop(engine, target, clock)
    await proxy.stop()
    await engine.stop()


def made(target: DockerTarget, clock: Clock) -> ToolExecutor:
    return ToolExecutor(DockerTool(target, clock=clock), redactor=Redactor(), clock=clock)


def change(line: str, promise: Promise = NO_PROMISE) -> Plan:
    command: Facts = {"argv": line.split()}
    return Plan(
        step_id="step",
        title="A step",
        verdict=Verdict.MUTATING,
        executor="docker",
        target="shop-docker",
        environment="production",
        command=command,
        shown=line,
        parameters={},
        catalog="0" * 64,
        promise=promise,
    )


async def test_a_preview_tells_old_and_new_and_the_undo_and_changes_nothing(shop: Shop) -> None:
    shop.holds(worker(mounts=[{"Type": "volume", "Name": "shop_data", "Destination": "/data"}]))
    preview = await shop.executor.preview(change(THREE))
    assert preview.sentence == (
        "worker: 1 container → 3. Made with the settings and the image of shop-worker-1, not from the Compose file: "
        "shop-worker-2, shop-worker-3. They share shop_data. To undo it: docker compose scale worker=1."
    )
    assert shop.changes == []


async def test_new_containers_have_the_settings_of_the_first_and_their_own_names(shop: Shop) -> None:
    first = worker()
    first.config = {"Hostname": first.id[:12], "User": "app"}
    first.host = {"NetworkMode": "shop_default", "Memory": 64_000_000, "Binds": ["shop_data:/data"]}
    first.networks = {
        "shop_default": {"Aliases": ["shop-worker-1", "worker", first.id[:12]], "IPAddress": "10.0.0.7"},
        "shop_back": {"Aliases": ["shop-worker-1", "worker"], "NetworkID": "n1"},
    }
    shop.holds(first)
    outcome = await shop.executor.run(change(THREE))
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 2)
    assert outcome.sentence == "It ran. Containers now: worker 3."
    made = shop.engine.created["shop-worker-3"]
    assert (made["User"], made["Env"]) == ("app", [f"DATABASE_PASSWORD={SECRET}"])
    assert "Hostname" not in made
    assert made["HostConfig"] == first.host
    assert made["NetworkingConfig"] == {"EndpointsConfig": {"shop_default": {"Aliases": ["shop-worker-3", "worker"]}}}
    assert shop.engine.joined[1][0] == "shop_back"
    assert shop.engine.joined[1][1]["EndpointConfig"] == {"Aliases": ["shop-worker-3", "worker"]}
    assert made["Labels"] == first.listed["Labels"] | {"com.docker.compose.container-number": "3"}
    assert set(shop.states.values()) == {"running"}
    assert SECRET not in f"{outcome.output}{outcome.sentence}{outcome.receipt}"


async def test_names_keep_the_separator_of_the_older_compose_and_numbers_go_on_after_the_highest(shop: Shop) -> None:
    shop.holds(worker(name="shop_worker_1"), worker(4, name="shop_worker_4"))
    outcome = await shop.executor.run(change("docker-compose scale worker=3"))
    assert outcome.output == "shop_worker_5: made like shop_worker_1, and started"


async def test_the_highest_numbers_go_first_and_stop_before_they_are_removed(shop: Shop) -> None:
    shop.holds(worker(), worker(2), worker(10))
    preview = await shop.executor.preview(change(ONE))
    assert preview.sentence == (
        "worker: 3 containers → 1. Stopped and removed, with all that they keep outside of volumes: shop-worker-10, "
        "shop-worker-2. To undo it: docker compose scale worker=3."
    )
    outcome = await shop.executor.run(change(ONE))
    assert outcome.output == "shop-worker-10: stopped and removed\nshop-worker-2: stopped and removed"
    assert shop.states == {"shop-worker-1": "running"}
    assert [asked.partition(" ")[0] for asked in shop.changes] == ["POST", "DELETE", "POST", "DELETE"]


async def test_removing_what_could_not_be_made_again_says_so_beforehand(shop: Shop) -> None:
    shop.holds(worker(mounts=[{"Type": "volume", "Name": "a" * 64, "Destination": "/data"}]), worker(2))
    preview = await shop.executor.preview(change(ONE))
    assert preview.sentence.endswith(
        "Muster cannot undo it: shop-worker-1 keeps /data in a volume without a name, which cannot be carried over."
    )


async def test_up_starts_what_rests_and_makes_nothing(shop: Shop) -> None:
    shop.holds(worker(state="exited"), worker(2))
    preview = await shop.executor.preview(change("docker compose up -d worker"))
    assert preview.sentence == (
        "worker: 2 containers → 2. Started: shop-worker-1. To undo it: docker stop shop-worker-1."
    )
    outcome = await shop.executor.run(change("docker compose up -d worker"))
    assert outcome.output == "shop-worker-1: started"
    with pytest.raises(Outage, match=r"worker has 2 containers, and all run\. Muster does not read"):
        await shop.executor.preview(change("docker compose up -d worker"))


def fixed_port(box: Box) -> None:
    box.host = {"PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}}


def linked(box: Box) -> None:
    box.host = {"Links": ["/shop-db-1:/shop-worker-1/db"]}


def addressed(box: Box) -> None:
    box.networks = {"shop_default": {"IPAMConfig": {"IPv4Address": "10.0.0.7"}}}


def roomed(box: Box) -> None:
    box.host = {"NetworkMode": f"container:{'b' * 64}"}


def passing(box: Box) -> None:
    box.host = {"AutoRemove": True}


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (fixed_port, "shop-worker-1 publishes the fixed port 8080 of the machine"),
        (linked, "shop-worker-1 is linked to another container"),
        (addressed, "shop-worker-1 has a fixed address in a network"),
        (roomed, "shop-worker-1 shares the rooms of another container"),
        (passing, "shop-worker-1 is removed by the engine as soon as it stops"),
    ],
)
async def test_what_only_one_container_can_have_is_not_made_twice(
    shop: Shop, make: Callable[[Box], None], said: str
) -> None:
    box = worker()
    make(box)
    shop.holds(box)
    with pytest.raises(Outage, match=f"worker cannot have one container more: {said}"):
        await shop.executor.preview(change(THREE))
    outcome = await shop.executor.run(change(THREE))
    assert (outcome.state, shop.changes) == (OutcomeState.FAILED, [])


@pytest.mark.parametrize(
    ("boxes", "said"),
    [
        ([worker(name="the-worker")], "the name the-worker is fixed"),
        ([worker(), worker(2, made_with="other")], "were made with different settings or images"),
        ([worker(image="sha256:old")], "the image shop/api:1 is another now than the one that runs"),
        ([worker(needs="db:service_started:false")], "worker depends on db, which does not run"),
        ([worker(state="paused")], "shop-worker-1 is paused: settle that first"),
        ([worker(service="api")], "The engine has no service worker"),
        ([worker(once=True)], "The engine has no service worker"),
    ],
)
async def test_what_only_the_file_could_tell_is_refused_with_the_reason(
    shop: Shop, boxes: list[Box], said: str
) -> None:
    shop.holds(*boxes)
    with pytest.raises(Outage, match=said):
        await shop.executor.preview(change(THREE))
    assert shop.changes == []


async def test_what_a_service_depends_on_is_left_alone_where_the_step_says_so(shop: Shop) -> None:
    shop.holds(worker(needs="db:service_started:false"))
    assert (await shop.executor.run(change("docker compose scale --no-deps worker=2"))).state is OutcomeState.RAN


async def test_an_image_that_is_gone_is_said(shop: Shop) -> None:
    shop.holds(worker())
    shop.engine.image = None
    with pytest.raises(Outage, match="the engine does not have the image shop/api:1 any more"):
        await shop.executor.preview(change(THREE))


async def test_a_count_that_changed_since_the_preview_voids_the_run(shop: Shop) -> None:
    """The guard that a catalog gives such a step: the containers there are, by their ids."""
    await shop.executor.attest()
    shop.holds(worker())
    probe: Facts = {"argv": ["docker", "compose", "ps", "-a", "-q", "worker"]}
    promise = Promise(kind=GuardKind.FINGERPRINT, probe=probe, of="the list of containers")
    seen = (await shop.executor.preview(change(THREE, promise))).value
    shop.holds(worker(), worker(2))
    bound = Promise(kind=GuardKind.FINGERPRINT, probe=probe, of="the list of containers", value=seen)
    outcome = await shop.executor.run(change(THREE, bound))
    assert (outcome.state, shop.changes) == (OutcomeState.VOID, [])


async def test_a_container_that_does_not_start_is_removed_again_and_the_others_are_told(shop: Shop) -> None:
    shop.holds(worker())
    third = Box("shop-worker-3").id
    shop.engine.trouble = lambda request: (
        web.json_response({"message": "no room"}, status=500) if f"{third}/start" in request.path else None
    )
    outcome = await shop.executor.run(change(THREE))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence == (
        "shop-worker-3 could not be started: 500, no room. It was removed again. "
        "Before that: shop-worker-2: made like shop-worker-1, and started."
    )
    assert shop.states == {"shop-worker-1": "running", "shop-worker-2": "running"}


async def test_an_image_that_changes_on_the_way_makes_no_container(shop: Shop) -> None:
    """Its name was looked up before, and means another image by the time that the container is made."""
    shop.holds(worker())

    def renamed(request: web.Request) -> None:
        if request.path.endswith("/create"):
            shop.engine.image = "sha256:other"

    shop.engine.trouble = renamed
    outcome = await shop.executor.run(change(THREE))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence == (
        "Nothing was changed. shop-worker-2 got another image than shop-worker-1 has. It was removed again."
    )
    assert shop.states == {"shop-worker-1": "running"}


async def test_an_answer_that_never_comes_leaves_it_unknown_and_says_where_to_look(shop: Shop) -> None:
    shop.holds(worker())
    shop.engine.hanging = "/create"
    outcome = await shop.curbed.run(change(THREE))
    assert outcome.state is OutcomeState.UNKNOWN
    assert "shop-worker-2 was being made: see whether it is there." in outcome.sentence


async def test_a_run_that_is_cancelled_while_a_container_stops_is_quick_and_tells_what_was_done(shop: Shop) -> None:
    """What is done is told while it goes on, too."""
    said: list[str] = []
    shop.holds(worker(), worker(2), worker(3))
    second = Box("shop-worker-2").id
    shop.engine.hanging = f"{second}/stop"
    running = asyncio.create_task(shop.executor.run(change(ONE), heard=said.append))
    async with asyncio.timeout(60):
        while not said:
            await asyncio.sleep(0.01)
    assert said == ["shop-worker-3: stopped and removed\n"]
    await shop.engine.was_asked(f"{second}/stop")
    outcome = await cut(running)
    assert outcome.sentence.endswith(
        "shop-worker-2 was being stopped and removed. Before that: shop-worker-3: stopped and removed."
    )
