"""Whether a target's diagnostics and remediations would be one and the same: then a look could write."""

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import parse_qs, urlsplit

from msgspec import Struct

from bot.settings.targets import (
    AwsLogin,
    AwsSection,
    DockerSection,
    GithubSection,
    HostSection,
    HttpSection,
    KubernetesSection,
    NatsLogin,
    NatsSection,
    PostgresSection,
    RedisSection,
    SshSection,
    TargetSection,
)

Secret = Callable[[str | None], str | None]
"""The value of a variable that the file names."""


class Shared(Struct, frozen=True, kw_only=True):
    """One identity for both. ``key`` is the target's key that names it for remediations, ``what`` a word for it."""

    target: str
    key: str
    what: str


def shared(targets: Mapping[str, TargetSection], secret: Secret) -> Iterator[Shared]:
    """The targets that give remediations the identity of diagnostics."""
    for name, section in targets.items():
        key, what, looking, changing = _identities(section, secret)
        if changing is not None and looking == changing:
            yield Shared(target=name, key=key, what=what)


def _identities(section: TargetSection, secret: Secret) -> tuple[str, str, str | None, str | None]:
    """The key for remediations, a word for what tells identities apart, and both, diagnostics' first."""
    match section:
        case PostgresSection():
            looking = _role(secret(section.diagnostic_dsn_env))
            return "remediation_dsn_env", "role", looking, _role(secret(section.remediation_dsn_env))
        case HttpSection() | KubernetesSection() | GithubSection():
            looking = secret(section.diagnostic_token_env)
            return "remediation_token_env", "token", looking, secret(section.remediation_token_env)
        case RedisSection():
            user = None if section.remediation is None else section.remediation.user
            return "remediation.user", "user", section.diagnostic.user, user
        case NatsSection():
            changing = None if section.remediation is None else _nats_user(section.remediation, secret)
            return "remediation", "user", _nats_user(section.diagnostic, secret), changing
        case AwsSection():
            changing = None if section.remediation is None else _login(section.remediation, secret)
            return "remediation", "identity", _login(section.diagnostic, secret), changing
        case DockerSection():
            return "remediation", "address", section.diagnostic, section.remediation
        case HostSection(ssh=None):
            return "remediation_account", "account", section.account, section.remediation_account
        case HostSection(ssh=SshSection() as ssh):
            user = None if ssh.remediation is None else ssh.remediation.user
            return "ssh.remediation.user", "user", ssh.user, user
    return "", "", None, None


def _role(dsn: str | None) -> str | None:
    """Whom a PostgreSQL URL connects as, however that is written; None where the URL does not say."""
    try:
        parts = urlsplit(dsn or "")
    except ValueError:
        return None
    named = parse_qs(parts.query).get("user")
    return named[0] if named else parts.username


def _nats_user(login: NatsLogin, secret: Secret) -> str | None:
    return login.user or secret(login.credentials_env)


def _login(login: AwsLogin, secret: Secret) -> str:
    return login.role or secret(login.access_key_env) or "what the AWS tools find"
