"""Slack is away for a while: pages are taken, people work from a terminal, and on its return all is told once."""

import asyncio
import json
import os
import re
import sys
from collections import Counter
from pathlib import Path

from bot.stores.place import StorePlace, opened
from demo.bot_process import ROOT
from incident.timeline import Kind
from sandbox.driver import words
from tests.stories.opened import complete, incident_channels, kinds_posted
from tests.stories.rig import Rig, rig


async def at_terminal(it: Rig, *said: str, **environment: str) -> None:
    """``muster incidents …`` by Chloe, as another process on the same store."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "incidents", *said,
        "--as", it.person("chloe").id, "--config", str(it.data_dir / "muster.yaml"),
        cwd=ROOT, env={**os.environ, "MUSTER_DATA_DIR": str(it.data_dir), **environment},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    assert process.returncode == 0, printed.decode()


def alert(number: int, severity: str) -> dict[str, object]:
    """What Alertmanager posts of one outage of its own."""
    firing = {
        "status": "firing",
        "labels": {"alertname": f"Outage{number}", "severity": severity},
        "annotations": {"summary": f"Service {number} fails"},
        "fingerprint": f"outage{number}",
    }
    return {"version": "4", "groupKey": f"g{number}", "status": "firing", "alerts": [firing]}


async def test_all_that_happened_while_slack_was_away_is_told_once_in_order_the_worst_first(tmp_path: Path) -> None:
    """Alerts, a declaration and work on three incidents; then Slack is back and says *too many* to nobody."""
    async with rig(tmp_path) as it:
        await it.person("emi").command("/incident declare P1 Checkout fails", "general")
        channel = await it.person("ana").wait_for_channel("inc-1", 60)
        await complete(it)
        await asyncio.sleep(1)
        it.sandbox.faults.outage = True
        await at_terminal(it, "ack", "INC-1")
        await at_terminal(it, "update", "INC-1", "looking", "at", "the", "workers")
        await at_terminal(it, "severity", "INC-1", "P0", "nobody", "can", "pay")
        for number, level in ((2, "info"), (3, "critical")):
            assert await it.knocked(alert(number, level), within=20) == 202
        await at_terminal(it, "declare", "P3", "A page is slow")
        await asyncio.sleep(2)
        await at_terminal(it, "resolve", "INC-4", "it", "is", "fast")
        await at_terminal(it, "reopen", "INC-4", "it", "is", "not")
        await at_terminal(it, "update", "INC-1", "restarted", "the", "workers")
        await at_terminal(it, "resolve", "INC-1", "a", "restart")
        await asyncio.sleep(2)
        before = len(it.sandbox.calls.all())
        it.sandbox.faults.outage = False
        for number in (2, 3, 4):
            await it.person("ana").wait_for_channel(f"inc-{number}", 60)
        await it.person("ana").wait_for("inc-1-checkout-fails", "resolved it: a restart", 60)
        await it.person("ana").wait_for("inc-1-checkout-fails", "Slack was away from", 60)
        async with asyncio.timeout(60):
            while len(called := await _called(it)) < 4 or not all(called):
                await asyncio.sleep(0.2)
        await asyncio.sleep(3)
        await _told_once(it, channel.id)
        await _called_once(it)
        calls = it.sandbox.calls.all()[before:]
        assert [call.method for call in calls if call.error == "ratelimited"] == []
        opened = [call.arguments["name"] for call in calls if call.method == "conversations.create" and call.ok]
        levels = dict(await _levels(it))
        ranks = [levels[int(re.match(r"inc-(\d+)", str(name))[1])] for name in opened]  # type: ignore[index]
        assert ranks == sorted(ranks), "the worst has its channel first"
        assert len(incident_channels(it)) == 4


async def _told_once(it: Rig, channel: str) -> None:
    """The channel says what was late, in its order, with why; nothing stands twice.

    It is one message, but for lines that were tried before Slack was known to be away: they come by themselves.
    """
    kinds_posted(it)
    said = [words(each) for each in it.sandbox.workspace.channels[channel].messages.values() if each.thread_ts is None]
    (late,) = [each for each in said if "Slack was away from" in each]
    marks = ["looking at the workers", "from P1 to P0", "restarted the workers", "resolved it: a restart"]
    whole = "\n".join(said)
    places = [whole.index(each) for each in marks]
    assert places == sorted(places)
    assert sum(each in late for each in marks) > 1
    assert Counter(each for text in said for each in marks if each in text) == dict.fromkeys(marks, 1)
    assert "at Muster's terminal" in late


async def _called(it: Rig) -> list[Counter[str]]:
    """How often who was called, for each incident."""
    async with opened(StorePlace(data_dir=it.data_dir)) as store:
        chains = [await store.timeline(each.id) for each in await store.recent_incidents()]
    events = [[link.event for link in chain if link.event is not None] for chain in chains]
    return [Counter(str(each.facts["user"]) for each in chain if each.kind is Kind.PAGED) for chain in events]


async def _called_once(it: Rig) -> None:
    """Nobody is called twice for one incident, whatever became of it before the first call could come."""
    called = await _called(it)
    assert len(called) == 4
    assert all(each and set(each.values()) == {1} for each in called)


async def _levels(it: Rig) -> list[tuple[int, str]]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "incidents", "list", "--json",
        "--config", str(it.data_dir / "muster.yaml"),
        cwd=ROOT, env={**os.environ, "MUSTER_DATA_DIR": str(it.data_dir)}, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return [(int(each["key"].removeprefix("INC-")), each["severity"]) for each in json.loads(printed)]
