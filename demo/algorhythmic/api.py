"""Algorhythmic's HTTP API: health for anyone, figures and the circuit breaker for administrators."""

import asyncio
from collections.abc import Awaitable, Callable

from aiohttp import web
from aiohttp.typedefs import Handler

from demo.algorhythmic.breaker import Breaker
from demo.algorhythmic.jobs import Counts, Jobs
from demo.database import OUTAGES
from demo.serving import bears

LONGEST_TEST = 600_000
BATCH_SIZE = 3


class Api:
    """The routes. `look_token` lets an administrator see, `write_token` change something, too.

    A development server has the routes for tests besides.
    """

    def __init__(self, jobs: Jobs, breaker: Breaker, *, look_token: str, write_token: str) -> None:
        self._jobs = jobs
        self._breaker = breaker
        self._look_token = look_token
        self._write_token = write_token

    def application(self, *, development: bool = False) -> web.Application:
        """The aiohttp application that serves them."""
        application = web.Application(middlewares=[_outages_answered, self._administrators_only])
        application.add_routes(
            [
                web.get("/api/health", self._health),
                web.get("/api/monitoring/resilience", self._resilience),
                web.get("/api/telemetry/dashboard", self._telemetry),
                web.get("/api/admin/circuit-breaker-status", self._breaker_status),
                web.get("/api/admin/cache-stats", self._cache),
                web.post("/api/admin/reset-circuit-breaker", self._reset_breaker),
            ]
        )
        if development:
            application.router.add_post("/api/test/force-breaker-open", self._force_open)
            application.router.add_post("/api/test/generate", self._generate)
        return application

    @web.middleware
    async def _administrators_only(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Everything but the health page needs a token; what changes something needs the one that may."""
        tokens = (self._write_token,) if request.method == "POST" else (self._look_token, self._write_token)
        if request.path != "/api/health" and not bears(request, *tokens):
            return web.json_response({"error": "This needs an administrator's token."}, status=401)
        return await handler(request)

    async def _health(self, _: web.Request) -> web.Response:
        await self._jobs.count()
        return web.json_response({"status": "ok"})

    async def _resilience(self, _: web.Request) -> web.Response:
        counts = await self._jobs.count()
        return web.json_response({"circuitBreaker": self._breaker.told(), "queueController": _queue(counts)})

    async def _telemetry(self, _: web.Request) -> web.Response:
        counts = await self._jobs.count()
        ended = counts.completed_last_hour + counts.failed_last_hour
        share = round(100 * counts.failed_last_hour / ended, 1) if ended else 0.0
        return web.json_response({"picturesLastHour": ended, "errorRatePercent": share, "webSocketConnections": 184})

    async def _breaker_status(self, _: web.Request) -> web.Response:
        return web.json_response(self._breaker.told())

    async def _cache(self, _: web.Request) -> web.Response:
        oldest = await self._jobs.records.value("SELECT min(created_at) FROM generation_jobs")
        users = await self._jobs.records.value("SELECT count(DISTINCT user_id) FROM generation_jobs")
        pictures = await self._jobs.records.value("SELECT count(*) FROM generation_jobs WHERE status = 'completed'")
        told = {"totalUsers": users, "totalArtworks": pictures, "oldestEntry": oldest.isoformat(timespec="seconds")}
        return web.json_response(told)

    async def _reset_breaker(self, _: web.Request) -> web.Response:
        before = self._breaker.state
        self._breaker.close()
        return web.json_response({"state": self._breaker.state, "before": before})

    async def _force_open(self, request: web.Request) -> web.Response:
        milliseconds = (await request.json()).get("durationMs")
        if not isinstance(milliseconds, int) or not 0 < milliseconds <= LONGEST_TEST:
            return web.json_response({"error": f"durationMs is 1 to {LONGEST_TEST}."}, status=400)
        self._breaker.open(milliseconds / 1000)
        asyncio.get_running_loop().call_later(milliseconds / 1000, self._breaker.close)
        return web.json_response({"state": self._breaker.state, "durationMs": milliseconds})

    async def _generate(self, request: web.Request) -> web.Response:
        session = (await request.json()).get("sessionId")
        if not session:
            return web.json_response({"error": "A picture needs a sessionId."}, status=400)
        return web.json_response({"sessionId": session, "imageUrl": f"/art/{session}.png"}, status=201)


def _queue(counts: Counts) -> dict[str, object]:
    """What the queue controller says: it holds back when more waits than it can make."""
    waiting = counts.pending + counts.generating
    state = "overloaded" if waiting > 10 else "ok"
    return {"state": state, "queueDepth": counts.pending, "generating": counts.generating, "batchSize": BATCH_SIZE}


@web.middleware
async def _outages_answered(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    try:
        return await handler(request)
    except OUTAGES as outage:
        return web.json_response({"status": "down", "error": str(outage) or "The database gave no answer."}, status=503)
