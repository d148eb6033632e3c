"""A team's script runs only with the content that was reviewed, as another account than the one that looks."""

import asyncio
import dataclasses
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.executors.host.executor import HostTarget
from bot.executors.host.script import Script
from bot.executors.tool.executor import ToolExecutor
from bot.redaction.redactor import MARK, Redactor
from commands.outage import Outage
from incident.digest import Json
from incident.finding import OutcomeState
from incident.plan import Plan, shown
from tests.bot.executors.conftest import PATIENT, Clock, cut
from tests.bot.executors.host.test_executor import as_root, plan, processes
from tests.bot.executors.host.test_ssh import Remote, remote

__all__ = ["remote"]
pytestmark = as_root
RESTART = """#!/bin/bash -e
echo "restarting $1 in $(pwd) as $(id -un), token hunter2-hunter2"
echo done > out/last
"""
Host = ToolExecutor[Sequence[str] | Script]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a script, which everybody may read, and one that scripts may write to."""
    place = Path(tempfile.mkdtemp(prefix="muster-scripts-"))
    place.chmod(0o755)
    (place / "out").mkdir()
    (place / "out").chmod(0o777)
    (place / "scripts").mkdir()
    (place / "scripts" / "restart.sh").write_text(RESTART, encoding="utf-8")
    yield place
    shutil.rmtree(place)


def made(folder: Path, clock: Clock, **changes: object) -> Host:
    target = HostTarget(
        name="own-host",
        environment="production",
        account="nobody",
        remediation_account="daemon",
        scripts=str(folder),
        caps=PATIENT,
    )
    changed = replace(target, **changes)  # type: ignore[arg-type]  # the settings of one test
    return changed.executor(redactor=Redactor(["hunter2-hunter2"]), clock=clock)


def script(*argv: str, body: str = RESTART, **command: Json) -> Plan:
    """A plan for a script with the pin of ``body``."""
    made_plan = plan(*argv)
    pin = hashlib.sha256(body.encode()).hexdigest()
    return replace(made_plan, command={"argv": list(argv), "sha256": pin, **command})


async def test_the_pinned_script_runs_as_the_other_account_in_its_folder(folder: Path, clock: Clock) -> None:
    host, step = made(folder, clock), script("./scripts/restart.sh", "web and more")
    assert "has the content that was pinned" in (await host.preview(step)).sentence
    outcome = await host.run(step)
    assert (outcome.state, outcome.sentence) == (OutcomeState.RAN, "It ran.")
    assert outcome.output == f"restarting web and more in {folder} as daemon, token {MARK}"
    assert (outcome.receipt["account"], outcome.receipt["code"]) == ("daemon", 0)
    assert (folder / "out" / "last").read_text() == "done\n"


async def test_another_content_voids_it_and_says_what_to_do(folder: Path, clock: Clock) -> None:
    host, step = made(folder, clock), script("./scripts/restart.sh")
    (folder / "scripts" / "restart.sh").write_text(RESTART + "rm -rf out/last\n", encoding="utf-8")
    with pytest.raises(Outage, match="is not the script that was reviewed"):
        await host.preview(step)
    outcome = await host.run(step)
    assert outcome.state is OutcomeState.VOID
    assert "read what has changed, and pin it anew" in outcome.sentence
    assert not (folder / "out" / "last").exists()


async def test_what_is_swapped_after_it_was_read_does_not_run(folder: Path, clock: Clock) -> None:
    """The script replaces its own file first: the bytes that run are those that were compared."""
    body = "#!/bin/sh\necho first\ncat out/other > scripts/restart.sh\necho second\n"
    path = folder / "scripts" / "restart.sh"
    path.write_text(body, encoding="utf-8")
    path.chmod(0o666)
    (folder / "out" / "other").write_text("echo evil\n" * 100, encoding="utf-8")
    outcome = await made(folder, clock).run(script("./scripts/restart.sh", body=body))
    assert (outcome.state, outcome.output) == (OutcomeState.RAN, "first\nsecond")


@pytest.mark.parametrize(
    ("argv", "command", "said"),
    [
        (("./scripts/restart.sh",), {"sha256": None}, "only with its content pinned"),
        (("./scripts/../../etc/x.sh",), {}, "changes nothing on a host but by a script"),
        (("systemctl", "restart", "app"), {}, "changes nothing on a host but by a script"),
        (("bash", "./scripts/restart.sh"), {}, "changes nothing on a host but by a script"),
        (("./scripts/gone.sh",), {}, "cannot be read whole"),
    ],
)
async def test_what_is_no_pinned_script_does_not_run(
    folder: Path, clock: Clock, argv: tuple[str, ...], command: dict[str, Json], said: str
) -> None:
    outcome = await made(folder, clock).run(script(*argv, **command))
    assert (outcome.state, said in outcome.sentence) == (OutcomeState.FAILED, True), outcome.sentence
    assert not (folder / "out" / "last").exists()


async def test_a_script_of_another_language_is_a_persons(folder: Path, clock: Clock) -> None:
    body = "#!/usr/bin/perl\nprint 1\n"
    (folder / "scripts" / "restart.sh").write_text(body, encoding="utf-8")
    with pytest.raises(Outage, match="names no sh, bash, dash or python3"):
        await made(folder, clock).preview(script("./scripts/restart.sh", body=body))


async def test_a_script_that_fails_is_told_with_what_it_printed(folder: Path, clock: Clock) -> None:
    body = "#!/usr/bin/env python3\nimport sys\nprint('half', sys.argv[1])\nsys.exit('no database')\n"
    (folder / "scripts" / "restart.sh").write_text(body, encoding="utf-8")
    outcome = await made(folder, clock).run(script("./scripts/restart.sh", "way", body=body))
    assert outcome.state is OutcomeState.FAILED
    assert outcome.sentence.startswith("./scripts/restart.sh ended with exit code 1. What it did until then stays")
    assert outcome.output == "half way\nno database"


async def test_a_cancelled_script_ends_with_all_that_it_started(folder: Path, clock: Clock) -> None:
    span = f"74.{os.getpid()}"  # nobody else's sleep
    body = f"#!/bin/sh\necho begun\nsleep {span} &\nsleep {span}\n"
    (folder / "scripts" / "restart.sh").write_text(body, encoding="utf-8")
    heard = list[str]()
    running = asyncio.create_task(
        made(folder, clock).run(script("./scripts/restart.sh", body=body), heard=heard.append)
    )
    async with asyncio.timeout(20):
        while not heard:
            await asyncio.sleep(0.02)
    outcome = await cut(running)
    assert (outcome.state, outcome.output) == (OutcomeState.UNKNOWN, "begun\n")
    async with asyncio.timeout(20):
        while processes(f"sleep\x00{span}"):
            await asyncio.sleep(0.02)


async def test_one_account_for_both_is_not_proven(folder: Path, clock: Clock) -> None:
    found = await made(folder, clock, remediation_account="nobody").attest()
    assert "as one account" in found.proof


async def test_over_ssh_the_other_user_logs_in_and_the_bytes_that_were_read_run(
    remote: Remote, folder: Path, clock: Clock
) -> None:
    """The server's programs run as nobody, whoever logs in."""
    host = made(
        folder, clock, account=None, door=remote.door, remediation_door=dataclasses.replace(remote.door, user="fixer")
    )
    step = script("./scripts/restart.sh", "it's; rm -rf /")
    assert "has the content that was pinned" in (await host.preview(step)).sentence
    outcome = await host.run(step)
    assert outcome.state is OutcomeState.RAN, outcome.sentence
    assert outcome.output == f"restarting it's; rm -rf / in {folder} as nobody, token {MARK}"
    assert outcome.receipt["account"] == "fixer"
    (folder / "scripts" / "restart.sh").write_text("#!/bin/sh\n", encoding="utf-8")
    assert (await host.run(step)).state is OutcomeState.VOID


def test_the_card_shows_the_pin() -> None:
    assert (
        shown({"argv": ["./x.sh", "a b"], "sha256": "ab" * 32}) == f"./x.sh 'a b'\n# only with the content {'ab' * 32}"
    )
