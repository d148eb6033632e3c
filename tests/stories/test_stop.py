"""The stop of all remediations in a real bot: set in Slack, still there after a kill, lifted from a terminal."""

import asyncio
import os
import sys
from pathlib import Path

from demo.bot_process import ROOT
from tests.stories.rig import Rig, rig


async def at_terminal(it: Rig, *words: str) -> str:
    """``muster …`` as another process on the same data, while the bot runs; what it prints."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        cwd=ROOT, env={**os.environ, "MUSTER_DATA_DIR": str(it.data_dir)},
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    printed, _ = await process.communicate()
    return printed.decode()


async def test_a_stop_outlives_the_process_and_is_lifted_where_slack_is_not_needed(tmp_path: Path) -> None:
    async with rig(tmp_path) as it:
        emi, ana = it.person("emi"), it.person("ana")
        refused = await emi.command("/incident freeze", "general")
        assert "Only people on call for a system, or approvers" in str(refused.payload)
        assert (await it.health())["remediations"] == "allowed"
        done = await ana.command("/incident freeze a wrong deploy", "general")
        assert "Nothing was running" in str(done.payload)
        await ana.wait_for("incidents", "stopped all remediations everywhere: a wrong deploy", 60)
        await it.bot.kill()
        await it.bot.start()
        assert str((await it.health())["remediations"]).endswith(": a wrong deploy")
        assert "Remediations are stopped already" in await at_terminal(it, "freeze")
        assert "let remediations run again" in await at_terminal(it, "unfreeze", "rolled", "back")
        await ana.wait_for("incidents", "let remediations run again", 60)
        assert (await it.health())["remediations"] == "allowed"
