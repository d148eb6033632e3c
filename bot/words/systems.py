"""What is said of the systems themselves: how watches stand, which target they cannot see, and what is changed."""

from collections.abc import Mapping
from typing import Final

from bot.words.phrase import Template
from incident.timeline import Kind
from incident.watch import WatchState

SYSTEM_EVENTS: Final[Mapping[Kind, Template]] = {
    Kind.SYSTEM_CHANGED: "The system is changed: {what} ({state})[, in {environment}][, {revision}]",
    Kind.WATCH_AWAY: "Watches have not been able to look at {target} since {since:day}: {reason} "
    "Until they can, no alarm comes from: {watches}",
    Kind.WATCH_BACK: "Watches look at {target} again. They could not since {since:day}",
}

STATES: Final[Mapping[WatchState, str]] = {
    WatchState.NEW: "not looked yet",
    WatchState.HEALTHY: "healthy",
    WatchState.BREAKING: "beyond its threshold, not for long enough yet",
    WatchState.FIRING: "beyond its threshold",
}
