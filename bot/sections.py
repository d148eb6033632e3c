"""``muster.yaml``, section by section: what each key means. ``bot/config.py`` reads it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.setting_shapes import EnvironmentName, NamespaceName, Shape, SlackApprover, SlackChannel, SlackPerson, Span


class _Section(BaseModel):
    # What stands under a key is what an editor shows for it (see ``schema``).
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True, defer_build=True)


class WebSection(_Section):
    """Where monitors knock."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless somebody decides otherwise."""
    port: Annotated[int, Field(ge=0, le=65535)] = 8080


class SlackSection(_Section):
    """The workspace. The token is in MUSTER_SLACK_BOT_TOKEN (xoxb-…); ``deliveries`` says what else is needed."""

    announcements: SlackChannel
    """The channel where every incident is announced."""
    api_url: Annotated[str, Shape(r"https?://\S+/api/", "write an address that ends with /api/")] = (
        "https://slack.com/api/"
    )
    deliveries: Literal["socket", "http"] = "socket"
    """How Slack reaches Muster: over sockets that Muster opens, with MUSTER_SLACK_APP_TOKEN (xapp-…); or by requests to
    ``POST /slack/events`` of Muster's own web server, signed with MUSTER_SLACK_SIGNING_SECRET."""


class AlertmanagerSection(_Section):
    """Prometheus Alertmanager, which proves itself by a Bearer token."""

    token_env: EnvironmentName
    """The variable with the token; several, separated by blanks, while one is being replaced."""


class PagerDutySection(_Section):
    """PagerDuty's V3 webhook subscriptions, which sign what they send."""

    secret_env: EnvironmentName
    """The variable with the subscription's secret; several, separated by blanks, while one is being replaced or where
    there are several subscriptions."""


class SourcesSection(_Section):
    """The monitors that may knock; one that is not named here is not there."""

    alertmanager: AlertmanagerSection | None = None
    pagerduty: PagerDutySection | None = None

    def variables(self) -> Mapping[str, str]:
        """Each source that is named → the variable with its secrets."""
        named = {}
        if self.alertmanager is not None:
            named["alertmanager"] = self.alertmanager.token_env
        if self.pagerduty is not None:
            named["pagerduty"] = self.pagerduty.secret_env
        return named


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
    runbook_url: Annotated[str, Shape(r"https?://\S+", "write an address that begins with https://")] | None = None
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
    path: Annotated[str, Shape(r"/\S*", "write a path that begins with /")]


class HttpSection(_Section):
    """One HTTP service."""

    kind: Literal["http"]
    environment: str
    base_url: Annotated[str, Shape(r"https?://[^\s/@?#]+", "write scheme, host and port only, as in https://host:8443")]
    diagnostic_token_env: EnvironmentName | None = None
    remediation_token_env: EnvironmentName | None = None
    canary: CanarySection


class RedisLogin(_Section):
    """One ACL user of a Redis."""

    user: Annotated[str, Shape(r"[!-~]+", "write the name of a user of the server, without blanks")]
    password_env: EnvironmentName
    """The variable with the user's password."""


class RedisSection(_Section):
    """One Redis, with two users: one that cannot write, one for approved remediations."""

    kind: Literal["redis"]
    environment: str
    host: Annotated[str, Shape(r"[A-Za-z0-9_.:-]+", "write a host's name or address, without redis://")]
    port: Annotated[int, Field(ge=1, le=65535)] = 6379
    db: Annotated[int, Field(ge=0, le=999)] = 0
    """The number of the database; another than 0 needs the right to SELECT."""
    tls: bool = False
    diagnostic: RedisLogin
    remediation: RedisLogin | None = None


class NatsLogin(_Section):
    """One user of a NATS account."""

    user: Annotated[str, Shape(r"[!-~]+", "write the name of a user of the account, without blanks")]
    password_env: EnvironmentName
    """The variable with the user's password."""


class NatsSection(_Section):
    """One NATS with JetStream, with two users: one that may only ask, one for approved remediations."""

    kind: Literal["nats"]
    environment: str
    host: Annotated[str, Shape(r"[A-Za-z0-9_.:-]+", "write a host's name or address, without nats://")]
    port: Annotated[int, Field(ge=1, le=65535)] = 4222
    tls: bool = False
    diagnostic: NatsLogin
    remediation: NatsLogin | None = None

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        return frozenset(login.password_env for login in (self.diagnostic, self.remediation) if login is not None)


class AwsLogin(_Section):
    """One identity of an AWS account: an access key, a role to take, or both; else what the AWS tools find."""

    access_key_env: EnvironmentName | None = None
    """The variable with the access key's id."""
    secret_key_env: EnvironmentName | None = None
    """The variable with its secret."""
    role: Annotated[str, Shape(r"arn:aws[a-z-]*:iam::[0-9]{12}:role/\S+", "write the ARN of a role")] | None = None
    """A role that is taken; for a remediation anew for each run, and narrowed to the one action that was approved."""


class AwsSection(_Section):
    """One AWS account in one region, with two identities: one that cannot write, one for approved remediations."""

    kind: Literal["aws"]
    environment: str
    region: Annotated[str, Shape(r"[a-z0-9-]+", "write a region such as eu-central-1")]
    diagnostic: AwsLogin = AwsLogin()
    remediation: AwsLogin | None = None
    endpoint_url: Annotated[str, Shape(r"https?://\S+", "write an address that begins with https://")] | None = None
    """The address of a stand-in for AWS, in a rehearsal."""

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        logins = [login for login in (self.diagnostic, self.remediation) if login is not None]
        named = [name for login in logins for name in (login.access_key_env, login.secret_key_env)]
        return frozenset(name for name in named if name is not None)


class KubernetesSection(_Section):
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

    def variables(self) -> frozenset[str]:
        """The variables with its secrets."""
        return frozenset(filter(None, (self.diagnostic_token_env, self.remediation_token_env)))


_EngineAddress = Annotated[
    str,
    Shape(
        r"unix:///\S+|https?://[^\s/@?#]+", "write an address such as unix:///var/run/docker.sock or http://host:2375"
    ),
]


class DockerSection(_Section):
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


class SshSection(_Section):
    """How another host is entered: only the one with this key, as a user that may do nothing but look."""

    address: Annotated[str, Shape(r"[A-Za-z0-9_.:-]+", "write a host's name or address, without a user")]
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    host_key: Annotated[
        str, Shape(r"[a-z0-9@.-]+ [A-Za-z0-9+/]+=*( .*)?", "write a public key as in ssh-ed25519 AAAA…")
    ]
    """The host's own public key, as ``ssh-keyscan`` prints it behind the name; compare it with the host's before."""
    user: Annotated[str, Shape(r"[a-z_][a-z0-9_.-]*", "write the name of an account of that host")]
    key_env: EnvironmentName
    """The variable with the user's private key, which has no passphrase."""


class HostSection(_Section):
    """A host at which steps look: the one that Muster runs on, or with ``ssh`` another."""

    kind: Literal["host"]
    environment: str
    account: Annotated[str, Shape(r"[a-z_][a-z0-9_-]*", "write the name of an account of the host")] | None = None
    """Whom the steps of Muster's own host run as where Muster is root; else they run as Muster does."""
    ssh: SshSection | None = None

    def variables(self) -> frozenset[str]:
        """The variable with its key."""
        return frozenset() if self.ssh is None else frozenset({self.ssh.key_env})


TargetSection = Annotated[
    PostgresSection
    | HttpSection
    | RedisSection
    | NatsSection
    | AwsSection
    | KubernetesSection
    | DockerSection
    | HostSection,
    Field(discriminator="kind"),
]


class S3Section(_Section):
    """A bucket that keeps every post-mortem draft. The credentials are found as the AWS tools find them."""

    bucket: Annotated[str, Shape(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", "write a bucket's name, without s3://")]
    prefix: Annotated[str, Shape(r"[A-Za-z0-9_.-]+(?:/[A-Za-z0-9_.-]+)*", "write a prefix such as team/drafts")] = (
        "postmortems"
    )
    """What the keys begin with; ``INC-142/v1.md`` follows."""
    region: Annotated[str, Shape(r"[a-z0-9-]+", "write a region such as eu-central-1")] | None = None
    """The bucket's region; the one of the AWS tools, unless said."""
    endpoint_url: Annotated[str, Shape(r"https?://\S+", "write an address that begins with https://")] | None = None
    """The address of a store that speaks S3 and is not Amazon's."""


class SharedRedisSection(_Section):
    """A Redis by which several Muster processes share Slack's limits. It may be lost; Muster goes on without it."""

    url_env: EnvironmentName
    """The variable with its address, as in redis://user:password@host:6379/0; rediss:// is by TLS."""


class ExportsSection(_Section):
    """Where post-mortem drafts go besides the disk and the incident's channel."""

    s3: S3Section | None = None


class File(_Section):
    """``muster.yaml``, whole."""

    slack: SlackSection
    systems: Annotated[dict[str, SystemSection], Field(min_length=1)]
    targets: dict[str, TargetSection] = {}
    sources: SourcesSection = SourcesSection()
    default_system: str | None = None
    """Which system a declaration belongs to when nobody names one; the first, unless said."""
    approval_expires_after: Annotated[Span, Field(gt=timedelta(0))] = timedelta(minutes=15)
    reopen_window: Span = timedelta(hours=2)
    """How long after its resolution an incident is reopened by its alert."""
    lease: Annotated[Span, Field(ge=timedelta(seconds=1), le=timedelta(minutes=5))] = timedelta(seconds=10)
    """How soon another process takes over a job whose process died."""
    data_dir: Path = Path(".muster")
    web: WebSection = WebSection()
    redis: SharedRedisSection | None = None
    exports: ExportsSection = ExportsSection()
