"""Where monitors knock: the raw body is on disk before the answer, and the answer is one that keeps the sender trying.

202  taken, a repeat, or kept as a dead letter      401, 403  not proven to be the source (see sources/table.py)
404  no such source                                 413       over 1 MiB
503  the store, or what proves the source, is away: the sender will try again

Slack knocks here as well when it delivers by signed HTTP (see slack/signed_http.py).
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.exposition import CONTENT_TYPE
from bot.sources.admission import Request
from bot.sources.table import SOURCES
from commands.outage import Outage
from incident.alert import Delivery

LARGEST_BODY: Final = 1024 * 1024
KEPT_HEADERS: Final = ("Content-Type", "User-Agent", "X-Webhook-Id")
"""What is kept of the headers: never a credential."""

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
    admits: Mapping[str, Callable[[Request], Awaitable[bool]]],
    health: Callable[[], Awaitable[Health]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
    metrics: Callable[[], Awaitable[str]],
) -> web.Application:
    """The web application. ``keep`` saves a delivery durably; ``admits`` tells of each configured source whether a
    request is proven to be its own, or raises Outage when that cannot be told now. ``counted`` hears each request's
    source and outcome.
    """
    app = web.Application(client_max_size=LARGEST_BODY)

    async def take(request: web.Request) -> web.Response:
        name = request.match_info["source"]
        if name not in admits:
            return _said(404, f"No alerts of a source named “{name[:40]}” are taken here.")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            counted(name, "too_large")
            return _said(413, "A body may be at most 1 MiB.")
        came = Request(headers=request.headers, body=body, at=clock(), query=request.query)
        try:
            if not await admits[name](came):
                counted(name, "refused")
                proof = SOURCES[name].proof
                return _said(proof.status, proof.refusal)
            fresh = await keep(delivery_of(name, came))
        except Outage as outage:
            counted(name, "not_kept")
            log.warning("delivery not kept", extra={"source": name, "error": outage.sentence})
            return _said(503, "It cannot be taken now; send it again.")
        counted(name, "taken" if fresh else "repeat")
        return web.json_response({"taken": True, "repeat": not fresh}, status=202)

    async def healthy(_: web.Request) -> web.Response:
        return web.json_response({"status": "alive", **(await health()).facts})

    async def ready(_: web.Request) -> web.Response:
        missing = (await health()).missing
        return web.json_response({"ready": not missing, "missing": list(missing)}, status=503 if missing else 200)

    async def measured(_: web.Request) -> web.Response:
        return web.Response(text=await metrics(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_post("/alerts/{source}", take)
    app.router.add_get("/healthz", healthy)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measured)
    return app


def runner(app: web.Application) -> web.AppRunner:
    """What serves the application. Nothing is unpacked: a body is measured and kept as it came."""
    return web.AppRunner(app, access_log=None, auto_decompress=False)


def delivery_of(source: str, request: Request) -> Delivery:
    """One request as it is kept. Raises KeyError for a source that the table does not hold."""
    return Delivery(
        key=f"{source}:{SOURCES[source].request_key(request)}",
        source=source,
        received_at=request.at,
        headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
        body=request.body,
    )


def _said(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
