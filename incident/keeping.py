"""For how long what was said is kept; that it happened, when, and its place in the chain are kept for ever.

What only Muster itself needs, and only for a time, goes as well.
"""

from collections.abc import Iterator
from datetime import timedelta
from enum import StrEnum

from msgspec import Struct


class Lasting(StrEnum):
    """What is kept for a time. Nothing of an open incident is let go, nor what a post-mortem rests on that is due."""

    DELIVERIES = "deliveries"
    """The bodies of what monitors sent, once they were taken in."""
    FINDINGS = "findings"
    """What diagnostics printed."""
    TIMELINE = "timeline"
    """What the events of a timeline say; the chain, which covers their digests, stays whole."""
    ALERTS = "alerts"
    """The alerts that came last so long ago."""
    CAUSES = "causes"
    """What was decided already: by it, the same click or request is known when it comes again."""
    REQUESTS = "requests"
    """The keys of monitors' requests whose bodies are gone: by them, they are known when they come again."""
    JOBS = "jobs"
    """Jobs that ended."""


class Retention(Struct, frozen=True, kw_only=True):
    """How long each is kept; None is for ever."""

    deliveries: timedelta | None = None
    findings: timedelta | None = None
    timeline: timedelta | None = None
    alerts: timedelta | None = None
    duplicates: timedelta | None = None
    jobs: timedelta | None = None

    def __iter__(self) -> Iterator[tuple[Lasting, timedelta]]:
        """What has an end, and when."""
        spans = (
            self.deliveries,
            self.findings,
            self.timeline,
            self.alerts,
            self.duplicates,
            self.duplicates,
            self.jobs,
        )
        return ((what, span) for what, span in zip(Lasting, spans, strict=True) if span is not None)
