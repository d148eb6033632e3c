"""A real bot process on the sandbox, with one system and no targets: for what concerns Slack and the store alone."""

import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

from demo.bot_process import ROOT, BotProcess, free_port
from sandbox.driver import Person
from sandbox.record.calls import Call
from sandbox.server import Sandbox

TOKEN = "rig-alertmanager-token"


class Rig:
    """The sandbox and the bot's process; ``data_dir`` holds the store."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess, data_dir: Path) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.data_dir = data_dir

    def person(self, name: str) -> Person:
        """Somebody of the sandbox's company."""
        return Person(self.sandbox, name)

    def calls(self, method: str, meets: Callable[[Call], bool] = lambda call: True) -> list[Call]:
        """The calls of a method that had an effect, whether or not the bot heard the answer."""
        return [call for call in self.sandbox.calls.all(method) if call.ok and meets(call)]


@contextlib.asynccontextmanager
async def rig(data_dir: Path, *, lease: str = "1s", started: bool = True) -> AsyncIterator[Rig]:
    """A sandbox and a bot that stop when the block ends."""
    async with Sandbox() as sandbox:
        port = free_port()
        people = {user.name: user.id for user in sandbox.workspace.users.values()}
        incidents = sandbox.workspace.channel_named("incidents")
        assert incidents is not None
        config = data_dir / "muster.yaml"
        config.write_text(
            CONFIG.format(
                announcements=incidents.id, api_url=sandbox.api_url, port=port, lease=lease,
                runbook=ROOT / "runbooks" / "ai-storybook", **people,
            ),
            encoding="utf-8",
        )  # fmt: skip
        environment = {
            "MUSTER_DATA_DIR": str(data_dir),
            "MUSTER_SLACK_BOT_TOKEN": sandbox.bot_token,
            "MUSTER_SLACK_APP_TOKEN": sandbox.app_token,
            "RIG_ALERTMANAGER_TOKEN": TOKEN,
        }
        bot = BotProcess(config, port=port, environment=environment)
        try:
            if started:
                await bot.start()
                await sandbox.connected()
            yield Rig(sandbox, bot, data_dir)
        finally:
            await bot.kill()


CONFIG = """\
slack: {{announcements: {announcements}, api_url: "{api_url}"}}
web: {{port: {port}}}
lease: {lease}
sources: {{alertmanager: {{token_env: RIG_ALERTMANAGER_TOKEN}}}}
systems:
  ai-storybook:
    runbook: {runbook}
    runbook_url: https://runbooks.example/ai-storybook
    on_call: [{ana}, {ben}]
    escalation: [{chloe}]
    approvers: [{ben}, {chloe}]
"""
