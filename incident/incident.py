"""What responders work on: one incident, its people, its place in the chat and its deadlines, as they stand now."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct, field
from msgspec.structs import replace

from incident import refusal
from incident.checklist import Item
from incident.clock import Clock
from incident.digest import Facts
from incident.evidence import EvidenceFreeze
from incident.paging import Paged
from incident.responder import Actor, Role, UserId
from incident.severity import Policy, Severity
from incident.walk import Walk, WalkState


class Status(StrEnum):
    """How far the work is. Only *resolved* ends it."""

    INVESTIGATING = "investigating"
    IDENTIFIED = "identified"
    MITIGATED = "mitigated"
    RESOLVED = "resolved"

    @property
    def next(self) -> "Status":
        """The one that usually follows: what a form preselects."""
        order = list(Status)
        return order[min(order.index(self) + 1, len(order) - 1)]


class Place(Struct, frozen=True, kw_only=True):
    """Somewhere to post: a channel, or one thread in it."""

    channel: str
    thread: str | None = None


class Home(Struct, frozen=True, kw_only=True):
    """Where an incident lives in the chat. Until its channel exists, that is the thread under its announcement."""

    channel: str | None = None
    name: str | None = None
    card: str | None = None
    """The message that holds the live card; findings go into its thread."""
    checklist: str | None = None
    awaited_until: datetime | None = None
    """When its channel can come, while Slack's limit on new channels holds it back."""
    waited: bool = False
    """It lived under its announcement before its channel came: what began to be said there stays there."""
    announcement: Place | None = None
    """The announcement: its channel, and its message as the thread to reply in."""

    @property
    def place(self) -> Place | None:
        """Where a line for everybody goes now."""
        return Place(channel=self.channel) if self.channel is not None else self.announcement

    @property
    def thread(self) -> Place | None:
        """Where findings and other detail go now."""
        if self.channel is None:
            return self.announcement
        return Place(channel=self.channel, thread=self.card) if self.card is not None else None


class FollowUp(Struct, frozen=True, kw_only=True):
    """Something to do after the incident. ``why`` says what opened it."""

    text: str
    why: str
    opened_at: datetime
    due_at: datetime | None = None
    approval: str = ""
    """The request that left it to do."""
    undo_step: str = ""
    """The step that does it; empty: people do."""
    undo_values: Facts = field(default_factory=dict)
    """What that step takes back, where it has parameters of these names."""
    done_at: datetime | None = None
    done_by: str = ""
    """The request that did it, once it ran; or the person who did."""


class Earlier(Struct, frozen=True, kw_only=True):
    """The incident of the same trouble that was over before this one began."""

    id: str
    number: int
    resolved_at: datetime
    channel: str | None = None

    @property
    def key(self) -> str:
        """What people call it: INC-142."""
        return f"INC-{self.number}"


class Incident(Struct, frozen=True, kw_only=True):
    """One incident as it stands. ``number`` (INC-142) and ``version`` are given by the store; 0 means not saved yet.

    Times are UTC. ``started_at`` is when the monitor says it began, ``detected_at`` when Muster first heard of it.
    """

    id: str
    title: str
    severity: Severity
    declared_by: Actor
    declared_at: datetime
    detected_at: datetime
    system: str
    policy: Policy
    number: int = 0
    version: int = 0
    summary: str = ""
    status: Status = Status.INVESTIGATING
    procedure: str | None = None
    catalog: str | None = None
    """The digest of the catalog that it was declared under."""
    group: str | None = None
    """Alerts of this group join it while it is open."""
    group_window: timedelta | None = None
    """How long after its last new alert others still join; None: as long as it is open."""
    earlier: Earlier | None = None
    """The one that the same alerts led to before."""
    started_at: datetime | None = None
    acknowledged_at: datetime | None = None
    acknowledged_by: UserId | None = None
    updated_at: datetime | None = None
    mitigated_at: datetime | None = None
    resolved_at: datetime | None = None
    resolved_by: Actor | None = None
    responders: tuple[UserId, ...] = ()
    """Whoever was called or came, in that order; the first is the one who must answer first."""
    roles: Mapping[Role, UserId] = field(default_factory=dict)
    checklist: tuple[Item, ...] = ()
    clocks: tuple[Clock, ...] = ()
    follow_ups: tuple[FollowUp, ...] = ()
    walks: tuple[Walk, ...] = ()
    """The procedures that were walked, oldest first; at most one goes on at a time."""
    evidence: EvidenceFreeze | None = None
    """Its evidence is frozen; None when it is not, or no longer."""
    alerts_summed: int = 0
    """How many messages of monitors the timeline has told of; repeats beyond it are summed up next."""
    alerts_listed: int = 0
    """How many alerts' comings and goings have a line of their own on the timeline."""
    home: Home = Home()
    paged: Paged | None = None
    """How it stands with the pager; None where the team has none."""

    @property
    def key(self) -> str:
        """What people call it: INC-142."""
        return f"INC-{self.number}"

    @property
    def open(self) -> bool:
        """True until it is resolved."""
        return self.status is not Status.RESOLVED

    @property
    def ended(self) -> Earlier | None:
        """What a later incident of the same alerts keeps of it; None until it is resolved."""
        if self.resolved_at is None:
            return None
        return Earlier(id=self.id, number=self.number, resolved_at=self.resolved_at, channel=self.home.channel)

    @property
    def going(self) -> Walk | None:
        """The walk that goes on."""
        return next((walk for walk in self.walks if walk.state is WalkState.GOING), None)

    def check_open(self) -> None:
        """For what can be asked of an open incident only. Raises Ended."""
        if not self.open:
            raise refusal.Ended(number=self.number)

    def walk(self, walk_id: str) -> Walk:
        """The walk of that id. Raises NoSuchWalk."""
        for walk in self.walks:
            if walk.id == walk_id:
                return walk
        raise refusal.NoSuchWalk(asked=walk_id)

    def with_walk(self, walk: Walk) -> "Incident":
        """The incident with a walk as it is now, in its place, or as its newest."""
        known = tuple(walk if each.id == walk.id else each for each in self.walks)
        return replace(self, walks=known if walk in known else (*known, walk))

    def with_responders(self, *users: UserId) -> "Incident":
        """The incident with these people in it, each once."""
        return replace(self, responders=tuple(dict.fromkeys((*self.responders, *users))))
