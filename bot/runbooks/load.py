"""The catalogs of the configured systems, read and judged again at the start."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from msgspec.structs import replace

from bot.config import Written, WrongSetting, line_of
from bot.redaction.redactor import BY_SHAPE
from bot.settings.approval_names import check_rules
from bot.settings.approval_reach import check_reach
from bot.settings.route_names import check_routes
from compiler.catalog import CatalogError, load
from incident.alert import Alert
from incident.runbook import Catalog, Step, StepKind

CATALOG: Final = "catalog.yaml"
OVERLAY: Final = "overlay.yaml"
log = logging.getLogger(__name__)


class LoadedRunbooks:
    """All catalogs, by system."""

    def __init__(self, catalogs: Mapping[str, Catalog], default: str) -> None:
        self._catalogs = catalogs
        self._default = default

    def catalog(self, system: str) -> Catalog | None:
        """The catalog of a system."""
        return self._catalogs.get(system)

    def of_alert(self, alert: Alert) -> Catalog | None:
        """The catalog that routes this alert: the one of the system that it names, else the first with a route."""
        named = self._catalogs.get(alert.labels.get("system", ""))
        if named is not None:
            return named
        return next((each for each in self._catalogs.values() if each.route(alert.labels) is not None), None)

    def default(self) -> str:
        """The system that a declaration belongs to when nobody names one."""
        return self._default

    def targets(self, system: str) -> frozenset[str]:
        """The targets that a system's steps reach."""
        steps = (step for procedure in self._catalogs[system].procedures for step in procedure.steps)
        return frozenset(step.target for step in steps if step.target is not None)

    @property
    def catalogs(self) -> tuple[Catalog, ...]:
        """All of them."""
        return tuple(self._catalogs.values())

    @property
    def systems(self) -> Mapping[str, str]:
        """All systems: id → title."""
        return {name: catalog.title for name, catalog in self._catalogs.items()}


def load_runbooks(configuration: Written) -> LoadedRunbooks:
    """Read every system's catalog. Raises WrongSetting, which names the file, the line and what is wrong."""
    file = configuration.file
    catalogs = {}
    for name, section in file.systems.items():
        path = configuration.path.parent / section.runbook / CATALOG
        catalog = _read(configuration, name, path)
        if catalog.system != name:
            wrong = f"{path} is the catalog of “{catalog.system}”: call the system so, or name another folder"
            raise _wrong(configuration, name, wrong)
        for remark in catalog.remarks:
            log.warning(remark)
        catalog = without_secrets(catalog)
        catalog = within_reach(catalog, {target: each.kind for target, each in file.targets.items()})
        catalog = catalog if section.watches else unwatched(catalog)
        catalogs[name] = replace(catalog, runbook_url=section.runbook_url or catalog.runbook_url)
    check_rules(configuration, catalogs.values())
    check_reach(configuration, catalogs.values())
    check_routes(configuration, catalogs)
    return LoadedRunbooks(catalogs, file.default_system or next(iter(file.systems)))


def within_reach(catalog: Catalog, kinds: Mapping[str, str]) -> Catalog:
    """The catalog with the steps whose target is not configured done by people. ``kinds`` is target → kind."""
    procedures = tuple(
        replace(each, steps=tuple(_within_reach(step, kinds) for step in each.steps)) for each in catalog.procedures
    )
    return replace(catalog, procedures=procedures)


def without_secrets(catalog: Catalog) -> Catalog:
    """The catalog as it is shown: a secret that a runbook's author wrote into a command is nobody's to read in Slack.

    What runs is another: the judge refuses a command with a secret in it.
    """
    procedures = tuple(
        replace(
            each,
            steps=tuple(
                replace(step, title=BY_SHAPE(step.title), written=BY_SHAPE(step.written)) for step in each.steps
            ),
        )
        for each in catalog.procedures
    )
    return replace(catalog, procedures=procedures)


def unwatched(catalog: Catalog) -> Catalog:
    """The catalog whose diagnostics look only when they are asked."""
    procedures = tuple(
        replace(each, steps=tuple(replace(step, watch=None) for step in each.steps)) for each in catalog.procedures
    )
    return replace(catalog, procedures=procedures)


def _within_reach(step: Step, kinds: Mapping[str, str]) -> Step:
    if step.target is None or kinds.get(step.target) == step.executor:
        return step
    known = kinds.get(step.target)
    what = f"is a target for {known}, and the step needs {step.executor}" if known else "is no target of muster.yaml"
    return replace(step, kind=StepKind.MANUAL, target=None, reason=f"{step.target} {what}.")


def _read(configuration: Written, system: str, path: Path) -> Catalog:
    overlay = path.with_name(OVERLAY)
    try:
        return load(_text(path), str(path), _text(overlay) if overlay.exists() else "", str(overlay))
    except CatalogError as error:
        raise WrongSetting(str(error)) from None
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        wrong = f"{path} cannot be read ({reason}); name the folder of the runbook's catalog"
        raise _wrong(configuration, system, wrong) from None


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def _wrong(configuration: Written, system: str, wrong: str) -> WrongSetting:
    """The sentence about a system's runbook, with the file, the line and the key that lead to it."""
    line = line_of(configuration.path, ["systems", system, "runbook"])
    return WrongSetting(f"{configuration.path}, line {line}: “systems.{system}.runbook”: {wrong}.")
