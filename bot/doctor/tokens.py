"""Looks whether Slack takes the tokens, what the bot token may do, and whether both clocks say the same."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.doctor.remark import Remark, fail, ok, warn
from bot.slack.faults import MENDING, code_of, outage
from bot.slack.scopes import needing

_REINSTALL: Final = "add it under OAuth & Permissions, reinstall the app; `muster manifest --explain` says what for"
_APART: Final = timedelta(seconds=5)
"""More than a slow answer and the header's whole seconds can explain."""
_TOO_FAR: Final = timedelta(seconds=60)
"""Beyond this Muster would not find its own channel again after a crash."""


async def look_at_bot_token(client: AsyncWebClient, scopes: Iterable[str], now: datetime) -> tuple[Remark, ...]:
    """Whose token it is, the scopes that it lacks, and Slack's clock against ``now``."""
    about = "bot token"
    try:
        answer = await client.auth_test()
    except SlackApiError as error:
        return (_refused(about, "auth.test", error, "MUSTER_SLACK_BOT_TOKEN"),)
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        sentence = outage("auth.test", error).sentence
        return (fail(about, f"{sentence}, at {client.base_url}.", "let this machine reach Slack by HTTPS"),)
    return (
        ok(about, f"Slack knows it: {answer.get('user')} in {answer.get('team')}."),
        *granted(scopes_of(answer), scopes),
        *clocks(_header(answer, "Date"), now),
    )


async def look_at_app_token(client: AsyncWebClient, token: str) -> Remark:
    """Whether it opens the line by which Slack delivers."""
    about = "app token"
    try:
        await client.apps_connections_open(app_token=token)
    except SlackApiError as error:
        return _refused(about, "apps.connections.open", error, "MUSTER_SLACK_APP_TOKEN")
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        sentence = outage("apps.connections.open", error).sentence
        return fail(about, f"{sentence}.", "let this machine reach Slack by HTTPS and WebSocket")
    return ok(about, "Slack takes it for Socket Mode.")


def scopes_of(answer: AsyncSlackResponse) -> frozenset[str]:
    """What the token may do, by Slack's own list on every answer (names, separated by commas)."""
    return frozenset(name.strip() for name in _header(answer, "X-OAuth-Scopes").split(",") if name.strip())


def granted(have: frozenset[str], scopes: Iterable[str]) -> Iterator[Remark]:
    """What is missing of ``scopes``."""
    wanted = list(scopes)
    missing = [scope for scope in wanted if scope not in have]
    for scope in missing:
        yield fail("scopes", f"{scope} is not granted, and {', '.join(needing(scope))} needs it.", _REINSTALL)
    if not missing:
        yield ok("scopes", f"All {len(wanted)} of the manifest are granted.")


def clocks(date: str, now: datetime) -> Iterator[Remark]:
    """How far this machine's clock is from Slack's, which is in the ``Date`` of its answers."""
    try:
        theirs = parsedate_to_datetime(date)
    except ValueError:
        yield warn("clock", "Slack did not say what time it is.", "see that a proxy does not take the Date header away")
        return
    apart = abs(now - theirs)
    words = f"This machine's clock is {apart.total_seconds():.0f} s {'ahead of' if now > theirs else 'behind'} Slack's."
    mend = "keep this machine's clock by NTP"
    if apart > _TOO_FAR:
        yield fail("clock", words, mend)
    elif apart > _APART:
        yield warn("clock", words, mend)
    else:
        yield ok("clock", "It agrees with Slack's.")


def _header(answer: AsyncSlackResponse, name: str) -> str:
    """One header of an answer, or an empty text."""
    headers = answer.headers or {}
    return next((str(value) for key, value in headers.items() if key.lower() == name.lower()), "")


def _refused(about: str, method: str, error: SlackApiError, variable: str) -> Remark:
    code = code_of(error)
    if code == "missing_scope":
        mend = "make an app-level token with the scope connections:write under Basic Information"
    elif code in MENDING:
        mend = MENDING[code]
    else:
        return fail(about, f"{outage(method, error).sentence}.", "try again; if it stays so, look at status.slack.com")
    return fail(about, f"Slack does not take {variable} ({method}: {code}).", mend)
