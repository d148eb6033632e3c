"""What Muster has to say, before anybody has chosen the words: ``bot/slack`` turns each of these into blocks."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from commands.outage import Away
from incident.alert import AlertTally
from incident.approval import Approval
from incident.clock import Clock
from incident.finding import Comparison, Finding
from incident.incident import Incident, Place
from incident.responder import UserId
from incident.runbook import Procedure, Step
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.timeline import Event
from incident.walk import Walk


class Card(Struct, frozen=True, kw_only=True):
    """The live card: first in the channel, pinned, edited in place."""

    incident: Incident
    alerts: AlertTally
    procedure: Procedure | None
    open_approvals: int
    runbook_url: str | None
    stop: Stop | None = None
    """The stop of all remediations that stands."""
    changes: tuple[SystemChange, ...] = ()
    """What changed in its system shortly before it began, and since; the newest first."""


class ChecklistMessage(Struct, frozen=True, kw_only=True):
    """The checklist with a button for each open item."""

    incident: Incident


class Announcement(Struct, frozen=True, kw_only=True):
    """One incident in the announcements channel, edited in place. ``channel_due`` is when its channel can come."""

    incident: Incident
    alerts: AlertTally
    channel_due: datetime | None = None


class PageMessage(Struct, frozen=True, kw_only=True):
    """A direct message that calls one person. ``escalated`` when the first ones did not end it in time."""

    incident: Incident
    user: UserId
    place: Place | None
    escalated: bool = False
    reason: str = ""
    declared: bool = False
    """They declared it themselves, and its channel cannot come yet."""
    others: tuple[Incident, ...] = ()
    """What they are called for besides, where so much fails that Slack would hold single messages back."""


class FindingMessage(Struct, frozen=True, kw_only=True):
    """What a diagnostic saw, for the findings thread, or for its one reader where it is private."""

    incident: Incident
    finding: Finding
    reader: UserId | None = None


class ApprovalMessage(Struct, frozen=True, kw_only=True):
    """The approval card: exactly what would run, where, what it would change, and how to take it back."""

    incident: Incident
    approval: Approval
    runbook_url: str | None
    origin: str
    before: tuple[Finding, ...] = ()
    """What the diagnostics saw last, so that whoever approves need not scroll for it."""
    wanted: int = 1
    """How many different people must say yes now."""
    until: datetime | None = None
    """When the maintenance window in which it may run is over."""
    stop: Stop | None = None
    undo: str = ""
    """The title of the step that takes it back, where it can be asked for now."""
    undo_with: tuple[tuple[str, str], ...] = ()
    """The values that this step gets, each with its label: what stood there before it ran."""


class OutputMessage(Struct, frozen=True, kw_only=True):
    """What an approved step prints, in its card's thread: so far, and in the end all of it."""

    incident: Incident
    approval: Approval
    text: str
    ended: bool


class EventMessage(Struct, frozen=True, kw_only=True):
    """One line about something that happened, for everybody. ``late``: so long ago that the line says when."""

    incident: Incident
    event: Event
    late: bool = False


class LateMessage(Struct, frozen=True, kw_only=True):
    """What could not be said when it happened, in one message, oldest first. ``away``: Slack was away meanwhile."""

    incident: Incident
    events: tuple[Event, ...]
    away: Away | None


class StopMessage(Struct, frozen=True, kw_only=True):
    """All remediations are stopped, or may run again, told where incidents are announced."""

    event: Event
    late: bool = False


class NoticeMessage(Struct, frozen=True, kw_only=True):
    """What concerns no incident, told where they are announced: an alert that is only told, a target out of sight."""

    event: Event
    late: bool = False


class VerdictMessage(Struct, frozen=True, kw_only=True):
    """The before/after verdict of a remediation."""

    incident: Incident
    title: str
    comparison: Comparison
    before: tuple[Finding, ...]
    after: tuple[Finding, ...]
    at: datetime
    late: bool = False
    """It comes long after it was: it says when."""


class ReminderMessage(Struct, frozen=True, kw_only=True):
    """A clock that comes near, told to whoever can still meet it."""

    incident: Incident
    clock: Clock
    now: datetime


class WalkMessage(Struct, frozen=True, kw_only=True):
    """A procedure that is walked: every step as it stands, and what can be done next; edited in place."""

    incident: Incident
    walk: Walk
    steps: tuple[Step | None, ...]
    """What the catalog says of each leg, earlier values filled in; None where it says nothing."""
    findings: Mapping[str, Finding]
    requests: Mapping[str, Approval]
    has_way_back: bool
    """Whether anything that was done can be taken back."""
    watched_by: tuple[str, ...] = ()
    """The titles of the diagnostics that look during its holds."""
    instead: tuple[Procedure, ...] = ()
    """The runbook's procedures for rolling back, once it was ended before its end."""
    at_once: bool = False
    """Whether all changes that are still to come can be asked for at once."""


class HiddenMessage(Struct, frozen=True, kw_only=True):
    """Something that a person wrote held a secret, which was hidden: told to them alone."""


Message = (
    Card
    | ChecklistMessage
    | Announcement
    | PageMessage
    | FindingMessage
    | ApprovalMessage
    | OutputMessage
    | EventMessage
    | LateMessage
    | StopMessage
    | NoticeMessage
    | VerdictMessage
    | ReminderMessage
    | WalkMessage
    | HiddenMessage
)
