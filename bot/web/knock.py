"""What every door does with a request, whoever knocks: read under a cap and in time, proven, taken, and answered.

202  taken: how, says the door        401, 403  not proven to be the one that it says        404  nobody of that name
413  over 1 MiB        503  it came too slowly, or it cannot be taken or proven now: send it again
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from aiohttp import web

from bot.sources.admission import Proof, Request
from bot.sources.doors import Admits
from commands.outage import Outage

LARGEST_BODY: Final = 1024 * 1024
READ_WITHIN: Final = 10.0
"""Seconds that a body may take to come."""
RETRY_AFTER: Final = "5"
"""Seconds; never 429, after which some monitors give up."""

Knock: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]
Taken: TypeAlias = tuple[str, web.Response]
"""What became of a request, in a word for the metrics, and the answer."""

log = logging.getLogger(__name__)


def door(
    *,
    who: Callable[[web.Request], str],
    strangers: Callable[[str], str],
    admits: Mapping[str, Admits],
    proofs: Callable[[str], Proof],
    take: Callable[[str, Request], Awaitable[Taken]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
) -> Knock:
    """What answers whoever knocks. ``who`` names them, and ``strangers`` says what one is told who is not configured.

    ``take`` makes a proven request durable, or raises Outage. ``counted`` hears each request's name and outcome.
    """

    async def knock(request: web.Request) -> web.Response:
        name = who(request)
        if name not in admits:
            return _said(404, strangers(name))
        outcome, answer = await answered(name, request)
        counted(name, outcome)
        return answer

    async def answered(name: str, request: web.Request) -> Taken:
        try:
            came = Request(headers=request.headers, body=await whole_body(request), at=clock(), query=request.query)
            if not await admits[name](came):
                proof = proofs(name)
                return "refused", _said(proof.status, proof.refusal)
            return await take(name, came)
        except web.HTTPRequestEntityTooLarge:
            return "too_large", too_large()
        except Outage as outage:
            log.warning("request not kept", extra={"source": name, "error": outage.sentence})
            again = {"Retry-After": RETRY_AFTER}
            return "not_kept", _said(503, "It cannot be taken now; send it again.", headers=again)

    return knock


async def whole_body(request: web.Request) -> bytes:
    """The body, under the cap and in time; whoever asks the request again has it at once.

    Raises HTTPRequestEntityTooLarge; Outage when it came too slowly.
    """
    if request.content.is_eof():
        return await request.read()
    try:
        async with asyncio.timeout(READ_WITHIN):
            return await request.read()
    except TimeoutError as slow:
        raise Outage("Its body did not come in time.", retry=True) from slow


def too_large() -> web.Response:
    """The answer to a body over the cap."""
    return _said(413, "A body may be at most 1 MiB.")


def _said(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers=headers)
