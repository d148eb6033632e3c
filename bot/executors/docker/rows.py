"""What the engine lists, as the columns that docker shows: the fields that a template may name, in people's units."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

from incident.digest import Json

Row = dict[str, Json]

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "container": ("Names", "Image", "Status", "Ports", "RunningFor"),
    "compose": ("Names", "Service", "Image", "Status", "Ports"),
    "stats": ("Name", "CPUPerc", "MemUsage", "MemPerc", "NetIO", "BlockIO", "PIDs"),
    "image": ("Repository", "Tag", "ID", "CreatedSince", "Size"),
    "network": ("ID", "Name", "Driver", "Scope"),
    "volume": ("Name", "Driver", "Scope"),
}
"""The columns that a listing shows where the step names none."""

PROJECT: Final = "com.docker.compose.project"
SERVICE: Final = "com.docker.compose.service"
_ONE_OFF: Final = "com.docker.compose.oneoff"
_FILES: Final = "com.docker.compose.project.config_files"
_SHORT: Final = 12
_UNITS: Final = ("B", "kB", "MB", "GB", "TB", "PB")
_SPANS: Final = (("day", 86_400), ("hour", 3600), ("minute", 60), ("second", 1))


def objects(found: Json) -> list[Mapping[str, Json]]:
    """The objects of a list that the engine answered with; an answer of another shape holds none."""
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def answered(found: Json) -> list[Mapping[str, Json]]:
    """The objects of a whole answer, which the engine writes as null when there are none.

    Raises TypeError: an answer of another shape is not an empty one.
    """
    if found is not None and not isinstance(found, list):
        raise TypeError("the answer is no list")
    return objects(found)


def member(found: Json, *path: str) -> Json:
    """What stands at a path within an object; None when nothing does."""
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def name_of(container: Mapping[str, Json]) -> str:
    """A container's name without the engine's leading stroke."""
    names = container.get("Names")
    return str(names[0]).lstrip("/") if isinstance(names, list) and names else str(container.get("Id", ""))[:_SHORT]


def label(container: Mapping[str, Json], name: str) -> str:
    """A label's text; empty when the container has none of that name."""
    return str(member(container, "Labels", name) or "")


def is_of(container: Mapping[str, Json], *, project: str | None, file: str | None, services: Sequence[str]) -> bool:
    """Whether Compose made the container for one of the services (any where none is named) of the project."""
    if not label(container, SERVICE) or label(container, _ONE_OFF).lower() == "true":
        return False
    files = [path.replace("\\", "/").rpartition("/")[2] for path in label(container, _FILES).split(",")]
    return (
        (project is None or label(container, PROJECT) == project)
        and (file is None or file in files)
        and (not services or label(container, SERVICE) in services)
    )


def container(found: Mapping[str, Json], now: datetime, *, whole: bool = False) -> Row:
    """A container's row."""
    networks = member(found, "NetworkSettings", "Networks")
    mounts = objects(found.get("Mounts"))
    return {
        "ID": _id(found, whole=whole),
        "Names": name_of(found),
        "Image": str(found.get("Image", "")),
        "Status": str(found.get("Status", "")),
        "State": str(found.get("State", "")),
        "Ports": ", ".join(sorted({_port(port) for port in objects(found.get("Ports"))})),
        "CreatedAt": _at(found.get("Created")),
        "RunningFor": _ago(found.get("Created"), now),
        "Networks": ", ".join(networks) if isinstance(networks, Mapping) else "",
        "Mounts": ", ".join(str(mount.get("Name") or mount.get("Source") or "") for mount in mounts),
        "Project": label(found, PROJECT),
        "Service": label(found, SERVICE),
    }


def images(found: Iterable[Mapping[str, Json]], now: datetime, *, whole: bool = False) -> list[Row]:
    """The images' rows, one for each of their names."""
    rows: list[Row] = []
    for image in found:
        tags = image.get("RepoTags")
        for tag in tags if isinstance(tags, list) and tags else ["<none>:<none>"]:
            repository, _, version = str(tag).rpartition(":")
            rows.append(
                {
                    "ID": _id(image, whole=whole),
                    "Repository": repository or "<none>",
                    "Tag": version,
                    "CreatedAt": _at(image.get("Created")),
                    "CreatedSince": _ago(image.get("Created"), now),
                    "Size": size(_number(image.get("Size"))),
                }
            )
    return rows


def plain(found: Mapping[str, Json], names: Sequence[str], *, whole: bool = False) -> Row:
    """The row of a network or volume."""
    return {name: _id(found, whole=whole) if name == "ID" else str(found.get(name, "")) for name in names}


def stats(found: Mapping[str, Json], name: str) -> Row:
    """What a container uses, from one sample of the engine."""
    used, limit = _memory(found), _number(member(found, "memory_stats", "limit"))
    networks = member(found, "networks")
    cards = [card for card in networks.values() if isinstance(card, Mapping)] if isinstance(networks, Mapping) else []
    disk = objects(member(found, "blkio_stats", "io_service_bytes_recursive"))
    return {
        "ID": _id(found),
        "Container": name,
        "Name": name,
        "CPUPerc": f"{_processors(found):.2f}%",
        "MemUsage": f"{size(used)} / {size(limit)}",
        "MemPerc": f"{100 * used / limit:.2f}%" if limit else "0.00%",
        "NetIO": f"{size(_sum(cards, 'rx_bytes'))} / {size(_sum(cards, 'tx_bytes'))}",
        "BlockIO": f"{size(_moved(disk, 'read'))} / {size(_moved(disk, 'write'))}",
        "PIDs": str(int(_number(member(found, "pids_stats", "current")))),
    }


def size(count: float) -> str:
    """A number of bytes in the largest unit that leaves a whole digit before the point."""
    for unit in _UNITS:
        if count < 1000 or unit == _UNITS[-1]:
            return f"{count:.3g}{unit}" if count < 1000 else f"{count:.0f}{unit}"
        count /= 1000
    return ""


def _memory(found: Mapping[str, Json]) -> float:
    """What is used without the page cache, which the kernel gives back on demand."""
    kept = member(found, "memory_stats", "stats")
    cache = member(kept, "inactive_file") or member(kept, "total_inactive_file")
    return max(_number(member(found, "memory_stats", "usage")) - _number(cache), 0)


def _processors(found: Mapping[str, Json]) -> float:
    now, before = member(found, "cpu_stats"), member(found, "precpu_stats")
    spent = _number(member(now, "cpu_usage", "total_usage")) - _number(member(before, "cpu_usage", "total_usage"))
    passed = _number(member(now, "system_cpu_usage")) - _number(member(before, "system_cpu_usage"))
    return 100 * spent / passed * (_number(member(now, "online_cpus")) or 1) if passed > 0 and spent > 0 else 0.0


def _sum(found: Iterable[Mapping[str, Json]], name: str) -> float:
    return sum(_number(each.get(name)) for each in found)


def _moved(found: Iterable[Mapping[str, Json]], way: str) -> float:
    return _sum((each for each in found if str(each.get("op", "")).lower() == way), "value")


def _port(port: Mapping[str, Json]) -> str:
    inner = f"{port.get('PrivatePort')}/{port.get('Type', 'tcp')}"
    return f"{port.get('IP') or '*'}:{port['PublicPort']}->{inner}" if port.get("PublicPort") else inner


def _id(found: Mapping[str, Json], *, whole: bool = False) -> str:
    written = str(found.get("Id") or found.get("id") or found.get("ID") or "")
    return written if whole else written.removeprefix("sha256:")[:_SHORT]


def _at(created: Json) -> str:
    return datetime.fromtimestamp(_number(created), UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def _ago(created: Json, now: datetime) -> str:
    passed = int(now.timestamp() - _number(created))
    for unit, seconds in _SPANS:
        if passed >= seconds:
            count = passed // seconds
            return f"{count} {unit}{'s' if count > 1 else ''} ago"
    return "just now"


def _number(value: Json) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else 0.0
