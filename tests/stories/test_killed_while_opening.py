"""Killed after each Slack call of opening an incident: after the restart everything is there, and everything once."""

import asyncio
import os
import signal
from pathlib import Path

import pytest

from sandbox.record.calls import Call
from tests.stories.opened import ONCE, complete, incident_channels, kinds_posted
from tests.stories.rig import rig

OPENING_CALLS = 13
"""create, invite, card, announcement, two pages, checklist, pin, topic, bookmark; three to spare."""


@pytest.mark.parametrize("nth", range(1, OPENING_CALLS + 1))
async def test_killed_after_the_nth_call_it_is_complete_after_the_restart_and_nothing_is_there_twice(
    tmp_path: Path, nth: int
) -> None:
    """kill -9 when the nth call of the opening has had its effect and its answer is not yet sent."""
    async with rig(tmp_path) as it:
        killed = asyncio.Event()
        seen = 0

        async def kill_at_nth(call: Call) -> None:
            nonlocal seen
            seen += 1
            if seen == nth and not killed.is_set():
                killed.set()
                os.kill(it.bot.pid, signal.SIGKILL)

        ana = it.person("emi")
        it.sandbox.on_call = kill_at_nth
        await ana.command("/incident declare P1 Checkout fails", "general")
        ends = {asyncio.create_task(killed.wait()), asyncio.create_task(complete(it))}
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
        if not killed.is_set():
            assert nth > seen >= 10, f"the opening made only {seen} calls"
            await asyncio.sleep(1)  # those to spare, if there are any
        for each in ends:
            each.cancel()
        await asyncio.gather(*ends, return_exceptions=True)
        it.sandbox.on_call = None
        await it.bot.kill()
        await it.bot.start()
        await complete(it)
        await asyncio.sleep(0.5)

        assert incident_channels(it) == ["inc-1-checkout-fails"]
        assert kinds_posted(it) == ONCE
        channel = it.sandbox.workspace.channel_named("inc-1-checkout-fails")
        assert channel is not None
        assert {it.person(name).id for name in ("emi", "ana", "ben")} <= set(channel.members)
