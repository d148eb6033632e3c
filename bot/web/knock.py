"""What every door does with a request, whoever knocks: read under a cap and in time, proven, taken, and answered.

202  taken: how, says the door        401, 403  not proven to be the one that it says        404  nobody of that name
413  over 1 MiB        503  it came too slowly, or it cannot be taken or proven now: send it again
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from aiohttp import web
from msgspec import Struct, field

from bot.sources.admission import Proof, Request
from bot.sources.doors import Admits
from commands.outage import Outage

JSON: Final = "application/json"
LARGEST_BODY: Final = 1024 * 1024
READ_WITHIN: Final = 10.0
"""Seconds that a body may take to come."""
RETRY_AFTER: Final = "5"
"""Seconds; never 429, after which some monitors give up."""

Knock: TypeAlias = Callable[[web.Request], Awaitable[web.Response]]

log = logging.getLogger(__name__)


class Answer(Struct, frozen=True, kw_only=True):
    """What a request is answered: JSON, and the headers beside those that every answer has."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


Taken: TypeAlias = tuple[str, Answer]
"""What became of a request, in a word for the metrics, and the answer."""


class Doorkeeper:
    """Answers what whoever knocks has said. ``strangers`` says what one is told who is not configured.

    ``take`` makes a proven request durable, or raises Outage. ``counted`` hears each request's name and outcome.
    """

    def __init__(
        self,
        *,
        strangers: Callable[[str], str],
        admits: Mapping[str, Admits],
        proofs: Callable[[str], Proof],
        take: Callable[[str, Request], Awaitable[Taken]],
        counted: Callable[[str, str], None],
    ) -> None:
        self._strangers = strangers
        self._admits = admits
        self._proofs = proofs
        self._take = take
        self._counted = counted

    def stranger(self, name: str) -> Answer | None:
        """The answer to one who is not configured; None for everybody else."""
        return None if name in self._admits else said(404, error=self._strangers(name))

    async def answer(self, name: str, came: Request) -> Answer:
        """The answer to a request that came whole, of one who is no stranger."""
        try:
            if await self._admits[name](came):
                return self.counted(name, await self._take(name, came))
        except Outage as outage:
            return self.not_kept(name, outage.sentence)
        proof = self._proofs(name)
        return self.counted(name, ("refused", said(proof.status, error=proof.refusal)))

    def not_kept(self, name: str, why: str) -> Answer:
        """The answer to one who is to come again."""
        log.warning("request not kept", extra={"source": name, "error": why})
        again = said(503, {"Retry-After": RETRY_AFTER}, error="It cannot be taken now; send it again.")
        return self.counted(name, ("not_kept", again))

    def counted(self, name: str, taken: Taken) -> Answer:
        """The answer, once its outcome is counted."""
        outcome, answer = taken
        self._counted(name, outcome)
        return answer


def door(keeper: Doorkeeper, *, who: Callable[[web.Request], str], clock: Callable[[], datetime]) -> Knock:
    """What answers whoever knocks; ``who`` names them."""

    async def knock(request: web.Request) -> web.Response:
        name = who(request)
        return response(keeper.stranger(name) or await answered(name, request))

    async def answered(name: str, request: web.Request) -> Answer:
        try:
            body = await whole_body(request)
        except web.HTTPRequestEntityTooLarge:
            return keeper.counted(name, ("too_large", TOO_LARGE))
        except Outage as slow:
            return keeper.not_kept(name, slow.sentence)
        return await keeper.answer(name, Request(headers=request.headers, body=body, at=clock(), query=request.query))

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


def said(status: int, headers: Mapping[str, str] | None = None, **told: object) -> Answer:
    """An answer that tells something by name."""
    return Answer(status=status, body=json.dumps(told).encode(), headers=headers or {})


def response(answer: Answer) -> web.Response:
    """The same, as aiohttp sends it."""
    return web.Response(body=answer.body, status=answer.status, headers=answer.headers, content_type=JSON)


TOO_LARGE: Final = said(413, error="A body may be at most 1 MiB.")
