"""What a command answers to the person who gave it, before anybody has chosen the words."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from commands.messages import WalkMessage
from commands.on_call import OnCall
from commands.ports import Target
from commands.watched import WatchesOf
from incident.approval import Approval
from incident.course import Turn
from incident.incident import Incident
from incident.postmortem import Record
from incident.runbook import Procedure, Step
from incident.severity import Severity
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.timeline import Event


class Form(StrEnum):
    """A form that a command may ask a person to fill in."""

    DECLARE = "declare"
    UPDATE = "update"
    RESOLVE = "resolve"
    SEVERITY = "severity"
    ROLE = "role"
    NOTE = "note"
    FIX = "fix"
    FIX_STEP = "fix_step"
    STEP_RUN = "step_run"
    STEP_DONE = "step_done"
    STEP_SKIP = "step_skip"
    WALK_ABORT = "walk_abort"
    WALK_BACK = "walk_back"


class Done(Struct, frozen=True, kw_only=True):
    """It happened: the event says what."""

    incident: Incident
    event: Event
    fresh: bool = True


class Declared(Struct, frozen=True, kw_only=True):
    """A new incident."""

    incident: Incident
    fresh: bool
    assumed: bool = False
    """Whether nobody said how bad it is, so that Muster took the level that is usual."""


class Looking(Struct, frozen=True, kw_only=True):
    """These diagnostics are running; what they see goes into the thread."""

    incident: Incident
    titles: tuple[str, ...]


class Preparing(Struct, frozen=True, kw_only=True):
    """Muster looks at what a remediation would touch, then asks for a second person."""

    incident: Incident
    title: str


class Stopping(Struct, frozen=True, kw_only=True):
    """All remediations are stopped, or may run again: the event says which. ``running`` had begun and goes on."""

    event: Event
    running: tuple[Approval, ...]
    fresh: bool


class Drafting(Struct, frozen=True, kw_only=True):
    """The post-mortem is being drafted; it comes into the channel as a file."""

    incident: Incident


class FormWanted(Struct, frozen=True, kw_only=True):
    """More must be asked than a line of text can hold."""

    form: Form
    incident: Incident | None = None
    procedure: Procedure | None = None
    step: Step | None = None
    title: str = ""
    level: Severity | None = None
    """How bad it is, as far as it is said already."""
    turn: Turn | None = None
    """The step of a walk that it is about."""
    undoes: str = ""
    """The request that the step takes back."""


class Which(Struct, frozen=True, kw_only=True):
    """Which incident is meant? The choice continues the command with its words."""

    verb: str
    words: str
    incidents: tuple[Incident, ...]
    now: datetime


class Listing(Struct, frozen=True, kw_only=True):
    """The open incidents, worst first, then the newest ended ones; and who is on call."""

    incidents: tuple[Incident, ...]
    ended: tuple[Incident, ...]
    now: datetime
    on_call: tuple[OnCall, ...] = ()
    stop: Stop | None = None
    """The stop of all remediations that stands."""


class AtOnce(Struct, frozen=True, kw_only=True):
    """A procedure whose changes, by their titles, can be approved with one card."""

    incident: Incident
    procedure: Procedure
    changes: tuple[str, ...]


class Procedures(Struct, frozen=True, kw_only=True):
    """What the runbook has of procedures: the incident's own first, then the others by what they are for."""

    incident: Incident
    own: Procedure | None
    others: tuple[Procedure, ...]


class Underway(Struct, frozen=True, kw_only=True):
    """The procedure that is walked now, as its message shows it."""

    message: WalkMessage


class CatchUp(Struct, frozen=True, kw_only=True):
    """Everything about one incident, for somebody who comes to it now."""

    record: Record
    procedure: Procedure | None
    now: datetime
    stop: Stop | None = None


class Why(Struct, frozen=True, kw_only=True):
    """How the incident came to be: each decision about its alerts, its people and its level, oldest first."""

    incident: Incident
    events: tuple[Event, ...]


class Silences(Struct, frozen=True, kw_only=True):
    """The silences that stand, and what was just done to one."""

    event: Event | None
    standing: tuple[Silence, ...]


class StepsOf(Struct, frozen=True, kw_only=True):
    """How many steps of a system's runbook Muster runs, and how many people do."""

    system: str
    diagnostics: int
    remediations: int
    manual: int


class Checkup(Struct, frozen=True, kw_only=True):
    """How Muster stands for one system; for all of them where ``system`` is None. ``nobody`` has nobody on call."""

    system: str | None
    targets: tuple[Target, ...]
    steps: tuple[StepsOf, ...]
    nobody: tuple[str, ...]
    dead: int
    """Deliveries of monitors that could not be understood."""
    stop: Stop | None


class RecentChanges(Struct, frozen=True, kw_only=True):
    """What changed in an incident's system, the newest first."""

    incident: Incident
    changes: tuple[SystemChange, ...]


class Watches(Struct, frozen=True, kw_only=True):
    """Every watch with how it stands, by system."""

    systems: tuple[WatchesOf, ...]
    now: datetime


class Help(Struct, frozen=True, kw_only=True):
    """The menu; ``unknown`` is a word that is not on it, ``nearest`` the one that was probably meant."""

    unknown: str = ""
    nearest: str = ""


Answer = (
    Done
    | Declared
    | Looking
    | Preparing
    | Stopping
    | Drafting
    | FormWanted
    | Which
    | Listing
    | CatchUp
    | Why
    | Silences
    | AtOnce
    | Procedures
    | Underway
    | Checkup
    | Watches
    | RecentChanges
    | Help
)
