"""The way to Slack's Web API: one HTTP session for all calls, and nothing that repeats a call behind anybody's back.

Slack's own client tries again by itself when a connection breaks. Here that is allowed for reads only: a post whose
answer was lost may have happened, and only its job knows to look for its mark before it posts again. *Too many*
is never waited out in a call either: the job goes back to its queue (see budget.py).
"""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from yarl import URL

from bot.telemetry.traces import begin

SLACK: Final = "https://slack.com/api/"
PATIENCE: Final = aiohttp.ClientTimeout(total=15.0, connect=5.0)

_READS: Final = frozenset(
    {
        "auth.test", "bookmarks.list", "conversations.history", "conversations.replies", "users.conversations",
        "usergroups.users.list", "users.info",
    }
)  # fmt: skip


class RepeatReads(AsyncConnectionErrorRetryHandler):
    """Asks a second time when the connection broke, but only where asking twice changes nothing."""

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        if request.url.rsplit("/", 1)[-1] not in _READS:
            return False
        return await super()._can_retry_async(state=state, request=request, response=response, error=error)


def session(counted: Callable[[str, str], None] = lambda method, outcome: None) -> aiohttp.ClientSession:
    """The HTTP session that all of Muster's calls to Slack share. The caller closes it.

    ``counted`` hears each call's method (*upload* for a file's content) and how it went: *answered* (if only with a
    no), *limited* (too many), *trouble* (another status) or *silent*.
    """

    async def start(_: aiohttp.ClientSession, told: SimpleNamespace, call: aiohttp.TraceRequestStartParams) -> None:
        told.span = begin(f"slack {_method(call.url)}")

    async def end(_: aiohttp.ClientSession, told: SimpleNamespace, call: aiohttp.TraceRequestEndParams) -> None:
        status = call.response.status
        told.span.tell("status", status)
        told.span.end()
        outcome = "limited" if status == 429 else "answered" if status < 400 else "trouble"
        counted(_method(call.url), outcome)

    async def fail(_: aiohttp.ClientSession, told: SimpleNamespace, call: aiohttp.TraceRequestExceptionParams) -> None:
        told.span.end(failed=type(call.exception).__name__)
        counted(_method(call.url), "silent")

    trace = aiohttp.TraceConfig()
    trace.on_request_start.append(start)
    trace.on_request_end.append(end)
    trace.on_request_exception.append(fail)
    return aiohttp.ClientSession(timeout=PATIENCE, trace_configs=[trace])


def _method(address: URL) -> str:
    return address.name if address.parent.name == "api" else "upload"


def client(token: str, shared: aiohttp.ClientSession, base_url: str = SLACK) -> AsyncWebClient:
    """The Web API client. ``base_url`` is another one for a rehearsal workspace on loopback."""
    made = AsyncWebClient(token=token, session=shared, base_url=base_url, retry_handlers=[RepeatReads()])
    if urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}:
        # The client takes a proxy from the environment whatever NO_PROXY says; none leads to this machine.
        made.proxy = None
    return made
