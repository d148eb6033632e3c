"""The Storybook API that a real round changes: it remembers every request that had an effect, heard of or not."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from random import Random
from secrets import token_urlsafe
from typing import Final

from aiohttp import web

from demo.serving import bears, serve

TAKES: Final = (0.05, 0.8)
"""Seconds until it answers: long enough to die in."""
READS, WRITES = "CHAOS_STORYBOOK_READ", "CHAOS_STORYBOOK_WRITE"
TARGET: Final = """\
targets:
  storybook-api:
    kind: http
    environment: production
    base_url: {address}
    diagnostic_token_env: CHAOS_STORYBOOK_READ
    remediation_token_env: CHAOS_STORYBOOK_WRITE
    canary: {{method: POST, path: /admin/job-monitor/run}}
"""


class StorybookApi:
    """``effects`` counts what was done, by path. ``on_effect`` is awaited between an effect and its answer.

    ``stuck`` is how many jobs its health says to be stuck.
    """

    def __init__(self, chance: Random) -> None:
        self.stuck = 0
        self.effects: Counter[str] = Counter()
        self.on_effect: Callable[[], Awaitable[None]] | None = None
        self.environment = {READS: token_urlsafe(), WRITES: token_urlsafe()}
        self._chance = chance

    async def start(self, undo: AsyncExitStack) -> str:
        """Serve until ``undo`` is closed; the section of the settings that names it as a target."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        return TARGET.format(address=await serve(undo, application))

    async def _answer(self, request: web.Request) -> web.Response:
        if not bears(request, *self.environment.values()):
            return web.json_response({"error": "who are you?"}, status=401)
        if request.method == "GET":
            jobs = {"stuck": self.stuck, "queued": 0, "success_rate": 99}
            return web.json_response({"status": "healthy", "jobs": jobs})
        if not bears(request, self.environment[WRITES]):
            return web.json_response({"error": "this token only reads"}, status=403)
        self.effects[request.path] += 1
        if self.on_effect is not None:
            await self.on_effect()
        await asyncio.sleep(self._chance.uniform(*TAKES))
        return web.json_response({"done": True})
