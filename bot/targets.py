"""From the configuration to the targets that the executors reach, secrets put in."""

from collections.abc import Iterator

from bot.config import Configuration
from bot.executors.http import Canary, HttpTarget
from bot.executors.postgres import PostgresTarget
from bot.executors.redis import RedisTarget
from bot.executors.redis_session import Login, Server
from bot.executors.registry import Target
from bot.sections import HttpSection, PostgresSection, RedisLogin, RedisSection


def targets_of(configuration: Configuration) -> Iterator[Target]:
    """Every configured target."""
    for name, section in configuration.file.targets.items():
        if isinstance(section, PostgresSection):
            yield _postgres(name, section, configuration)
        elif isinstance(section, RedisSection):
            yield _redis(name, section, configuration)
        else:
            yield _http(name, section, configuration)


def _postgres(name: str, section: PostgresSection, configuration: Configuration) -> PostgresTarget:
    return PostgresTarget(
        name=name,
        environment=section.environment,
        diagnostic_dsn=configuration.secret(section.diagnostic_dsn_env) or "",
        remediation_dsn=configuration.secret(section.remediation_dsn_env),
        relations=frozenset(section.relations),
    )


def _http(name: str, section: HttpSection, configuration: Configuration) -> HttpTarget:
    return HttpTarget(
        name=name,
        environment=section.environment,
        base_url=section.base_url,
        canary=Canary(method=section.canary.method, path=section.canary.path),
        diagnostic_token=configuration.secret(section.diagnostic_token_env),
        remediation_token=configuration.secret(section.remediation_token_env),
    )


def _redis(name: str, section: RedisSection, configuration: Configuration) -> RedisTarget:
    return RedisTarget(
        name=name,
        environment=section.environment,
        server=Server(host=section.host, port=section.port, db=section.db, tls=section.tls),
        diagnostic=_login(section.diagnostic, configuration),
        remediation=None if section.remediation is None else _login(section.remediation, configuration),
    )


def _login(section: RedisLogin, configuration: Configuration) -> Login:
    return Login(user=section.user, password=configuration.secret(section.password_env) or "")
