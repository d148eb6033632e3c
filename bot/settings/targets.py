"""What ``targets`` in ``muster.yaml`` may name: one section for each kind of thing that steps run on."""

from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from bot.settings.shapes import NO_TRUTH, EnvironmentName, NamespaceName, Section, Shape, Truth


class PostgresSection(Section):
    """One PostgreSQL database, with two identities: one that cannot write, one for approved remediations."""

    kind: Literal["postgres"]
    environment: str
    diagnostic_dsn_env: EnvironmentName
    remediation_dsn_env: EnvironmentName | None = None
    relations: tuple[str, ...] = ()
    """The reviewed tables and views that a diagnostic may read, beside PostgreSQL's own statistics."""


class CanarySection(Section):
    """A write that the diagnostic identity must be refused: what proves that it cannot write."""

    method: Literal["POST", "PUT", "PATCH", "DELETE"]
    path: Annotated[str, Shape(r"/\S*", "write a path that begins with /")]


class HttpSection(Section):
    """One HTTP service."""

    kind: Literal["http"]
    environment: str
    base_url: Annotated[str, Shape(r"https?://[^\s/@?#]+", "write scheme, host and port only, as in https://host:8443")]
    diagnostic_token_env: EnvironmentName | None = None
    remediation_token_env: EnvironmentName | None = None
    canary: CanarySection | None = None
    """Without it nothing proves that diagnostics cannot write, and they stay off."""


class RedisLogin(Section):
    """One ACL user of a Redis."""

    user: Annotated[str, Shape(r"[!-~]+", "write the name of a user of the server, without blanks")]
    password_env: EnvironmentName
    """The variable with the user's password."""


class RedisSection(Section):
    """One Redis, with two users: one that cannot write, one for approved remediations."""

    kind: Literal["redis"]
    environment: str
    host: Annotated[str, Shape(r"[A-Za-z0-9_.:-]+", "write a host's name or address, without redis://")]
    port: Annotated[int, Field(ge=1, le=65535), NO_TRUTH] = 6379
    db: Annotated[int, Field(ge=0, le=999), NO_TRUTH] = 0
    """The number of the database; another than 0 needs the right to SELECT."""
    tls: Truth = False
    diagnostic: RedisLogin
    remediation: RedisLogin | None = None


class NatsLogin(Section):
    """One user of a NATS account: by its name and password, or by its credentials."""

    user: Annotated[str, Shape(r"[!-~]+", "write the name of a user of the account, without blanks")] | None = None
    password_env: EnvironmentName | None = None
    """The variable with the user's password."""
    credentials_env: EnvironmentName | None = None
    """The variable with what a credentials file of NATS holds, where users have passes (JWT) and no passwords."""

    @model_validator(mode="after")
    def _logs_in_one_way(self) -> Self:
        """One way in, and all of it."""
        by_password, by_pass = (self.user, self.password_env), (self.credentials_env,)
        if (all(by_password), any(by_password), all(by_pass)) not in ((True, True, False), (False, False, True)):
            raise ValueError("write user and password_env, or credentials_env alone")
        return self

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        return frozenset(filter(None, (self.password_env, self.credentials_env)))


class NatsSigner(Section):
    """A key by which a user is made for each approved purge, in the place of one that is kept."""

    account: Annotated[str, Shape(r"A[A-Z2-7]{55}", "write the account's public key, which begins with A")]
    key_env: EnvironmentName
    """The variable with the seed of a signing key of the account whose role only lets purge (see docs/settings.md)."""


class NatsSection(Section):
    """One NATS with JetStream, with two users: one that may only ask, one for approved remediations."""

    kind: Literal["nats"]
    environment: str
    host: Annotated[str, Shape(r"[A-Za-z0-9_.:-]+", "write a host's name or address, without nats://")]
    port: Annotated[int, Field(ge=1, le=65535), NO_TRUTH] = 4222
    tls: Truth = False
    diagnostic: NatsLogin
    remediation: NatsLogin | None = None
    remediation_signer: NatsSigner | None = None
    """In the place of a user that is kept: what makes one for each run, for one stream and five minutes."""

    @model_validator(mode="after")
    def _changes_as_one(self) -> Self:
        """Two identities for one purpose would leave it open which of them acted."""
        if self.remediation is not None and self.remediation_signer is not None:
            raise ValueError("remediation and remediation_signer are two identities for changes: keep one")
        return self

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        key = frozenset() if self.remediation_signer is None else frozenset({self.remediation_signer.key_env})
        own = (login.variables() for login in (self.diagnostic, self.remediation) if login is not None)
        return key.union(*own)


class AwsLogin(Section):
    """One identity of an AWS account: an access key, a role to take, or both; else what the AWS tools find."""

    access_key_env: EnvironmentName | None = None
    """The variable with the access key's id."""
    secret_key_env: EnvironmentName | None = None
    """The variable with its secret."""
    role: Annotated[str, Shape(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+", "write the ARN of a role")] | None = None
    """A role that is taken; for a remediation anew for each run, and narrowed to the one step that was approved."""


class AwsSection(Section):
    """One AWS account in one region, with two identities: one that cannot write, one for approved remediations."""

    kind: Literal["aws"]
    environment: str
    region: Annotated[str, Shape(r"[a-z0-9-]+", "write a region such as eu-central-1")]
    diagnostic: AwsLogin = AwsLogin.unsaid()
    remediation: AwsLogin | None = None
    endpoint_url: Annotated[str, Shape(r"https?://\S+", "write an address that begins with https://")] | None = None
    """The address of a stand-in for AWS, in a rehearsal."""

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        logins = [login for login in (self.diagnostic, self.remediation) if login is not None]
        named = [name for login in logins for name in (login.access_key_env, login.secret_key_env)]
        return frozenset(name for name in named if name is not None)


class KubernetesSection(Section):
    """One Kubernetes cluster, with two service accounts: one that only looks, one for approved remediations."""

    kind: Literal["kubernetes"]
    environment: str
    url: Annotated[str, Shape(r"https?://[^\s/@?#]+", "write scheme, host and port only, as in https://host:6443")]
    ca_file: Path | None = None
    """The certificate that the API server proves itself by, where the machine does not know it already."""
    namespaces: Annotated[tuple[NamespaceName, ...], Field(min_length=1)]
    """The namespaces that steps may name; one that names none is for the first."""
    diagnostic_token_env: EnvironmentName
    remediation_token_env: EnvironmentName | None = None
    remediation_account: (
        Annotated[str, Shape(r"[a-z0-9-]+/[a-z0-9.-]+", "write namespace/name of a service account")] | None
    ) = None
    """The account that changes: of it a token of ten minutes is taken for each run, which is all the other may do."""

    @model_validator(mode="after")
    def _is_taken_by_somebody(self) -> Self:
        """A token of an account is taken by another one's."""
        if self.remediation_account is not None and self.remediation_token_env is None:
            raise ValueError("remediation_account needs remediation_token_env: the token by which its tokens are taken")
        return self

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        return frozenset(filter(None, (self.diagnostic_token_env, self.remediation_token_env)))


class GithubApp(Section):
    """A GitHub App, by which approved remediations take a token for each run."""

    id: Annotated[int, Field(ge=1), NO_TRUTH]
    """The App's own number."""
    installation: Annotated[int, Field(ge=1), NO_TRUTH]
    """The number of its installation at the repository's owner."""
    key_env: EnvironmentName
    """The variable with the App's private key, in PEM."""


class GithubSection(Section):
    """One repository at GitHub, with two tokens: one that reads, one for approved remediations."""

    kind: Literal["github"]
    environment: str
    repository: Annotated[str, Shape(r"[\w.-]+/[\w.-]+", "write owner/name")]
    base_url: Annotated[str, Shape(r"https?://[^\s?#]+", "write an address that begins with https://")] = (
        "https://api.github.com"
    )
    """The API's address; another one only for GitHub Enterprise, as in https://github.example/api/v3."""
    diagnostic_token_env: EnvironmentName
    remediation_token_env: EnvironmentName | None = None
    remediation_app: GithubApp | None = None
    """In the place of a token that is kept: an App of which one is taken for each run, for what that run needs."""

    @model_validator(mode="after")
    def _changes_as_one(self) -> Self:
        """Two identities for one purpose would leave it open which of them acted."""
        if self.remediation_app is not None and self.remediation_token_env is not None:
            raise ValueError("remediation_app and remediation_token_env are two identities for changes: keep one")
        return self

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        key = self.remediation_app.key_env if self.remediation_app is not None else None
        return frozenset(filter(None, (self.diagnostic_token_env, self.remediation_token_env, key)))


_EngineAddress = Annotated[
    str,
    Shape(
        r"unix:///\S+|https?://[^\s/@?#]+", "write an address such as unix:///var/run/docker.sock or http://host:2375"
    ),
]


class DockerSection(Section):
    """One container engine, with two addresses: one that lets only reads through, one for approved remediations."""

    kind: Literal["docker"]
    environment: str
    diagnostic: _EngineAddress
    """The address of a proxy that refuses everything but reads; the engine's own socket is root, and never proven."""
    remediation: _EngineAddress | None = None
    project: Annotated[str, Shape(r"[a-z0-9][a-z0-9_-]*", "write the name of a project of Compose")] | None = None
    """Compose's project; needed where several of the engine's projects have services of the same names."""

    def variables(self) -> frozenset[str]:
        """It has no secrets."""
        return frozenset()


_Account = Annotated[str, Shape(r"[a-z_][a-z0-9_.-]*", "write the name of an account of that host")]


class SshLogin(Section):
    """Whom approved remediations log in as on another host."""

    user: _Account
    key_env: EnvironmentName
    """The variable with the user's private key, which has no passphrase."""


class SshSection(Section):
    """How another host is entered: only the one with this key, as a user that may do nothing but look."""

    address: Annotated[str, Shape(r"[A-Za-z0-9_.:-]+", "write a host's name or address, without a user")]
    port: Annotated[int, Field(ge=1, le=65535), NO_TRUTH] = 22
    host_key: Annotated[
        str, Shape(r"[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?", "write a public key as in ssh-ed25519 AAAA…")
    ]
    """The host's own public key, as ``ssh-keyscan`` prints it behind the name; compare it with the host's before."""
    user: _Account
    key_env: EnvironmentName
    """The variable with the user's private key, which has no passphrase."""
    remediation: SshLogin | None = None
    """Another user, who runs the scripts whose content is pinned."""


class HostSection(Section):
    """A host at which steps look, and run pinned scripts: the one that Muster runs on, or with ``ssh`` another."""

    kind: Literal["host"]
    environment: str
    account: Annotated[str, Shape(r"[a-z_][a-z0-9_-]*", "write the name of an account of the host")] | None = None
    """Whom the steps of Muster's own host run as where Muster is root; else they run as Muster does."""
    remediation_account: _Account | None = None
    """Whom pinned scripts run as on Muster's own host, where Muster is root."""
    scripts: Annotated[str, Shape(r"/[\w./-]*", "write a folder's path that begins with /")] = "/"
    """The folder that the paths of scripts start from, and in which they run."""
    ssh: SshSection | None = None

    def variables(self) -> frozenset[str]:
        """The variables with its keys."""
        if self.ssh is None:
            return frozenset()
        logins = (self.ssh, self.ssh.remediation)
        return frozenset(login.key_env for login in logins if login is not None)


TargetSection = Annotated[
    PostgresSection
    | HttpSection
    | RedisSection
    | NatsSection
    | AwsSection
    | KubernetesSection
    | DockerSection
    | GithubSection
    | HostSection,
    Field(discriminator="kind"),
]
