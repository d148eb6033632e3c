"""What Muster needs from the world, in its own words: ``bot/`` fulfils it, and tests have one fake of each."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from msgspec import Struct

from commands.drafts import Drafts, Export
from commands.messages import Message
from commands.outage import Away
from commands.pager import Pager
from commands.store import Store
from incident.alert import Alert, Delivery
from incident.approval import Preview
from incident.finding import Outcome, Sight
from incident.gate import Rule
from incident.incident import Place
from incident.keeping import Retention
from incident.paging import Paging, Tiding
from incident.plan import Plan
from incident.responder import UserId
from incident.rota import Shift
from incident.routing import Routed
from incident.runbook import Catalog
from incident.severity import Policy, Severity


class Chat(Protocol):
    """Slack, as the commands need it. Methods raise Outage; ``mark`` stays on what is posted, so that it can be found.

    ``again`` says that this was begun before: look for the mark first. ``urgency`` is the incident's rank.
    """

    async def create_channel(self, name: str, *, urgency: int) -> str:
        """Open a public channel; its id. Raises NameTaken."""
        ...

    async def adopt_channel(self, name: str, *, since: datetime) -> str | None:
        """The id of the open channel of that name if Muster itself created it: since then, or it was never used."""
        ...

    async def invite(self, channel: str, users: Sequence[UserId], *, urgency: int) -> tuple[UserId, ...]:
        """Bring people in; those who could not be invited."""
        ...

    async def post(self, place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        """Post a message; its timestamp, which names it in its channel."""
        ...

    async def find(self, place: Place, *, mark: str, urgency: int) -> str | None:
        """The timestamp of the message with that mark in a channel or thread."""
        ...

    async def edit(self, place: Place, timestamp: str, message: Message, *, urgency: int) -> None:
        """Bring a posted message to what ``message`` says now."""
        ...

    async def direct(self, user: UserId, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        """Send one person a direct message; its timestamp."""
        ...

    async def pin(self, channel: str, timestamp: str, *, urgency: int) -> None:
        """Pin a message; already pinned is fine."""
        ...

    async def bookmark(self, channel: str, title: str, url: str, *, urgency: int, again: bool) -> None:
        """Add a link to the channel's head; one that was begun before is not added twice."""
        ...

    async def set_topic(self, channel: str, topic: str, *, urgency: int) -> None:
        """Set the channel's topic (at most 250 characters; longer ones are cut)."""
        ...

    async def attach(self, thread: Place, message: Message, *, mark: str, again: bool) -> None:
        """Upload beside a message that is there already what it cannot hold; nothing when it holds all."""
        ...

    async def share_file(self, place: Place, name: str, content: bytes, title: str, *, mark: str, again: bool) -> str:
        """Upload a file into a channel or thread; its id."""
        ...

    async def members_of(self, group: str) -> frozenset[UserId]:
        """The people of a user group, at most 10 seconds old."""
        ...

    def link(self, place: Place) -> str:
        """An address that opens the channel or message."""
        ...

    def last_away(self) -> Away | None:
        """When Slack could not be reached last; None when this process never found it so."""
        ...


class Attestation(Struct, frozen=True, kw_only=True):
    """Whether a target's diagnostic credential is proven unable to write. ``proof`` is one sentence either way."""

    target: str
    proven: bool
    proof: str
    at: datetime


Heard: TypeAlias = Callable[[str], None]
"""Takes what a run prints, piece by piece and redacted, while it still runs. It returns at once and raises nothing."""


def unheard(piece: str) -> None:
    """Let it pass: the whole output comes with the outcome."""


class Stopped(asyncio.CancelledError):
    """A run that was cancelled has stopped. ``outcome`` is what is known of it: cancelled, unknown, or ended before."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.sentence)
        self.outcome = outcome


class Executor(Protocol):
    """What runs the steps of one target. It judges a plan's final command again, whatever the plan says."""

    async def attest(self) -> Attestation:
        """Prove that the diagnostic credential cannot write, or say why that could not be proven."""
        ...

    async def look(self, plan: Plan) -> Sight:
        """Run a read-only plan under caps. Never raises: what went wrong is the sight's ``error``.

        Without a valid attestation nothing is run and the sight says so.
        """
        ...

    async def preview(self, plan: Plan) -> Preview:
        """What a remediation would touch, without touching it. Raises Outage."""
        ...

    async def run(self, plan: Plan, *, heard: Heard = unheard) -> Outcome:
        """Run an approved remediation once, its guard checked on the way. Raises nothing but Stopped.

        Cancelled, it stops within two seconds: takes back what can be taken back, and raises Stopped with the rest.
        """
        ...


class Target(Struct, frozen=True, kw_only=True):
    """One target, and how it stands. ``changes`` says whether it has an identity of its own for remediations."""

    name: str
    executor: str
    environment: str
    changes: bool
    attestation: Attestation | None


class Executors(Protocol):
    """The executors of all targets."""

    @property
    def standing(self) -> tuple[Target, ...]:
        """All targets, as configured, and how each stands now."""
        ...

    def of(self, target: str) -> Executor:
        """The executor of a target."""
        ...

    def environment(self, target: str) -> str:
        """The environment that a target belongs to, e.g. *production*."""
        ...

    def attested(self, target: str) -> Attestation | None:
        """The target's newest attestation."""
        ...


class Runbooks(Protocol):
    """The catalogs that were loaded at start."""

    def catalog(self, system: str) -> Catalog | None:
        """The catalog of a system."""
        ...

    def of_alert(self, alert: Alert) -> Catalog | None:
        """The catalog that routes this alert."""
        ...

    def default(self) -> str:
        """The system that a declaration belongs to when nobody names one."""
        ...

    @property
    def systems(self) -> Mapping[str, str]:
        """All systems: id → title."""
        ...


class Settings(Protocol):
    """What the team configured about people and levels."""

    def shifts(self, system: str, at: datetime) -> tuple[Shift, ...]:
        """Who is on call for a system at a moment, first one first, and until when."""
        ...

    def on_call(self, system: str, at: datetime) -> tuple[UserId, ...]:
        """The same people alone: those who are called at once."""
        ...

    def escalation(self, system: str, at: datetime) -> tuple[UserId, ...]:
        """Who is called when it lasts too long, asked at that moment."""
        ...

    def doubt(self, system: str) -> str:
        """Why the two above may not be right now, in one sentence; empty while nothing speaks against them."""
        ...

    def paging(self, system: str) -> Paging | None:
        """What the team wants of its pager for a system; None where it has none."""
        ...

    def approvers(self, system: str) -> tuple[str, ...]:
        """People and groups who may approve a remediation, where no rule says otherwise."""
        ...

    def policy(self, system: str, severity: Severity) -> Policy:
        """The deadlines of a severity: the runbook's, else the house's."""
        ...

    @property
    def approval_expires_after(self) -> timedelta:
        """How long a request can be answered, where no rule says otherwise."""
        ...

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What the team demands of remediations, the first that matches first."""
        ...

    @property
    def announcements(self) -> str:
        """The channel where every incident is announced."""
        ...

    @property
    def retention(self) -> Retention:
        """How long what was said is kept."""
        ...

    def routed(self, alert: Alert, now: datetime) -> Routed:
        """Where an alert leads, by the team's rules and the runbooks' alert names, and by which rule."""
        ...


class Sources(Protocol):
    """The parsers of what monitors send."""

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts of one delivery. Raises Unreadable."""
        ...

    def tiding(self, delivery: Delivery) -> Tiding | None:
        """What a delivery of the pager tells of one of its incidents, whether or not it is an alert too."""
        ...


class Kept(Struct, frozen=True, kw_only=True):
    """What is recorded: enough for whatever is said about an incident, also where nothing was configured."""

    store: Store


class Ground(Kept, frozen=True, kw_only=True):
    """What a decision rests on: all of it is there while Slack is away."""

    runbooks: Runbooks
    settings: Settings


class AlertPorts(Ground, frozen=True, kw_only=True):
    """What alerts are taken in by: likewise. ``clock`` tells the time (UTC), because work outside takes some."""

    sources: Sources
    clock: Callable[[], datetime]


class Ports(AlertPorts, frozen=True, kw_only=True):
    """Everything a command may reach."""

    chat: Chat
    executors: Executors
    drafts: Drafts
    export: Export | None = None
    """None where the team configured none."""
    pager: Pager | None = None
    """None where the team configured none."""
