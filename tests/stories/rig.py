"""A real bot process on the sandbox, with one system and no targets: for what concerns Slack and the store alone."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import aiohttp

from demo.bot_process import ROOT, BotProcess
from demo.ports import free_port
from sandbox.driver import Person
from sandbox.record.calls import Call
from sandbox.server import Sandbox

TOKEN = "rig-alertmanager-token"
CHANGES_TOKEN, CHANGES_SECRET = "rig-changes-token", "rig-changes-secret"
PAGERDUTY_SECRETS = ("rig-old-secret", "rig-new-secret")
PATIENCE = 8.0
"""Seconds that Slack waits for an answer here: a machine may be busy with other things."""


class Rig:
    """The sandbox and the bot's process; ``data_dir`` holds the store."""

    def __init__(self, sandbox: Sandbox, bots: Sequence[BotProcess], data_dir: Path) -> None:
        self.sandbox = sandbox
        self.bots = tuple(bots)
        self.bot = bots[0]
        self.data_dir = data_dir

    def person(self, name: str) -> Person:
        """Somebody of the sandbox's company."""
        return Person(self.sandbox, name)

    async def knocked(self, body: object, *, within: float, at: int = 0) -> int:
        """Send a webhook as soon as a bot's door is open; the status that it answers."""
        headers = {"Authorization": f"Bearer {TOKEN}"}
        async with asyncio.timeout(within), aiohttp.ClientSession(headers=headers) as session:
            while True:
                try:
                    async with session.post(f"{self.bots[at].web_url}/alerts/alertmanager", json=body) as answer:
                        return answer.status
                except aiohttp.ClientError:
                    await asyncio.sleep(0.05)

    async def health(self) -> dict[str, object]:
        """What the bot says of itself."""
        async with aiohttp.ClientSession() as session, session.get(f"{self.bot.web_url}/healthz") as answer:
            told: dict[str, object] = await answer.json()
            return told

    def calls(self, method: str, meets: Callable[[Call], bool] = lambda call: True) -> list[Call]:
        """The calls of a method that had an effect, whether or not the bot heard the answer."""
        return [call for call in self.sandbox.calls.all(method) if call.ok and meets(call)]


def _secrets(sandbox: Sandbox, *, redis: str, store: str) -> Mapping[str, str]:
    """The environment variables that the settings name."""
    return {
        "MUSTER_SLACK_BOT_TOKEN": sandbox.bot_token,
        "RIG_ALERTMANAGER_TOKEN": TOKEN,
        "RIG_CHANGES_TOKEN": CHANGES_TOKEN,
        "RIG_CHANGES_SECRET": CHANGES_SECRET,
        "RIG_REDIS_URL": redis,
        "RIG_STORE_URL": store,
        "RIG_PAGERDUTY_SECRETS": " ".join(PAGERDUTY_SECRETS),
    }


@contextlib.asynccontextmanager
async def rig(
    data_dir: Path,
    *,
    lease: str = "1s",
    started: bool = True,
    signed_http: bool = False,
    redis: str = "",
    store: str = "",
    replicas: int = 1,
    rules: str = "",
    runbook: Path = ROOT / "runbooks" / "ai-storybook",
    one_door: bool = False,
    environment: Mapping[str, str] = MappingProxyType({}),
    made: Callable[..., BotProcess] = BotProcess,
) -> AsyncIterator[Rig]:
    """A sandbox and a bot that stop when the block ends; they talk over sockets, or by signed HTTP.

    ``redis`` is the address of the one that several bots would share, ``store`` that of their PostgreSQL; each of the
    ``replicas`` has a folder of its own. ``rules`` are further sections of their settings, with what
    they name in the ``environment``. ``runbook`` is another folder than the system's own. ``one_door``: all of them
    take from one listening socket. ``made`` makes the processes.
    """
    async with Sandbox() as sandbox, contextlib.AsyncExitStack() as undo:
        sandbox.wait_longer(PATIENCE)
        secrets = _secrets(sandbox, redis=redis, store=store)
        more = ("redis: {url_env: RIG_REDIS_URL}\n" if redis else "") + (
            "store: {url_env: RIG_STORE_URL}\n" if store else ""
        )
        more += rules
        bots = []
        door = undo.enter_context(socket.create_server(("127.0.0.1", 0), backlog=1024)) if one_door else None
        for number in range(replicas):
            port = free_port() if door is None else int(door.getsockname()[1])
            folder = data_dir if number == 0 else data_dir / f"replica-{number}"
            config = _written(
                sandbox,
                folder,
                port,
                lease=lease,
                deliveries="http" if signed_http else "socket",
                linger="3s" if one_door else "0s",
                runbook=runbook,
                more=more,
            )
            line = _line(sandbox, port, signed_http)
            given = {"MUSTER_DATA_DIR": str(folder), **secrets, **line, **environment}
            handed = None if door is None else door.fileno()
            bots.append(made(config, port=port, environment=given, door=handed))
        try:
            if started:
                await asyncio.gather(*(bot.start() for bot in bots))
                if not signed_http:
                    await sandbox.connected()
            yield Rig(sandbox, bots, data_dir)
        finally:
            await asyncio.gather(*(bot.kill() for bot in bots))


def _written(
    sandbox: Sandbox, folder: Path, port: int, *, lease: str, deliveries: str, linger: str, runbook: Path, more: str
) -> Path:
    people = {user.name: user.id for user in sandbox.workspace.users.values()}
    incidents = sandbox.workspace.channel_named("incidents")
    assert incidents is not None
    folder.mkdir(exist_ok=True)
    config = folder / "muster.yaml"
    config.write_text(
        CONFIG.format(
            announcements=incidents.id, api_url=sandbox.api_url, port=port, lease=lease,
            runbook=runbook, deliveries=deliveries, linger=linger, **people,
        )
        + more,
        encoding="utf-8",
    )  # fmt: skip
    return config


def _line(sandbox: Sandbox, port: int, signed_http: bool) -> dict[str, str]:
    """What the bot needs for its line to Slack; with signed HTTP the workspace is told where to deliver."""
    if not signed_http:
        return {"MUSTER_SLACK_APP_TOKEN": sandbox.app_token}
    sandbox.app.request_url = f"http://127.0.0.1:{port}/slack/events"
    return {"MUSTER_SLACK_SIGNING_SECRET": sandbox.app.signing_secret}


CONFIG = """\
slack: {{announcements: {announcements}, api_url: "{api_url}", deliveries: {deliveries}}}
web: {{port: {port}, linger: {linger}}}
lease: {lease}
sources: {{alertmanager: {{token_env: RIG_ALERTMANAGER_TOKEN}}, pagerduty: {{secret_env: RIG_PAGERDUTY_SECRETS}}}}
changes: {{generic: {{token_env: RIG_CHANGES_TOKEN}}, github: {{secret_env: RIG_CHANGES_SECRET}}}}
systems:
  ai-storybook:
    runbook: {runbook}
    changes: {{repositories: [Acme/Storybook]}}
    runbook_url: https://runbooks.example/ai-storybook
    on_call: [{ana}, {ben}]
    escalation: [{chloe}]
    approvers: [{ben}, {chloe}]
"""
