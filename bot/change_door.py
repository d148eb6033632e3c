"""Where deployment tools knock: ``POST /changes``, ``/changes/github``, ``/changes/ecs``, each where it is configured.

202  kept, a repeat, or a dead letter with the reason     401, 403  not proven to be the one     404  not configured
413  over 1 MiB     503  the store, or what proves it, is away: send it again
"""

import logging
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime

from aiohttp import web

from bot.sections import File
from bot.sources import changes_ecs, changes_generic, sns
from bot.sources.admission import Request
from bot.sources.change_places import Places
from bot.sources.changes import TELLERS, delivery_of
from commands.outage import Outage
from commands.take_change import Taken
from incident.alert import Delivery

Admits = Callable[[Request], Awaitable[bool]]

log = logging.getLogger(__name__)


def tellers(
    secrets: Mapping[str, Sequence[str]], topics: Collection[str], fetch: Callable[[str], Awaitable[bytes]]
) -> dict[str, Admits]:
    """For each of them that is configured, whether a request is proven to be its own. Raises Outage as sources do."""
    asked = {name: _by_secret(name, known) for name, known in secrets.items()}
    if topics:
        sns.needed()
        signed, by_token = sns.Topics(topics, fetch).admits, asked.get(changes_ecs.NAME)

        async def either(request: Request) -> bool:
            return (by_token is not None and await by_token(request)) or await signed(request)

        asked[changes_ecs.NAME] = either
    return asked


def _by_secret(name: str, secrets: Sequence[str]) -> Admits:
    async def admits(request: Request) -> bool:
        return TELLERS[name].proof.holds(request, secrets)

    return admits


def places(file: File) -> Places:
    """Which systems a change concerns, as the team configured it."""
    repositories: dict[str, tuple[str, ...]] = {}
    services: dict[str, tuple[str, ...]] = {}
    for system, section in file.systems.items():
        for known, names in ((repositories, section.changes.repositories), (services, section.changes.services)):
            for name in names:
                known[name.lower()] = (*known.get(name.lower(), ()), system)
    return Places(systems=tuple(file.systems), repositories=repositories, services=services)


def add_changes(
    app: web.Application,
    *,
    admits: Mapping[str, Admits],
    take: Callable[[Delivery], Awaitable[Taken]],
    clock: Callable[[], datetime],
    counted: Callable[[str, str], None],
) -> None:
    """Open the doors of all that are configured. ``counted`` hears each request's teller and outcome."""

    async def knocked(request: web.Request) -> web.Response:
        name = request.match_info.get("teller", changes_generic.NAME)
        if name not in admits or (name == changes_generic.NAME and "teller" in request.match_info):
            return _said(404, "No changes are taken here: name who tells them under “changes” in muster.yaml.")
        try:
            body = await request.read()
        except web.HTTPRequestEntityTooLarge:
            counted(name, "too_large")
            return _said(413, "A body may be at most 1 MiB.")
        came = Request(headers=request.headers, body=body, at=clock(), query=request.query)
        return await _answered(name, came, admits[name], take, counted)

    app.router.add_post("/changes", knocked)
    app.router.add_post("/changes/{teller}", knocked)


async def _answered(
    name: str,
    request: Request,
    admits: Admits,
    take: Callable[[Delivery], Awaitable[Taken]],
    counted: Callable[[str, str], None],
) -> web.Response:
    try:
        if not await admits(request):
            counted(name, "refused")
            proof = TELLERS[name].proof
            return _said(proof.status, proof.refusal)
        taken = await take(delivery_of(name, request))
    except Outage as outage:
        counted(name, "not_kept")
        log.warning("change not kept", extra={"teller": name, "error": outage.sentence})
        return _said(503, "It cannot be taken now; send it again.")
    counted(name, "taken" if taken.fresh else "repeat")
    if taken.error:
        told = f"It is kept, but could not be understood: {taken.error}."
        return web.json_response({"taken": False, "error": told}, status=202)
    return web.json_response({"taken": True, "repeat": not taken.fresh, "changes": taken.changes}, status=202)


def _said(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
