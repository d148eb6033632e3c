"""What the team configured: ``muster.yaml``, and the environment for secrets. The only reader of either.

A wrong setting stops the start with one sentence that names file, line and key. Secrets never stand in the file: it
names the environment variables that hold them, and of those that AWS Secrets Manager keeps, where.
"""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Final

from msgspec import Struct
from pydantic import SecretStr, ValidationError
from pydantic_core import ErrorDetails

from bot.secrets_manager import NotHad, values
from bot.settings.faults import reason
from bot.settings.identities import shared
from bot.settings.sections import File
from bot.settings.shapes import PERSON, ROTATION, SEVERAL
from bot.settings.twins import twins
from bot.settings.variables import listed, named
from bot.stores.place import StorePlace
from bot.surroundings import listen_fd, wants_traces
from compiler.yaml_tree import Branch, NotYaml, Row, read_yaml

USUAL: Final = Path("muster.yaml")
"""The configuration file, unless another one is named."""
_SLACK: Final = {"MUSTER_SLACK_BOT_TOKEN", "MUSTER_SLACK_APP_TOKEN", "MUSTER_SLACK_SIGNING_SECRET"}
_KINDS: Final = "postgres, redis, http, nats, aws, kubernetes, docker, github or host"
_ADDED: Final = {"[key]", PERSON, ROTATION, SEVERAL}


class WrongSetting(Exception):
    """One sentence: which file, line and key, what is wrong, and what to write instead."""


class Written(Struct, frozen=True, kw_only=True):
    """The file alone, for what needs no secret."""

    path: Path
    file: File


class Configuration(Written, frozen=True, kw_only=True):
    """The file together with the secrets that it names."""

    data_dir: Path
    bot_token: SecretStr
    app_token: SecretStr | None
    """For the sockets; None where Slack delivers by HTTP."""
    signing_secret: SecretStr | None
    """What Slack signs its requests with; None where it delivers over sockets."""
    secrets: Mapping[str, SecretStr]
    """Every variable that the file names → its value."""
    listen_fd: int | None = None
    """The listening socket that was handed over to this process; None where it opens ``web.port`` itself."""
    traces: bool = False
    """Whether there is a collector of OpenTelemetry's to send traces to."""

    def secret(self, name: str | None) -> str | None:
        """The value of a variable that the file names."""
        return None if name is None else self.secrets[name].get_secret_value()

    @property
    def store(self) -> StorePlace:
        """Where everything is kept."""
        section = self.file.store
        return StorePlace(data_dir=self.data_dir, url=self.secret(section.url_env if section is not None else None))

    def source_secrets(self) -> Mapping[str, tuple[str, ...]]:
        """Each source that may knock → the secrets that are valid now."""
        return self._valid(self.file.sources.variables())

    def change_secrets(self) -> Mapping[str, tuple[str, ...]]:
        """Each that may tell of changes → the secrets that are valid now."""
        return self._valid(self.file.changes.variables())

    def _valid(self, variables: Mapping[str, Iterable[str]]) -> Mapping[str, tuple[str, ...]]:
        """Of each that has variables, their values; several in one are separated by blanks."""
        held = {name: " ".join(self.secrets[each].get_secret_value() for each in variables[name]) for name in variables}
        return {name: tuple(values.split()) for name, values in held.items() if values}

    def every_secret(self) -> tuple[str, ...]:
        """Everything that must never be shown."""
        slack = (self.bot_token, self.app_token, self.signing_secret)
        known = (*self.secrets.values(), *(each for each in slack if each is not None))
        listed = (*self.source_secrets().values(), *self.change_secrets().values())
        return (*(each.get_secret_value() for each in known), *(each for several in listed for each in several))


def load(path: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    """Read everything. Raises WrongSetting."""
    tree, file = _checked(path)
    environment = _with_kept(path, tree, file, os.environ if environment is None else environment)
    data_dir = _data_dir(path, file, environment)
    over_sockets = file.slack.deliveries == "socket"
    configuration = Configuration(
        path=path,
        file=file,
        data_dir=data_dir,
        bot_token=_token(environment, "MUSTER_SLACK_BOT_TOKEN", "xoxb-"),
        app_token=_token(environment, "MUSTER_SLACK_APP_TOKEN", "xapp-") if over_sockets else None,
        signing_secret=None if over_sockets else _token(environment, "MUSTER_SLACK_SIGNING_SECRET", ""),
        secrets={name: _secret(path, tree, environment, name) for name in sorted(named(file))},
        listen_fd=listen_fd(environment),
        traces=wants_traces(environment),
    )
    _check_identities(configuration, tree)
    return configuration


def written(path: Path) -> Written:
    """What stands in the file. Raises WrongSetting."""
    return Written(path=path, file=_checked(path)[1])


def secrets_here(path: Path, environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """What must never be shown, as far as this environment holds it: for a command that needs none of it.

    What AWS Secrets Manager keeps is not asked for; where the usual file is not there, Slack's tokens are all that is
    known. Raises WrongSetting.
    """
    environment = os.environ if environment is None else environment
    file = None if path == USUAL and not path.exists() else _checked(path)[1]
    names = _SLACK if file is None else {*_SLACK, *named(file)}
    several = () if file is None else listed(file)
    single = (each for name in several for each in environment.get(name, "").split())
    return (*filter(None, (environment.get(name, "").strip() for name in sorted(names))), *single)


def line_of(path: Path, places: list[int | str]) -> int:
    """The line on which a setting stands, by its keys and the numbers of a list's items. Raises WrongSetting."""
    return _line(_tree(path, _read(path)), places)


def data_dir_of(environment: Mapping[str, str] | None = None) -> Path:
    """Where Muster writes when no file says otherwise: MUSTER_DATA_DIR, else ``.muster``."""
    return Path((os.environ if environment is None else environment).get("MUSTER_DATA_DIR") or ".muster")


def store_of(path: Path, environment: Mapping[str, str] | None = None) -> StorePlace:
    """Where the store is, for what needs no Slack; where the usual file is not there, in the data directory.

    Raises WrongSetting.
    """
    environment = os.environ if environment is None else environment
    if path == USUAL and not path.exists():
        return StorePlace(data_dir=data_dir_of(environment))
    tree, file = _checked(path)
    if file.store is not None:
        environment = _with_kept(path, tree, file, environment)
    url = None if file.store is None else _secret(path, tree, environment, file.store.url_env).get_secret_value()
    return StorePlace(data_dir=_data_dir(path, file, environment), url=url)


def _with_kept(path: Path, tree: Branch, file: File, environment: Mapping[str, str]) -> Mapping[str, str]:
    """The environment, and beside it what is kept in AWS Secrets Manager."""
    section = file.secrets.aws
    if section is None:
        return environment
    missing = {name: place for name, place in section.variables.items() if not environment.get(name, "").strip()}
    try:
        return {**environment, **values(section.model_copy(update={"variables": missing}))}
    except NotHad as problem:
        key = f"secrets.aws.variables.{problem.variable}"
        line = _line(tree, ["secrets", "aws", "variables", problem.variable])
        raise WrongSetting(f"{path}, line {line}: “{key}”: {problem}.") from None


def _data_dir(path: Path, file: File, environment: Mapping[str, str]) -> Path:
    return Path(environment.get("MUSTER_DATA_DIR") or path.parent / file.data_dir)


def _checked(path: Path) -> tuple[Branch, File]:
    tree = _tree(path, _read(path))
    try:
        file = File.model_validate(tree)
    except ValidationError as error:
        raise WrongSetting(_sentence(path, tree, error.errors()[0])) from None
    _check_twins(path, tree)
    _check_names(path, tree, file)
    _check_paged(path, tree, file)
    return tree, file


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongSetting(f"{path} cannot be read ({reason}); name the file with --config.") from None


def _tree(path: Path, text: str) -> Branch:
    try:
        tree = read_yaml(text)
    except NotYaml as error:
        raise WrongSetting(f"{path}, line {error.line}: {error.problem}.") from None
    if not isinstance(tree, Branch):
        raise WrongSetting(f"{path}, line 1: write keys such as “slack:” and “systems:” here.")
    return tree


def _sentence(path: Path, tree: Branch, error: ErrorDetails) -> str:
    places = _places(error)
    key = ".".join(str(part) for part in places)
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return f"{path}, line {_line(tree, [*places, 'kind'])}: “{key}.kind”: write {_KINDS}."
    if error["type"] == "extra_forbidden":
        return f"{path}, line {_line(tree, places)}: “{key}” is no setting; see docs/settings.md."
    if error["type"] == "missing":
        return f"{path}, line {_line(tree, places[:-1])}: “{key}” is missing."
    return f"{path}, line {_line(tree, places)}: “{key}”: {reason(error)}."


def _places(error: ErrorDetails) -> list[int | str]:
    """The keys that lead to what is wrong, without what only the checker adds."""
    first, *rest = error["loc"]
    # A target's section is chosen by its kind, which then stands behind the target's name.
    inner = rest[:1] + rest[2:] if first == "targets" else rest
    return [first, *(part for part in inner if part not in _ADDED)]


def _line(tree: object, places: list[int | str]) -> int:
    """The line on which the innermost known part of a place stands."""
    line = 1
    for part in places:
        if isinstance(tree, Branch) and part in tree:
            line, tree = tree.lines[str(part)], tree[str(part)]
        elif isinstance(tree, Row) and isinstance(part, int) and part < len(tree):
            line, tree = tree.lines[part], tree[part]
        else:
            break
    return line


def _check_twins(path: Path, tree: Branch) -> None:
    for places, twice in twins(tree):
        line, key = _line(tree, [*places]), ".".join(map(str, places[:-1]))
        raise WrongSetting(f"{path}, line {line}: “{key}”: {twice} stands there twice; name each only once.")


def _check_names(path: Path, tree: Branch, file: File) -> None:
    default = file.default_system
    if default is not None and default not in file.systems:
        line, known = _line(tree, ["default_system"]), ", ".join(file.systems)
        raise WrongSetting(f"{path}, line {line}: “default_system” is {default!r}, which is none of: {known}.")


def _check_paged(path: Path, tree: Branch, file: File) -> None:
    for system in file.pagerduty.systems if file.pagerduty is not None else ():
        if system not in file.systems:
            line, known = _line(tree, ["pagerduty", "systems", system]), ", ".join(file.systems)
            raise WrongSetting(f"{path}, line {line}: “pagerduty.systems.{system}” is none of: {known}.")


def _check_identities(configuration: Configuration, tree: Branch) -> None:
    for each in shared(configuration.file.targets, configuration.secret):
        places: list[int | str] = ["targets", each.target, *each.key.split(".")]
        raise WrongSetting(
            f"{configuration.path}, line {_line(tree, places)}: “{'.'.join(map(str, places))}” is the {each.what} of "
            "diagnostics too, so that a look could write: give diagnostics one of their own that cannot."
        )


def _secret(path: Path, tree: Branch, environment: Mapping[str, str], name: str) -> SecretStr:
    value = environment.get(name, "")
    if not value.strip():
        line = _line_of_value(tree, name)
        raise WrongSetting(f"{path}, line {line}: the environment variable {name} that stands here is not set.")
    return SecretStr(value)


def _line_of_value(tree: object, value: str) -> int:
    if isinstance(tree, Branch):
        for key, each in tree.items():
            found = tree.lines[key] if each == value else _line_of_value(each, value)
            if found:
                return found
    return 0


def _token(environment: Mapping[str, str], name: str, prefix: str) -> SecretStr:
    value = environment.get(name, "").strip()
    if not value or not value.startswith(prefix):
        found = "is not set" if not value else f"does not begin with {prefix}"
        raise WrongSetting(f"The environment variable {name} {found}; docs/install.md says where to find it.")
    return SecretStr(value)
