"""Ten diagnostics of one incident, all held up by the same lock: whether they wait side by side, and how soon after the
slowest answer the first finding is in the channel.
"""

import asyncio
import json
import shutil
import sqlite3
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Final

import asyncpg

from bench.steps import has_button
from bot.runbooks.files import CATALOG, DOCUMENT, compilation
from demo.bot_process import ROOT
from demo.stage import Stage
from demo.storybook import SYSTEM
from demo.storybook.patient import Patient
from incident.finding import Phase
from sandbox.driver import Person
from sandbox.state.model import Channel, Message

DIAGNOSTICS: Final = 10
_LED_TO: Final = "[The API answers slowly](#the-api-answers-slowly) |"
_LEADS_TO: Final = "[Jobs wait](#jobs-wait) |"
_INCIDENTS: Final = "## Incidents\n"
_QUESTIONS: Final = "\n".join(
    f"# Question {number}\npsql -c 'SELECT count(*) FROM jobs WHERE recoveries = {number};'"  # noqa: S608  # of ours
    for number in range(DIAGNOSTICS)
)
_SECTION: Final = f"\n### Jobs wait\n\n**Diagnosis**\n\n```bash\n{_QUESTIONS}\n```\n"
_ALERT: Final = "StorybookResponseTimeHigh"
WITHIN: Final = 60.0
_SETTLED_AFTER: Final = 5.0
"""Seconds after the opening's posts: Slack bears one a second in a channel."""
_HELD_SECONDS: Final = 1.5
"""Shorter than a look waits for a lock."""
_WAITING: Final = """
SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid)
WHERE NOT granted AND application_name = 'muster diagnostics'
"""


def write_runbook(folder: Path) -> Path:
    """The system's runbook, in which one alert leads to ten diagnostics."""
    runbook = shutil.copytree(ROOT / "runbooks" / SYSTEM.name, folder / SYSTEM.name)
    text = (runbook / DOCUMENT).read_text(encoding="utf-8")
    for before, after in ((_LED_TO, _LEADS_TO), (_INCIDENTS, _INCIDENTS + _SECTION)):
        assert text.count(before) == 1
        text = text.replace(before, after)
    (runbook / DOCUMENT).write_text(text, encoding="utf-8")
    (runbook / CATALOG).write_text(compilation(runbook / DOCUMENT).compiled.text, encoding="utf-8")
    return runbook


async def measure(stage: Stage) -> dict[str, object]:
    """All are asked for while a lock holds each of them up, so that all are answered in the same moment."""
    assert isinstance(stage.patient, Patient)
    ana = Person(stage.sandbox, "ana")
    await stage.monitor.fire(_ALERT)
    channel = await ana.wait_for_channel("inc-", WITHIN)
    card = await ana.wait_for(channel, lambda message: has_button(message, "diagnose"), WITHIN)
    posted = partial(_posted, stage, ana, channel, card)
    await posted(Phase.FIRST)
    await asyncio.sleep(_SETTLED_AFTER)
    async with _lock(stage.patient.dsns["storybook"]) as waiting:
        await ana.click(card, "diagnose")
        side_by_side = await waiting()
    first = await posted(Phase.ASKED)
    answered = sorted(_answered(each) for each in _findings(stage, Phase.ASKED))
    return {
        "diagnostics": len(answered),
        "waited_side_by_side": side_by_side,
        "first_posted_after_first_answer_ms": round((first - answered[0]) * 1000),
        "first_posted_after_slowest_answer_ms": round((first - answered[-1]) * 1000),
    }


@asynccontextmanager
async def _lock(dsn: str) -> AsyncIterator[Callable[[], Awaitable[int]]]:
    """Nobody reads the jobs until the block ends; what is yielded waits for the looks, and says how many wait."""
    owner = await asyncpg.connect(dsn)

    async def waiting() -> int:
        ends = time.monotonic() + _HELD_SECONDS
        most = 0
        while most < DIAGNOSTICS and time.monotonic() < ends:
            most = max(most, await owner.fetchval(_WAITING))
            await asyncio.sleep(0.01)
        return most

    try:
        async with owner.transaction():
            await owner.execute("LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE")
            yield waiting
    finally:
        await owner.close()


async def _posted(stage: Stage, ana: Person, channel: Channel, card: Message, phase: Phase) -> float:
    """Wait until every finding of the phase is in the thread; when the first of them was, as Unix time."""
    async with asyncio.timeout(WITHIN):
        while True:
            ids = {each["id"] for each in _findings(stage, phase)}
            posts = [float(each.ts) for each in ana.thread(channel, card.ts) if _mark(each) in ids]
            if len(posts) == DIAGNOSTICS:
                return min(posts)
            await asyncio.sleep(0.1)


def _answered(finding: Mapping[str, Any]) -> float:
    """When its source had answered, as Unix time."""
    return float(datetime.fromisoformat(finding["at"]).timestamp() + finding["sight"]["seconds"])


def _mark(message: Message) -> str:
    """The id of the finding that a message shows, or an empty text."""
    payload = (message.metadata or {}).get("event_payload") or {}
    return str(payload.get("mark", "")).rpartition(":")[2]


# Any: the bodies are JSON as the store keeps it.
def _findings(stage: Stage, phase: Phase) -> list[Mapping[str, Any]]:
    with closing(sqlite3.connect(f"file:{stage.data_dir / 'muster.db'}?mode=ro", uri=True)) as store:
        every = [json.loads(body) for (body,) in store.execute("SELECT body FROM findings")]
    return [each for each in every if each["phase"] == phase]
