"""What Prometheus reads of a bot that runs: what came in, what Slack was asked, and what is owed."""

import asyncio
import json
import re
from pathlib import Path

import aiohttp

from demo.bot_process import ROOT
from tests.fakes import monitor
from tests.stories.opened import complete
from tests.stories.rig import Rig, rig


async def scraped(it: Rig) -> dict[str, float]:
    """Each series and its number."""
    async with aiohttp.ClientSession() as session, session.get(f"{it.bot.web_url}/metrics") as answer:
        assert answer.status == 200
        lines = [line for line in (await answer.text()).splitlines() if not line.startswith("#")]
    return {series: float(number) for series, _, number in (line.rpartition(" ") for line in lines)}


async def test_an_alert_can_be_followed_through_the_numbers(tmp_path: Path) -> None:
    """One webhook, one channel asked for, one incident open, and nothing late."""
    async with rig(tmp_path, lease="30s") as it:
        assert await it.knocked(monitor.body(), within=20) == 202
        await complete(it)
        told = await scraped(it)
        health = await it.health()
        logged = [json.loads(line) for line in it.bot.log.read_text().splitlines()]
    assert [each["message"] for each in logged if each["levelname"] != "INFO"] == [], "all is as it should be"
    assert told['muster_deliveries_total{source="alertmanager",outcome="taken"}'] == 1
    assert told['muster_slack_calls_total{method="conversations.create",outcome="answered"}'] == 1
    assert told['muster_job_attempts_total{job="open_channel",outcome="done"}'] == 1
    assert sum(number for series, number in told.items() if series.startswith("muster_incidents_open")) == 1
    assert (told["muster_slack_connected"], told["muster_store_up"], told["muster_dead_letters"]) == (1, 1, 0)
    asked = set(
        re.findall(r"/healthz \| jq '\.([a-z_]+)'", (ROOT / "docs" / "operations.md").read_text(encoding="utf-8"))
    )
    assert asked
    assert asked <= set(health), "what the runbook for operators looks at is there"
    assert told["muster_jobs_due"] <= told['muster_jobs{state="owed"}']


async def test_a_slack_that_answers_no_call_is_told_though_its_line_holds(tmp_path: Path) -> None:
    """Else nobody learns that pages do not reach people: what is put off until Slack is back is not late."""
    async with rig(tmp_path, lease="30s") as it:
        it.sandbox.faults.outage = True
        assert await it.knocked(monitor.body(), within=20) == 202
        async with asyncio.timeout(60):
            while (await scraped(it))["muster_slack_connected"] == 1:
                await asyncio.sleep(0.2)
        async with aiohttp.ClientSession() as session, session.get(f"{it.bot.web_url}/readyz") as answer:
            assert answer.status == 503
            assert (await answer.json())["missing"] == ["answers from Slack: Slack is in trouble"]
        it.sandbox.faults.clear()
        async with asyncio.timeout(60):
            while (await scraped(it))["muster_slack_connected"] == 0:
                await asyncio.sleep(0.2)
