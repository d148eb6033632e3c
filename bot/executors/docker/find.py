"""The containers that a command names, found by their exact names, or by the labels that Compose gives them."""

from collections.abc import Mapping, Sequence

from bot.executors.docker.client import Engine
from bot.executors.docker.rows import PROJECT, SERVICE, answered, is_of, label, name_of
from bot.executors.tool.answer import Denied
from compiler.proof.docker.words import Command
from incident.digest import Json

Container = Mapping[str, Json]
_SHORTEST_ID = 12


async def everything(engine: Engine) -> list[Container]:
    """Every container of the engine, running or not. Raises Denied or Unanswered."""
    return answered(await engine.get("/containers/json", all="1"))


async def named(engine: Engine, names: Sequence[str]) -> list[Container]:
    """The container of each name, or of the beginning of its id. Raises Denied where there is none."""
    every = await everything(engine)
    return [_one(name, every) for name in names]


async def of_services(
    engine: Engine, command: Command, project: str | None, services: Sequence[str]
) -> list[Container]:
    """The containers of Compose's services, all of the project's where none is named. Raises Denied.

    The project is the one that the command names, else the target's, else the only one that has such services: two of
    them are never mixed.
    """
    project = command.project or project
    every = await everything(engine)
    found = [each for each in every if is_of(each, project=project, file=command.file, services=services)]
    projects = sorted({label(each, PROJECT) for each in found})
    if len(projects) > 1:
        raise Denied(f"There are services so called in {', '.join(projects)}: set `project` for this target.")
    missing = [name for name in services if name not in {label(each, SERVICE) for each in found}]
    if missing or not found:
        what = f"service {missing[0]}" if missing else "container of Compose"
        raise Denied(f"The engine has no {what}{f' in the project {project}' if project else ''}.")
    return sorted(found, key=name_of)


def id_of(container: Container) -> str:
    """The whole id, which means one container and no other."""
    return str(container.get("Id", ""))


def _one(name: str, every: Sequence[Container]) -> Container:
    exact = [each for each in every if name_of(each) == name]
    begun = [each for each in every if len(name) >= _SHORTEST_ID and id_of(each).startswith(name)]
    found = exact or begun
    if len(found) != 1:
        raise Denied(f"The engine has {'no' if not found else 'more than one'} container called {name}.")
    return found[0]
