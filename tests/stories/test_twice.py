"""The same delivery twenty times at once is one effect: a webhook, a form, a click on Approve."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import aiohttp
import pytest

from demo.alertmanager import SentAlert, webhook_body
from demo.stage import Stage
from demo.storybook import SYSTEM
from sandbox.driver import Person
from sandbox.state.model import Message
from tests.stories.rig import PATIENCE

TIMES = 20


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    """The demo, without Slack's rate limits."""
    async with Stage(SYSTEM, tmp_path, tiers=False) as it:
        it.sandbox.wait_longer(PATIENCE)
        yield it


async def test_a_webhook_a_form_and_a_click_each_twenty_times_at_once(stage: Stage) -> None:
    """One incident, one request, one run."""
    await stage.patient.fault("stuck-jobs", True)
    await _knock(stage, TIMES)
    ana, ben = Person(stage.sandbox, "ana"), Person(stage.sandbox, "ben")
    channel = await ana.wait_for_channel("inc-", 60)
    card = await ana.wait_for(channel, lambda message: _has(message, "fix"), 60)
    await ana.click(card, "fix")
    form = await ana.wait_for_modal(within=60)
    await ana.select(form, "choose_step", "fail-stuck-jobs")
    await ana.wait_for_modal(lambda view: view.payload["callback_id"] == "fix_step", 60)
    await ana.submit({}, times=TIMES)
    request = await ana.wait_for(channel, lambda message: _has(message, "approve"), 60)
    await ben.click(request, "approve", times=TIMES)
    await ana.wait_for(channel, "changed 7 rows", 60)
    await asyncio.sleep(1)

    store = sqlite3.connect(f"file:{stage.data_dir / 'muster.db'}?mode=ro", uri=True)
    counts = {
        table: store.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("incidents", "approvals")
    }
    runs = store.execute("SELECT count(*) FROM jobs WHERE name = 'run_remediation'").fetchone()[0]
    store.close()
    assert counts == {"incidents": 1, "approvals": 1}
    assert runs == 1
    assert [each.name for each in stage.sandbox.workspace.channels.values() if each.name.startswith("inc-")] == [
        channel.name
    ]


async def _knock(stage: Stage, times: int) -> None:
    (rule,) = [each for each in stage.patient.rules if each.name == "StorybookJobsStuck"]
    body = json.dumps(webhook_body([SentAlert(rule=rule, starts_at=datetime.now(UTC))]))
    headers = {"Authorization": f"Bearer {stage.token}", "Content-Type": "application/json"}
    async with aiohttp.ClientSession(headers=headers) as session:

        async def knock() -> int:
            async with session.post(f"{stage.web_url}/alerts/alertmanager", data=body) as answer:
                return answer.status

        assert set(await asyncio.gather(*(knock() for _ in range(times)))) == {202}


def _has(message: Message, action: str) -> bool:
    return f'"{action}"' in json.dumps(message.blocks) and message.ephemeral_to is None
