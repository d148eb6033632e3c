"""A process that is killed in the middle of its saves loses nothing that it said was saved."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from commands.store import Store
from incident import timeline
from tests.contract.conftest import Opener
from tests.contract.stores import Address

ROOT = Path(__file__).parents[2]


def acknowledged_until_killed(address: Address, lines: int) -> list[str]:
    """Let a process save until it acknowledged so many causes, kill it, and say what it acknowledged."""
    command = [sys.executable, "-m", "tests.contract.saver", address.text]
    saver = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, env={**os.environ})
    assert saver.stdout is not None
    with saver.stdout:
        heard = [saver.stdout.readline() for _ in range(lines)]
        saver.kill()
        heard.extend(saver.stdout)
    saver.wait()
    # The last line may have been cut off by the kill.
    return [line.strip() for line in heard if line.endswith("\n")]


async def check_whole(store: Store, acknowledged: list[str]) -> None:
    for cause in acknowledged:
        name, _, turn = cause.rpartition("-")
        assert await store.finding(cause) is not None, cause
        record = await store.record(name)
        assert timeline.broken_at(name, record.timeline) is None
        saved = record.incident.version
        assert saved > int(turn)
        assert len(record.timeline) == 2 * saved
        assert len(record.findings) == saved
        assert record.incident.summary == f"{name}-{saved - 1}"


@pytest.mark.parametrize("lines", [1, 23, 140])
async def test_a_kill_loses_no_acknowledged_save_and_leaves_each_change_whole(
    address: Address, opener: Opener, lines: int
) -> None:
    acknowledged = acknowledged_until_killed(address, lines)
    assert len(acknowledged) >= lines
    await check_whole(await opener(), acknowledged)
