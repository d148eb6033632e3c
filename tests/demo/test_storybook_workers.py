"""The workers hang for as long as the jobs that they hang on, whatever waits for the database, and end when told."""

import asyncio
from collections.abc import Sequence
from contextlib import AsyncExitStack
from uuid import UUID, uuid4

import pytest

from bot import background
from demo.storybook.jobs import Jobs, Work
from demo.storybook.workers import IDLE_SECONDS, SIZE, Images, Workers


class SlowJobs(Jobs):
    """Jobs of which the monitor's first look takes until it is let go."""

    def __init__(self) -> None:
        self.let_go = asyncio.Event()
        self.stuck: Sequence[UUID] = ()

    async def claim(self) -> Work | None:
        return None

    async def recover_stuck(self) -> int:
        await self.let_go.wait()
        return 0

    async def any_running(self, jobs: Sequence[UUID]) -> bool:
        return bool(set(jobs) & set(self.stuck))

    async def take(self) -> Sequence[UUID]:
        """Seven that are stuck from now on."""
        self.stuck = [uuid4() for _ in range(7)]
        return self.stuck


async def test_a_fault_that_strikes_while_the_monitor_looks_lasts() -> None:
    jobs = SlowJobs()
    workers = Workers(jobs, Images(), step_seconds=0.01)
    async with AsyncExitStack() as undo:
        workers.start(undo)
        await asyncio.sleep(3 * IDLE_SECONDS)  # whoever looks for an end of the fault waits for the monitor now
        striking = asyncio.create_task(workers.hang_on(jobs.take))
        await asyncio.sleep(0.1)
        jobs.let_go.set()
        await striking
        await asyncio.sleep(2 * IDLE_SECONDS)
        assert workers.hung
        jobs.stuck = ()
        async with asyncio.timeout(20):
            while workers.hung:
                await asyncio.sleep(0.05)


class DeafJobs(SlowJobs):
    """Jobs whose client loses the first word that a worker is to end."""

    def __init__(self) -> None:
        super().__init__()
        self.lost = 0

    async def claim(self) -> Work | None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            self.lost += 1
        return None


async def test_workers_that_lose_the_first_word_to_end_do_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN", 0.01)
    jobs = DeafJobs()
    async with asyncio.timeout(20), AsyncExitStack() as undo:
        Workers(jobs, Images(), step_seconds=0.01).start(undo)
        await asyncio.sleep(0.05)
    assert jobs.lost == SIZE
