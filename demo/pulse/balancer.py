"""The load balancer in front of backend and gateway: passes each request to a task, and answers 503 when none runs."""

import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Final

from aiohttp import web

from demo.database import OUTAGES
from demo.pulse.account import BACKEND, GATEWAY
from demo.pulse.scheduler import Scheduler, Task
from demo.pulse.tasks import Backend, Gateway
from demo.redis_users import REDIS_OUTAGES
from demo.serving import bears

MOST_TOKENS: Final = 200
AWAY: Final = (*OUTAGES, *REDIS_OUTAGES)


class Balancer:
    """Both services behind their addresses. `token` opens what users may do."""

    def __init__(self, scheduler: Scheduler, *, token: str) -> None:
        self._scheduler = scheduler
        self._token = token
        self._turns = itertools.count()

    def api(self) -> web.Application:
        """The backend's address."""
        application = web.Application()
        application.add_routes([web.get("/v1/health", self._of(BACKEND, _health))])
        application.add_routes([web.post("/v1/jobs", self._users_only(self._of(BACKEND, _order)))])
        return application

    def gateway(self) -> web.Application:
        """The gateway's address."""
        application = web.Application()
        application.add_routes([web.get("/v1/health", self._of(GATEWAY, _health))])
        application.add_routes([web.post("/v1/chat/complete", self._users_only(self._of(GATEWAY, _complete)))])
        return application

    def _of(
        self, service: str, answer: Callable[[web.Request, Task], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def passed_on(request: web.Request) -> web.Response:
            tasks = list(self._scheduler.services[service].tasks.values())
            if not tasks:
                return _said(503, "Service Temporarily Unavailable: no healthy target")
            try:
                return await answer(request, tasks[next(self._turns) % len(tasks)])
            except AWAY as outage:
                return _said(503, str(outage) or "what the service needs gave no answer in time")

        return passed_on

    def _users_only(
        self, handler: Callable[[web.Request], Awaitable[web.Response]]
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def checked(request: web.Request) -> web.Response:
            if not bears(request, self._token):
                return _said(401, "This needs a user's bearer token.")
            return await handler(request)

        return checked


async def _health(_: web.Request, task: Task) -> web.Response:
    assert isinstance(task, Backend | Gateway)
    healthy = await task.healthy()
    told = {"status": "healthy" if healthy else "unhealthy", "timestamp": datetime.now(UTC).isoformat()}
    return web.json_response(told, status=200 if healthy else 503)


async def _order(request: web.Request, task: Task) -> web.Response:
    assert isinstance(task, Backend)
    await task.order(str((await request.json())["user_id"]))
    return web.json_response({"status": "pending"}, status=202)


async def _complete(request: web.Request, task: Task) -> web.Response:
    assert isinstance(task, Gateway)
    asked = await request.json()
    if not await task.complete(str(asked["user_id"]), min(int(asked["tokens"]), MOST_TOKENS)):
        return web.json_response({"error": "blocked for now"}, status=429, headers={"Retry-After": "3600"})
    return web.json_response({"status": "completed"})


def _said(status: int, sentence: str) -> web.Response:
    return web.json_response({"error": sentence}, status=status)
