"""``muster.yaml``, section by section: what each key means. ``bot/config.py`` reads it."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from bot.redaction.personal_data import Personal
from bot.settings.approvals import ApprovalsSection
from bot.settings.changes import ChangesSection, SystemChangesSection
from bot.settings.pager import PagerDutySection
from bot.settings.rota import Called, Somebody
from bot.settings.routes import FlappingSection, MaintenanceSection, RouteSection, SilenceSection
from bot.settings.shapes import (
    NO_TRUTH,
    EnvironmentName,
    Section,
    Shape,
    SlackApprover,
    SlackChannel,
    Span,
    Truth,
    between,
)
from bot.settings.sources import SourcesSection
from bot.settings.targets import TargetSection
from incident.severity import Severity


class WebSection(Section):
    """Where monitors knock."""

    host: str = "127.0.0.1"
    """The address to listen on; loopback unless somebody decides otherwise."""
    port: Annotated[int, Field(ge=0, le=65535), NO_TRUTH] = 8080
    linger: Annotated[Span, between(most=timedelta(minutes=1))] = timedelta(0)
    """How long a process that was asked to stop still takes requests, while ``/healthz`` says 503: until what stands
    before it has left it."""


class SlackSection(Section):
    """The workspace. The token is in MUSTER_SLACK_BOT_TOKEN (xoxb-…); ``deliveries`` says what else is needed."""

    announcements: SlackChannel
    """The channel where every incident is announced."""
    api_url: Annotated[str, Shape(r"https?://\S+/api/", "write an address that ends with /api/")] = (
        "https://slack.com/api/"
    )
    deliveries: Literal["socket", "http"] = "socket"
    """How Slack reaches Muster: over sockets that Muster opens, with MUSTER_SLACK_APP_TOKEN (xapp-…); or by requests to
    ``POST /slack/events`` of Muster's own web server, signed with MUSTER_SLACK_SIGNING_SECRET."""


class SystemSection(Section):
    """One system: its runbook and its people."""

    runbook: Path
    """The folder with its runbook.md and catalog.yaml, relative to this file."""
    on_call: Somebody
    """Who is called at once, first one first: people, and rotations of which it is one person at a time."""
    escalation: Called = ()
    """Who is called when it lasts too long, likewise; the on-call again, unless said."""
    approvers: Annotated[tuple[SlackApprover, ...], Field(min_length=1)]
    """People (U…) and user groups (S…) who may approve a remediation."""
    runbook_url: Annotated[str, Shape(r"https?://\S+", "write an address that begins with https://")] | None = None
    """Where people read the runbook."""
    redact: tuple[Personal, ...] = ()
    """Data about people that is hidden in what its targets answer, besides what is hidden everywhere."""
    changes: SystemChangesSection = SystemChangesSection.unsaid()
    """Which repositories and services are this system's, so that what changes there is told in its incidents."""
    watches: Truth = True
    """Whether its diagnostics look by themselves where its overlay says so, and raise alerts."""


class S3Section(Section):
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


class SharedRedisSection(Section):
    """A Redis by which several Muster processes share Slack's limits. It may be lost; Muster goes on without it."""

    url_env: EnvironmentName
    """The variable with its address, as in redis://user:password@host:6379/0; rediss:// is by TLS."""


class StoreSection(Section):
    """A PostgreSQL that keeps everything, for several Muster processes; without it, a file in the data directory.

    Muster makes and migrates its tables there: give it a database of its own.
    """

    url_env: EnvironmentName
    """The variable with its address, as in postgresql://user:password@host:5432/muster."""


Kept = Annotated[Span, between(timedelta(days=1))]


class RetentionSection(Section):
    """How long what was said is kept, for ever unless said. That it happened, and the chains, are kept for ever.

    What only Muster itself needs is kept for a month unless said. The bodies of requests are kept for a quarter: they
    are the evidence of what a monitor said, and, as the one thing that is kept as it came, hold whatever it let slip.
    """

    deliveries: Kept | None = timedelta(days=90)
    """The bodies of what monitors sent, once they were taken in; dead letters wait for their replay, and what an open
    incident rests on for its end."""
    findings: Kept | None = None
    """What diagnostics printed, in incidents that are resolved."""
    timeline: Kept | None = None
    """What events say, in incidents that are resolved, and of the system."""
    alerts: Kept | None = None
    """Alerts that came last so long ago, of incidents that are resolved."""
    duplicates: Kept | None = timedelta(days=30)
    """How long a click or a request is known when it comes a second time; a request whose body is kept always is."""
    jobs: Kept | None = timedelta(days=30)
    """Jobs that ended, of incidents that are resolved."""


class ExportsSection(Section):
    """Where post-mortem drafts go besides the disk and the incident's channel."""

    s3: S3Section | None = None


class SecretsManagerSection(Section):
    """AWS Secrets Manager, for secrets that shall not stand in the environment; its credentials are found as the AWS
    tools find them. Needs the extra aws."""

    variables: Annotated[dict[EnvironmentName, str], Field(min_length=1)]
    """A variable's name → the secret's name or ARN, with ``#key`` behind it where the secret is a JSON object. What
    stands in the environment goes first."""
    region: Annotated[str, Shape(r"[a-z0-9-]+", "write a region such as eu-central-1")] | None = None
    """The secrets' region; the one of the AWS tools, unless said."""
    endpoint_url: Annotated[str, Shape(r"https?://\S+", "write an address that begins with https://")] | None = None
    """The address of a stand-in for AWS, in a rehearsal."""


class SecretsSection(Section):
    """Where secrets are kept besides the environment."""

    aws: SecretsManagerSection | None = None


class File(Section):
    """``muster.yaml``, whole."""

    slack: SlackSection
    systems: Annotated[dict[str, SystemSection], Field(min_length=1)]
    targets: dict[str, TargetSection] = Field(default_factory=dict)
    sources: SourcesSection = SourcesSection.unsaid()
    changes: ChangesSection = ChangesSection.unsaid()
    default_system: str | None = None
    """Which system a declaration belongs to when nobody names one; the first, unless said."""
    approval_expires_after: Annotated[Span, Field(gt=timedelta(0))] = timedelta(minutes=15)
    approvals: ApprovalsSection = ApprovalsSection.unsaid()
    reopen_window: Span = timedelta(hours=2)
    """How long after its resolution an incident is reopened by its alert."""
    routes: tuple[RouteSection, ...] = ()
    """Where alerts lead, the first that fits; then the alert names of the runbooks."""
    silences: tuple[SilenceSection, ...] = ()
    maintenance: tuple[MaintenanceSection, ...] = ()
    flapping: FlappingSection = FlappingSection.unsaid()
    lease: Annotated[Span, between(timedelta(seconds=1), timedelta(minutes=5))] = timedelta(seconds=10)
    """How soon another process takes over a job whose process died."""
    data_dir: Path = Path(".muster")
    redact: tuple[Personal, ...] = ()
    """Data about people that is hidden in what any target answers."""
    web: WebSection = WebSection.unsaid()
    store: StoreSection | None = None
    redis: SharedRedisSection | None = None
    retention: RetentionSection = RetentionSection.unsaid()
    exports: ExportsSection = ExportsSection.unsaid()
    secrets: SecretsSection = SecretsSection.unsaid()
    pagerduty: PagerDutySection | None = None

    @property
    def priorities(self) -> Mapping[str, Severity]:
        """What the team says that PagerDuty's priorities mean."""
        return self.pagerduty.levels() if self.pagerduty is not None else {}
