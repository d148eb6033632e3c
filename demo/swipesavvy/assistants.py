"""The three services: Concierge talks to customers, RAG finds what is known, Guardrails keeps answers safe."""

import time
from collections.abc import Callable
from contextlib import AsyncExitStack
from typing import Final

import aiohttp
import asyncpg
from aiohttp import web

from demo.database import OUTAGES, open_pool
from demo.serving import bears
from demo.swipesavvy.boxes import VERSION, Say

FIND: Final = "SELECT body FROM documents WHERE topic = $1 ORDER BY id LIMIT 3"
AWAY: Final = (aiohttp.ClientError, TimeoutError)
WITHIN: Final = aiohttp.ClientTimeout(total=4)
ANSWER: Final = 2_000_000
"""Bytes that one kept answer takes."""


class Guardrails:
    """Looks for what must not be said."""

    kept = 0

    def __init__(self, say: Say, *, token: str) -> None:
        self._say = say
        self._token = token

    async def open(self, undo: AsyncExitStack) -> web.Application:
        """What it answers; it needs nobody."""
        application = web.Application()
        application.add_routes([web.get("/health", _well), web.post("/check", self._check)])
        self._say("INFO", "guardrails started")
        return application

    async def _check(self, request: web.Request) -> web.Response:
        if not bears(request, self._token):
            return _refused()
        text = str((await request.json())["text"])
        found = ["card_number"] if any(len(word) == 16 and word.isdecimal() for word in text.split()) else []
        more = {"safety_violations": found, "has_pii": bool(found)}
        self._say("WARN" if found else "INFO", "violation" if found else "checked", **more)
        return web.json_response({"safe": not found})


class Rag:
    """Finds what is known, in the database. ``keeps_all`` makes it keep every answer for good."""

    def __init__(self, say: Say, *, dsn: str, token: str) -> None:
        self._say = say
        self._dsn = dsn
        self._token = token
        self._kept: list[bytes] = []
        self.keeps_all = False

    @property
    def kept(self) -> int:
        """How many bytes of answers it holds."""
        return sum(map(len, self._kept))

    @property
    def broken(self) -> bool:
        """Whether its connection pool is of no use any more."""
        return self._pool.is_closing()

    def break_pool(self) -> None:
        """Close its connections behind its back, for good."""
        self._pool.terminate()

    async def open(self, undo: AsyncExitStack) -> web.Application:
        """What it answers, with a connection pool of its own."""
        self._pool: asyncpg.Pool[asyncpg.Record] = await open_pool(self._dsn, size=6, application="swipesavvy-rag")
        undo.callback(self._pool.terminate)
        application = web.Application()
        application.add_routes([web.get("/health", self._health), web.post("/query", self._query)])
        self._say("INFO", "rag started")
        return application

    async def find(self, topic: str) -> list[str]:
        """What is known of a topic. Raises one of OUTAGES."""
        began = time.monotonic()
        async with self._pool.acquire(timeout=3) as connection:
            rows = await connection.fetch(FIND, topic)
        self._say("INFO", "found", database_query_time=round(time.monotonic() - began, 4))
        if self.keeps_all:
            self._kept.append(bytes(ANSWER))
            self._say("WARN", "memory: an answer was kept", memory_bytes=self.kept)
        return [row["body"] for row in rows]

    async def _health(self, _: web.Request) -> web.Response:
        try:
            async with self._pool.acquire(timeout=3) as connection:
                await connection.execute("SELECT 1")
        except OUTAGES as outage:
            self._say("ERROR", "ConnectionError: the connection pool gives no connection", cause=_short(outage))
            return web.json_response({"status": "unhealthy", "database": _short(outage)}, status=503)
        return await _well(_)

    async def _query(self, request: web.Request) -> web.Response:
        if not bears(request, self._token):
            return _refused()
        try:
            found = await self.find(str((await request.json())["topic"]))
        except OUTAGES as outage:
            self._say("ERROR", "ConnectionError: the connection pool gives no connection", cause=_short(outage))
            return web.json_response({"error": _short(outage)}, status=503)
        return web.json_response({"found": found})


class Concierge:
    """Talks to customers, with what the two others say."""

    kept = 0

    def __init__(
        self, say: Say, *, token: str, together: str, rag: Callable[[], str], rails: Callable[[], str]
    ) -> None:
        self._say = say
        self._token = token
        self._together = together
        self._rag = rag
        self._rails = rails
        self._answered = self._failed = 0
        self._began = time.monotonic()

    async def open(self, undo: AsyncExitStack) -> web.Application:
        """What it answers."""
        headers = {"Authorization": f"Bearer {self._token}"}
        self._session = await undo.enter_async_context(aiohttp.ClientSession(headers=headers, timeout=WITHIN))
        application = web.Application()
        application.add_routes(
            [
                web.get("/health", _well),
                web.get("/ready", self._ready),
                web.get("/live", self._live),
                web.get("/metrics", self._metrics),
                web.post("/chat", self._chat),
            ]
        )
        self._say("INFO", "concierge started", circuit_breaker_state="closed")
        return application

    async def _ready(self, _: web.Request) -> web.Response:
        asked = {"rag": f"{self._rag()}/health", "guardrails": f"{self._rails()}/health"}
        told = {name: await self._answers(url) for name, url in asked.items()}
        ready = all(told.values())
        return web.json_response({"status": "ready" if ready else "not ready", **told}, status=200 if ready else 503)

    async def _live(self, _: web.Request) -> web.Response:
        uptime = round(time.monotonic() - self._began, 1)
        return web.json_response({"status": "alive", "uptime_seconds": uptime, "version": VERSION})

    async def _metrics(self, _: web.Request) -> web.Response:
        counts = {"concierge_answered_total": self._answered, "concierge_failed_total": self._failed}
        return web.Response(text="".join(f"{name} {count}\n" for name, count in counts.items()))

    async def _chat(self, request: web.Request) -> web.Response:
        if not bears(request, self._token):
            return _refused()
        asked = await request.json()
        session = str(asked["session_id"])
        try:
            await self._ask(f"{self._rails()}/check", {"text": asked["text"]})
            await self._ask(f"{self._rag()}/query", {"topic": asked["topic"]})
            began = time.monotonic()
            async with self._session.get(self._together) as answer:
                await answer.read()
        except AWAY as outage:
            self._failed += 1
            self._say("ERROR", f"ConnectionError: {_short(outage)}", session_id=session)
            return web.json_response({"error": "Please try again in a moment."}, status=503)
        self._answered += 1
        took = round(time.monotonic() - began, 4)
        self._say("INFO", f"answered session_id={session}", together_api_latency=took, circuit_breaker_state="closed")
        return web.json_response({"answer": "Here is what to do."})

    async def _ask(self, url: str, asked: dict[str, object]) -> None:
        async with self._session.post(url, json=asked) as answer:
            answer.raise_for_status()

    async def _answers(self, url: str) -> bool:
        try:
            async with self._session.get(url) as answer:
                return answer.status == 200
        except AWAY:
            return False


async def _well(_: web.Request) -> web.Response:
    return web.json_response({"status": "healthy", "version": VERSION})


def _refused() -> web.Response:
    return web.json_response({"error": "This needs a bearer token."}, status=401)


def _short(outage: BaseException) -> str:
    return " ".join(str(outage).split())[:200] or type(outage).__name__
