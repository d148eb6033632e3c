"""A bot on the sandbox with one system and no targets: for what concerns the webhooks and Slack alone."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from demo.bot_process import ROOT, BotProcess
from demo.ports import free_port
from sandbox.server import Sandbox

READY_WITHIN: Final = 60.0
TOKEN: Final = "bench-token"  # noqa: S105 - of a bot that lives for this run


class SmallBot(Struct, frozen=True, kw_only=True):
    """The bot and its workspace. ``address`` takes what Alertmanager posts."""

    sandbox: Sandbox
    bot: BotProcess
    data_dir: Path

    @property
    def address(self) -> str:
        """Where Alertmanager posts."""
        return f"{self.bot.web_url}/alerts/alertmanager"


@asynccontextmanager
async def small_bot(folder: Path, *, store: str | None = None, latency: float = 0.0) -> AsyncIterator[SmallBot]:
    """A bot that is ready; with ``store``, the address of a PostgreSQL, on that."""
    async with Sandbox() as sandbox:
        sandbox.faults.delay(latency)
        sandbox.tiers.on = True
        port = free_port()
        config = _written(sandbox, folder, port, store is not None)
        environment = {
            "MUSTER_DATA_DIR": str(folder),
            "MUSTER_SLACK_BOT_TOKEN": sandbox.bot_token,
            "MUSTER_SLACK_APP_TOKEN": sandbox.app_token,
            "BENCH_TOKEN": TOKEN,
            "BENCH_STORE": store or "",
        }
        bot = BotProcess(config, port=port, environment=environment)
        await bot.start(within=READY_WITHIN)
        try:
            await sandbox.connected()
            yield SmallBot(sandbox=sandbox, bot=bot, data_dir=folder)
        finally:
            await bot.stop()


def _written(sandbox: Sandbox, folder: Path, port: int, postgres: bool) -> Path:
    people = {user.name: user.id for user in sandbox.workspace.users.values()}
    incidents = sandbox.workspace.channel_named("incidents")
    assert incidents is not None, "the workspace comes with it"
    config = folder / "muster.yaml"
    store = "store: {url_env: BENCH_STORE}\n" if postgres else ""
    runbook = ROOT / "runbooks" / "ai-storybook"
    config.write_text(
        CONFIG.format(announcements=incidents.id, api_url=sandbox.api_url, port=port, runbook=runbook, **people)
        + store,
        encoding="utf-8",
    )
    return config


CONFIG: Final = """\
slack: {{announcements: {announcements}, api_url: "{api_url}"}}
web: {{port: {port}}}
sources: {{alertmanager: {{token_env: BENCH_TOKEN}}}}
systems:
  ai-storybook: {{runbook: "{runbook}", on_call: [{ana}, {ben}], escalation: [{chloe}], approvers: [{ben}, {chloe}]}}
"""
