"""The storybook's workers, which write books step by step, and its job monitor, which rescues those that got stuck."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from uuid import UUID

from bot.background import in_the_background
from demo.database import OUTAGES
from demo.storybook.jobs import Jobs, Work

SIZE = 3
IDLE_SECONDS = 0.5
RETRY_SECONDS = 1.0
MONITOR_SECONDS = 5.0


@dataclass
class Images:
    """The image provider. Unless it is `available`, every book fails at its images."""

    available: bool = True


class Workers:
    """One process' worth of workers with the job monitor among them: what hangs the one hangs the other."""

    def __init__(self, jobs: Jobs, images: Images, *, step_seconds: float) -> None:
        self._jobs = jobs
        self._step_seconds = step_seconds
        self._awake = asyncio.Event()
        self._awake.set()
        self._hanging_on: Sequence[UUID] = ()
        self._minding = asyncio.Lock()
        self.images = images

    def another(self) -> Workers:
        """A second process over the same jobs."""
        return Workers(self._jobs, self.images, step_seconds=self._step_seconds)

    @property
    def hung(self) -> bool:
        """Whether the process is stuck on jobs that it cannot finish."""
        return not self._awake.is_set()

    async def hang_on(self, take: Callable[[], Awaitable[Sequence[UUID]]]) -> None:
        """Stop working until none of the jobs that `take` returns is marked as running any more, whoever changes that.

        They are taken after the monitor's last look, so that it cannot rescue them.
        """
        self._hanging_on = ()
        self._awake.clear()
        try:
            async with self._minding:
                self._hanging_on = await take()
        except OUTAGES:
            self.wake()
            raise

    def wake(self) -> None:
        """Start working again, as after a restart of the process."""
        self._awake.set()

    def start(self, undo: AsyncExitStack) -> None:
        """Work until `undo` is closed. Each by itself: a task group tells its tasks only once that they are to end."""
        for number in range(SIZE):
            in_the_background(self._write_books(), f"worker {number}", undo)
        in_the_background(self._monitor(), "job monitor", undo)
        in_the_background(self._notice_release(), "release", undo)

    async def _write_books(self) -> None:
        work: Work | None = None
        while True:
            await self._awake.wait()
            try:
                work = work or await self._jobs.claim()
                if work:
                    work = await self._do_step(work)
                else:
                    await asyncio.sleep(IDLE_SECONDS)
            except OUTAGES:
                await asyncio.sleep(RETRY_SECONDS)

    async def _do_step(self, work: Work) -> Work | None:
        await asyncio.sleep(self._step_seconds)
        if work.step == "images" and not self.images.available:
            await self._jobs.fail(work, "IMAGE_FAILED")
            return None
        return await self._jobs.advance(work)

    async def _monitor(self) -> None:
        while True:
            await self._awake.wait()
            with suppress(*OUTAGES):
                async with self._minding:
                    if not self.hung:
                        await self._jobs.recover_stuck()
            await asyncio.sleep(MONITOR_SECONDS)

    async def _notice_release(self) -> None:
        while True:
            await asyncio.sleep(IDLE_SECONDS)
            with suppress(*OUTAGES):
                async with self._minding:
                    # What it is to hang on may still be on its way.
                    if self.hung and self._hanging_on and not await self._jobs.any_running(self._hanging_on):
                        self.wake()
