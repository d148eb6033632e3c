"""A small container engine: the parts of a patient behind the API that Docker has, because the demo needs no Docker.

What it answers is true: a container is a part that runs here, its log is what that part wrote, and a restart restarts
it. One address lets only reads through, as a proxy in front of an engine does; the other obeys.
"""

import hashlib
import json
import os
import secrets
import struct
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime

from aiohttp import web
from msgspec import Struct, field

from demo.serving import serve

LINES = 500
MEMORY_LIMIT = 512_000_000
API_VERSION = "1.43"
REACH_IN = frozenset({"attach", "ws", "archive", "export"})
"""Reads that write to a container, or copy its files."""


async def _nothing() -> None:
    pass


class Part(Struct, kw_only=True):
    """A part of a patient as a container. ``stop`` and ``start`` act on the real thing; a restart is both."""

    service: str
    image: str
    stop: Callable[[], Awaitable[None]] = _nothing
    start: Callable[[], Awaitable[None]] = _nothing
    memory: Callable[[], int] = lambda: 60_000_000
    """How many bytes it uses."""
    limit: int = MEMORY_LIMIT
    """How many it may use."""
    another: Callable[[], "Part"] | None = None
    """Makes one more of it, which does not run yet; None where there can be no second one."""
    number: int = 1
    id: str = field(default_factory=lambda: secrets.token_hex(32))
    running: bool = True
    since: datetime = field(default_factory=lambda: datetime.now(UTC))
    log: deque[str] = field(default_factory=lambda: deque(maxlen=LINES))

    def write(self, line: str) -> None:
        """Write a line to its log."""
        self.log.append(f"{datetime.now(UTC).isoformat(timespec='microseconds')[:-6]}000Z {line}\n")

    async def act(self, action: str) -> bool:
        """Restart, stop or start it; False when it was so already."""
        if action in ("stop", "start") and self.running == (action == "start"):
            return False
        if action != "start":
            await self.stop()
            self.running = False
        if action != "stop":
            await self.start()
            self.running, self.since = True, datetime.now(UTC)
        # In a form that jq takes, because it stands among lines of JSON in many a log.
        ended = "stopped" if action == "stop" else "started"
        self.write(json.dumps({"level": "INFO", "message": f"{self.service} {ended}"}))
        return True


class Engine:
    """The containers of one Compose project. Started, it has ``url`` and ``look_url``, which only reads."""

    def __init__(self, project: str, parts: Sequence[Part]) -> None:
        self._project = project
        self._parts = {self._name(part): part for part in parts}
        self.url = self.look_url = ""

    async def start(self, undo: AsyncExitStack) -> None:
        """Serve both addresses until `undo` is closed; what was made by then is stopped with them."""
        undo.push_async_callback(self._stop_made)
        self.url = await serve(undo, self._application())
        self.look_url = await serve(undo, self._application(_reads_only))

    def target(self) -> dict[str, object]:
        """What the bot's configuration says of it."""
        return {
            "kind": "docker",
            "environment": "production",
            "diagnostic": self.look_url,
            "remediation": self.url,
            "project": self._project,
        }

    def _name(self, part: Part) -> str:
        return f"{self._project}-{part.service}-{part.number}"

    async def _stop_made(self) -> None:
        for part in self._parts.values():
            if part.number > 1 and part.running:
                await part.act("stop")

    def _application(self, *guards: Callable[..., Awaitable[web.StreamResponse]]) -> web.Application:
        application = web.Application(middlewares=guards)
        version = f"/v{API_VERSION}"
        application.add_routes(
            [
                web.get("/version", self._version),
                web.get(f"{version}/version", self._version),
                web.get(f"{version}/containers/json", self._list),
                web.get(f"{version}/containers/{{name}}/json", self._inspect),
                web.get(f"{version}/containers/{{name}}/logs", self._logs),
                web.get(f"{version}/containers/{{name}}/stats", self._stats),
                web.get(f"{version}/containers/{{name}}/top", self._top),
                web.get(f"{version}/images/{{name}}/json", self._image),
                web.get(f"{version}/volumes", self._volumes),
                web.get(f"{version}/system/df", self._disk),
                web.post(f"{version}/containers/create", self._create),
                web.post(f"{version}/containers/{{name}}/{{action:restart|stop|start}}", self._act),
                web.delete(f"{version}/containers/{{name}}", self._remove),
            ]
        )
        return application

    async def _version(self, _: web.Request) -> web.Response:
        return web.json_response({"Version": "24.0.9", "ApiVersion": API_VERSION, "Os": "linux", "Arch": "amd64"})

    async def _list(self, request: web.Request) -> web.Response:
        every = request.query.get("all", "") in ("1", "true")
        listed = [self._listed(name, part) for name, part in self._parts.items() if every or part.running]
        return web.json_response(listed)

    async def _inspect(self, request: web.Request) -> web.Response:
        name, part = self._found(request)
        state = {"Status": "running" if part.running else "exited", "Running": part.running}
        shown = {"Id": part.id, "Name": f"/{name}", "Image": _image_id(part.image), "State": state, "Mounts": []}
        config = {"Image": part.image, "Labels": self._labels(part)}
        host = {"NetworkMode": "host", "Memory": part.limit}
        return web.json_response({**shown, "Config": config, "HostConfig": host, "NetworkSettings": {"Networks": {}}})

    async def _image(self, request: web.Request) -> web.Response:
        image = request.match_info["name"]
        if all(part.image != image for part in self._parts.values()):
            return web.json_response({"message": f"No such image: {image}"}, status=404)
        return web.json_response({"Id": _image_id(image), "RepoTags": [image]})

    async def _create(self, request: web.Request) -> web.Response:
        """One more of a part, which is what the labels say; it is started by itself."""
        asked, name = await request.json() if request.can_read_body else {}, request.query.get("name", "")
        labels = {key.rpartition(".")[2]: value for key, value in asked.get("Labels", {}).items()}
        like = next((part for part in self._parts.values() if part.service == labels.get("service")), None)
        if like is None or like.another is None:
            return web.json_response({"message": "there can be no other container like it"}, status=400)
        made = like.another()
        made.number, made.running = int(labels["container-number"]), False
        if name != self._name(made) or name in self._parts:
            return web.json_response({"message": f"the name {name} cannot be given"}, status=409)
        self._parts[name] = made
        return web.json_response({"Id": made.id, "Warnings": []}, status=201)

    async def _remove(self, request: web.Request) -> web.Response:
        name, part = self._found(request)
        if part.running and request.query.get("force") not in ("1", "true"):
            return web.json_response({"message": f"{name} runs: stop it first"}, status=409)
        if part.running:
            await part.act("stop")
        del self._parts[name]
        return web.Response(status=204)

    async def _logs(self, request: web.Request) -> web.Response:
        _, part = self._found(request)
        since = datetime.fromtimestamp(float(request.query.get("since", "0")), UTC).isoformat(timespec="microseconds")
        lines = [line for line in part.log if line >= since[:-6]]
        tail = request.query.get("tail", "all")
        shown = lines[-int(tail) :] if tail.isdecimal() else lines
        return web.Response(body=b"".join(map(_framed, shown)))

    async def _stats(self, request: web.Request) -> web.Response:
        _, part = self._found(request)
        processor = {"cpu_usage": {"total_usage": 0}, "system_cpu_usage": 0, "online_cpus": 1}
        memory = {"usage": part.memory(), "limit": part.limit, "stats": {}}
        used = {"cpu_stats": processor, "precpu_stats": processor, "memory_stats": memory, "pids_stats": {"current": 1}}
        return web.json_response(used)

    async def _top(self, request: web.Request) -> web.Response:
        """A part is one process: that in which it really runs."""
        name, part = self._found(request)
        if not part.running:
            return web.json_response({"message": f"container {name} is not running"}, status=409)
        own = [str(os.getpid()), f"{part.since:%H:%M}", part.service]
        return web.json_response({"Titles": ["PID", "STIME", "CMD"], "Processes": [own]})

    async def _volumes(self, _: web.Request) -> web.Response:
        return web.json_response({"Volumes": []})

    async def _disk(self, _: web.Request) -> web.Response:
        containers = [{"SizeRw": sum(map(len, part.log))} for part in self._parts.values()]
        return web.json_response({"Images": [], "Containers": containers, "Volumes": [], "BuildCache": []})

    async def _act(self, request: web.Request) -> web.Response:
        _, part = self._found(request)
        return web.Response(status=204 if await part.act(request.match_info["action"]) else 304)

    def _found(self, request: web.Request) -> tuple[str, Part]:
        """The container of that name or id. Raises HTTPNotFound as an engine answers it."""
        wanted = request.match_info["name"]
        for name, part in self._parts.items():
            if wanted in (name, part.id):
                return name, part
        raise web.HTTPNotFound(text=f'{{"message": "No such container: {wanted}"}}', content_type="application/json")

    def _listed(self, name: str, part: Part) -> dict[str, object]:
        seconds = int((datetime.now(UTC) - part.since).total_seconds())
        span = f"{seconds} seconds" if seconds < 120 else f"{seconds // 60} minutes"
        return {
            "Id": part.id,
            "Names": [f"/{name}"],
            "Image": part.image,
            "ImageID": _image_id(part.image),
            "State": "running" if part.running else "exited",
            "Status": f"Up {span}" if part.running else "Exited (0)",
            "Created": int(part.since.timestamp()),
            "Ports": [],
            "Labels": self._labels(part),
        }

    def _labels(self, part: Part) -> dict[str, str]:
        """What Compose writes on a container to know it by."""
        labels = {"project": self._project, "service": part.service, "oneoff": "False"}
        labels["container-number"] = str(part.number)
        return {f"com.docker.compose.{key}": value for key, value in labels.items()}


@web.middleware
async def _reads_only(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    if request.method != "GET" or REACH_IN & set(request.path.split("/")):
        return web.json_response({"message": "only reads pass here"}, status=403)
    return await handler(request)


def _framed(line: str) -> bytes:
    """A line of standard output as an engine sends it."""
    body = line.encode()
    return struct.pack(">BxxxL", 1, len(body)) + body


def _image_id(image: str) -> str:
    return f"sha256:{hashlib.sha256(image.encode()).hexdigest()}"
