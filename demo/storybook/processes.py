"""The storybook's processes and servers as containers: each is stopped, started, and some are made once more."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import AsyncExitStack

from demo.engine import Engine, Part
from demo.ports import free_port
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.redis_users import create_users
from demo.serving import serve
from demo.storybook.admission import RIGHTS
from demo.storybook.api import Api
from demo.storybook.health import VERSION
from demo.storybook.workers import Workers


class ApiProcess:
    """One API server in its container. After the first start it has `url`, which it keeps."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._undo = AsyncExitStack()
        self.url = ""
        self.part = Part(
            service="api", image=f"storybook/api:{VERSION}", start=self.start, stop=self.stop, another=self._another
        )

    async def start(self) -> None:
        """Serve, at the same address as before."""
        port = int(self.url.rpartition(":")[2] or free_port())
        async with AsyncExitStack() as undo:
            self.url = await serve(undo, self._api.application(self.part.write), port=port)
            self._undo = undo.pop_all()

    async def stop(self) -> None:
        """End the server and what it is asked just now."""
        await self._undo.aclose()

    def _another(self) -> Part:
        return ApiProcess(self._api).part


class WorkerProcess:
    """One process' worth of workers in its container; a restart lets go of what it hung on."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers
        self._undo = AsyncExitStack()
        self.part = Part(
            service="worker",
            image=f"storybook/worker:{VERSION}",
            start=self.start,
            stop=self.stop,
            another=self._another,
        )

    async def start(self) -> None:
        """Begin to work."""
        self._workers.wake()
        self._undo = AsyncExitStack()
        self._workers.start(self._undo)

    async def stop(self) -> None:
        """End in the midst of whatever is done."""
        await self._undo.aclose()

    def _another(self) -> Part:
        return WorkerProcess(self._workers.another()).part


class Servers:
    """The two servers that the storybook stands on."""

    def __init__(self, postgres: RealPostgres, redis: RealRedis, passwords: Mapping[str, str]) -> None:
        self._postgres = postgres
        self._redis = redis
        self._passwords = passwords

    def parts(self) -> list[Part]:
        """Each as a container, of which there can be one."""
        return [
            Part(service="postgres", image="postgres:16", stop=self._stop_postgres, start=self._start_postgres),
            Part(service="redis", image="redis:7-alpine", stop=self._stop_redis, start=self._start_redis),
        ]

    async def _stop_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.pause)

    async def _start_postgres(self) -> None:
        await asyncio.to_thread(self._postgres.resume)

    async def _stop_redis(self) -> None:
        await asyncio.to_thread(self._redis.stop)

    async def _start_redis(self) -> None:
        """It comes back empty, as a cache may, with its users."""
        await asyncio.to_thread(self._redis.start)
        await create_users(self._redis, RIGHTS, self._passwords)


async def start_containers(undo: AsyncExitStack, api: ApiProcess, worker: WorkerProcess, servers: Servers) -> Engine:
    """Start both processes, and the engine that they and the servers are containers of, until `undo` is closed."""
    for process in (api, worker):
        await process.start()
        undo.push_async_callback(process.stop)
        process.part.write(f"{process.part.service} started")
    engine = Engine("storybook", [api.part, worker.part, *servers.parts()])
    await engine.start(undo)
    return engine
