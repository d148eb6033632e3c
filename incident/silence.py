"""A silence that somebody asked for in the chat: which alerts, until when, and why. It can be lifted before its end."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from incident.alert import Alert
from incident.matching import BadMatcher, matcher
from incident.muting import Mute, muted
from incident.responder import Actor, user_of
from incident.routing import Deed, Routed


class Silence(Struct, frozen=True, kw_only=True):
    """Alerts that meet all ``matchers``, of one of ``systems`` where any is named, are quiet until ``until`` (UTC).

    ``name`` is what was asked to be silent, in one spelling: the same asked again replaces it.
    """

    name: str
    matchers: tuple[str, ...]
    systems: tuple[str, ...]
    by: Actor
    at: datetime
    until: datetime
    reason: str

    @property
    def mute(self) -> Mute:
        """What it keeps quiet, as routing knows it."""
        return Mute(
            name=self.name,
            reason=self.reason,
            by=user_of(self.by) or self.by,
            matchers=tuple(map(matcher, self.matchers)),
            systems=self.systems,
            start=self.at,
            end=self.until,
        )


def silenced(routed: Routed, alert: Alert, mutes: Sequence[Mute], now: datetime) -> Routed:
    """Where an alert leads while the silences stand of which these are ``read``."""
    if not mutes or routed.muted is not None or routed.deed is Deed.NOTHING:
        return routed
    return replace(routed, muted=muted(alert, routed.system, mutes, now))


def read(silences: Sequence[Silence]) -> tuple[Mute, ...]:
    """What they keep quiet: read once for all alerts that are decided together, because thousands come in a second."""
    return tuple(_readable(silences))


def _readable(silences: Sequence[Silence]) -> Iterator[Mute]:
    for each in silences:
        # A pattern that was taken before they were RE2's keeps nothing quiet: better heard once too often than never.
        with suppress(BadMatcher):
            yield each.mute
