"""Another host is looked at over a real SSH connection, and only when it has the key that was pinned."""

import asyncio
import os
import shutil
import signal
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import asyncssh
import pytest

from bot.executors.caps import Caps
from bot.executors.host.door import Door
from bot.executors.host.executor import HostTarget, HostTool
from bot.executors.host.ssh import ssh_host
from bot.executors.tool.answer import MOST_BYTES, Denied
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import MARK, Redactor
from tests.bot.executors.conftest import PATIENT, Clock
from tests.bot.executors.host.test_executor import plan, processes

CAPS = PATIENT

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start a server whose user has no rights")


@dataclass
class Remote:
    """A server whose programs run as an account without rights, and how it is entered."""

    door: Door
    lines: list[str]
    server: asyncssh.SSHAcceptor
    logs: Path
    account: str | None = "nobody"
    serving: int = 0
    started: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def serve(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        """Run what was sent through a shell, as a login does."""
        line = process.command or ""
        self.lines.append(line)
        started = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            line,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            user=self.account,
            group="nogroup" if self.account else None,
            extra_groups=[] if self.account else None,
            start_new_session=True,
        )
        self.started.append(started)
        self.serving += 1
        feeding = asyncio.create_task(fed(process, started))
        await asyncio.gather(pumped(started.stdout, process.stdout), pumped(started.stderr, process.stderr))
        feeding.cancel()
        process.exit(await started.wait())
        self.serving -= 1

    async def end(self) -> None:
        """End what still runs there."""
        for each in self.started:
            if each.returncode is None:
                with suppress(ProcessLookupError):  # it was waited for, which is not yet told
                    os.killpg(each.pid, signal.SIGKILL)
            await each.wait()
        async with asyncio.timeout(20):
            while self.serving:
                await asyncio.sleep(0.01)


async def pumped(source: asyncio.StreamReader | None, sink: "asyncssh.SSHWriter[bytes]") -> None:
    """Pass on what a program prints, for as long as anybody listens."""
    heard = True
    while source is not None and (chunk := await source.read(1 << 16)):
        try:
            if heard:
                sink.write(chunk)
                await sink.drain()
        except (asyncssh.Error, OSError):
            heard = False


async def fed(process: "asyncssh.SSHServerProcess[bytes]", started: asyncio.subprocess.Process) -> None:
    """Pass on what the program is given, and its end."""
    assert started.stdin
    with suppress(asyncssh.Error, OSError):
        while chunk := await process.stdin.read(1 << 16):
            started.stdin.write(chunk)
            await started.stdin.drain()
    started.stdin.close()


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    """A host on loopback with two logs."""
    own, user = asyncssh.generate_private_key("ssh-ed25519"), asyncssh.generate_private_key("ssh-ed25519")
    place = Path(tempfile.mkdtemp(prefix="muster-"))
    place.chmod(0o755)
    logs = place / "logs"
    logs.mkdir(mode=0o755)
    (logs / "app.log").write_text("one fine\ntwo ERROR hunter2-hunter2\n", encoding="utf-8")
    (logs / "it's odd.log").write_text("odd\n", encoding="utf-8")
    (logs / "way.log").symlink_to("/etc/passwd")
    allowed = place / "keys"
    allowed.write_bytes(user.export_public_key())
    serving: list[Remote] = []
    server = await asyncssh.listen(
        "127.0.0.1",
        0,
        server_host_keys=[own],
        authorized_client_keys=str(allowed),
        process_factory=lambda process: serving[0].serve(process),
        encoding=None,
    )
    door = Door(
        address="127.0.0.1",
        port=server.get_port(),
        host_key=own.export_public_key().decode().strip(),
        user="look",
        key=user.export_private_key().decode(),
    )
    serving.append(Remote(door, [], server, logs))
    yield serving[0]
    server.close()
    await server.wait_closed()
    await serving[0].end()
    shutil.rmtree(place)


def made(door: Door, clock: Clock, caps: Caps = CAPS) -> ToolExecutor:
    target = HostTarget(name="web-1", environment="production", door=door, caps=caps)
    redactor = Redactor(["hunter2-hunter2"])
    return ToolExecutor(HostTool(target, clean=redactor.clean), redactor=redactor, clock=clock)


async def test_a_user_without_rights_is_proven_and_looks(remote: Remote, clock: Clock) -> None:
    executor = made(remote.door, clock)
    attestation = await executor.attest()
    assert attestation.proven, attestation.proof
    sight = await executor.look(plan("grep", "ERROR", f"{remote.logs}/app.log"))
    assert (sight.error, sight.output) == (None, f"two ERROR {MARK}")
    assert (sight.receipt["host"], sight.receipt["account"]) == (f"127.0.0.1:{remote.door.port}", "look")
    sight = await executor.look(plan("awk", "{print $1}", f"{remote.logs}/app.log"))
    assert (sight.error, sight.output) == (None, "one\ntwo")


async def test_a_user_who_is_root_is_not_proven(remote: Remote, clock: Clock) -> None:
    remote.account = None
    attestation = await made(remote.door, clock).attest()
    assert not attestation.proven
    assert "Its programs run as root" in attestation.proof


async def test_the_words_of_a_step_are_words_to_the_remote_shell_too(remote: Remote) -> None:
    async with ssh_host(remote.door, CAPS, CAPS.look_seconds) as host:
        for argv, said in {
            ("echo", "$(id)", "`id`", "*", "; id", "it's", "&& id"): "$(id) `id` * ; id it's && id",
            ("pwd",): "/",
            ("cat",): "",
        }.items():
            ended = await host.run(argv)
            assert (ended.code, ended.output.decode().strip()) == (0, said)
        names = {line.partition("=")[0] for line in (await host.run(["env"])).output.decode().splitlines()}
        assert names == {"PATH", "LC_ALL"}
        with pytest.raises(Denied, match="could not be started on"):
            await host.run(["muster-no-tool"])


async def test_links_and_patterns_are_judged_on_the_other_host(remote: Remote, clock: Clock) -> None:
    executor = made(remote.door, clock)
    await executor.attest()
    for path in ("way.log", "w*.log"):
        sight = await executor.look(plan("cat", f"{remote.logs}/{path}"))
        assert "leads to /etc/passwd" in (sight.error or "")
    sight = await executor.look(plan("grep", "-c", "ERROR", f"{remote.logs}/a*.log"))
    assert (sight.error, sight.value) == (None, 1)
    sight = await executor.look(plan("cat", f"{remote.logs}/none*.log"))
    assert "There is nothing at" in (sight.error or "")
    sight = await executor.look(plan("cat", f"{remote.logs.parent.parent}/m*/logs/app.log"))
    assert "only behind the last stroke" in (sight.error or "")


async def test_a_host_with_another_key_is_told_nothing(remote: Remote, clock: Clock) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode().strip()
    attestation = await made(replace(remote.door, host_key=other), clock).attest()
    assert not attestation.proven
    assert "shows another key than the one in muster.yaml" in attestation.proof
    assert remote.lines == []


async def test_a_user_with_another_key_is_not_let_in(remote: Remote, clock: Clock) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519").export_private_key().decode()
    attestation = await made(replace(remote.door, key=other), clock).attest()
    assert "does not let look in with the key" in attestation.proof
    attestation = await made(replace(remote.door, key="no key"), clock).attest()
    assert "cannot be read" in attestation.proof


async def test_a_host_that_is_away_is_said(remote: Remote, clock: Clock) -> None:
    remote.server.close()
    await remote.server.wait_closed()
    attestation = await made(remote.door, clock).attest()
    assert not attestation.proven
    assert "could not be reached over SSH" in attestation.proof


async def test_a_host_that_goes_away_within_an_answer_is_said(remote: Remote, clock: Clock) -> None:
    executor = made(remote.door, clock)
    await executor.attest()

    async def leave(process: "asyncssh.SSHServerProcess[bytes]") -> None:
        process.stdout.write(b"half")
        process.channel.get_connection().abort()

    remote.serve = leave  # type: ignore[method-assign]  # the server's next answer
    sight = await executor.look(plan("df", "-h"))
    assert "was lost" in (sight.error or "")


async def test_an_endless_answer_is_cut_and_a_hanging_one_costs_the_cap(remote: Remote, clock: Clock) -> None:
    async with ssh_host(remote.door, CAPS, CAPS.look_seconds) as host:
        ended = await host.run(["yes"])
    assert (ended.cut, len(ended.output)) == (True, MOST_BYTES)
    executor = made(remote.door, clock, Caps(connect_seconds=2, look_seconds=3))
    await executor.attest()
    os.mkfifo(remote.logs / "pipe.log", 0o644)
    started = time.perf_counter()
    sight = await executor.look(plan("cat", f"{remote.logs}/pipe.log"))
    assert "did not answer within 5 s" in (sight.error or "")
    assert time.perf_counter() - started < 20


async def test_cancelling_is_quick_and_what_was_started_has_an_end(remote: Remote) -> None:
    span = f"73.{os.getpid()}"  # nobody else's sleep

    async def look() -> None:
        async with ssh_host(remote.door, CAPS, 0) as host:
            await host.run(["sleep", span])

    running = asyncio.create_task(look())
    async with asyncio.timeout(20):
        while not processes(f"sleep\x00{span}"):
            await asyncio.sleep(0.02)
    started = time.perf_counter()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert time.perf_counter() - started < 20
    async with asyncio.timeout(20):
        while processes(f"sleep\x00{span}"):
            await asyncio.sleep(0.05)
