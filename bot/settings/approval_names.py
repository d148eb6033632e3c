"""Whether the rules of approval speak of what there is: a rule with a name that nothing bears would protect nothing."""

from collections.abc import Iterable, Mapping

from bot.config import Written, WrongSetting, line_of
from bot.settings.sections import File
from incident.runbook import Catalog


def check_rules(configuration: Written, catalogs: Iterable[Catalog]) -> None:
    """Raises WrongSetting, with file and line, for the first name in a rule's ``match`` that nothing bears."""
    known = _known(configuration.file, tuple(catalogs))
    for number, rule in enumerate(configuration.file.approvals.rules):
        for key, there in known.items():
            for place, name in enumerate(getattr(rule.match, key) or ()):
                if name not in there:
                    line = line_of(configuration.path, ["approvals", "rules", number, "match", key, place])
                    raise WrongSetting(
                        f"{configuration.path}, line {line}: “approvals.rules.{number}.match.{key}” names “{name}”, "
                        f"and there is no such {key}; a rule for it would protect nothing."
                    )


def _known(file: File, catalogs: tuple[Catalog, ...]) -> Mapping[str, frozenset[str]]:
    procedures = [procedure for catalog in catalogs for procedure in catalog.procedures]
    steps = [step for procedure in procedures for step in procedure.steps]
    return {
        "system": frozenset(file.systems),
        "procedure": frozenset(each.id for each in procedures),
        "step": frozenset(each.id for each in steps),
        "tag": frozenset(tag for each in steps for tag in each.tags),
        "target": frozenset(file.targets),
        "environment": frozenset(each.environment for each in file.targets.values()),
        "executor": frozenset(each.kind for each in file.targets.values()),
    }
