"""Where monitors knock: what came is decided and on disk before the answer; no answer lets a sender give up.

202  taken, a repeat, kept as a dead letter, or in the spool for the store's return
401, 403  not proven to be the source (see sources/table.py)      404  no such source      413  over 1 MiB
503  too much comes in, the disk is full as well, or what proves the source is away: the sender will try again

Slack knocks here as well when it delivers by signed HTTP (see slack/signed_http.py).
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import web
from msgspec import Struct, field

from bot.collector import Reception
from bot.exposition import CONTENT_TYPE
from bot.sources.admission import Request, same_body
from bot.sources.table import SOURCES
from commands.outage import Outage
from incident.alert import Delivery

LARGEST_BODY: Final = 1024 * 1024
RETRY_AFTER: Final = "5"
"""Seconds; never 429, after which some monitors give up."""
JSON: Final = "application/json"
KEPT_HEADERS: Final = ("Content-Type", "User-Agent", "X-Webhook-Id")
"""What is kept of the headers: never a credential."""

log = logging.getLogger(__name__)


class Health(Struct, frozen=True, kw_only=True):
    """What ``/healthz`` and ``/readyz`` say; ``ready`` names what is missing."""

    alive: bool = True
    """False once the process was asked to stop: what stands before it sends the next requests elsewhere."""
    missing: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def application(
    *,
    take: Callable[[Delivery], Awaitable[Reception]],
    admits: Mapping[str, Callable[[Request], Awaitable[bool]]],
    health: Callable[[], Awaitable[Health]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
    metrics: Callable[[], Awaitable[str]],
) -> web.Application:
    """The web application. ``take`` decides a delivery and makes it durable, or raises Outage.

    ``admits`` tells of each configured source whether a request is proven to be its own, or raises Outage when that
    cannot be told now. ``counted`` hears each request's source and outcome.
    """
    app = web.Application(client_max_size=LARGEST_BODY)

    async def healthy(_: web.Request) -> web.Response:
        told = await health()
        status = 200 if told.alive else 503
        return web.json_response({"status": "alive" if told.alive else "leaving", **told.facts}, status=status)

    async def ready(_: web.Request) -> web.Response:
        told = await health()
        missing, process = told.missing, told.facts.get("process")
        said = {"ready": not missing, "missing": list(missing), "process": process}
        return web.json_response(said, status=503 if missing else 200)

    async def measured(_: web.Request) -> web.Response:
        return web.Response(text=await metrics(), headers={"Content-Type": CONTENT_TYPE})

    app.router.add_post("/alerts/{source}", _alerts(take, admits, clock, counted))
    app.router.add_get("/healthz", healthy)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measured)
    return app


def _alerts(
    take: Callable[[Delivery], Awaitable[Reception]],
    admits: Mapping[str, Callable[[Request], Awaitable[bool]]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """What answers a monitor."""

    async def knock(request: web.Request) -> web.Response:
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
            reception = await take(delivery_of(name, came))
        except Outage as outage:
            counted(name, "not_kept")
            log.warning("delivery not kept", extra={"source": name, "error": outage.sentence})
            return _said(503, "It cannot be taken now; send it again.", headers={"Retry-After": RETRY_AFTER})
        counted(name, reception.value)
        repeat = b"true" if reception is Reception.REPEAT else b"false"
        return web.Response(body=b'{"taken": true, "repeat": %b}' % repeat, status=202, content_type=JSON)

    return knock


def runner(app: web.Application) -> web.AppRunner:
    """What serves the application. Nothing is unpacked: a body is measured and kept as it came."""
    return web.AppRunner(app, access_log=None, auto_decompress=False)


def delivery_of(source: str, request: Request) -> Delivery:
    """One request as it is kept. Raises KeyError for a source that the table does not hold."""
    number = SOURCES[source].request_key(request)
    return Delivery(
        key=f"{source}:{same_body(request) if number is None else number}",
        source=source,
        received_at=request.at,
        headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
        body=request.body,
        by_body=number is None,
    )


def _said(status: int, sentence: str, headers: Mapping[str, str] | None = None) -> web.Response:
    return web.json_response({"error": sentence}, status=status, headers=headers)
