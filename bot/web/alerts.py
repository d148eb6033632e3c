"""Where monitors knock: what came is decided and on disk before the answer; no answer lets a sender give up.

202 means: taken, a repeat, kept as a dead letter, or in the spool for the store's return. Every other answer is that of
all doors (knock.py); 503 stands for too much that comes in, and for a disk that is full while the store is away.

UptimeRobot may ask instead of post, with everything behind the address. Slack knocks here as well when it delivers by
signed HTTP (see slack/signed_http.py).
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Final

from msgspec import Struct, field

from bot.http.addresses import NAMED, Addresses
from bot.http.call import Answer, Call, said
from bot.sources import uptimerobot
from bot.sources.admission import Request, same_body
from bot.sources.doors import Admits
from bot.sources.table import SOURCES
from bot.telemetry.exposition import CONTENT_TYPE
from bot.web.collector import Reception
from bot.web.knock import Taken, door
from incident.alert import Delivery

KEPT_HEADERS: Final = ("Content-Type", "User-Agent", "X-Webhook-Id")
"""What is kept of the headers: never a credential."""

_TAKEN: Final = said(202, {"taken": True, "repeat": False})
_REPEAT: Final = said(202, {"taken": True, "repeat": True})


class Health(Struct, frozen=True, kw_only=True):
    """What ``/healthz`` and ``/readyz`` say; ``ready`` names what is missing."""

    alive: bool = True
    """False once the process was asked to stop: what stands before it sends the next requests elsewhere."""
    missing: tuple[str, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)


def add_alerts(
    addresses: Addresses,
    *,
    take: Callable[[Delivery], Awaitable[Reception]],
    admits: Mapping[str, Admits],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
) -> None:
    """Open the doors of all that are configured. ``take`` decides a delivery and makes it durable, or raises Outage.

    ``admits`` tells of each configured source whether a request is proven to be its own, or raises Outage when that
    cannot be told now. ``counted`` hears each request's source and outcome.
    """
    knock = door(
        who=lambda call: call.name,
        strangers=lambda name: f"No alerts of a source named “{name[:40]}” are taken here.",
        admits=admits,
        proofs=lambda name: SOURCES[name].proof,
        take=_taking(take),
        clock=clock,
        counted=counted,
    )
    addresses.add(("POST", "PUT"), f"/alerts/{NAMED}", knock)  # Grafana can be set to either
    addresses.add(("GET",), f"/alerts/{uptimerobot.NAME}", knock)


def add_health(
    addresses: Addresses, *, health: Callable[[], Awaitable[Health]], metrics: Callable[[], Awaitable[str]]
) -> None:
    """Let whoever watches over the process ask for ``/healthz``, ``/readyz`` and ``/metrics``."""

    async def healthy(_: Call) -> Answer:
        told = await health()
        status = 200 if told.alive else 503
        return said(status, {"status": "alive" if told.alive else "leaving", **told.facts})

    async def ready(_: Call) -> Answer:
        told = await health()
        missing, process = told.missing, told.facts.get("process")
        return said(503 if missing else 200, {"ready": not missing, "missing": list(missing), "process": process})

    async def measured(_: Call) -> Answer:
        return Answer(body=(await metrics()).encode(), content_type=CONTENT_TYPE)

    for address, handler in (("/healthz", healthy), ("/readyz", ready), ("/metrics", measured)):
        addresses.add(("GET", "HEAD"), address, handler)


def _taking(take: Callable[[Delivery], Awaitable[Reception]]) -> Callable[[str, Request], Awaitable[Taken]]:
    """What takes a proven request of a monitor."""

    async def taken(name: str, came: Request) -> Taken:
        reception = await take(delivery_of(name, came))
        return reception.value, _REPEAT if reception is Reception.REPEAT else _TAKEN

    return taken


def delivery_of(source: str, request: Request) -> Delivery:
    """One request as it is kept. Raises KeyError for a source that the table does not hold."""
    request = SOURCES[source].told(request)
    number = SOURCES[source].request_key(request)
    return Delivery(
        key=f"{source}:{same_body(request) if number is None else number}",
        source=source,
        received_at=request.at,
        headers=request.kept(KEPT_HEADERS),
        body=request.body,
        by_body=number is None,
    )
