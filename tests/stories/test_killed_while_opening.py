"""Killed after each Slack call of opening an incident: after the restart everything is there, and everything once."""

import asyncio
import json
import os
import signal
from pathlib import Path

import pytest

from sandbox.record.calls import Call
from tests.stories.rig import Rig, rig

OPENING_CALLS = 13
"""create, invite, card, announcement, two pages, checklist, pin, topic, bookmark; three to spare."""


def mark(call: Call) -> str:
    """The mark that a post carries, or an empty text."""
    metadata = call.arguments.get("metadata")
    loaded = json.loads(metadata) if isinstance(metadata, str) else metadata
    return str(((loaded or {}).get("event_payload") or {}).get("mark", ""))


async def complete(rig: Rig) -> None:
    """Wait until the incident is complete in Slack."""

    def whole() -> bool:
        posted = {mark(call).split(":")[0] for call in rig.calls("chat.postMessage")}
        others = all(rig.calls(each) for each in ("conversations.setTopic", "pins.add", "bookmarks.add"))
        paged = len([call for call in rig.calls("chat.postMessage") if mark(call).startswith("page:")])
        return others and paged >= 2 and {"card", "checklist", "announcement", "page"} <= posted

    async with asyncio.timeout(30):
        while not whole():
            await asyncio.sleep(0.05)


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
        try:
            await asyncio.wait_for(killed.wait(), 5)
        except TimeoutError:
            assert nth > 10, f"the opening made only {seen} calls"
        it.sandbox.on_call = None
        await it.bot.kill()
        await it.bot.start()
        await complete(it)
        await asyncio.sleep(0.5)

        channels = [each for each in it.sandbox.workspace.channels.values() if each.name.startswith("inc-")]
        assert [each.name for each in channels] == ["inc-1-checkout-fails"]
        posts = [message for channel in it.sandbox.workspace.channels.values() for message in channel.messages.values()]
        marks = [str(((message.metadata or {}).get("event_payload") or {}).get("mark", "")) for message in posts]
        once = sorted(each for each in marks if each)
        assert once == sorted(set(once))
        kinds = [each.split(":")[0] for each in once]
        assert {kind: kinds.count(kind) for kind in ("card", "checklist", "announcement", "page")} == {
            "card": 1,
            "checklist": 1,
            "announcement": 1,
            "page": 2,
        }
        assert {it.person(name).id for name in ("emi", "ana", "ben")} <= set(channels[0].members)
