"""What the team configured: ``muster.yaml``, and the environment for secrets. The only reader of either.

A wrong setting stops the start with one sentence that names file, line and key. Secrets never stand in the file: it
names the environment variables that hold them.
"""

import os
import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

_SPAN: Final = re.compile(r"(\d{1,6})\s*(s|min|m|h|d)", re.ASCII)
_UNITS: Final = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}
_WORDS: Final = {
    "too_short": "name at least one",
    "dict_type": "write keys under it",
    "model_type": "write keys under it",
    "path_type": "write a path",
    "greater_than": "write more than nothing",
}
"""What pydantic says in its own terms, for people."""


class WrongSetting(Exception):
    """One sentence: which file, line and key, what is wrong, and what to write instead."""


def _span(value: object) -> object:
    """``15m``, ``90 s``, ``1h``, ``2d`` → seconds, for pydantic's timedelta."""
    matched = _SPAN.fullmatch(value.strip()) if isinstance(value, str) else None
    if matched is None:
        raise ValueError("write a time such as 90s, 15m, 4h or 2d")
    return timedelta(seconds=int(matched[1]) * _UNITS[matched[2]])


def _shape(pattern: str, words: str) -> AfterValidator:
    """A text that matches ``pattern`` whole; whoever wrote another is told ``words``, not the pattern."""

    def shaped(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(words)
        return value

    return AfterValidator(shaped)


Span = Annotated[timedelta, BeforeValidator(_span)]
EnvironmentName = Annotated[
    str, _shape(r"[A-Za-z_][A-Za-z0-9_]*", "write the name of an environment variable, not its value")
]
SlackPerson = Annotated[str, _shape(r"[UW][A-Z0-9]+", "write a person's id from Slack, such as U02ABC4DE")]
SlackApprover = Annotated[
    str, _shape(r"[UWS][A-Z0-9]+", "write the id of a person or a user group from Slack, such as U02ABC4DE or S05DBA")
]
SlackChannel = Annotated[str, _shape(r"[CG][A-Z0-9]+", "write a channel's id from Slack, such as C02ABC4DE")]


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class WebSection(_Section):
    """Where monitors knock."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless somebody decides otherwise."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class SlackSection(_Section):
    """The workspace. The tokens are in MUSTER_SLACK_BOT_TOKEN (xoxb-…) and MUSTER_SLACK_APP_TOKEN (xapp-…)."""

    announcements: SlackChannel
    """The channel where every incident is announced."""
    api_url: Annotated[str, _shape(r"https?://\S+/api/", "write an address that ends with /api/")] = (
        "https://slack.com/api/"
    )


class SourceSection(_Section):
    """One monitor that may knock."""

    token_env: EnvironmentName
    """The variable with its Bearer token; several, separated by blanks, while one is being replaced."""


class SystemSection(_Section):
    """One system: its runbook and its people."""

    runbook: Path
    """The folder with its runbook.md and catalog.yaml, relative to this file."""
    on_call: Annotated[tuple[SlackPerson, ...], Field(min_length=1)]
    """Who is called, first one first."""
    escalation: tuple[SlackPerson, ...] = ()
    """Who is called when it lasts too long."""
    approvers: Annotated[tuple[SlackApprover, ...], Field(min_length=1)]
    """People (U…) and user groups (S…) who may approve a remediation."""
    runbook_url: Annotated[str, _shape(r"https?://\S+", "write an address that begins with https://")] | None = None
    """Where people read the runbook."""


class PostgresSection(_Section):
    """One PostgreSQL database, with two identities: one that cannot write, one for approved remediations."""

    kind: Literal["postgres"]
    environment: str
    diagnostic_dsn_env: EnvironmentName
    remediation_dsn_env: EnvironmentName | None = None
    relations: tuple[str, ...] = ()
    """The reviewed tables and views that a diagnostic may read, beside PostgreSQL's own statistics."""


class CanarySection(_Section):
    """A write that the diagnostic identity must be refused: what proves that it cannot write."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, _shape(r"/\S*", "write a path that begins with /")]


class HttpSection(_Section):
    """One HTTP service."""

    kind: Literal["http"]
    environment: str
    base_url: Annotated[
        str, _shape(r"https?://[^\s/@?#]+", "write scheme, host and port only, as in https://host:8443")
    ]
    diagnostic_token_env: EnvironmentName | None = None
    remediation_token_env: EnvironmentName | None = None
    canary: CanarySection


TargetSection = Annotated[PostgresSection | HttpSection, Field(discriminator="kind")]


class File(_Section):
    """``muster.yaml``, whole."""

    slack: SlackSection
    systems: Annotated[dict[str, SystemSection], Field(min_length=1)]
    targets: dict[str, TargetSection] = {}
    sources: dict[Literal["alertmanager"], SourceSection] = {}
    default_system: str | None = None
    """Which system a declaration belongs to when nobody names one; the first, unless said."""
    approval_expires_after: Annotated[Span, Field(gt=timedelta(0))] = timedelta(minutes=15)
    reopen_window: Span = timedelta(hours=2)
    """How long after its resolution an incident is reopened by its alert."""
    lease: Annotated[Span, Field(ge=timedelta(seconds=1), le=timedelta(minutes=5))] = timedelta(seconds=10)
    """How soon another process takes over a job whose process died."""
    data_dir: Path = Path(".muster")
    web: WebSection = WebSection()


class Configuration(BaseModel):
    """The file together with the secrets that it names."""

    model_config = ConfigDict(frozen=True)

    path: Path
    file: File
    data_dir: Path
    bot_token: SecretStr
    app_token: SecretStr
    secrets: Mapping[str, SecretStr]
    """Every variable that the file names → its value."""

    def secret(self, name: str | None) -> str | None:
        """The value of a variable that the file names."""
        return None if name is None else self.secrets[name].get_secret_value()


def load(path: Path, environment: Mapping[str, str] | None = None) -> Configuration:
    """Read everything. Raises WrongSetting."""
    environment = os.environ if environment is None else environment
    text = _read(path)
    tree = _tree(path, text)
    try:
        file = File.model_validate(tree)
    except ValidationError as error:
        raise WrongSetting(_sentence(path, tree, error.errors()[0])) from None
    _check_names(path, tree, file)
    data_dir = Path(environment.get("MUSTER_DATA_DIR") or path.parent / file.data_dir)
    return Configuration(
        path=path,
        file=file,
        data_dir=data_dir,
        bot_token=_token(environment, "MUSTER_SLACK_BOT_TOKEN", "xoxb-"),
        app_token=_token(environment, "MUSTER_SLACK_APP_TOKEN", "xapp-"),
        secrets={name: _secret(path, tree, environment, name) for name in sorted(_named(file))},
    )


def data_dir_of(environment: Mapping[str, str] | None = None) -> Path:
    """Where Muster writes when no file says otherwise: MUSTER_DATA_DIR, else ``.muster``."""
    return Path((os.environ if environment is None else environment).get("MUSTER_DATA_DIR") or ".muster")


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise WrongSetting(f"{path} cannot be read ({reason}); name the file with --config.") from None


def _tree(path: Path, text: str) -> CommentedMap:
    try:
        tree = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        # A doubled key is told with both its values, which need not be repeated.
        problem = (error.problem or "this is not YAML").partition(" with value ")[0]
        raise WrongSetting(f"{path}, line {line}: {problem}.") from None
    except YAMLError as error:
        raise WrongSetting(f"{path}: this is not YAML ({' '.join(str(error).split())}).") from None
    if not isinstance(tree, CommentedMap):
        raise WrongSetting(f"{path}, line 1: write keys such as “slack:” and “systems:” here.")
    return tree


def _sentence(path: Path, tree: CommentedMap, error: ErrorDetails) -> str:
    places = _places(error)
    key = ".".join(str(part) for part in places)
    if error["type"] in {"union_tag_invalid", "union_tag_not_found"}:
        return f"{path}, line {_line(tree, [*places, 'kind'])}: “{key}.kind”: write postgres or http."
    if error["type"] == "extra_forbidden":
        return f"{path}, line {_line(tree, places)}: “{key}” is no setting; see docs/settings.md."
    if error["type"] == "missing":
        return f"{path}, line {_line(tree, places[:-1])}: “{key}” is missing."
    reason = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    return f"{path}, line {_line(tree, places)}: “{key}”: {reason[0].lower()}{reason[1:]}."


def _places(error: ErrorDetails) -> list[int | str]:
    """The keys that lead to what is wrong, without what only the checker adds."""
    first, *rest = error["loc"]
    # A target's section is chosen by its kind, which then stands behind the target's name.
    inner = rest[:1] + rest[2:] if first == "targets" else rest
    return [first, *(part for part in inner if part != "[key]")]


def _line(tree: object, places: list[int | str]) -> int:
    """The line on which the innermost known part of a place stands."""
    line = 1
    for part in places:
        if isinstance(tree, CommentedMap) and part in tree:
            line = _key_line(tree, part) or line
        elif isinstance(tree, CommentedSeq) and isinstance(part, int) and part < len(tree):
            line = tree.lc.item(part)[0] + 1
        else:
            break
        tree = tree[part]
    return line


def _key_line(tree: CommentedMap, key: int | str) -> int | None:
    """The line of a key; None when it was merged in from elsewhere (``<<``), where it has another."""
    place = (tree.lc.data or {}).get(key)
    return None if place is None else int(place[0]) + 1


def _check_names(path: Path, tree: CommentedMap, file: File) -> None:
    default = file.default_system
    if default is not None and default not in file.systems:
        line, known = _line(tree, ["default_system"]), ", ".join(file.systems)
        raise WrongSetting(f"{path}, line {line}: “default_system” is {default!r}, which is none of: {known}.")


def _named(file: File) -> set[str]:
    names = {source.token_env for source in file.sources.values()}
    for target in file.targets.values():
        if isinstance(target, PostgresSection):
            names |= {target.diagnostic_dsn_env, *filter(None, (target.remediation_dsn_env,))}
        else:
            names |= set(filter(None, (target.diagnostic_token_env, target.remediation_token_env)))
    return names


def _secret(path: Path, tree: CommentedMap, environment: Mapping[str, str], name: str) -> SecretStr:
    value = environment.get(name, "")
    if not value.strip():
        line = _line_of_value(tree, name)
        raise WrongSetting(f"{path}, line {line}: the environment variable {name} that stands here is not set.")
    return SecretStr(value)


def _line_of_value(tree: object, value: str) -> int:
    if isinstance(tree, CommentedMap):
        for key, each in tree.items():
            found = (_key_line(tree, key) or 1) if each == value else _line_of_value(each, value)
            if found:
                return found
    return 0


def _token(environment: Mapping[str, str], name: str, prefix: str) -> SecretStr:
    value = environment.get(name, "").strip()
    if not value.startswith(prefix):
        found = "is not set" if not value else f"does not begin with {prefix}"
        raise WrongSetting(f"The environment variable {name} {found}; docs/install.md says where to find the token.")
    return SecretStr(value)
