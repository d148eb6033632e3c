"""The storybook's HTTP API: health pages for anyone, books for customers, job monitor and doors for operators."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from uuid import UUID

from aiohttp import web
from aiohttp.typedefs import Handler

from demo.database import OUTAGES
from demo.serving import bears
from demo.storybook.admission import Admission
from demo.storybook.health import QUEUE_FULL, VERSION, Orders, detailed, status_of
from demo.storybook.jobs import Jobs

LATENCY_WINDOW = 30.0
TOPIC_LENGTH = 200
MOST_REQUESTS = 1000
WRITE: web.AppKey[Callable[[str], None]] = web.AppKey("write")
"""What writes a line into the log of the process that serves."""


class Latencies:
    """How long the requests of the last half minute took."""

    def __init__(self) -> None:
        self._taken: deque[tuple[float, float]] = deque()

    def note(self, now: float, seconds: float) -> None:
        """Count one request that ended at `now` (a monotonic time)."""
        self._taken.append((now, seconds))
        self._forget(now)

    def p99(self, now: float) -> float:
        """The time in seconds that all but one in a hundred requests stayed under; 0 when there were none."""
        self._forget(now)
        taken = sorted(seconds for _, seconds in self._taken)
        return taken[int(0.99 * len(taken))] if taken else 0.0

    def _forget(self, now: float) -> None:
        while self._taken and self._taken[0][0] < now - LATENCY_WINDOW:
            self._taken.popleft()


class Api:
    """The routes. `book_token` opens the customers' part, `write_token` the operators'."""

    def __init__(self, jobs: Jobs, admission: Admission, *, book_token: str, write_token: str) -> None:
        self._jobs = jobs
        self._admission = admission
        self._book_token = book_token
        self._write_token = write_token
        self.latencies = Latencies()

    def application(self, write: Callable[[str], None]) -> web.Application:
        """The aiohttp application that serves them; `write` is its process' log."""
        guards = [self._timed, _outages_answered, self._operators_only]
        application = web.Application(middlewares=guards, client_max_size=64 * 1024)
        application[WRITE] = write
        application.add_routes(
            [
                web.get("/health", self._health),
                web.get("/health/detailed", self._health_detailed),
                web.post("/books", self._submit_book),
                web.get("/books/{id}", self._show_book),
                web.post("/admin/job-monitor/run", self._run_job_monitor),
                web.post("/admin/rate-limit", self._set_rate_limit),
                web.post("/admin/books", self._open_or_close),
                web.post("/admin/users/{key}/{act:block|unblock}", self._block_or_unblock),
            ]
        )
        return application

    @web.middleware
    async def _timed(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        started = time.monotonic()
        try:
            return await handler(request)
        finally:
            ended = time.monotonic()
            self.latencies.note(ended, ended - started)

    async def _health(self, request: web.Request) -> web.Response:
        status = status_of(await self._jobs.count(), redis_answers=await self._admission.redis_answers())
        return web.json_response({"status": status, "version": VERSION})

    async def _health_detailed(self, request: web.Request) -> web.Response:
        admission = self._admission
        orders = Orders(accepted=admission.accepting, rate_limit=admission.requests, blocked=len(admission.blocked))
        redis_answers = await admission.redis_answers()
        return web.json_response(detailed(await self._jobs.count(), orders, redis_answers=redis_answers))

    async def _submit_book(self, request: web.Request) -> web.Response:
        if not bears(request, self._book_token):
            return _error(401, "UNAUTHORIZED", "A book needs a customer's bearer token.")
        body = await _json_object(request)
        topic, user_key = str(body.get("topic", "")).strip(), str(body.get("user_key", "")).strip()
        if not topic or not user_key or len(topic) > TOPIC_LENGTH:
            return _error(
                400, "SAFETY_INPUT", f"A book needs a user_key and a topic of 1 to {TOPIC_LENGTH} characters."
            )
        if denial := await self._admission.denial(user_key):
            return _error(denial.status, denial.code, denial.sentence)
        if (await self._jobs.count()).queued > QUEUE_FULL:
            return _error(503, "SYS_OVERLOADED", "The system is busy: wait and retry.")
        job = await self._jobs.submit(user_key, topic)
        return web.json_response({"id": str(job), "status": "queued"}, status=202)

    async def _show_book(self, request: web.Request) -> web.Response:
        try:
            job = await self._jobs.find(UUID(request.match_info["id"]))
        except ValueError:
            job = None
        if job is None:
            return _error(404, "NOT_FOUND", "There is no such book.")
        return web.json_response({name: None if value is None else str(value) for name, value in job.items()})

    @web.middleware
    async def _operators_only(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path.startswith("/admin/") and not bears(request, self._write_token):
            return _error(401, "UNAUTHORIZED", "This needs the operators' bearer token.")
        return await handler(request)

    async def _run_job_monitor(self, request: web.Request) -> web.Response:
        recovered = await self._jobs.recover_stuck()
        request.app[WRITE](f"INFO job monitor: run by hand, {recovered} jobs recovered")
        return web.json_response({"recovered": recovered})

    async def _set_rate_limit(self, request: web.Request) -> web.Response:
        requests = (await _json_object(request)).get("requests")
        if not isinstance(requests, int) or isinstance(requests, bool) or not 1 <= requests <= MOST_REQUESTS:
            return _error(400, "BAD_REQUEST", f"Say how many requests a minute: {{requests: 1 to {MOST_REQUESTS}}}.")
        before, self._admission.requests = self._admission.requests, requests
        return web.json_response({"requests": requests, "before": before})

    async def _open_or_close(self, request: web.Request) -> web.Response:
        accept = (await _json_object(request)).get("accept")
        if not isinstance(accept, bool):
            return _error(400, "BAD_REQUEST", "Say whether orders are taken: {accept: true or false}.")
        before, self._admission.accepting = self._admission.accepting, accept
        return web.json_response({"accept": accept, "before": before})

    async def _block_or_unblock(self, request: web.Request) -> web.Response:
        key, blocked = request.match_info["key"], self._admission.blocked
        before = key in blocked
        if request.match_info["act"] == "block":
            blocked.add(key)
        else:
            blocked.discard(key)
        return web.json_response({"user_key": key, "blocked": key in blocked, "before": before})


@web.middleware
async def _outages_answered(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except OUTAGES as outage:
        reason = str(outage) or "The database gave no answer in time."
        request.app[WRITE](f"ERROR {request.method} {request.path}: {reason}")
        body = {"status": "unhealthy", "version": VERSION, "error_code": "SYS_OVERLOADED", "error": reason}
        return web.json_response(body, status=503)


def _error(status: int, code: str, sentence: str) -> web.Response:
    return web.json_response({"error_code": code, "error": sentence}, status=status)


async def _json_object(request: web.Request) -> dict[str, object]:
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}
