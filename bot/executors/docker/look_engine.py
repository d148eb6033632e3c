"""Looks at an engine as a whole: its images, networks and volumes, its disk, its facts and what happened lately."""

import json
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import Final

from bot.executors.docker import rows as docker_rows
from bot.executors.docker.asked import Look, drawn, listing
from bot.executors.docker.rows import COLUMNS, answered, member, objects, size
from bot.executors.tool.answer import Answer, text_of
from compiler.proof.docker.runnable import moment
from incident.digest import Json

_FACTS: Final = (
    *("ServerVersion", "OperatingSystem", "KernelVersion", "Architecture", "Driver", "NCPU", "MemTotal"),
    *("Containers", "ContainersRunning", "ContainersPaused", "ContainersStopped", "Images", "Warnings"),
)
_TOLD: Final = ("name", "image", "exitCode", "signal")
"""What an event tells of its object; its other attributes are labels, which may hold anything."""


async def _images(asked: Look) -> Answer:
    filters = json.loads(asked.filters().get("filters", "{}"))
    if asked.names:
        filters["reference"] = list(asked.names)
    query = ({"all": "1"} if asked.on("all") else {}) | ({"filters": json.dumps(filters)} if filters else {})
    found = answered(await asked.engine.get("/images/json", **query))
    return listing(asked, "image", docker_rows.images(found, asked.now, whole=asked.on("no-trunc")))


async def _networks(asked: Look) -> Answer:
    found = answered(await asked.engine.get("/networks", **asked.filters()))
    rows = [docker_rows.plain(each, COLUMNS["network"], whole=asked.on("no-trunc")) for each in found]
    return listing(asked, "network", rows)


async def _volumes(asked: Look) -> Answer:
    found = objects(member(await asked.engine.get("/volumes", **asked.filters()), "Volumes"))
    return listing(asked, "volume", [docker_rows.plain(each, (*COLUMNS["volume"], "Mountpoint")) for each in found])


async def _disk(asked: Look) -> Answer:
    found = await asked.engine.get("/system/df")
    parts = {name: objects(member(found, name)) for name in ("Images", "Containers", "Volumes", "BuildCache")}
    totals = {
        "Images": _whole(member(found, "LayersSize")) or sum(_whole(each.get("Size")) for each in parts["Images"]),
        "Containers": sum(_whole(each.get("SizeRw")) for each in parts["Containers"]),
        "Volumes": sum(max(_whole(member(each, "UsageData", "Size")), 0) for each in parts["Volumes"]),
        "BuildCache": sum(_whole(each.get("Size")) for each in parts["BuildCache"]),
    }
    return drawn(["Type", "Total", "Size"], [[n, str(len(parts[n])), size(total)] for n, total in totals.items()])


async def _facts(asked: Look) -> Answer:
    found = await asked.engine.get("/info")
    told = [(name, member(found, name)) for name in _FACTS]
    return drawn(["Fact", "Value"], [[name, _plain(value)] for name, value in told if value not in (None, [])])


async def _version(asked: Look) -> Answer:
    found = await asked.engine.get("/version")
    return drawn(["Fact", "Value"], [[n, str(member(found, n))] for n in ("Version", "ApiVersion", "Os", "Arch")])


async def _events(asked: Look) -> Answer:
    query = {name: moment(asked.one(name) or "0s", asked.now) or "" for name in ("since", "until")}
    reply = await asked.engine.read("/events", **query, **asked.filters())
    lines = [_event(line) for line in text_of(reply.body, "The engine").splitlines() if line.startswith("{")]
    return Answer(text="\n".join(lines), value=len(lines), rows=len(lines), cut=reply.cut)


def _event(line: str) -> str:
    try:
        event = json.loads(line)
    except (ValueError, RecursionError):
        return "(an event that is no JSON)"
    told = member(event, "Actor", "Attributes")
    facts = " ".join(f"{name}={member(told, name)}" for name in _TOLD if member(told, name) is not None)
    at = datetime.fromtimestamp(_whole(member(event, "time")), UTC).strftime("%Y-%m-%d %H:%M:%S")
    return f"{at} {member(event, 'Type')} {member(event, 'Action')} {facts}".rstrip()


def _whole(value: Json) -> int:
    return int(value) if isinstance(value, int | float) else 0


def _plain(value: Json) -> str:
    return "; ".join(str(each) for each in value) if isinstance(value, list | tuple) else str(value)


READERS: Final[Mapping[tuple[str, ...], Callable[[Look], Awaitable[Answer]]]] = {
    ("image", "ls"): _images,
    ("network", "ls"): _networks,
    ("volume", "ls"): _volumes,
    ("system", "df"): _disk,
    ("system", "info"): _facts,
    ("system", "events"): _events,
    ("version",): _version,
}
"""Each command by its long form → what asks the engine for it."""
