"""A service in its container: started, stopped and started again where it listens, with a log of JSON lines."""

import json
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from typing import Final, Protocol

from aiohttp import web

from demo.engine import Part
from demo.ports import free_port
from demo.serving import serve

VERSION: Final = "1.0.0-alpha"
LIMIT: Final = 64_000_000
"""Bytes of memory that a container may use."""
EMPTY: Final = 18_000_000
"""Bytes that one uses which holds nothing."""

Say = Callable[..., None]
"""Writes a line: level, message, and more by name."""


class Service(Protocol):
    """What runs in a container, from one start to the next end."""

    @property
    def kept(self) -> int:
        """How many bytes of answers it holds."""

    async def open(self, undo: AsyncExitStack) -> web.Application:
        """Take what it needs until `undo` is closed; what it answers."""


class Box:
    """One service in its container. ``service`` is what runs in it now; after the first start it has ``url``."""

    def __init__(self, name: str, make: Callable[[Say], Service]) -> None:
        self.name = name
        self._make = make
        self._undo = AsyncExitStack()
        self.service: Service | None = None
        self.url = ""
        self.part = Part(
            service=name,
            image=f"swipesavvy/{name}:{VERSION}",
            start=self.start,
            stop=self.stop,
            memory=self.memory,
            limit=LIMIT,
            another=self._another,
        )

    def _another(self) -> Part:
        """One more of the service, at an address of its own."""
        return Box(self.name, self._make).part

    async def start(self) -> None:
        """Start it anew, at the same address as before."""
        async with AsyncExitStack() as undo:
            service = self._make(self.say)
            application = await service.open(undo)
            self.url = await serve(undo, application, port=int(self.url.rpartition(":")[2] or free_port()))
            self.service = service
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """End it, and forget what it held."""
        self.service = None
        await self._undo.aclose()

    def memory(self) -> int:
        """How many bytes it uses."""
        return EMPTY + (self.service.kept if self.service else 0)

    def say(self, level: str, message: str, **more: object) -> None:
        """Write a line into its log."""
        told = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": level, "message": message}
        self.part.write(json.dumps({**told, **more}))
