"""Work in the background ends when it is told to, even where a client of some server loses the word."""

import asyncio
from contextlib import AsyncExitStack

import pytest

from bot import background
from bot.background import end, in_the_background


async def test_a_task_that_lost_its_first_cancellation_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "AGAIN", 0.01)
    losses = 0

    async def lose_the_first() -> None:
        nonlocal losses
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                losses += 1
                if losses > 1:
                    raise

    task = asyncio.create_task(lose_the_first())
    await asyncio.sleep(0)
    await end(task)

    assert task.cancelled()
    assert losses == 2


async def test_who_cleans_up_is_left_alone_meanwhile() -> None:
    cleaned = []

    async def work() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            await asyncio.sleep(0.05)
            cleaned.append(True)

    task = asyncio.create_task(work())
    await asyncio.sleep(0)
    await end(task)

    assert cleaned == [True]


async def test_all_end_side_by_side_however_they_end() -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    tasks = [asyncio.create_task(fail()), asyncio.create_task(asyncio.sleep(60)), asyncio.create_task(asyncio.sleep(0))]
    await asyncio.sleep(0.01)
    await end(*tasks)

    assert [task.done() for task in tasks] == [True, True, True]
    assert isinstance(tasks[0].exception(), RuntimeError)


async def test_what_it_failed_at_is_logged_at_once_and_raised_when_it_is_ended(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail() -> None:
        raise RuntimeError("broken")

    undo = AsyncExitStack()
    in_the_background(fail(), "work", undo)
    await asyncio.sleep(0.01)
    assert "work in the background failed" in caplog.text

    with pytest.raises(RuntimeError, match="broken"):
        await undo.aclose()
