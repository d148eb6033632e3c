"""What every door does with a request, whoever knocks: read under a cap and in time, proven, taken, and answered.

202  taken: how, says the door        401, 403  not proven to be the one that it says        404  nobody of that name
413  over 1 MiB        503  it came too slowly, or it cannot be taken or proven now: send it again
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from bot.http.call import Answer, Call, Cut, Handler, refused
from bot.sources.admission import Proof, Request
from bot.sources.doors import Admits
from commands.outage import Outage

LARGEST_BODY: Final = 1024 * 1024
RETRY_AFTER: Final = "5"
"""Seconds; never 429, after which some monitors give up."""

Taken: TypeAlias = tuple[str, Answer]
"""What became of a request, in a word for the metrics, and the answer."""

log = logging.getLogger(__name__)


def door(
    *,
    who: Callable[[Call], str],
    strangers: Callable[[str], str],
    admits: Mapping[str, Admits],
    proofs: Callable[[str], Proof],
    take: Callable[[str, Request], Awaitable[Taken]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
) -> Handler:
    """What answers whoever knocks. ``who`` names them, and ``strangers`` says what one is told who is not configured.

    ``take`` makes a proven request durable, or raises Outage. ``counted`` hears each request's name and outcome.
    """

    async def knock(call: Call) -> Answer:
        name = who(call)
        if name not in admits:
            return refused(404, strangers(name))
        outcome, answer = await answered(name, call)
        counted(name, outcome)
        return answer

    async def answered(name: str, call: Call) -> Taken:
        if call.cut is not None:
            return ("too_large" if call.cut is Cut.TOO_LARGE else "not_kept"), unread(call.cut)
        try:
            came = Request(headers=call.headers, body=call.body, at=clock(), query=call.query)
            if not await admits[name](came):
                proof = proofs(name)
                return "refused", refused(proof.status, proof.refusal)
            return await take(name, came)
        except Outage as outage:
            log.warning("request not kept", extra={"source": name, "error": outage.sentence})
            return "not_kept", _again("It cannot be taken now; send it again.")

    return knock


def unread(cut: Cut) -> Answer:
    """The answer to a request whose body was not read to its end."""
    if cut is Cut.TOO_LARGE:
        return refused(413, "A body may be at most 1 MiB.")
    return _again("Its body did not come in time; send it again.")


def _again(sentence: str) -> Answer:
    return refused(503, sentence, ("Retry-After", RETRY_AFTER))
