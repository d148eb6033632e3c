"""The web server's socket: opened here or handed over by whoever started the process, and left without a refusal.

A socket that is handed over (systemd's *socket activation*) stays open while a process is replaced, and several may
take from it: what knocks meanwhile waits for the next one. Behind a load balancer the process says first that it is
leaving, and takes requests for ``web.linger`` all the same.
"""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Final

from aiohttp import web

from bot.config import Configuration
from bot.telemetry.traces import span
from bot.web.alerts import runner
from commands.outage import Outage

ACCEPTED: Final = 0.3
"""Seconds for what was accepted, but has not said yet what it wants."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Listening:
    """What takes requests for an application. ``leaving`` is True once the process was asked to stop."""

    def __init__(self, configuration: Configuration) -> None:
        self.leaving = False
        self._section = configuration.file.web
        self._handed_over = configuration.listen_fd

    async def open(self, app: web.Application, undo: AsyncExitStack) -> None:
        """Listen. Raises Outage when the address cannot be had."""
        app.middlewares.append(self._seeing_off)
        served = runner(app)
        await served.setup()
        undo.push_async_callback(served.cleanup)
        site = self._site(served)
        try:
            await site.start()
        except OSError as error:
            raise Outage(
                f"{self._section.host}:{self._section.port} cannot be listened on ({error.strerror}): choose another "
                "web.port.",
                retry=False,
            ) from error
        undo.push_async_callback(self._leave, site)

    async def linger(self) -> None:
        """Say that the process is leaving, and take requests for a while nevertheless."""
        self.leaving = True
        await asyncio.sleep(self._section.linger.total_seconds())

    def _site(self, served: web.AppRunner) -> web.BaseSite:
        if self._handed_over is None:
            return web.TCPSite(served, self._section.host, self._section.port)
        return web.SockSite(served, socket.socket(fileno=self._handed_over))

    async def _leave(self, site: web.BaseSite) -> None:
        """Take no more connections, and answer those that were taken."""
        await site.stop()
        await asyncio.sleep(ACCEPTED)

    @web.middleware
    async def _seeing_off(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Once it leaves, every answer asks its sender to connect anew next time, which leads to another process."""
        with span(f"{request.method} {request.path}") as told:
            answer = await handler(request)
            told.tell("status", answer.status)
        if self.leaving:
            answer.force_close()
        return answer
