"""The web server's socket: opened here or handed over by whoever started the process, and left without a refusal.

A socket that is handed over (systemd's *socket activation*) stays open while a process is replaced, and several may
take from it: what knocks meanwhile waits for the next one. Behind a load balancer the process says first that it is
leaving, and takes requests for ``web.linger`` all the same.
"""

import asyncio
import resource
import socket
from contextlib import AsyncExitStack
from typing import Final

from bot.config import Configuration
from bot.http.call import Handler
from bot.http.server import Server
from bot.web.knock import LARGEST_BODY
from commands.outage import Outage

FILES: Final = 10_000
"""So many files, and so connections, may be open at once if the machine allows it."""


class Listening:
    """What takes requests for a handler. ``leaving`` is True once the process was asked to stop."""

    def __init__(self, configuration: Configuration) -> None:
        self.leaving = False
        self._section = configuration.file.web
        self._handed_over = configuration.listen_fd
        self._server: Server | None = None

    async def open(self, handler: Handler, undo: AsyncExitStack) -> None:
        """Listen. Raises Outage when the address cannot be had."""
        _allow_connections()
        self._server = Server(handler, largest=LARGEST_BODY)
        try:
            await undo.enter_async_context(self._server.listening(self._at()))
        except OSError as error:
            raise Outage(
                f"{self._section.host}:{self._section.port} cannot be listened on ({error.strerror}): choose another "
                "web.port.",
                retry=False,
            ) from error

    async def linger(self) -> None:
        """Say that the process is leaving, and take requests for a while nevertheless."""
        self.leaving = True
        if self._server is not None:
            self._server.leave()
        await asyncio.sleep(self._section.linger.total_seconds())

    def _at(self) -> tuple[str, int] | socket.socket:
        if self._handed_over is None:
            return self._section.host, self._section.port
        return socket.socket(fileno=self._handed_over)


def _allow_connections() -> None:
    """Connections that nobody uses must not keep a page out: by default there is room for a thousand files only."""
    now, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = FILES if most == unlimited else min(FILES, most)
    if now != unlimited and now < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
