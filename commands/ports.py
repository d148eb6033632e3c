"""What Muster needs from the world, in its own words: ``bot/`` fulfils it, and tests have one fake of each."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from commands.messages import Message
from incident.alert import Alert, AlertRecord, Delivery
from incident.approval import Approval, Preview
from incident.change import Change
from incident.finding import Finding, Outcome, Sight
from incident.incident import Incident, Place
from incident.job import Claim
from incident.plan import Plan
from incident.postmortem import Draft, Record
from incident.responder import UserId
from incident.runbook import Catalog
from incident.severity import Policy, Severity
from incident.timeline import Link


class Outage(Exception):
    """Something outside did not do what was asked. ``retry`` says whether asking again can help, ``after`` when.

    The text is one sentence for people, and holds no secret.
    """

    def __init__(self, sentence: str, *, retry: bool, after: timedelta | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.retry = retry
        self.after = after


class BudgetSpent(Outage):
    """Slack's own limit is used up for now: nothing failed, and asking again ``after`` that time will do."""

    def __init__(self, sentence: str, *, after: timedelta) -> None:
        super().__init__(sentence, retry=True, after=after)


class NotYet(Outage):
    """What this needs first is not there yet (the channel, the card): it comes back in a moment."""

    def __init__(self, sentence: str, *, after: timedelta = timedelta(milliseconds=200)) -> None:
        super().__init__(sentence, retry=True, after=after)


class NameTaken(Exception):
    """A channel of that name exists already."""


class Conflict(Exception):
    """Another change came between reading and saving: decide anew on what is now true."""


class LostClaim(Exception):
    """The job's lease lapsed and somebody else holds it now: whatever was decided for it must not be saved."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """What a save did. ``fresh`` is False when the same cause had been saved before: nothing was changed this time."""

    incident: Incident | None
    fresh: bool


class Store(Protocol):
    """Where everything true is kept. Times are UTC. Every method may raise Outage when the store is away.

    ``on_owed`` is called after this process saved a debt, so that its worker looks at once.
    """

    on_owed: Callable[[], None]

    async def save(self, change: Change) -> Saved:
        """Save a Change whole, or raise Conflict or LostClaim and save nothing.

        A new incident gets its number; events get their place in the chain; a job whose key is known already is owed
        no second time, except a *converge* job, which takes another generation and the new due time (while it waits:
        the earlier one, unless it is a timer). A repeat changes nothing but still ends the job that it settles.
        """
        ...

    async def incident(self, incident_id: str) -> Incident | None:
        """One incident by its id."""
        ...

    async def incident_by_number(self, number: int) -> Incident | None:
        """INC-142 is ``number`` 142."""
        ...

    async def incident_by_channel(self, channel: str) -> Incident | None:
        """The incident whose channel that is."""
        ...

    async def open_incidents(self, limit: int = 50) -> tuple[Incident, ...]:
        """Those not resolved, worst first, then newest."""
        ...

    async def recent_incidents(self, limit: int = 20) -> tuple[Incident, ...]:
        """The newest, open or not."""
        ...

    async def last_incident_of_group(self, group: str) -> Incident | None:
        """The newest incident of this group, open or not: alerts of the group join it, or bring it back."""
        ...

    async def alert(self, alert_id: str) -> AlertRecord | None:
        """What is known of one alert, by ``source:key``."""
        ...

    async def alerts_of(self, incident_id: str) -> tuple[AlertRecord, ...]:
        """The alerts that belong to an incident, oldest first."""
        ...

    async def approval(self, approval_id: str) -> Approval | None:
        """One request by its id."""
        ...

    async def approvals_of(self, incident_id: str) -> tuple[Approval, ...]:
        """An incident's requests, oldest first."""
        ...

    async def last_run(self, step_id: str, target: str) -> datetime | None:
        """When a step last ran on a target."""
        ...

    async def finding(self, finding_id: str) -> Finding | None:
        """One finding by its id."""
        ...

    async def findings_of(self, incident_id: str) -> tuple[Finding, ...]:
        """What the diagnostics of an incident saw, oldest first."""
        ...

    async def timeline(self, incident_id: str) -> tuple[Link, ...]:
        """An incident's chain from its first event; ``timeline.SYSTEM`` names the chain of no incident."""
        ...

    async def event(self, event_id: str) -> Link | None:
        """One event by its id."""
        ...

    async def chains(self) -> tuple[str, ...]:
        """The names of all chains that have an event: incidents' ids, and ``timeline.SYSTEM``."""
        ...

    async def delivery(self, key: str) -> Delivery | None:
        """A raw webhook request by its delivery key."""
        ...

    async def dead_deliveries(self, limit: int = 100) -> tuple[Delivery, ...]:
        """The requests that could not be understood, oldest first."""
        ...

    async def record(self, incident_id: str) -> Record:
        """Everything that is kept about one incident. Raises KeyError when there is none."""
        ...

    async def claim(self, worker: str, *, limit: int, lease: timedelta) -> tuple[Claim, ...]:
        """Take jobs that are due: most urgent first, then longest due. A lapsed lease makes a claimed job due again."""
        ...

    async def renew(self, claims: Sequence[Claim], *, lease: timedelta) -> frozenset[int]:
        """Hold claims longer; the ids still held. The others are lost."""
        ...

    async def put_off(self, claim: Claim, *, until: datetime, error: str = "", count: bool = True) -> None:
        """Give a claimed job back until later. ``count`` False: waiting for a budget is no failed attempt.

        Raises LostClaim, and so for a job that was begun.
        """
        ...

    async def begin(self, claim: Claim, change: Change) -> None:
        """Mark a *once* job doing, together with the Change that says so, before it acts.

        Raises LostClaim (so too when the lease lapsed or the Change was saved before), Conflict, or TargetBusy when
        another remediation runs on the same target.
        """
        ...

    async def give_up(self, claim: Claim, error: str) -> None:
        """End a job that cannot be done. Raises LostClaim."""
        ...

    async def cut_short(self) -> tuple[Claim, ...]:
        """*Once* jobs found doing with a lapsed lease: nobody knows how they ended.

        Only the caller can settle them; if it does not, they are found again after a while.
        """
        ...

    async def waits_behind(self, claim: Claim) -> bool:
        """Whether an older line of the same incident and urgency is still to be said, only the budget holding it up."""
        ...

    async def next_due(self) -> datetime | None:
        """When the next job is due or a lease lapses, so that the worker can sleep until then."""
        ...

    async def close(self) -> None:
        """Finish what was asked and let go."""
        ...


class Chat(Protocol):
    """Slack, as the commands need it. Methods raise Outage; ``mark`` stays on what is posted, so that it can be found.

    ``again`` says that this was begun before: look for the mark first. ``urgency`` is the incident's rank.
    """

    async def create_channel(self, name: str, *, urgency: int) -> str:
        """Open a public channel; its id. Raises NameTaken."""
        ...

    async def adopt_channel(self, name: str, *, since: datetime) -> str | None:
        """The id of the open channel of that name if Muster itself created it, not before ``since``."""
        ...

    async def invite(self, channel: str, users: Sequence[UserId], *, urgency: int) -> tuple[UserId, ...]:
        """Bring people in; those who could not be invited."""
        ...

    async def post(self, place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        """Post a message; its timestamp, which names it in its channel."""
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

    async def share_file(self, place: Place, name: str, content: bytes, title: str, *, mark: str, again: bool) -> str:
        """Upload a file into a channel or thread; its id."""
        ...

    async def members_of(self, group: str) -> frozenset[UserId]:
        """The people of a user group, at most 60 seconds old."""
        ...

    def link(self, place: Place) -> str:
        """An address that opens the channel or message."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Attestation:
    """Whether a target's diagnostic credential is proven unable to write. ``proof`` is one sentence either way."""

    target: str
    proven: bool
    proof: str
    at: datetime


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

    async def run(self, plan: Plan) -> Outcome:
        """Run an approved remediation once, its guard checked on the way. Never raises but CancelledError."""
        ...


class Executors(Protocol):
    """The executors of all targets."""

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

    def on_call(self, system: str) -> tuple[UserId, ...]:
        """Who is called for a system, first one first."""
        ...

    def escalation(self, system: str) -> tuple[UserId, ...]:
        """Who is called when it lasts too long."""
        ...

    def approvers(self, system: str) -> tuple[str, ...]:
        """People and groups who may approve a remediation."""
        ...

    def policy(self, system: str, severity: Severity) -> Policy:
        """The deadlines of a severity: the runbook's, else the house's."""
        ...

    @property
    def approval_expires_after(self) -> timedelta:
        """How long a request can be answered."""
        ...

    @property
    def announcements(self) -> str:
        """The channel where every incident is announced."""
        ...

    @property
    def reopen_window(self) -> timedelta:
        """How long after its resolution an incident is reopened by its alert; later a new one is declared."""
        ...


class Drafts(Protocol):
    """Where post-mortem drafts are written."""

    async def write(self, record: Record, draft: Draft) -> Mapping[str, str]:
        """Write the draft in every format; format → path."""
        ...

    async def read(self, path: str) -> bytes:
        """The bytes of a written draft."""
        ...


class Export(Protocol):
    """Where post-mortem drafts are kept besides the disk."""

    async def keep(self, incident: str, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Keep the files (format → bytes) of one draft of an incident (its key) as a new version; their addresses.

        Nothing that is there is overwritten, and the same draft again keeps nothing more. Raises Outage.
        """
        ...


class Unreadable(Exception):
    """A delivery could not be understood; the text says why in one sentence."""


class Sources(Protocol):
    """The parsers of what monitors send."""

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts of one delivery. Raises Unreadable."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a command may reach. ``clock`` tells the time (UTC), because work outside takes some."""

    store: Store
    chat: Chat
    executors: Executors
    runbooks: Runbooks
    settings: Settings
    drafts: Drafts
    sources: Sources
    clock: Callable[[], datetime]
    export: Export | None = None
    """None where the team configured none."""
