"""What it takes until a Compose service has the containers that were asked for, seen before anything is changed.

Containers are found by their labels. Numbers are given as Compose gives them: a new one bears the next after the
highest, and the highest go first.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bot.executors.docker import copy
from bot.executors.docker.client import Engine, segment
from bot.executors.docker.copy import Copy
from bot.executors.docker.find import Container, everything, id_of, of_services
from bot.executors.docker.rows import PROJECT, SERVICE, is_of, label, member, name_of
from bot.executors.tool.answer import Denied, Unanswered
from compiler.proof.docker.instances import Wanted
from compiler.proof.docker.words import Command
from incident.digest import Json

_DEPENDS: Final = "com.docker.compose.depends_on"
_MADE_WITH: Final = "com.docker.compose.config-hash"
_AT_REST: Final = frozenset({"created", "exited"})
_AT_WORK: Final = frozenset({"running", "restarting"})


class Sizing(Struct, frozen=True, kw_only=True):
    """What is done, in this order: containers that rest are started, new ones made, the last ones removed."""

    service: str
    before: int
    after: int
    start: Sequence[Container] = ()
    make: Sequence[Copy] = ()
    shared: Sequence[str] = ()
    remove: Sequence[Container] = ()
    no_way_back: str = ""
    """Why Muster could not make again what is removed, a clause."""

    @property
    def sentence(self) -> str:
        """The change as an approver reads it: old → new, each container by its name, and the undo."""
        return " ".join([f"{self.service}: {_containers(self.before)} → {self.after}.", *self._parts(), self._undo()])

    def _parts(self) -> Iterator[str]:
        if self.start:
            yield f"Started: {_names(self.start)}."
        if self.make:
            new = ", ".join(each.name for each in self.make)
            yield f"Made with the settings and the image of {self.make[0].like}, not from the Compose file: {new}."
        if self.shared:
            yield f"They share {', '.join(self.shared)}."
        if self.remove:
            yield f"Stopped and removed, with all that they keep outside of volumes: {_names(self.remove)}."

    def _undo(self) -> str:
        if self.no_way_back:
            return f"Muster cannot undo it: {self.no_way_back}."
        if self.before == self.after:
            return f"To undo it: docker stop {_names(self.start, ' ')}."
        return f"To undo it: docker compose scale {self.service}={self.before}."


async def sizings(engine: Engine, command: Command, wanted: Wanted, project: str | None) -> list[Sizing]:
    """What is to be done for each service. Raises Denied where nothing is, or where only the file could tell what."""
    found = await of_services(engine, command, project, wanted.services)
    planned = [
        await _sizing(engine, [each for each in found if label(each, SERVICE) == service], wanted)
        for service in dict.fromkeys(wanted.services)
    ]
    needed = [each for each in planned if each.start or each.make or each.remove]
    if not needed:
        raise Denied(_nothing(planned))
    return needed


async def _sizing(engine: Engine, found: Sequence[Container], wanted: Wanted) -> Sizing:
    found = sorted(found, key=lambda each: (copy.number_of(each), name_of(each)))
    _check_states(found)
    count = len(found) if wanted.count is None else wanted.count
    sizing = Sizing(
        service=label(found[0], SERVICE),
        before=len(found),
        after=count,
        start=[each for each in found[:count] if str(each.get("State")) in _AT_REST],
        remove=list(reversed(found[count:])),
    )
    if (sizing.start or count > len(found)) and not wanted.alone:
        await _check_needed(engine, found[0])
    return sizing if count == len(found) else await _sized(engine, found, sizing)


async def _sized(engine: Engine, found: Sequence[Container], sizing: Sizing) -> Sizing:
    """The sizing with the containers that are to be made, or with why those that go could not come back."""
    settings, why = await _pattern(engine, found)
    if sizing.remove:
        return replace(sizing, no_way_back=why)
    if why:
        raise Denied(f"{sizing.service} cannot have one container more: {why}.")
    highest = copy.number_of(found[-1])
    numbers = range(highest + 1, highest + 1 + sizing.after - sizing.before)
    made = [_copy(found[0], settings, number) for number in numbers]
    return replace(sizing, make=made, shared=copy.shared(settings))


def _copy(container: Container, settings: Mapping[str, Json], number: int) -> Copy:
    name = copy.name_beside(container, name_of(container), number) or ""
    return copy.copy_of(settings, name, number)


async def _pattern(engine: Engine, found: Sequence[Container]) -> tuple[Mapping[str, Json], str]:
    """The settings of the service's first container, and why none can be made like it, a clause; empty when one can."""
    first = found[0]
    settings = await engine.get(f"/containers/{segment(id_of(first))}/json")
    if not isinstance(settings, Mapping):
        raise Unanswered(f"The engine shows {name_of(first)} in a form that Muster cannot read.")
    if other := next((each for each in found if _made_with(each) != _made_with(first)), None):
        return settings, f"{name_of(first)} and {name_of(other)} were made with different settings or images"
    if not copy.number_of(first) or copy.name_beside(first, name_of(first), 1) is None:
        return settings, f"the name {name_of(first)} is fixed, which only one container can have"
    if objection := next(copy.objections(settings), None):
        return settings, f"{name_of(first)} {objection}"
    return settings, await _other_image(engine, settings)


async def _other_image(engine: Engine, settings: Mapping[str, Json]) -> str:
    """Why the image's name does not lead to the image that runs; empty when it does."""
    name = str(member(settings, "Config", "Image") or "")
    reply = await engine.send("GET", f"/images/{segment(name)}/json", {})
    if reply.status == 404:
        return f"the engine does not have the image {name} any more"
    if reply.status >= 400:
        raise Denied(f"The engine refused to show the image {name}: {reply.status}, {reply.message}.")
    if reply.found("Id").removeprefix("sha256:") != copy.image_of(settings):
        return f"the image {name} is another now than the one that runs"
    return ""


def _check_states(found: Sequence[Container]) -> None:
    """Raises Denied for a container that neither runs nor can be started."""
    for each in found:
        if (state := str(each.get("State"))) not in _AT_REST | _AT_WORK:
            raise Denied(f"{name_of(each)} is {state}: settle that first.")


async def _check_needed(engine: Engine, container: Container) -> None:
    """Raises Denied where a service that this one depends on does not run: Compose would start it as well."""
    project, service = label(container, PROJECT), label(container, SERVICE)
    needed = [each.partition(":")[0] for each in label(container, _DEPENDS).split(",") if each]
    running = [each for each in await everything(engine) if str(each.get("State")) in _AT_WORK] if needed else []
    for name in needed:
        if not any(is_of(each, project=project, file=None, services=[name]) for each in running):
            raise Denied(f"{service} depends on {name}, which does not run: start that first, or give --no-deps.")


def _made_with(container: Container) -> tuple[str, str]:
    return label(container, _MADE_WITH), str(container.get("ImageID", ""))


def _nothing(planned: Sequence[Sizing]) -> str:
    listed = ", ".join(f"{each.service} has {_containers(each.before)}" for each in planned)
    return f"There is nothing to do: {listed}, and all run. Muster does not read what was changed in the Compose file."


def _containers(count: int) -> str:
    return "1 container" if count == 1 else f"{count} containers"


def _names(found: Sequence[Container], between: str = ", ") -> str:
    return between.join(name_of(each) for each in found)
