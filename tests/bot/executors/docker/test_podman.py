"""The same against a real engine: podman, which speaks docker's API, where it is installed."""

import asyncio
import contextlib
import os
import shutil
import signal
import subprocess
import tarfile
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.executors.caps import Caps
from bot.executors.docker.executor import DockerTarget, DockerTool
from bot.executors.tool.answer import Denied, Run
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import Redactor
from tests.bot.executors.conftest import Clock

NEEDED = ("podman", "runc", "busybox")
LOOP = "i=0; while :; do echo line $i; echo wrong $i >&2; i=$((i+1)); sleep 5; done"

pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not all(map(shutil.which, NEEDED)),
    reason="it needs root and: apt-get install --no-install-recommends podman runc busybox-static",
)


@pytest.fixture(scope="module")
def podman() -> Iterator[list[str]]:
    """How podman is called, with a store of its own and one image made of busybox."""
    # podman refuses a folder for its run files whose name is longer than 50 characters.
    with tempfile.TemporaryDirectory(prefix="pm-", ignore_cleanup_errors=True) as place:
        yield from _podman(Path(place))


def _podman(place: Path) -> Iterator[list[str]]:
    call = ["podman", "--root", f"{place}/root", "--runroot", f"{place}/run", "--runtime", "runc"]
    call += ["--storage-driver", "vfs", "--cgroup-manager", "cgroupfs", "--events-backend", "file"]
    with tarfile.open(place / "image.tar", "w") as image:
        image.add(shutil.which("busybox") or "", "bin/busybox")
        for tool in ("sh", "sleep", "echo", "kill", "touch", "ps"):
            link = tarfile.TarInfo(f"bin/{tool}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            image.addfile(link)
    subprocess.run([*call, "import", str(place / "image.tar"), "muster-test:1"], check=True, capture_output=True)
    yield call
    subprocess.run([*call, "rm", "--force", "--all", "--time", "0"], check=False, capture_output=True)
    for process in Path("/proc").glob("[0-9]*/cmdline"):
        # What watches an exec of podman stays for five minutes; the store's own path tells this test's from others'.
        with contextlib.suppress(OSError):
            if str(place / "run").encode() in process.read_bytes():
                os.kill(int(process.parent.name), signal.SIGKILL)


@pytest.fixture
async def address(podman: list[str], tmp_path: Path) -> AsyncIterator[str]:
    """The API's socket, with one running container of Compose's."""
    said = ("project=shop", "service=api", "container-number=1", "config-hash=c0ffee")
    labels = [word for each in said for word in ("--label", f"com.docker.compose.{each}")]
    limits = ["--ulimit", "nofile=256:256", "--ulimit", "nproc=256:256", "--network", "none"]
    wanted = [
        "--detach",
        "--replace",
        "--stop-timeout",
        "1",
        "--name",
        "shop-api-1",
        "--env",
        "PASSWORD=env-secret",
        "--volume",
        "shop_data:/data",
        *labels,
        *limits,
    ]
    started = await asyncio.create_subprocess_exec(
        *podman, "run", *wanted, "muster-test:1", "/bin/sh", "-c", LOOP, stderr=asyncio.subprocess.PIPE
    )
    complaint = (await started.communicate())[1].decode()
    if started.returncode:
        pytest.skip(f"podman is installed and cannot start a container here: {complaint.strip()[-200:]}")
    socket = tmp_path / "podman.sock"
    service = await asyncio.create_subprocess_exec(
        *podman, "system", "service", "--time", "0", f"unix://{socket}", stderr=asyncio.subprocess.DEVNULL
    )
    async with asyncio.timeout(60):
        while not socket.exists():
            await asyncio.sleep(0.05)
    yield f"unix://{socket}"
    service.terminate()
    await service.wait()


def tool(address: str, clock: Clock) -> DockerTool:
    """A tool that looks straight at the socket, which no executor would."""
    caps = Caps(look_seconds=30, run_seconds=60)
    return DockerTool(
        DockerTarget(name="podman", environment="production", diagnostic=address, remediation=f"{address}", caps=caps),
        clock=clock,
    )


async def test_the_plain_socket_is_not_proven(address: str, clock: Clock) -> None:
    target = DockerTarget(name="podman", environment="production", diagnostic=address)
    attestation = await ToolExecutor(DockerTool(target, clock=clock), redactor=Redactor(), clock=clock).attest()
    assert not attestation.proven
    assert "POST /containers/…/restart" in attestation.proof


async def test_a_real_engine_answers_what_is_looked_at(address: str, clock: Clock) -> None:
    looking = tool(address, clock)
    for line, word in {
        "docker ps": "shop-api-1",
        "docker compose ps": "muster-test:1",
        "docker logs --tail=4 shop-api-1": "line",
        "docker compose logs --tail=4 api": "shop-api-1 | ",
        "docker top shop-api-1": "/bin/sh -c",
        "docker stats --no-stream": "shop-api-1",
        "docker inspect --format {{.State.Status}} shop-api-1": "running",
        "docker images": "muster-test",
        "docker system df": "Images",
        "docker info": "KernelVersion",
        "docker version": "ApiVersion",
    }.items():
        answer = await looking.look(line.split())
        assert word in answer.text, line
        assert "env-secret" not in answer.text


async def test_a_real_engine_makes_the_approved_change(address: str, clock: Clock) -> None:
    changing, inspecting = tool(address, clock), ["docker", "inspect", "--format", "{{.State.Status}}", "shop-api-1"]
    assert "1 container: shop-api-1" in await changing.before(["docker", "compose", "restart", "api"])
    for line, status in {
        "docker compose restart --timeout 1 api": "running",
        "docker stop --time 1 shop-api-1": "exited",
        "docker compose start api": "running",
        "docker exec shop-api-1 touch /tmp-file": "running",
    }.items():
        run = Run()
        answer = await changing.change(line.split(), run)
        assert (answer.changed, run.sent) == (1, True), line
        async with asyncio.timeout(60):
            while (await changing.look(inspecting)).text != status:
                await asyncio.sleep(0.1)


async def test_a_real_engine_has_as_many_containers_as_were_approved(address: str, clock: Clock) -> None:
    """The new ones run the same program with the same settings; scaled back, they are gone."""
    changing = tool(address, clock)
    up = ["docker", "compose", "up", "-d", "--no-recreate", "--scale", "api=3", "api"]
    before = await changing.before(up)
    assert "api: 1 container → 3." in before
    assert "They share shop_data." in before
    assert "To undo it: docker compose scale api=1." in before
    run = Run()
    answer = await changing.change(up, run)
    assert (answer.changed, run.sent) == (2, True)
    names = (await changing.look(["docker", "compose", "ps", "--quiet", "api"])).text.split()
    assert len(names) == 3
    logs = ["docker", "compose", "logs", "--tail=4", "api"]
    for name in ("shop-api-2", "shop-api-3"):
        async with asyncio.timeout(60):
            while f"{name} | line" not in (await changing.look(logs)).text:
                await asyncio.sleep(0.1)
        mounted = await changing.look(["docker", "inspect", "--format", "{{json .Mounts}}", name])
        assert "shop_data" in mounted.text
    executed = await changing.change(
        ["docker", "compose", "exec", "-T", "--index", "3", "api", "touch", "/data/x"], run
    )
    assert executed.changed == 1
    with pytest.raises(Denied, match="nothing to do"):
        await changing.before(up)
    await changing.change(["docker", "stop", "--time", "0", "shop-api-2"], Run())
    started = await changing.change(["docker", "compose", "up", "-d", "--no-deps", "api"], Run())
    assert started.text == "shop-api-2: started"
    answer = await changing.change(["docker", "compose", "scale", "--timeout", "0", "api=1"], Run())
    assert answer.text == "shop-api-3: stopped and removed\nshop-api-2: stopped and removed"
    assert (await changing.look(["docker", "compose", "ps", "--all", "--quiet", "api"])).value == 1
