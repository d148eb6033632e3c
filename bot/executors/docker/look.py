"""One look at an engine: what docker's reading commands show of containers and services, asked of its API."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from bot.executors.docker import look_engine
from bot.executors.docker import rows as docker_rows
from bot.executors.docker.asked import Look, drawn, lines, listing
from bot.executors.docker.client import segment
from bot.executors.docker.find import Container, everything, id_of, named, of_services
from bot.executors.docker.logs import merged, text_of_stream
from bot.executors.docker.rows import Row, answered, is_of, label, member, name_of, objects
from bot.executors.tool.answer import Answer, Denied, NotAllowed, number_or_text, text_of
from compiler.proof.docker import fields as docker_fields
from compiler.proof.docker.runnable import moment
from incident.digest import Json

_MOST: Final = 50
"""The most containers that one look asks about singly."""
_FACT: Final = 200
"""The longest text, in characters, that is one fact to compare; a longer one is an object."""
_KINDS: Final = {0: "changed", 1: "added", 2: "removed"}


async def look(asked: Look) -> Answer:
    """What the command shows. Raises Denied, Unanswered or NotAllowed."""
    reader = _READERS.get(asked.command.path)
    if reader is None:
        raise NotAllowed(f"Nothing was sent: “{asked.command.name}” is none that only looks.")
    return await reader(asked)


async def _containers(asked: Look) -> Answer:
    last = "1" if asked.on("latest") else asked.one("last")
    query = {"all": "1"} if asked.on("all") or last else {}
    query |= {"limit": last} if last else {}
    found = answered(await asked.engine.get("/containers/json", **query, **asked.filters()))
    return listing(asked, "container", [_container(asked, each) for each in found])


def _container(asked: Look, found: Container) -> Row:
    return docker_rows.container(found, asked.now, whole=asked.on("no-trunc"))


async def _services(asked: Look) -> Answer:
    """Compose's ps: the containers of a project's services; of every project where none is named."""
    project, states = asked.command.project or asked.project, asked.command.line.all("status")
    found = [
        each
        for each in await everything(asked.engine)
        if is_of(each, project=project, file=asked.command.file, services=asked.names)
        and (asked.on("all") or states or each.get("State") == "running")
        and (not states or each.get("State") in states)
    ]
    rows = [_container(asked, each) for each in sorted(found, key=name_of)]
    if asked.on("services"):
        return lines(sorted({str(row["Service"]) for row in rows}))
    return listing(asked, "compose", rows)


async def _projects(asked: Look) -> Answer:
    counted: dict[str, dict[str, int]] = {}
    for each in await everything(asked.engine):
        name, state = label(each, docker_rows.PROJECT), str(each.get("State", ""))
        if name and (asked.on("all") or state == "running"):
            states = counted.setdefault(name, {})
            states[state] = states.get(state, 0) + 1
    if asked.on("quiet"):
        return lines(sorted(counted))
    told = {name: ", ".join(f"{state}({n})" for state, n in sorted(s.items())) for name, s in sorted(counted.items())}
    return drawn(["Name", "Status"], [[name, states] for name, states in told.items()])


async def _logs(asked: Look) -> Answer:
    compose = asked.command.path[0] == "compose"
    found = await _meant(asked, running=False)
    query = {"stdout": "1", "stderr": "1", "timestamps": "1", "tail": asked.one("tail") or "200"}
    for name in ("since", "until"):
        if value := asked.one(name):
            query[name] = moment(value, asked.now) or ""
    replies = await asyncio.gather(
        *(asked.engine.read(f"/containers/{segment(id_of(each))}/logs", **query) for each in found)
    )
    texts = [text_of(text_of_stream(reply.body), name_of(each)) for reply, each in zip(replies, found, strict=True)]
    read = merged(
        {name_of(each): text.splitlines() for each, text in zip(found, texts, strict=True)},
        timestamps=asked.on("timestamps"),
        prefixed=compose and not asked.on("no-log-prefix"),
    )
    return Answer(text="\n".join(read), value=len(read), rows=len(read), cut=any(reply.cut for reply in replies))


async def _stats(asked: Look) -> Answer:
    found = await _meant(asked, running=True)
    samples = await asyncio.gather(
        *(asked.engine.get(f"/containers/{segment(id_of(each))}/stats", stream="false") for each in found)
    )
    pairs = zip(samples, found, strict=True)
    rows = [docker_rows.stats(sample, name_of(each)) for sample, each in pairs if isinstance(sample, Mapping)]
    return listing(asked, "stats", rows)


async def _meant(asked: Look, *, running: bool) -> list[Container]:
    """The containers that a command means: those it names, a project's, or all that run."""
    if asked.command.path[0] == "compose":
        found = await of_services(asked.engine, asked.command, asked.project, asked.names)
    elif asked.names:
        found = await named(asked.engine, asked.names)
    else:
        found = await everything(asked.engine)
    found = [each for each in found if not running or each.get("State") == "running"]
    if len(found) > _MOST:
        raise Denied(f"The engine has {len(found)} such containers, and one look takes {_MOST}: name them.")
    return found


async def _top(asked: Look) -> Answer:
    compose = asked.command.path[0] == "compose"
    found = await (_meant(asked, running=True) if compose else named(asked.engine, asked.names[:1]))
    arguments = () if compose else asked.names[1:]
    query: dict[str, str] = {"ps_args": " ".join(arguments)} if arguments else {}
    tops = [await asked.engine.get(f"/containers/{segment(id_of(each))}/top", **query) for each in found]
    titles = [str(title) for title in _list(member(tops[0], "Titles"))] if tops else []
    rows = [[str(cell) for cell in _list(row)] for top in tops for row in _list(member(top, "Processes"))]
    return drawn(titles, [row for row in rows if len(row) == len(titles)])


async def _inspect(asked: Look) -> Answer:
    """Objects through the template that the judge allows: what it does not name never leaves this function."""
    kind = asked.one("type") or ("container" if asked.command.path == ("inspect",) else asked.command.path[0])
    template = docker_fields.parse(asked.one("format") or "json")
    if template is None:
        raise NotAllowed("Nothing was sent: its template is more than plain fields.")
    path = {"container": "/containers/{}/json", "image": "/images/{}/json"}.get(kind, f"/{kind}s/{{}}")
    shown = [docker_fields.filled(template, await asked.engine.get(path.format(segment(each)))) for each in asked.names]
    one = len(shown) == 1 and len(shown[0]) <= _FACT
    value = number_or_text(shown[0]) if one else len(shown)
    return Answer(text="\n".join(shown), value=value, rows=len(shown), single=one)


async def _ports(asked: Look) -> Answer:
    (found,) = await named(asked.engine, asked.names[:1])
    wanted = asked.names[1:]
    rows = [
        [f"{port['PrivatePort']}/{port.get('Type', 'tcp')}", f"{port.get('IP') or '*'}:{port['PublicPort']}"]
        for port in objects(found.get("Ports"))
        if port.get("PublicPort") and (not wanted or str(port["PrivatePort"]) == wanted[0].partition("/")[0])
    ]
    return drawn(["Port", "Published"], sorted(rows))


async def _changed(asked: Look) -> Answer:
    (found,) = await named(asked.engine, asked.names)
    changes = answered(await asked.engine.get(f"/containers/{segment(id_of(found))}/changes"))
    return drawn(["Change", "Path"], [[_KINDS.get(_whole(c.get("Kind")), "?"), str(c.get("Path"))] for c in changes])


def _list(found: Json) -> list[Json]:
    return list(found) if isinstance(found, list | tuple) else []


def _whole(value: Json) -> int:
    return int(value) if isinstance(value, int | float) else 0


_READERS: Final[Mapping[tuple[str, ...], Callable[[Look], Awaitable[Answer]]]] = {
    ("container", "ls"): _containers,
    ("container", "logs"): _logs,
    ("container", "stats"): _stats,
    ("container", "top"): _top,
    ("container", "inspect"): _inspect,
    ("container", "port"): _ports,
    ("container", "diff"): _changed,
    ("image", "inspect"): _inspect,
    ("inspect",): _inspect,
    ("network", "inspect"): _inspect,
    ("volume", "inspect"): _inspect,
    ("compose", "ps"): _services,
    ("compose", "logs"): _logs,
    ("compose", "stats"): _stats,
    ("compose", "top"): _top,
    ("compose", "ls"): _projects,
    **look_engine.READERS,
}
