"""``muster.yaml``, section by section: what each key means. ``bot/config.py`` reads it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.setting_shapes import EnvironmentName, Shape, SlackApprover, SlackChannel, SlackPerson, Span


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


TargetSection = Annotated[PostgresSection | HttpSection | RedisSection, Field(discriminator="kind")]


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
