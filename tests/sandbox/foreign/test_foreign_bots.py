"""Bots that were written for Slack, in processes of their own, run on the sandbox as they are."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.driver import Person
from sandbox.server import Sandbox

HERE = Path(__file__).parent
INSTALL = "npm install @slack/bolt, and NODE_PATH naming its node_modules"


def interpreter(bot: str) -> str:
    """What runs this bot; skips where it or its library is not installed."""
    if bot.endswith(".py"):
        return sys.executable
    node = shutil.which("node")
    places = os.environ.get("NODE_PATH", "").split(os.pathsep)
    if node is None or not any((Path(place) / "@slack" / "bolt").is_dir() for place in places if place):
        pytest.skip(f"the JavaScript bot needs node and Bolt: {INSTALL}")
    return node


@pytest.fixture(params=["todo_bot.py", "todo_bot.js"])
async def workspace(request: pytest.FixtureRequest) -> AsyncIterator[Sandbox]:
    """A workspace with the bot in it, which was told its tokens and the address of Slack, and nothing else."""
    async with Sandbox(app="Todo", commands={"/todo": ("Remember something", "")}) as sandbox:
        told = {
            "SLACK_BOT_TOKEN": sandbox.bot_token,
            "SLACK_APP_TOKEN": sandbox.app_token,
            "SLACK_API_URL": sandbox.api_url,
        }
        bot = await asyncio.create_subprocess_exec(
            interpreter(request.param), str(HERE / request.param), env={**os.environ, **told}
        )
        try:
            await asyncio.wait_for(sandbox.connected(), 60)
            yield sandbox
        finally:
            bot.terminate()
            await bot.wait()


async def test_a_bot_that_knows_nothing_of_the_sandbox_runs_on_it(workspace: Sandbox) -> None:
    """It hears, says, reacts to a press, opens a form, refuses and takes an entry, and publishes its Home tab."""
    ana = Person(workspace, "ana")
    random = ana.channel("random")
    random.members.append(workspace.app.user)

    ana.post("random", "hello")
    greeting = await ana.wait_for("random", "Hey")
    assert (await ana.click(greeting, "wave")).ok
    await ana.wait_for("random", lambda message: "wave" in message.reactions)

    assert (await ana.command("/todo", "random")).ok
    await ana.wait_for_modal()
    assert (await ana.submit({"What?": "x"})).errors == {"what": "Say a little more"}
    await ana.submit({"What?": "water the plants"})
    await ana.wait_for("random", "will water the plants")

    ana.open_home()
    async with asyncio.timeout(60):
        while ana.home is None:
            await asyncio.sleep(0.02)
    assert "water the plants" in str(ana.home.payload)
