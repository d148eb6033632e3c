"""How a deadline stands, in a few words: what is due when, how long it took, or since when it is overdue."""

from typing import Final

from bot.words.phrase import Phrase, duration, fill
from incident.clock import Clock, ClockKind, ClockState
from incident.responder import MUSTER

_RUNNING: Final = {
    ClockKind.ACKNOWLEDGE: "acknowledge by {due:when}",
    ClockKind.ASSESS: "confirm the severity by {due:when}",
    ClockKind.UPDATE: "next update due {due:when}",
    ClockKind.ESCALATE: "escalates at {due:when}",
    ClockKind.WATCH: "watched until {due:when}",
    ClockKind.POSTMORTEM: "post-mortem due {due:when}",
}
_MET: Final = {
    ClockKind.ACKNOWLEDGE: "acknowledged after {taken} of {allowed}",
    ClockKind.ASSESS: "severity confirmed after {taken} of {allowed}",
    ClockKind.UPDATE: "updated after {taken} of {allowed}",
    ClockKind.ESCALATE: "under control after {taken} of {allowed}",
    ClockKind.WATCH: "watched for {taken}",
    ClockKind.POSTMORTEM: "post-mortem done after {taken} of {allowed}",
}
_BREACHED: Final = {
    ClockKind.ACKNOWLEDGE: "not acknowledged, due {due:when}",
    ClockKind.ASSESS: "severity not confirmed, due {due:when}",
    ClockKind.UPDATE: "update overdue since {due:when}",
    ClockKind.ESCALATE: "escalated at {due:when}",
    ClockKind.WATCH: "watch ended {due:when}",
    ClockKind.POSTMORTEM: "post-mortem overdue since {due:when}",
}
_STOPPED: Final = {
    ClockKind.ACKNOWLEDGE: "acknowledge clock stopped",
    ClockKind.ASSESS: "severity clock stopped",
    ClockKind.UPDATE: "no more updates due",
    ClockKind.ESCALATE: "escalation stopped",
    ClockKind.WATCH: "watch stopped",
    ClockKind.POSTMORTEM: "post-mortem clock stopped",
}
_CLOCKS: Final = {
    ClockState.RUNNING: _RUNNING,
    ClockState.MET: _MET,
    ClockState.LATE: {kind: words + ", late" for kind, words in _MET.items()},
    ClockState.BREACHED: _BREACHED,
    ClockState.STOPPED: _STOPPED,
}
_LONG: Final = 12 * 3600
"""Deadlines this many seconds away may lie on another day, so they are shown with the date."""


def clock_words(clock: Clock) -> Phrase:
    """How one clock stands; a deadline is absolute, so that a card need not tick."""
    words = _CLOCKS[clock.state][clock.kind]
    if clock.allowed.total_seconds() >= _LONG:
        words = words.replace("{due:when}", "{due:day}")
    taken = duration(clock.met_at - clock.started_at) if clock.met_at is not None else ""
    return fill(words, {"due": clock.due_at, "taken": taken, "allowed": duration(clock.allowed)}, MUSTER)
