"""A container engine's API over real HTTP: containers that change, and an engine that misbehaves in every way."""

import asyncio
import json
import struct
from collections.abc import Callable, Mapping
from pathlib import Path

from aiohttp import web
from msgspec import Struct, field

SECRET = "env-secret-abcdefgh"
IMAGE = "shop/api:1"
_READS_THAT_REACH_IN = ("attach", "archive", "export")


class Box(Struct):
    """One container of the engine."""

    name: str
    service: str = ""
    project: str = "shop"
    state: str = "running"
    tty: bool = False
    once: bool = False
    restarts: int = 0
    number: int = 0
    needs: str = ""
    """What Compose's label says of the services that it depends on."""
    made_with: str = "c0ffee"
    image: str = "sha256:1234"
    """The id of its image; the name is the same for all."""
    config: dict[str, object] = field(default_factory=dict)
    host: dict[str, object] = field(default_factory=dict)
    mounts: list[dict[str, object]] = field(default_factory=list)
    networks: dict[str, dict[str, object]] = field(default_factory=dict)
    log: list[tuple[int, str]] = field(default_factory=list)

    @property
    def id(self) -> str:
        """Its whole id, made of its name."""
        return self.name.encode().hex().ljust(64, "0")

    @property
    def listed(self) -> dict[str, object]:
        """How the engine lists it."""
        labels = {
            "com.docker.compose.project": self.project,
            "com.docker.compose.service": self.service,
            "com.docker.compose.oneoff": "True" if self.once else "False",
            "com.docker.compose.project.config_files": "/srv/shop/compose.yml",
            "com.docker.compose.config-hash": self.made_with,
            "com.docker.compose.depends_on": self.needs,
        }
        labels |= {"com.docker.compose.container-number": str(self.number)} if self.number else {}
        return {
            "Id": self.id,
            "Names": [f"/{self.name}"],
            "Image": IMAGE,
            "ImageID": self.image,
            "State": self.state,
            "Status": "Up 3 hours" if self.state == "running" else "Exited (1) 2 hours ago",
            "Created": 1_768_960_000,
            "Ports": [{"IP": "127.0.0.1", "PrivatePort": 80, "PublicPort": 8080, "Type": "tcp"}],
            "Labels": labels if self.service else {},
        }


class FakeEngine:
    """An engine with its containers. ``guarded``: a proxy is in front that lets only reads through."""

    def __init__(self, *boxes: Box, guarded: bool = False) -> None:
        self.boxes = {box.name: box for box in boxes}
        self.guarded = guarded
        self.version = "1.43"
        self.asked: list[str] = []
        self.trouble: Callable[[web.Request], web.StreamResponse | None] = lambda _: None
        self.hanging = ""
        """The end of a path whose answer never comes."""
        self.exit_code: int | None = 0
        self.printed = [framed(1, "reloaded\n")]
        """What a started program prints, chunk by chunk as they go over the wire."""
        self.pause = 0.0
        """Seconds between two chunks."""
        self.executed: list[dict[str, object]] = []
        self.image: str | None = "sha256:1234"
        """The id that the image's name leads to now; None: the name is gone."""
        self.created: dict[str, dict[str, object]] = {}
        """What it was asked to make, by name."""
        self.joined: list[tuple[str, dict[str, object]]] = []
        self._runner: web.AppRunner | None = None

    async def start(self, socket: Path) -> str:
        """Listen on a socket; its address."""
        application = web.Application()
        application.router.add_route("*", "/{path:.*}", self._answer)
        self._runner = web.AppRunner(application, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.UnixSite(self._runner, str(socket)).start()
        return f"unix://{socket}"

    async def was_asked(self, end: str) -> None:
        """Until somebody has asked for a path that ends so."""
        async with asyncio.timeout(60):
            while not any(asked.endswith(end) for asked in self.asked):
                await asyncio.sleep(0.01)

    async def stop(self) -> None:
        """End it."""
        if self._runner:
            await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        self.asked.append(f"{request.method} {path}")
        if self.hanging and path.endswith(self.hanging):
            await asyncio.sleep(600)
        if troubled := self.trouble(request):
            return troubled
        if self.guarded and (request.method != "GET" or any(f"/{part}" in path for part in _READS_THAT_REACH_IN)):
            return web.Response(status=403, text="only reads")
        if path.endswith("/version"):
            return web.json_response({"Version": "24.0", "ApiVersion": self.version, "Os": "linux", "Arch": "amd64"})
        if not path.startswith("/v1."):
            return web.json_response({"message": "page not found"}, status=404)
        return await self._versioned(request, "/" + path.split("/", 2)[2])

    async def _versioned(self, request: web.Request, path: str) -> web.StreamResponse:
        if path == "/containers/json":
            shown = [box.listed for box in self.boxes.values() if box.state == "running" or request.query.get("all")]
            return web.json_response(shown)
        if path == "/events":
            lines = [{"Type": "container", "Action": "die", "time": 1768960000, "Actor": {"Attributes": LABELLED}}]
            return web.Response(text="\n".join(json.dumps(line) for line in lines) + "\n")
        parts = path.strip("/").split("/")
        if parts[0] == "exec":
            return await self._of_exec(request, parts)
        if parts[0] == "images":
            return web.json_response({"Id": self.image}, status=200 if self.image else 404)
        if parts[0] == "networks":
            self.joined.append((parts[1], await request.json()))
            return web.Response()
        if path == "/containers/create":
            return await self._create(request)
        box = next((box for box in self.boxes.values() if len(parts) > 1 and parts[1] in (box.id, box.name)), None)
        if box is None:
            return web.json_response({"message": f"No such container: {parts[1:2]}"}, status=404)
        return await self._of_box(request, box, parts[-1])

    async def _of_box(self, request: web.Request, box: Box, what: str) -> web.StreamResponse:
        if what == "logs":
            return web.Response(body=logged(box, int(request.query["tail"])))
        if what == "json":
            return web.json_response(inspected(box))
        if what == "stats":
            return web.json_response(STATS)
        if what == "top":
            return web.json_response({"Titles": ["PID", "CMD"], "Processes": [["1", "/bin/api"]]})
        if what == "exec":
            self.executed.append(await request.json())
            return web.json_response({"Id": "e1"}, status=201)
        if request.method == "DELETE":
            del self.boxes[box.name]
            return web.Response(status=204)
        if what in STATES:
            return self._changed(box, what)
        return web.json_response({"message": "page not found"}, status=404)

    async def _create(self, request: web.Request) -> web.StreamResponse:
        if not request.can_read_body:
            return web.json_response({"message": "config cannot be empty"}, status=400)
        name, asked = request.query["name"], await request.json()
        if name in self.boxes:
            return web.json_response({"message": f"{name} is in use"}, status=409)
        self.created[name] = asked
        labels = {key.removeprefix("com.docker.compose."): value for key, value in asked["Labels"].items()}
        self.boxes[name] = box = Box(
            name,
            service=labels["service"],
            project=labels["project"],
            number=int(labels["container-number"]),
            state="created",
            image=self.image or "",
        )
        return web.json_response({"Id": box.id}, status=201)

    def _changed(self, box: Box, action: str) -> web.StreamResponse:
        already = action in ("start", "stop") and box.state == STATES[action]
        box.state = STATES[action]
        box.restarts += action == "restart"
        return web.Response(status=304 if already else 204)

    async def _of_exec(self, request: web.Request, parts: list[str]) -> web.StreamResponse:
        if parts[-1] == "json":
            return web.json_response({"ExitCode": self.exit_code})
        response = web.StreamResponse()
        await response.prepare(request)
        for chunk in self.printed:
            await response.write(chunk)
            await asyncio.sleep(self.pause)
        return response


STATES: Mapping[str, str] = {
    "restart": "running",
    "start": "running",
    "stop": "exited",
    "kill": "exited",
    "pause": "paused",
    "unpause": "running",
}
LABELLED = {"name": "api-1", "exitCode": "137", "secret-label": SECRET}
STATS = {
    "cpu_stats": {"cpu_usage": {"total_usage": 3_000}, "system_cpu_usage": 20_000, "online_cpus": 2},
    "precpu_stats": {"cpu_usage": {"total_usage": 1_000}, "system_cpu_usage": 10_000},
    "memory_stats": {"usage": 300_000_000, "limit": 1_000_000_000, "stats": {"inactive_file": 50_000_000}},
    "pids_stats": {"current": 7},
    "networks": {"eth0": {"rx_bytes": 1500, "tx_bytes": 2_000_000}},
}


def inspected(box: Box) -> dict[str, object]:
    """How the engine shows a container whole, with its secrets."""
    labels = box.listed["Labels"]
    config = {"Env": [f"DATABASE_PASSWORD={SECRET}"], "Cmd": ["api", SECRET], "Image": IMAGE, "Labels": labels}
    return {
        "Id": box.id,
        "Name": f"/{box.name}",
        "Image": box.image,
        "RestartCount": box.restarts,
        "State": {"Status": box.state, "Health": {"Status": "healthy"}},
        "Config": {**config, **box.config},
        "HostConfig": box.host,
        "Mounts": box.mounts,
        "NetworkSettings": {"Networks": box.networks},
    }


def framed(stream: int, text: str) -> bytes:
    """A piece of output as the engine sends it."""
    body = text.encode()
    return struct.pack(">BxxxL", stream, len(body)) + body


def logged(box: Box, tail: int) -> bytes:
    """The last lines of a container's log, each with its time."""
    lines = [f"2026-01-21T02:00:{n:02d}.000000000Z {text}\n" for n, (_, text) in enumerate(box.log)][-tail:]
    streams = [stream for stream, _ in box.log][-tail:]
    if box.tty:
        return "".join(lines).encode()
    return b"".join(framed(stream, line) for stream, line in zip(streams, lines, strict=True))
