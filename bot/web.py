"""Where monitors knock: the raw body is on disk before the answer, and the answer is one that keeps the sender trying.

202  taken, a repeat, or kept as a dead letter      401  the Bearer token is wrong
404  no such source                                 413  over 1 MiB
503  the store is away: the sender will try again
"""

import hashlib
import hmac
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.sources.table import PARSERS
from commands.ports import Outage
from incident.alert import Delivery

LARGEST_BODY: Final = 1024 * 1024
KEPT_HEADERS: Final = ("Content-Type", "User-Agent")
"""What is kept of the headers: never a credential."""
SAME_BODY_SECONDS: Final = 300
"""How long the very same bytes are the same request; later they are counted as a repeat by the alerts they hold."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """What ``/healthz`` and ``/readyz`` say; ``ready`` names what is missing."""

    alive: bool = True
    missing: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def application(
    *,
    keep: Callable[[Delivery], Awaitable[bool]],
    tokens: Mapping[str, Sequence[str]],
    health: Callable[[], Awaitable[Health]],
    clock: Callable[[], datetime],
) -> web.Application:
    """The web application. ``keep`` saves a delivery durably; ``tokens`` are the Bearer tokens of each source.

    A source that is configured without a token takes no request at all.
    """
    app = web.Application(client_max_size=LARGEST_BODY)

    async def take(request: web.Request) -> web.Response:
        source = request.match_info["source"]
        if source not in PARSERS or source not in tokens:
            return _said(404, f"No alerts of a source named “{source[:40]}” are taken here.")
        if not _authorised(request.headers.get("Authorization", ""), tokens[source]):
            return _said(401, "The Bearer token of this source is missing or wrong.")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            return _said(413, "A body may be at most 1 MiB.")
        try:
            fresh = await keep(delivery_of(source, body, request.headers, clock()))
        except Outage as outage:
            log.warning("delivery not kept", extra={"source": source, "error": outage.sentence})
            return _said(503, "The store is away; send it again.")
        return web.json_response({"taken": True, "repeat": not fresh}, status=202)

    async def healthy(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive", **(await health()).facts})

    async def ready(_: web.Request) -> web.Response:
        missing = (await health()).missing
        return web.json_response({"ready": not missing, "missing": list(missing)}, status=503 if missing else 200)

    app.router.add_post("/alerts/{source}", take)
    app.router.add_get("/healthz", healthy)
    app.router.add_get("/readyz", ready)
    return app


def runner(app: web.Application) -> web.AppRunner:
    """What serves the application. Nothing is unpacked: a body is measured and kept as it came."""
    return web.AppRunner(app, access_log=None, auto_decompress=False)


def delivery_of(source: str, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
    """One request as it is kept. Its key is the body's hash for as long as a sender's own retries last."""
    window = int(now.timestamp()) // SAME_BODY_SECONDS
    return Delivery(
        key=f"{source}:{hashlib.sha256(body).hexdigest()[:24]}:{window}",
        source=source,
        received_at=now,
        headers={name: headers[name] for name in KEPT_HEADERS if name in headers},
        body=body,
    )


def _authorised(header: str, tokens: Sequence[str]) -> bool:
    scheme, _, rest = header.partition(" ")
    # What is no UTF-8 in a header comes as lone surrogates, which only this handler takes back.
    given = rest.strip().encode(errors="surrogateescape") if scheme.lower() == "bearer" else b""
    return bool(given) and any(hmac.compare_digest(given, token.encode()) for token in tokens)


def _said(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
