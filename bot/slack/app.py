"""The Bolt app: every delivery is answered within Slack's three seconds, handled once, and never without a word."""

import logging
import re
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from slack_bolt import BoltResponse
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.context.respond.async_respond import AsyncRespond
from slack_bolt.error import BoltUnhandledRequestError
from slack_sdk.web.async_client import AsyncWebClient

from bot.redaction.redactor import Hide
from bot.slack import answers, private
from bot.slack.account import Account
from bot.slack.clicks import Clicks
from bot.slack.events import Events
from bot.slack.hidden import hiding
from bot.slack.home import Homes
from bot.slack.seen import SeenEvents
from bot.slack.sent_forms import SentForms
from bot.slack.slash import Slash
from bot.slack.tasks import Tasks
from commands.ports import Ports

SEEN: Final = 10_000
"""How many event ids a process remembers; seen.py knows the others', and the cause in the store guards the rest."""

BROKEN: Final = "Something went wrong on my side; it is in my log. Look with /incident show before you repeat it."

ANY: Final = re.compile(r".*")

log = logging.getLogger(__name__)


def build(
    client: AsyncWebClient, *, account: Account, ports: Ports, tasks: Tasks, seen: SeenEvents, homes: Homes, hide: Hide
) -> AsyncApp:
    """The app with all its listeners. ``tasks`` holds what they leave running, so that a shutdown can wait for it.

    ``hide`` takes the secrets out of what people write.
    """
    app = AsyncApp(
        # Named, because to find a name of its own it would read the source of every module on the stack.
        name="muster",
        logger=logging.getLogger("slack_bolt"),
        client=client,
        authorize=_authorize(account, client),
        # Over sockets there is no signature, and signed_http.py has checked it before Bolt parses anything.
        signing_secret="",
        request_verification_enabled=False,
        ssl_check_enabled=False,
        raise_error_for_unhandled_request=True,
    )
    app.middleware(_once())
    app.middleware(hiding(hide, ports.chat, tasks))
    slash, clicks = Slash(ports, tasks), Clicks(ports, tasks)
    forms, events = SentForms(ports), Events(ports, account, seen)
    app.command("/incident")(slash.typed)
    app.action(ANY)(clicks.clicked)
    app.view(ANY)(forms.sent)
    app.shortcut("declare")(clicks.shortcut)
    app.event("member_joined_channel")(events.member_joined)
    app.event("pin_added")(events.pin_added)
    app.event("app_mention")(events.mentioned)
    app.event("app_home_opened")(homes.opened)
    app.error(_explain)
    return app


def _authorize(account: Account, client: AsyncWebClient) -> Callable[[], Awaitable[AuthorizeResult]]:
    """Who the app is is known since the start: no delivery has to wait for Slack to say it again."""

    async def authorized() -> AuthorizeResult:
        if account.known is None:
            # Slack has just come back, and delivers before it was asked.
            await account.ask()
        identity = account.identity()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=identity.team,
            bot_user_id=identity.user,
            bot_id=identity.bot,
            bot_token=client.token,
        )

    return authorized


def _once() -> Callable[..., Awaitable[BoltResponse]]:
    """The same event delivered again is acknowledged and does nothing."""
    seen: OrderedDict[str, None] = OrderedDict()

    async def once(body: Mapping[str, Any], next: Callable[[], Awaitable[BoltResponse]]) -> BoltResponse:
        event = str(body.get("event_id") or "")
        if event and event in seen:
            return BoltResponse(status=200)
        if event:
            seen[event] = None
            if len(seen) > SEEN:
                seen.popitem(last=False)
        return await next()

    return once


async def _explain(
    error: Exception, body: Mapping[str, Any], response: BoltResponse | None, respond: AsyncRespond
) -> BoltResponse | None:
    """Whatever went wrong, whoever asked is told so: silence would look like success."""
    if isinstance(error, BoltUnhandledRequestError):
        known = f"{body['command']} is not one of mine. Try /incident help." if "command" in body else ""
        return BoltResponse(status=200, body=known)
    kind = body.get("type") or body.get("command")
    log.error("delivery failed", extra={"kind": kind, "error": f"{type(error).__name__}: {error}"})
    if response is not None:
        return BoltResponse(status=200, body=BROKEN if "command" in body else "")
    # It was acknowledged already: only the response address is left to say it.
    await private.tell(respond, answers.said((BROKEN,)))
    return None
