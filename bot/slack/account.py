"""Muster's own account in the workspace: who it is there, as Slack said it last.

What Slack said is kept over the end of the process, so that one that starts while Slack is away, or takes the token no
more, knows who it is, and that Muster ran here before.
"""

import logging
from typing import Final, Protocol

import aiohttp
import msgspec
from msgspec import Struct
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.faults import outage
from commands.outage import NotYet, Outage

NAME: Final = "slack account"

log = logging.getLogger(__name__)


class Identity(Struct, frozen=True, kw_only=True):
    """Who Muster is in the workspace: its user and bot there, the workspace's id and its address."""

    user: str
    bot: str
    team: str
    url: str


class Memory(Protocol):
    """What lasts longer than a process: texts by their names. Raises Outage while it is away."""

    async def recall(self, name: str) -> str | None:
        """The text that was remembered last; None when there is none."""
        ...

    async def remember(self, name: str, text: str) -> None:
        """Keep a text in place of the one before."""
        ...


async def identified(client: AsyncWebClient) -> Identity:
    """Whose token the client has. Raises Outage, without ``retry`` when Slack does not take the token."""
    try:
        answer = await client.auth_test()
        members = [answer[name] for name in ("user_id", "bot_id", "team_id", "url")]
    except (SlackApiError, aiohttp.ClientError, OSError, TimeoutError) as error:
        raise outage("auth.test", error) from error
    except (AttributeError, ValueError) as odd:
        # Something between here and Slack answered in its place, and the SDK took that for an answer.
        raise Outage("Slack did not answer", retry=True) from odd
    user, bot, team, url = (str(told) for told in members)
    return Identity(user=user, bot=bot, team=team, url=url)


class Account:
    """The account of one token. ``known`` is None until Slack, or the memory, has told."""

    def __init__(self, client: AsyncWebClient, memory: Memory) -> None:
        self.known: Identity | None = None
        self._client = client
        self._memory = memory

    def identity(self) -> Identity:
        """Who Muster is. Raises NotYet as long as nobody has told."""
        if self.known is None:
            raise NotYet("Slack has not said yet who Muster is there")
        return self.known

    async def ask(self) -> None:
        """Let Slack tell. Raises Outage, without ``retry`` when it does not take the token."""
        self.known = await identified(self._client)

    async def ran_before(self) -> bool:
        """Whether Muster was heard by Slack once, in this process or an earlier one; what was kept of it is known."""
        try:
            kept = await self._memory.recall(NAME)
        except Outage as away:
            # Whoever sets Muster up has a store; where it went away, this is no first start.
            log.warning("account not recalled", extra={"error": away.sentence})
            return True
        if kept is not None and self.known is None:
            self.known = msgspec.json.decode(kept, type=Identity)
        return kept is not None

    async def keep(self) -> None:
        """Let later processes know. Raises nothing: the next start keeps it, too."""
        try:
            await self._memory.remember(NAME, msgspec.json.encode(self.identity()).decode())
        except Outage as away:
            log.warning("account not kept", extra={"error": away.sentence})
