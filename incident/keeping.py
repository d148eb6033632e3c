"""For how long what was said is kept; that it happened, when, and its place in the chain are kept for ever."""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct


class Lasting(StrEnum):
    """What is kept for a time. Nothing of an open incident is let go."""

    DELIVERIES = "deliveries"
    """The bodies of what monitors sent, once they were taken in."""
    FINDINGS = "findings"
    """What diagnostics printed."""
    TIMELINE = "timeline"
    """What the events of a timeline say; the chain, which covers their digests, stays whole."""
    ALERTS = "alerts"
    """The alerts that came last so long ago."""


class Retention(Struct, frozen=True, kw_only=True):
    """How long each is kept; None is for ever."""

    deliveries: timedelta | None = None
    findings: timedelta | None = None
    timeline: timedelta | None = None
    alerts: timedelta | None = None

    def __iter__(self) -> Iterator[tuple[Lasting, timedelta]]:
        """What has an end, and when."""
        spans = (self.deliveries, self.findings, self.timeline, self.alerts)
        return ((what, span) for what, span in zip(Lasting, spans, strict=True) if span is not None)
