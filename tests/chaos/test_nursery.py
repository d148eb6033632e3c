"""Replicas that are forked are processes like any other: they become ready, are killed, and outlive nobody."""

import asyncio
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from chaos.nursery import Nursery, Nursling, opened
from chaos.place import READY_WITHIN
from tests.stories.rig import rig


@pytest.fixture
async def nursery() -> AsyncIterator[Nursery]:
    async with opened() as made:
        yield made


@pytest.mark.timeout(300)
async def test_a_replica_is_ready_by_its_own_pid_and_is_killed_and_started_again(
    nursery: Nursery, tmp_path: Path
) -> None:
    async with rig(tmp_path, started=False, made=partial(Nursling, nursery)) as it:
        pids = set()
        for _ in range(2):
            await it.bot.start(within=READY_WITHIN)
            pids.add(it.bot.pid)
            await it.bot.kill()
            with pytest.raises(LookupError):
                _ = it.bot.pid
    assert len(pids) == 2


@pytest.mark.timeout(300)
async def test_a_nursery_that_dies_takes_its_replicas_along_and_says_so(nursery: Nursery, tmp_path: Path) -> None:
    async with rig(tmp_path, started=False, made=partial(Nursling, nursery)) as it:
        await it.bot.start(within=READY_WITHIN)
        pid = it.bot.pid
        os.kill(nursery.pid, signal.SIGKILL)
        async with asyncio.timeout(60):
            while _lives(pid):
                await asyncio.sleep(0.05)
        with pytest.raises(ConnectionError, match="is gone"):
            await it.bot.start(within=READY_WITHIN)


def _lives(pid: int) -> bool:
    # Whoever takes in orphans may be in no hurry to bury them.
    told = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(told.strip()) and not told.startswith("Z")
