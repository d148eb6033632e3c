"""What hides secrets and the data about people in what targets answer, as a team configured it."""

from collections.abc import Mapping

from bot.config import Configuration
from bot.redaction.personal_data import Personal
from bot.redaction.redactor import Hide, Redactor
from bot.runbooks.load import LoadedRunbooks


def hiding(configuration: Configuration) -> Hide:
    """What hides secrets at every door: in what monitors, deployment tools and people say."""
    return Redactor(configuration.every_secret()).clean


def redactor(configuration: Configuration) -> Redactor:
    """What hides secrets, and the data about people that the team wants hidden everywhere."""
    return Redactor(configuration.every_secret(), personal=configuration.file.redact)


def stricter_redactors(configuration: Configuration, runbooks: LoadedRunbooks) -> Mapping[str, Redactor]:
    """The same for each target of the systems that want more hidden; of two systems' wishes both are met."""
    wishes: dict[str, set[Personal]] = {}
    for name, section in configuration.file.systems.items():
        for target in runbooks.targets(name) if section.redact else ():
            wishes.setdefault(target, set(configuration.file.redact)).update(section.redact)
    return {target: Redactor(configuration.every_secret(), personal=kinds) for target, kinds in wishes.items()}
