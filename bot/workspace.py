"""Muster's side of the workspace: there from the start on, whether Slack answers or not.

At the very first start a token that Slack does not take ends the process, with what to do about it: somebody sets
Muster up. Where Slack has known Muster before, the same closes no door: pages are taken in, people are called by
PagerDuty, and Slack is asked again until it takes the token.
"""

import asyncio
import logging
from contextlib import AsyncExitStack
from typing import Final

from msgspec import Struct
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.background import in_the_background
from bot.config import Configuration
from bot.redaction.redactor import Hide
from bot.slack import client as slack_client
from bot.slack.account import Account, Memory
from bot.slack.app import build
from bot.slack.chat import SlackChat
from bot.slack.deliveries import Line
from bot.slack.home import Homes
from bot.slack.reach import Reach
from bot.slack.seen import SeenEvents
from bot.slack.shared_redis import SharedRedis
from bot.slack.signed_http import SignedHttp
from bot.slack.socket import Connection
from bot.slack.tasks import Tasks
from bot.telemetry.metrics import Counts
from commands.outage import Outage
from commands.ports import Ports

DRAIN_WITHIN: Final = 10.0
OPEN_AGAIN: Final = 60.0
"""Seconds until a line that Slack refused is opened again."""

log = logging.getLogger(__name__)


class Workspace(Struct, frozen=True, kw_only=True):
    """The way to Slack, who Muster is there, and whether it can be reached now."""

    client: AsyncWebClient
    account: Account
    reach: Reach

    @property
    def owner(self) -> str:
        """The app in its workspace, whose limits all its processes share."""
        known = self.account.known
        return "unknown" if known is None else f"{known.team}.{known.user}"


async def enter(configuration: Configuration, counts: Counts, memory: Memory, undo: AsyncExitStack) -> Workspace:
    """Ask Slack who Muster is; while it is away, what it said before counts.

    Raises Outage for a token that Slack does not take, unless Slack has heard Muster before.
    """
    session = slack_client.session(counts.slack_call)
    undo.push_async_callback(session.close)
    token = configuration.bot_token.get_secret_value()
    client = slack_client.client(token, session, configuration.file.slack.api_url)
    account = Account(client, memory)
    reach = Reach(account.ask)
    undo.push_async_callback(reach.close)
    try:
        await reach.begin()
    except Outage as fault:
        if not await account.ran_before() and not fault.retry:
            raise
    return Workspace(client=client, account=account, reach=reach)


async def listen(
    configuration: Configuration,
    workspace: Workspace,
    chat: SlackChat,
    ports: Ports,
    shared: SharedRedis | None,
    hide: Hide,
    undo: AsyncExitStack,
) -> Line:
    """Hear Slack, now or as soon as it is there. Raises Outage as ``enter`` does, for the token of the line."""
    tasks = Tasks()
    undo.push_async_callback(tasks.drain, DRAIN_WITHIN)
    homes = Homes(ports, chat.show_home)
    app = build(
        workspace.client,
        account=workspace.account,
        ports=ports,
        tasks=tasks,
        seen=SeenEvents(shared),
        homes=homes,
        hide=hide,
    )
    line = _line(configuration, app)
    undo.push_async_callback(line.close, DRAIN_WITHIN)
    if not await _open(line, workspace):
        in_the_background(_open_later(line, workspace), "slack line", undo)
    return line


def _line(configuration: Configuration, app: AsyncApp) -> Line:
    if configuration.signing_secret is not None:
        return SignedHttp(app, configuration.signing_secret.get_secret_value())
    assert configuration.app_token is not None, "read whenever there is no signing secret"
    return Connection(app, configuration.app_token.get_secret_value())


async def _open(line: Line, workspace: Workspace) -> bool:
    """Whether the line is open. While Slack is away the start does not wait for it."""
    if workspace.reach.trouble is not None:
        return False
    try:
        await line.open()
    except Outage:
        if not await workspace.account.ran_before():
            raise
        return False
    await workspace.account.keep()
    return True


async def _open_later(line: Line, workspace: Workspace) -> None:
    """Open it as soon as Slack lets it, and keep what Slack says of Muster then."""
    while True:
        try:
            await line.open()
        except Outage as refused:
            again = {"error": refused.sentence, "again_in_s": OPEN_AGAIN}
            log.error("slack does not open its line", extra=again)
            await asyncio.sleep(OPEN_AGAIN)
        else:
            break
    await workspace.reach.back()
    await workspace.account.keep()
