"""Where monitors knock: what came is decided and on disk before the answer; no answer lets a sender give up.

202 means: taken, a repeat, kept as a dead letter, or in the spool for the store's return. Every other answer is that of
all doors (knock.py); 503 stands for too much that comes in, and for a disk that is full while the store is away.

UptimeRobot may ask instead of post, with everything behind the address. Slack knocks here as well when it delivers by
signed HTTP (see slack/signed_http.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from aiohttp import web
from msgspec import Struct, field

from bot.sources import uptimerobot
from bot.sources.admission import Request, same_body
from bot.sources.doors import Admits
from bot.sources.table import SOURCES
from bot.telemetry.exposition import CONTENT_TYPE
from bot.web.collector import Reception
from bot.web.knock import LARGEST_BODY, Taken, door
from incident.alert import Delivery

JSON: Final = "application/json"
KEPT_HEADERS: Final = ("Content-Type", "User-Agent", "X-Webhook-Id")
"""What is kept of the headers: never a credential."""


class Health(Struct, frozen=True, kw_only=True):
    """What ``/healthz`` and ``/readyz`` say; ``ready`` names what is missing."""

    alive: bool = True
    """False once the process was asked to stop: what stands before it sends the next requests elsewhere."""
    missing: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def application(
    *,
    take: Callable[[Delivery], Awaitable[Reception]],
    admits: Mapping[str, Admits],
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

    knock = door(
        who=lambda request: request.match_info["source"],
        strangers=lambda name: f"No alerts of a source named “{name[:40]}” are taken here.",
        admits=admits,
        proofs=lambda name: SOURCES[name].proof,
        take=_taking(take),
        clock=clock,
        counted=counted,
    )
    for method in ("POST", "PUT"):  # Grafana can be set to either
        app.router.add_route(method, "/alerts/{source}", knock)
    app.router.add_get(f"/alerts/{{source:{uptimerobot.NAME}}}", knock, allow_head=False)
    app.router.add_get("/healthz", healthy)
    app.router.add_get("/readyz", ready)
    app.router.add_get("/metrics", measured)
    return app


def _taking(take: Callable[[Delivery], Awaitable[Reception]]) -> Callable[[str, Request], Awaitable[Taken]]:
    """What takes a proven request of a monitor."""

    async def taken(name: str, came: Request) -> Taken:
        reception = await take(delivery_of(name, came))
        repeat = b"true" if reception is Reception.REPEAT else b"false"
        body = b'{"taken": true, "repeat": %b}' % repeat
        return reception.value, web.Response(body=body, status=202, content_type=JSON)

    return taken


def runner(app: web.Application) -> web.AppRunner:
    """What serves the application. Nothing is unpacked: a body is measured and kept as it came."""
    return web.AppRunner(app, access_log=None, auto_decompress=False)


def delivery_of(source: str, request: Request) -> Delivery:
    """One request as it is kept. Raises KeyError for a source that the table does not hold."""
    request = SOURCES[source].told(request)
    number = SOURCES[source].request_key(request)
    return Delivery(
        key=f"{source}:{same_body(request) if number is None else number}",
        source=source,
        received_at=request.at,
        headers={name: request.headers[name] for name in KEPT_HEADERS if name in request.headers},
        body=request.body,
        by_body=number is None,
    )
