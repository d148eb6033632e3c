"""What Muster still owes: now (a post, an invitation, a page), later (a reminder), or once (an approved run).

``jobs`` is outbox, timer and run queue in one. A job holds ids, never a rendered message.

    owed ──claim──▶ claimed ──settle──▶ done            repeatable, converge: a lapsed lease lets another claim it again
      ▲               │ │
      └──put off──────┘ └──begin──▶ doing ──settle──▶ done      once: never claimed again after *doing*; found so later,
                                      └──found later──▶ unknown it is shown to a person, and that settles it
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from msgspec import Struct


class JobMode(StrEnum):
    """What may happen to a job that was cut short."""

    REPEATABLE = "repeatable"
    """May run again; each first looks for the mark it left."""
    CONVERGE = "converge"
    """Brings something to the latest state; one an incident and key, and a later debt is folded into it."""
    ONCE = "once"
    """Changes a system: marked *doing* before it acts, never repeated."""


class JobName(StrEnum):
    """What is to be done; ``commands/duties.py`` says which function does it."""

    TAKE_DELIVERY = "take_delivery"
    OPEN_CHANNEL = "open_channel"
    INVITE = "invite"
    PAGE = "page"
    CARD = "card"
    PIN_CARD = "pin_card"
    CHECKLIST = "checklist"
    ANNOUNCEMENT = "announcement"
    TOPIC = "topic"
    BOOKMARK = "bookmark"
    DIAGNOSE = "diagnose"
    POST_FINDING = "post_finding"
    TELL = "tell"
    TELL_STOP = "tell_stop"
    RING_CLOCKS = "ring_clocks"
    SUM_UP_REPEATS = "sum_up_repeats"
    APPROVAL_CARD = "approval_card"
    PREVIEW = "preview"
    EXPIRE_APPROVAL = "expire_approval"
    RUN_REMEDIATION = "run_remediation"
    SHOW_OUTPUT = "show_output"
    COOL_DOWN = "cool_down"
    VERIFY = "verify"
    WRITE_POSTMORTEM = "write_postmortem"
    SHARE_POSTMORTEM = "share_postmortem"
    EXPORT_POSTMORTEM = "export_postmortem"
    REMIND = "remind"
    WALK_CARD = "walk_card"
    RUN_LEG = "run_leg"
    WATCH_HOLD = "watch_hold"
    LET_GO = "let_go"
    WAKE_ALERT = "wake_alert"
    STEADY_ALERT = "steady_alert"
    TELL_NOTICE = "tell_notice"
    RESOLVE_QUIET = "resolve_quiet"
    CLOSE_GROUP = "close_group"
    WATCH = "watch"
    CALL_PAGER = "call_pager"
    TELL_PAGER = "tell_pager"
    NOTE_PAGER = "note_pager"
    SUMMON = "summon"
    FOLLOW_PAGER = "follow_pager"
    NOTE_CHANGE = "note_change"


_CONVERGE: Final = frozenset(
    {
        JobName.CARD,
        JobName.CHECKLIST,
        JobName.ANNOUNCEMENT,
        JobName.TOPIC,
        JobName.RING_CLOCKS,
        JobName.SUM_UP_REPEATS,
        JobName.APPROVAL_CARD,
        JobName.WALK_CARD,
        JobName.SHOW_OUTPUT,
        JobName.LET_GO,
        JobName.WAKE_ALERT,
        JobName.STEADY_ALERT,
        JobName.RESOLVE_QUIET,
        JobName.CLOSE_GROUP,
        JobName.WATCH,
        JobName.TELL_PAGER,
    }
)


def mode_of(name: JobName) -> JobMode:
    """How a job of that name may be repeated."""
    if name is JobName.RUN_REMEDIATION:
        return JobMode.ONCE
    return JobMode.CONVERGE if name in _CONVERGE else JobMode.REPEATABLE


class JobState(StrEnum):
    """Where a job stands (see the drawing above)."""

    OWED = "owed"
    CLAIMED = "claimed"
    DOING = "doing"
    DONE = "done"
    GIVEN_UP = "given_up"
    UNKNOWN = "unknown"


class Job(Struct, frozen=True, kw_only=True):
    """One debt. ``key`` is unique: owing the same thing twice is owing it once.

    ``subject`` is the id that it is about besides the incident (a user, a finding, an approval, an event, a delivery).
    ``urgency`` orders what is due: the incident's rank, 0 first.
    """

    name: JobName
    key: str
    due_at: datetime
    incident_id: str | None = None
    subject: str = ""
    urgency: int = 2

    @property
    def mode(self) -> JobMode:
        """What may happen to it when it is cut short."""
        return mode_of(self.name)

    @property
    def is_timer(self) -> bool:
        """True when a later debt of the same key moves it; of others that converge, the earlier time stands."""
        return self.name is JobName.RING_CLOCKS


class Claim(Struct, frozen=True, kw_only=True):
    """A job that one worker holds for a while. ``fence`` is new with every claim: an older holder cannot save."""

    id: int
    job: Job
    fence: int
    generation: int
    attempts: int
    """How often it was begun, this time included."""

    @property
    def cause(self) -> str:
        """The cause of what this claim decides: it cannot decide twice."""
        return f"job:{self.id}:{self.fence}"


def owe(
    name: JobName, incident_id: str, due_at: datetime, *, subject: str = "", urgency: int = 2, again: str = ""
) -> Job:
    """A debt of an incident. ``again`` tells apart debts that are really owed anew (a second page, another look)."""
    key = ":".join([part for part in (name.value, incident_id, subject, again) if part])
    return Job(name=name, key=key, due_at=due_at, incident_id=incident_id, subject=subject, urgency=urgency)


FIRST_RETRY: Final = timedelta(milliseconds=500)
LONGEST_RETRY: Final = timedelta(minutes=2)
TELL_AFTER: Final = 3
"""After so many failures people are told that something is late."""
MOST_ATTEMPTS: Final = 40
"""After so many failures, which take about three quarters of an hour, Muster gives up and says so."""


def retry_after(attempts: int, chance: float) -> timedelta | None:
    """How long to wait before the next attempt: doubling, with full jitter. None: give up.

    ``chance`` is a random number in [0, 1): half of the wait is fixed and half is chance, so that many jobs that failed
    together do not come back together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    longest = min(FIRST_RETRY * (1 << min(attempts - 1, 20)), LONGEST_RETRY)
    return longest / 2 + longest / 2 * chance
