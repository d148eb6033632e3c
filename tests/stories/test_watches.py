"""A watch with no monitor: the workers hang, it fires and declares; they are healed, its alert is over. Once, also when
the bot is killed in the middle.
"""

import asyncio
import json
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

from demo.bot_process import ROOT
from demo.stage import Stage
from demo.storybook import SYSTEM
from sandbox.driver import Person, words
from sandbox.state.model import Channel
from tests.stories.rig import PATIENCE

WATCH = "watch: {every: 1 minute, bound: critical}"
OFTEN = "watch: {every: 1 second, for: 1 second, bound: critical}"
ALERT = "watch:ai-storybook/stuck-count"


@asynccontextmanager
async def watched(folder: Path) -> AsyncIterator[Stage]:
    """The storybook without monitors, its runbook with a watch that looks every second."""
    runbook = folder / "ai-storybook"
    shutil.copytree(ROOT / "runbooks" / "ai-storybook", runbook)
    overlay = runbook / "overlay.yaml"
    text = overlay.read_text(encoding="utf-8")
    assert WATCH in text
    overlay.write_text(text.replace(WATCH, OFTEN), encoding="utf-8")
    async with Stage(SYSTEM, folder / "data", tiers=False, lease="2s", watches=True, runbook=runbook) as stage:
        stage.sandbox.wait_longer(PATIENCE)
        yield stage


async def test_a_watch_declares_what_no_monitor_saw_and_says_when_it_is_over(tmp_path: Path) -> None:
    async with watched(tmp_path) as it:
        ana = Person(it.sandbox, "ana")
        await asyncio.sleep(2)
        assert incidents(it) == []
        await it.patient.fault("stuck-jobs", True)
        channel = await ana.wait_for_channel("inc-", 60)
        assert [each["procedure"] for each in incidents(it)] == ["stuck-jobs"]
        assert incidents(it)[0]["summary"] == "It is 7; it should be at most 5. Seen on storybook-api."
        await it.patient.fault("stuck-jobs", False)
        await said(ana, channel, "The monitor says it is over")
        await ana.command("/incident watches", channel)
        await ana.wait_for(channel, lambda message: "(stuck-count)" in words(message), 60)


async def test_a_bot_that_starts_while_slack_is_away_looks_and_declares(tmp_path: Path) -> None:
    async with watched(tmp_path) as it:
        await it.bot.stop()
        it.sandbox.faults.outage = True
        starting = asyncio.create_task(it.bot.start(within=110))
        await it.patient.fault("stuck-jobs", True)
        async with asyncio.timeout(60):
            while not incidents(it):
                await asyncio.sleep(0.1)
        it.sandbox.faults.outage = False
        await Person(it.sandbox, "ana").wait_for_channel("inc-", 60)
        await starting


async def test_killed_while_it_fires_there_is_one_incident_and_its_end_is_said_once(tmp_path: Path) -> None:
    """kill -9 as soon as the incident is there, a second of looks later, and before the end is told."""
    async with watched(tmp_path) as it:
        ana = Person(it.sandbox, "ana")
        await it.patient.fault("stuck-jobs", True)
        async with asyncio.timeout(60):
            while not incidents(it):
                await asyncio.sleep(0.01)
        await it.bot.kill()
        await it.bot.start()
        channel = await ana.wait_for_channel("inc-", 60)
        await asyncio.sleep(2)
        await it.bot.kill()
        await it.patient.fault("stuck-jobs", False)
        await it.bot.start()
        await said(ana, channel, "The monitor says it is over")
        await asyncio.sleep(2)
        assert len(incidents(it)) == 1
        kinds = [
            kind for (kind,) in rows(it, "SELECT json_extract(body, '$.kind') FROM events WHERE chain <> 'system'")
        ]
        assert (kinds.count("declared"), kinds.count("alert_resolved"), kinds.count("reopened")) == (1, 1, 0)
        assert [each for (each,) in rows(it, "SELECT id FROM alerts WHERE id LIKE 'watch:%stuck-count'")] == [ALERT]
        assert [count for (count,) in rows(it, "SELECT count(*) FROM jobs WHERE key = ?", ALERT)] == [1]


async def said(person: Person, channel: Channel, sentence: str) -> None:
    await person.wait_for(channel, lambda message: sentence in words(message), 60)


def incidents(it: Stage) -> list[dict[str, object]]:
    """All that were ever declared."""
    return [json.loads(body) for (body,) in rows(it, "SELECT body FROM incidents ORDER BY number")]


def rows(it: Stage, query: str, *values: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(it.data_dir / "muster.db")) as store:
        return store.execute(query, values).fetchall()
