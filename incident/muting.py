"""When alerts are kept quiet: a silence that somebody asked for, or maintenance that comes again."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from incident import hours, matching
from incident.alert import Alert
from incident.hours import Hours
from incident.matching import Matcher


class Mute(Struct, frozen=True, kw_only=True):
    """Alerts that meet ``matchers``, of one of ``systems`` where any is named, are quiet while it holds.

    It holds from ``start`` until ``end`` (UTC), or in the ``weekly`` hours. ``reason`` says why, and for whom it is
    so; ``by`` is who asked for it, where anybody is named.
    """

    name: str
    reason: str
    by: str = ""
    matchers: tuple[Matcher, ...] = ()
    systems: tuple[str, ...] = ()
    start: datetime | None = None
    end: datetime | None = None
    weekly: tuple[Hours, ...] = ()

    def until(self, now: datetime) -> datetime | None:
        """When it is over, if it holds now."""
        if self.end is not None:
            return self.end if (self.start is None or self.start <= now) and now < self.end else None
        return hours.ends(self.weekly, now)


class Muted(Struct, frozen=True, kw_only=True):
    """An alert is kept quiet: by the mute of that name, until then, why and for whom."""

    rule: str
    reason: str
    until: datetime
    by: str = ""


def muted(alert: Alert, system: str, mutes: Sequence[Mute], now: datetime) -> Muted | None:
    """The first mute that holds for an alert of a system now; None when people are to hear of it."""
    for mute in mutes:
        if mute.systems and system not in mute.systems:
            continue
        until = mute.until(now) if matching.takes(mute.matchers, alert) else None
        if until is not None:
            return Muted(rule=mute.name, reason=mute.reason, until=until, by=mute.by)
    return None
