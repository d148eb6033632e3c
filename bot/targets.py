"""From the configuration to the targets that the executors reach, secrets put in.

What speaks to one kind of target is imported when one is configured: some kinds need an extra, and those that nobody
uses would be a tenth of every start.
"""

from collections.abc import Iterator

from bot.config import Configuration
from bot.executors.registry import Target
from bot.settings.targets import (
    AwsLogin,
    AwsSection,
    DockerSection,
    GithubApp,
    GithubSection,
    HostSection,
    HttpSection,
    KubernetesSection,
    NatsLogin,
    NatsSection,
    PostgresSection,
    RedisLogin,
    RedisSection,
    SshLogin,
    SshSection,
)


def targets_of(configuration: Configuration) -> Iterator[Target]:
    """Every configured target."""
    for name, section in configuration.file.targets.items():
        if isinstance(section, PostgresSection):
            yield _postgres(name, section, configuration)
        elif isinstance(section, RedisSection):
            yield _redis(name, section, configuration)
        elif isinstance(section, NatsSection):
            yield _nats(name, section, configuration)
        elif isinstance(section, AwsSection):
            yield _aws(name, section, configuration)
        elif isinstance(section, KubernetesSection):
            yield _kubernetes(name, section, configuration)
        elif isinstance(section, DockerSection):
            yield _docker(name, section)
        elif isinstance(section, GithubSection):
            yield _github(name, section, configuration)
        elif isinstance(section, HostSection):
            yield _host(name, section, configuration)
        else:
            yield _http(name, section, configuration)


def _postgres(name: str, section: PostgresSection, configuration: Configuration) -> Target:
    from bot.executors.postgres.executor import PostgresTarget

    return PostgresTarget(
        name=name,
        environment=section.environment,
        diagnostic_dsn=configuration.secret(section.diagnostic_dsn_env) or "",
        remediation_dsn=configuration.secret(section.remediation_dsn_env),
        relations=frozenset(section.relations),
    )


def _http(name: str, section: HttpSection, configuration: Configuration) -> Target:
    from bot.executors.http.executor import Canary, HttpTarget

    return HttpTarget(
        name=name,
        environment=section.environment,
        base_url=section.base_url,
        canary=None if section.canary is None else Canary(method=section.canary.method, path=section.canary.path),
        diagnostic_token=configuration.secret(section.diagnostic_token_env),
        remediation_token=configuration.secret(section.remediation_token_env),
    )


def _redis(name: str, section: RedisSection, configuration: Configuration) -> Target:
    from bot.executors.redis.executor import RedisTarget
    from bot.executors.redis.session import Login, Server

    def login(user: RedisLogin) -> Login:
        return Login(user=user.user, password=configuration.secret(user.password_env) or "")

    return RedisTarget(
        name=name,
        environment=section.environment,
        server=Server(host=section.host, port=section.port, db=section.db, tls=section.tls),
        diagnostic=login(section.diagnostic),
        remediation=None if section.remediation is None else login(section.remediation),
    )


def _nats(name: str, section: NatsSection, configuration: Configuration) -> Target:
    from bot.executors.nats.executor import NatsTarget
    from bot.executors.nats.session import Login, Server
    from bot.executors.nats.signer import Signer

    def login(user: NatsLogin) -> Login:
        if user.user is None:
            return Login.of(configuration.secret(user.credentials_env) or "")
        return Login(user=user.user, password=configuration.secret(user.password_env) or "")

    signs = section.remediation_signer
    seed = configuration.secret(signs.key_env) if signs is not None else None
    return NatsTarget(
        name=name,
        environment=section.environment,
        server=Server(host=section.host, port=section.port, tls=section.tls),
        diagnostic=login(section.diagnostic),
        remediation=None if section.remediation is None else login(section.remediation),
        signer=None if signs is None else Signer(account=signs.account, seed=seed or ""),
    )


def _aws(name: str, section: AwsSection, configuration: Configuration) -> Target:
    from bot.executors.aws.executor import AwsTarget
    from bot.executors.aws.session import Login, Place

    def login(identity: AwsLogin) -> Login:
        return Login(
            access_key=configuration.secret(identity.access_key_env),
            secret_key=configuration.secret(identity.secret_key_env),
            role=identity.role,
        )

    return AwsTarget(
        name=name,
        environment=section.environment,
        place=Place(region=section.region, endpoint=section.endpoint_url),
        diagnostic=login(section.diagnostic),
        remediation=None if section.remediation is None else login(section.remediation),
    )


def _kubernetes(name: str, section: KubernetesSection, configuration: Configuration) -> Target:
    from bot.executors.kubernetes.executor import KubernetesTarget
    from bot.executors.kubernetes.session import Cluster, Identity

    changing = configuration.secret(section.remediation_token_env)
    return KubernetesTarget(
        name=name,
        environment=section.environment,
        cluster=Cluster(url=section.url, ca_file=section.ca_file),
        namespaces=section.namespaces,
        diagnostic=Identity(token=configuration.secret(section.diagnostic_token_env) or ""),
        remediation=None if changing is None else Identity(token=changing, account=section.remediation_account),
    )


def _docker(name: str, section: DockerSection) -> Target:
    from bot.executors.docker.executor import DockerTarget

    return DockerTarget(
        name=name,
        environment=section.environment,
        diagnostic=section.diagnostic,
        remediation=section.remediation,
        project=section.project,
    )


def _github(name: str, section: GithubSection, configuration: Configuration) -> Target:
    from bot.executors.github.app import App
    from bot.executors.github.executor import GithubTarget

    def app(named: GithubApp) -> App:
        return App(id=named.id, installation=named.installation, key=configuration.secret(named.key_env) or "")

    return GithubTarget(
        name=name,
        environment=section.environment,
        repository=section.repository,
        base_url=section.base_url,
        diagnostic_token=configuration.secret(section.diagnostic_token_env) or "",
        remediation_token=configuration.secret(section.remediation_token_env),
        remediation_app=None if section.remediation_app is None else app(section.remediation_app),
    )


def _host(name: str, section: HostSection, configuration: Configuration) -> Target:
    from bot.executors.host.door import Door
    from bot.executors.host.executor import HostTarget

    ssh = section.ssh

    def door(login: SshSection | SshLogin | None) -> Door | None:
        if ssh is None or login is None:
            return None
        key = configuration.secret(login.key_env) or ""
        return Door(address=ssh.address, port=ssh.port, host_key=ssh.host_key, user=login.user, key=key)

    return HostTarget(
        name=name,
        environment=section.environment,
        account=section.account,
        door=door(ssh),
        remediation_account=section.remediation_account,
        remediation_door=door(None if ssh is None else ssh.remediation),
        scripts=section.scripts,
    )
