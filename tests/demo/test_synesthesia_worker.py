"""The narrative worker goes on, whatever the queue that it takes from answers."""

import asyncio
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID, uuid4

import pytest
from nats.errors import ConnectionClosedError
from nats.js.errors import ServiceUnavailableError

from bot.background import in_the_background
from demo.synesthesia import worker
from demo.synesthesia.packs import Packs
from demo.synesthesia.worker import Worker


class Troubled(Packs):
    """Packs whose queue fails before it gives one."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.made = asyncio.Event()

    async def claim(self, within: float) -> UUID | None:
        if self.troubles:
            raise self.troubles.pop()
        await asyncio.sleep(within)
        return uuid4()

    async def complete(self, pack: UUID) -> None:
        self.made.set()


@pytest.mark.parametrize("trouble", [ConnectionClosedError(), ServiceUnavailableError(), TimeoutError()])
async def test_a_queue_that_is_away_ends_no_worker(monkeypatch: pytest.MonkeyPatch, trouble: Any) -> None:
    monkeypatch.setattr(worker, "RETRY_SECONDS", 0.01)
    lines: list[str] = []
    packs = Troubled(trouble)
    async with asyncio.timeout(20), AsyncExitStack() as undo:
        in_the_background(Worker(packs, seconds=0, write=lines.append).run(), "worker", undo)
        await packs.made.wait()
    assert lines[0].startswith("ERROR the database or the queue is away")
