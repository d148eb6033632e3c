"""Muster's own host is looked at by programs that can do nothing else, and that leave nothing behind."""

import asyncio
import os
import shutil
import stat
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.executors.caps import Caps
from bot.executors.host import start
from bot.executors.host.executor import HostTarget, HostTool
from bot.executors.host.start import Account
from bot.executors.tool.answer import MOST_BYTES, Denied
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import MARK, Redactor
from commands.outage import Outage
from incident.digest import Facts
from incident.finding import OutcomeState
from incident.plan import Plan
from incident.verdict import Verdict
from tests.bot.executors.conftest import Clock

IS_ROOT = os.geteuid() == 0
ACCOUNT = "nobody" if IS_ROOT else None
WORLD = 0o755
as_root = pytest.mark.skipif(not IS_ROOT, reason="only root can lend and take rights")


def plan(*argv: str, verdict: Verdict = Verdict.READ_ONLY, piped: str = "") -> Plan:
    command: Facts = {"argv": list(argv), **({"filters": [piped.split()]} if piped else {})}
    return Plan(
        step_id="step",
        title="A step",
        verdict=verdict,
        executor="host",
        target="own-host",
        environment="production",
        command=command,
        shown=" ".join(argv),
        parameters={},
        catalog="0" * 64,
    )


def made(clock: Clock, **changes: str | Caps | None) -> ToolExecutor:
    account, caps = changes.get("account", ACCOUNT), changes.get("caps", Caps(connect_seconds=0, look_seconds=30))
    assert isinstance(caps, Caps)
    assert not isinstance(account, Caps)
    target = HostTarget(name="own-host", environment="production", account=account, caps=caps)
    redactor = Redactor(["hunter2-hunter2"])
    return ToolExecutor(HostTool(target, clean=redactor.clean), redactor=redactor, clock=clock)


@pytest.fixture
def logs() -> Iterator[Path]:
    """A folder of logs that everybody may read, where the judge lets logs be."""
    place = Path(tempfile.mkdtemp(prefix="muster-"))
    place.chmod(WORLD)
    (place / "logs").mkdir(mode=WORLD)
    (place / "logs" / "app.log").write_text("one fine\ntwo ERROR hunter2-hunter2\nthree fine\n", encoding="utf-8")
    (place / "logs" / "old.log").write_text("zero ERROR\n", encoding="utf-8")
    yield place / "logs"
    shutil.rmtree(place)


@pytest.fixture
async def host(clock: Clock) -> ToolExecutor:
    """An executor whose account is proven; skipped for a developer whose own account may do too much."""
    executor = made(clock)
    attestation = await executor.attest()
    if not attestation.proven and not IS_ROOT:
        pytest.skip(attestation.proof)
    assert attestation.proven, attestation.proof
    return executor


async def test_an_account_without_rights_is_proven(host: ToolExecutor) -> None:
    assert host.attestation is not None
    assert "without capabilities; nothing in /etc, /usr, /var/log" in host.attestation.proof


@as_root
async def test_root_is_never_proven_and_runs_nothing(clock: Clock) -> None:
    executor = made(clock, account=None)
    attestation = await executor.attest()
    assert not attestation.proven
    assert "Its programs run as root: name an account" in attestation.proof
    sight = await executor.look(plan("uptime"))
    assert (sight.output, "diagnostics on own-host are off" in (sight.error or "")) == ("", True)


@as_root
async def test_a_place_that_the_account_may_write_to_is_found(clock: Clock) -> None:
    """The place is another account's alone, so that what runs beside this test and proves its own is not disturbed."""
    open_log = Path(tempfile.mkdtemp(prefix="muster-canary-", dir="/var/log"))
    try:
        shutil.chown(open_log, "daemon")
        attestation = await made(clock, account="daemon").attest()
    finally:
        open_log.rmdir()
    assert not attestation.proven
    assert f"may write to {open_log}" in attestation.proof


async def test_an_account_that_is_not_there_proves_nothing(clock: Clock) -> None:
    attestation = await made(clock, account="nonesuch-account").attest()
    assert not attestation.proven
    assert "The host has no account nonesuch-account" in attestation.proof


async def test_a_program_runs_without_shell_input_environment_or_a_folder_of_its_own() -> None:
    account = Account(uid=65534, gid=65534) if IS_ROOT else None
    asked = {
        ("env",): f"PATH={start.PATH}\nLC_ALL=C",
        ("cat",): "",
        ("pwd",): "/",
        ("echo", "$(id)", "`id`", "*", "; id"): "$(id) `id` * ; id",
        ("id", "-u"): "65534" if IS_ROOT else str(os.getuid()),
        ("id", "-G"): "65534" if IS_ROOT else " ".join(map(str, sorted(os.getgroups()))),
    }
    for argv, said in asked.items():
        ended = await start.run(argv, account)
        assert ended.code == 0
        if argv != ("id", "-G") or IS_ROOT:
            assert ended.output.decode().strip() == said


async def test_a_look_has_its_value_and_its_receipt(host: ToolExecutor, logs: Path) -> None:
    sight = await host.look(plan("grep", "-c", "ERROR", f"{logs}/app.log"))
    assert (sight.error, sight.output, sight.value) == (None, "1", 1)
    assert sight.receipt["binary"] == str(Path(shutil.which("grep", path=start.PATH) or "").resolve())
    assert (sight.receipt["code"], sight.receipt["account"]) == (0, ACCOUNT or "Muster's own account")
    sight = await host.look(plan("df", "-h"))
    assert sight.error is None
    assert sight.output.startswith("Filesystem")


async def test_what_is_shown_is_redacted_and_filtered_in_the_process(host: ToolExecutor, logs: Path) -> None:
    sight = await host.look(plan("cat", f"{logs}/app.log", piped="grep ERROR"))
    assert (sight.error, sight.output) == (None, f"two ERROR {MARK}")
    sight = await host.look(plan("cut", "-c", "1-20", f"{logs}/app.log"))
    assert "hunter2" not in sight.output
    sight = await host.look(plan("awk", "{print $2}", f"{logs}/app.log", f"{logs}/old.log"))
    assert (sight.error, sight.output) == (None, "fine\nERROR\nfine\nERROR")
    assert str(sight.receipt["binary"]).endswith("/cat")


async def test_a_pattern_is_spelled_out_without_a_shell(host: ToolExecutor, logs: Path) -> None:
    sight = await host.look(plan("grep", "-h", "ERROR", f"{logs}/*.log"))
    assert (sight.error, sight.rows) == (None, 2)
    sight = await host.look(plan("grep", "-h", "ERROR", f"{logs}/*.out"))
    assert sight.error == f"There is nothing at {logs}/*.out on this host."
    for number in range(201):
        (logs / f"{number}.err").touch()
    sight = await host.look(plan("wc", "-l", f"{logs}/*.err"))
    assert "means more than 200 files" in (sight.error or "")


async def test_a_link_out_of_the_logs_is_not_followed(host: ToolExecutor, logs: Path) -> None:
    (logs / "way.log").symlink_to("/etc/passwd")
    (logs / "good.log").symlink_to(logs / "old.log")
    for argv in (["cat", f"{logs}/way.log"], ["tail", "-n", "5", f"{logs}/*.log"], ["sort", f"{logs}/way.log"]):
        sight = await host.look(plan(*argv))
        assert "leads to /etc/passwd" in (sight.error or "")
        assert "root:" not in sight.output
    sight = await host.look(plan("cat", f"{logs}/good.log"))
    assert (sight.error, sight.output) == (None, "zero ERROR")
    sight = await host.look(plan("grep", "-R", "root:", str(logs)))
    assert "root:" not in sight.output


async def test_nothing_found_is_no_fault_and_a_fault_is_a_sentence(host: ToolExecutor, logs: Path) -> None:
    sight = await host.look(plan("grep", "nonesuch", f"{logs}/app.log"))
    assert (sight.error, sight.output, sight.value) == (None, "", 0)
    sight = await host.look(plan("cat", f"{logs}/none.log"))
    assert "cat ended with exit code 1" in (sight.error or "")


async def test_an_endless_program_is_ended_at_the_cap() -> None:
    started = time.perf_counter()
    ended = await start.run(["yes"], None)
    assert (ended.cut, len(ended.output)) == (True, MOST_BYTES)
    assert time.perf_counter() - started < 20


async def test_a_long_log_is_cut_and_a_binary_one_is_not_shown(host: ToolExecutor, logs: Path) -> None:
    (logs / "long.log").write_text("a line of a log\n" * 1_000_000, encoding="utf-8")
    sight = await host.look(plan("cat", f"{logs}/long.log"))
    assert (sight.error, sight.truncated) == (None, True)
    assert len(sight.output) <= Caps().characters
    (logs / "core.log").write_bytes(b"\x7fELF\0\0\1")
    sight = await host.look(plan("cat", f"{logs}/core.log"))
    assert "7 bytes that are no text" in (sight.error or "")


async def test_a_program_that_hangs_costs_no_more_than_the_cap(host: ToolExecutor, clock: Clock, logs: Path) -> None:
    os.mkfifo(logs / "pipe.log")
    (logs / "pipe.log").chmod(0o644)
    executor = made(clock, caps=Caps(connect_seconds=0, look_seconds=3))
    await executor.attest()
    started = time.perf_counter()
    sight = await executor.look(plan("cat", f"{logs}/pipe.log"))
    assert "did not answer within 3 s" in (sight.error or "")
    assert time.perf_counter() - started < 20


async def test_cancelling_ends_all_that_was_started() -> None:
    span = f"71.{os.getpid()}"  # nobody else's sleep
    running = asyncio.create_task(start.run(["sh", "-c", f"sleep {span} & sleep {span} & wait"], None))
    async with asyncio.timeout(20):
        while len(processes(span)) < 3:
            await asyncio.sleep(0.02)
    started = time.perf_counter()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    async with asyncio.timeout(20):
        while processes(span):
            await asyncio.sleep(0.02)
    assert time.perf_counter() - started < 20


async def test_cancelled_while_it_starts_nothing_is_left() -> None:
    span = f"72.{os.getpid()}"
    for milliseconds in range(16):
        running = asyncio.create_task(start.run(["sh", "-c", f"sleep {span} & sleep {span} & wait"], None))
        await asyncio.sleep(milliseconds / 1000)
        running.cancel()
        async with asyncio.timeout(20):
            with pytest.raises(asyncio.CancelledError):
                await running
    async with asyncio.timeout(20):
        while processes(span):
            await asyncio.sleep(0.02)


def processes(mark: str) -> list[str]:
    """The living processes whose command line holds the mark."""
    found = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words, state = (
                place.read_bytes().decode(),
                (place.parent / "stat").read_text().rpartition(")")[2].split()[0],
            )
        except OSError:
            continue
        if mark in words and state != "Z":
            found.append(words)
    return found


@as_root
async def test_a_program_that_others_may_change_is_not_started(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = tmp_path / "muster-open-tool"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(stat.S_IRWXU | stat.S_IRWXG | stat.S_IRWXO)
    monkeypatch.setattr(start, "PATH", str(tmp_path))
    with pytest.raises(Denied, match="could be changed by others than root"):
        await start.run(["muster-open-tool"], None)
    with pytest.raises(Denied, match="is not installed where Muster runs"):
        await start.run(["muster-no-tool"], None)


@pytest.mark.parametrize("line", ["systemctl restart app", "rm -rf /srv/app/cache/old", "kill 4711"])
async def test_a_change_is_never_run(host: ToolExecutor, line: str) -> None:
    change = plan(*line.split(), verdict=Verdict.MUTATING)
    assert "Nothing was sent" in ((await host.look(change)).error or "")
    outcome = await host.run(change)
    assert (outcome.state, "no identity" in outcome.sentence) == (OutcomeState.FAILED, True)
    with pytest.raises(Outage, match="no identity"):
        await host.preview(change)
