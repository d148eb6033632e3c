"""One more container like one that there is: its whole settings as the engine holds them, and why there can be none.

The settings may hold secrets. They go back to the engine that they came from, and nowhere else.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from msgspec import Struct

from bot.executors.docker.find import Container
from bot.executors.docker.rows import PROJECT, SERVICE, label, member, objects
from incident.digest import Json

NUMBER: Final = "com.docker.compose.container-number"

_SHORT: Final = 12
_WITHOUT_NAME: Final = re.compile(r"[0-9a-f]{64}")
_ENGINES_OWN: Final = frozenset({"bridge", "default", "host", "none", "podman"})
"""The networks that are in no project; in them a container bears no other names."""
_ROOMS: Final = ("NetworkMode", "PidMode", "IpcMode")
_ADDRESSES: Final = ("IPv4Address", "IPv6Address")
_OWN_TO_EACH: Final = frozenset({"Aliases", "DriverOpts"})


class Copy(Struct, frozen=True, kw_only=True):
    """A container to make. ``image`` is the id that its image's name must mean; ``networks`` are joined one by one."""

    name: str
    like: str
    image: str
    settings: Mapping[str, Json]
    networks: Mapping[str, Json]


def number_of(container: Container) -> int:
    """Its number among the service's containers; 0 when it bears none."""
    written = label(container, NUMBER)
    return int(written) if written.isascii() and written.isdecimal() else 0


def name_beside(container: Container, name: str, number: int) -> str | None:
    """The name of another container of the same service; None where its name was fixed by the file."""
    project, service = label(container, PROJECT), label(container, SERVICE)
    for between in "-_":
        if name == between.join((project, service, str(number_of(container)))):
            return between.join((project, service, str(number)))
    return None


def objections(found: Mapping[str, Json]) -> Iterator[str]:
    """Why no other container can stand beside the one that was inspected, each a clause about it."""
    host, networks = _object(found, "HostConfig"), _networks(found).values()
    if ports := sorted(_fixed_ports(host)):
        yield f"publishes the fixed port {ports[0]} of the machine, which only one container can have"
    if host.get("Links") or host.get("VolumesFrom") or any(each.get("Links") for each in networks):
        yield "is linked to another container"
    if any(str(host.get(room) or "").startswith("container:") for room in _ROOMS):
        yield "shares the rooms of another container"
    if host.get("AutoRemove"):
        yield "is removed by the engine as soon as it stops"
    if member(found, "Config", "MacAddress") or any(map(_fixed_address, networks)):
        yield "has a fixed address in a network, which only one container can have"
    for mount in objects(found.get("Mounts")):
        if mount.get("Type") == "volume" and _WITHOUT_NAME.fullmatch(str(mount.get("Name") or "")):
            yield f"keeps {mount.get('Destination')} in a volume without a name, which cannot be carried over"


def shared(found: Mapping[str, Json]) -> list[str]:
    """The volumes and folders of the machine that a copy would have as well."""
    mounts = [each for each in objects(found.get("Mounts")) if each.get("Type") in ("volume", "bind")]
    return sorted(str(each.get("Name") or each.get("Source")) for each in mounts)


def copy_of(found: Mapping[str, Json], name: str, number: int) -> Copy:
    """What to ask the engine for, so that it makes a container of this name like the one that was inspected."""
    old, short = str(found.get("Name", "")).lstrip("/"), str(found.get("Id", ""))[:_SHORT]
    config, host = dict(_object(found, "Config")), dict(_object(found, "HostConfig"))
    if config.get("Hostname") == short:
        del config["Hostname"]
    config["Labels"] = {**_object(config, "Labels"), NUMBER: str(number)}
    if limits := objects(host.get("Ulimits")):
        # podman shows them by the kernel's names, and takes them by docker's.
        host["Ulimits"] = [{**each, "Name": str(each.get("Name")).removeprefix("RLIMIT_").lower()} for each in limits]
    joined = {net: _endpoint(each, {old: name, short: ""}) for net, each in sorted(_networks(found).items())}
    mode = str(host.get("NetworkMode") or "")
    first = mode if mode in joined else next(iter(joined), "")
    if first:
        host["NetworkMode"] = first
        config["NetworkingConfig"] = {"EndpointsConfig": {first: joined.pop(first)}}
    return Copy(
        name=name,
        like=old,
        image=image_of(found),
        settings={**config, "HostConfig": host},
        networks=joined,
    )


def image_of(found: Mapping[str, Json]) -> str:
    """The id of the image that a container was made of."""
    return str(found.get("Image", "")).removeprefix("sha256:")


def _networks(found: Mapping[str, Json]) -> dict[str, Mapping[str, Json]]:
    """The networks of its project that a container is in."""
    every = _object(found, "NetworkSettings", "Networks")
    return {name: _object(every, name) for name in every if name not in _ENGINES_OWN}


def _endpoint(settings: Mapping[str, Json], renamed: Mapping[str, str]) -> Json:
    """The container's place in a network, with the names that it is found by there: not those of one container."""
    kept = {name: value for name, value in settings.items() if name in _OWN_TO_EACH and value}
    aliases = settings.get("Aliases")
    named = [renamed.get(str(each), str(each)) for each in aliases] if isinstance(aliases, list) else []
    return {**kept, "Aliases": [each for each in dict.fromkeys(named) if each]}


def _fixed_ports(host: Mapping[str, Json]) -> Iterator[str]:
    for bindings in _object(host, "PortBindings").values():
        for binding in objects(bindings):
            if str(binding.get("HostPort") or "0") != "0":
                yield str(binding["HostPort"])


def _fixed_address(endpoint: Mapping[str, Json]) -> bool:
    return any(_object(endpoint, "IPAMConfig").get(kind) for kind in _ADDRESSES)


def _object(found: Json, *path: str) -> Mapping[str, Json]:
    inner = member(found, *path)
    return inner if isinstance(inner, Mapping) else {}
