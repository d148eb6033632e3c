"""Whether the routes, silences and maintenance speak of what there is, and whether each of them can ever hold."""

from collections.abc import Iterator, Mapping

from bot.config import Written, WrongSetting, line_of
from bot.settings.routes import RouteSection
from bot.settings.sections import File
from incident.matching import matcher
from incident.runbook import Catalog


def check_routes(configuration: Written, catalogs: Mapping[str, Catalog]) -> None:
    """Raises WrongSetting, with file and line, for the first rule that names what is not there, or never holds."""
    file = configuration.file
    for places, wrong in (*_twins(file), *_unknown(file, catalogs), *_never(file.routes)):
        key = ".".join(map(str, places))
        line = line_of(configuration.path, places)
        raise WrongSetting(f"{configuration.path}, line {line}: “{key}”: {wrong}.")


def _twins(file: File) -> Iterator[tuple[list[int | str], str]]:
    """A name stands for one rule, or nobody knows which one decided."""
    seen: set[str] = set()
    for part in ("routes", "silences", "maintenance"):
        for number, section in enumerate(getattr(file, part)):
            if section.name in seen:
                yield [part, number, "name"], f"“{section.name}” is the name of another rule too; give each its own"
            seen.add(section.name)


def _unknown(file: File, catalogs: Mapping[str, Catalog]) -> Iterator[tuple[list[int | str], str]]:
    known = ", ".join(catalogs)
    for number, route in enumerate(file.routes):
        if route.system is not None and route.system not in catalogs:
            yield ["routes", number, "system"], f"there is no system “{route.system}”; there are {known}"
        elif route.system is not None and route.procedure is not None:
            catalog = catalogs[route.system]
            if catalog.procedure(route.procedure) is None:
                there = ", ".join(each.id for each in catalog.procedures)
                wrong = f"the runbook of {route.system} has no procedure “{route.procedure}”; it has {there}"
                yield ["routes", number, "procedure"], wrong
    for part in ("silences", "maintenance"):
        for number, section in enumerate(getattr(file, part)):
            for place, system in enumerate(section.systems):
                if system not in catalogs:
                    yield [part, number, "systems", place], f"there is no system “{system}”; there are {known}"


def _never(routes: tuple[RouteSection, ...]) -> Iterator[tuple[list[int | str], str]]:
    """A route behind one that takes all of its alerts would never decide anything."""
    for number, route in enumerate(routes):
        asked = {str(matcher(each)) for each in route.matchers}
        for earlier in routes[:number]:
            if {str(matcher(each)) for each in earlier.matchers} <= asked:
                yield ["routes", number], f"“{earlier.name}” stands before it and takes all of its alerts; move it up"
