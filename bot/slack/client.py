"""The way to Slack's Web API: one HTTP session for all calls, and nothing that repeats a call behind anybody's back.

Slack's own client tries again by itself when a connection breaks. Here that is allowed for reads only: a post whose
answer was lost may have happened, and only its job knows to look for its mark before it posts again. *Too many*
is never waited out in a call either: the job goes back to its queue (see budget.py).
"""

from typing import Final
from urllib.parse import urlsplit

import aiohttp
from slack_sdk.http_retry.builtin_async_handlers import AsyncConnectionErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient

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


def session() -> aiohttp.ClientSession:
    """The HTTP session that all of Muster's calls to Slack share. The caller closes it."""
    return aiohttp.ClientSession(timeout=PATIENCE)


def client(token: str, shared: aiohttp.ClientSession, base_url: str = SLACK) -> AsyncWebClient:
    """The Web API client. ``base_url`` is another one for a rehearsal workspace on loopback."""
    made = AsyncWebClient(token=token, session=shared, base_url=base_url, retry_handlers=[RepeatReads()])
    if urlsplit(base_url).hostname in {"127.0.0.1", "localhost", "::1"}:
        # The client takes a proxy from the environment whatever NO_PROXY says; none leads to this machine.
        made.proxy = None
    return made
