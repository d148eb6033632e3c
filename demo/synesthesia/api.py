"""Synesthesia's API gateway: its health, and story packs for whoever asks, unless the process behind it hangs."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from aiohttp import web
from redis.asyncio import Redis

from demo.redis_users import REDIS_OUTAGES
from demo.synesthesia.packs import AWAY, Packs

SAMPLE = 10
"""How many of the last answers the error rate is worked out from."""
CACHE_SECONDS = 300


class Api:
    """The routes. `state` is running, hung or stopped; unless it runs, the gateway answers 503. `write` is its log."""

    def __init__(self, packs: Packs, cache: Redis, write: Callable[[str], None]) -> None:
        self._packs = packs
        self._cache = cache
        self._write = write
        self._answers: deque[int] = deque(maxlen=SAMPLE)
        self.state = "running"

    @property
    def error_rate(self) -> float:
        """Which share of the last answers was an error of the server, in per cent."""
        return 100 * sum(status >= 500 for status in self._answers) / max(len(self._answers), 1)

    async def stop(self) -> None:
        """End the process."""
        self.state = "stopped"

    async def start(self) -> None:
        """Start the process."""
        self.state = "running"

    def application(self) -> web.Application:
        """The aiohttp application that serves them."""
        application = web.Application(middlewares=[self._gateway])
        application.add_routes([web.get("/v1/health", self._health), web.post("/v1/packs", self._order)])
        return application

    @web.middleware
    async def _gateway(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        answer = await self._answered(request, handler)
        self._answers.append(answer.status)
        return answer

    async def _answered(
        self, request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        if self.state != "running":
            return web.json_response({"error": f"503: the API's process is {self.state}"}, status=503)
        try:
            return await handler(request)
        except (*AWAY, *REDIS_OUTAGES) as outage:
            self._write(f"ERROR {request.method} {request.path}: {outage}")
            return web.json_response({"status": "unhealthy", "error": str(outage) or "no answer in time"}, status=503)

    async def _health(self, _: web.Request) -> web.Response:
        counts, waiting, _cached = await asyncio.gather(
            self._packs.count(), self._packs.queue.waiting(), self._cache.ping()
        )
        body = {"status": "healthy", "database": "ok", "redis": "ok", "nats": "ok", "processing": counts.processing}
        return web.json_response({**body, "waiting": waiting})

    async def _order(self, request: web.Request) -> web.Response:
        user = (await request.json()).get("user")
        if not isinstance(user, int) or not 1 <= user <= 30:
            return web.json_response({"error": "user is a number from 1 to 30"}, status=400)
        pack = await self._packs.order(user)
        await self._cache.set(f"pack:{pack}", "pending", ex=CACHE_SECONDS)
        self._write(f"INFO story pack {pack} asked for by user {user}")
        return web.json_response({"id": str(pack), "status": "pending"}, status=202)
