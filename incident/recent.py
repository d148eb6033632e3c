"""Changes of a system around an incident: which are recent, and what is said of one that comes while it is open."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from incident.change import Change
from incident.digest import Facts
from incident.incident import Incident
from incident.job import Job, JobName, owe
from incident.owing import FOLD, decided
from incident.responder import monitor
from incident.system_change import SystemChange
from incident.timeline import Event, Kind

RECENT: Final = timedelta(hours=6)
"""What changed so long before an incident began may have to do with it."""


def span(incident: Incident) -> tuple[datetime, datetime | None]:
    """From when to when a change of its system is shown with an incident; None: it is still open."""
    began = min(filter(None, (incident.started_at, incident.detected_at, incident.declared_at)))
    return began - RECENT, incident.resolved_at


def reported(changes: Iterable[SystemChange], now: datetime) -> tuple[Job, ...]:
    """What is owed when changes come, or come further: they are told in every open incident of their system."""
    return tuple(
        Job(
            name=JobName.NOTE_CHANGE,
            key=f"{JobName.NOTE_CHANGE.value}:{each.id}:{each.state.value}",
            due_at=now,
            subject=f"{now.isoformat()} {each.id}",
        )
        for each in changes
    )


def note(incident: Incident, change: SystemChange, *, now: datetime) -> Change:
    """A change of its system while it is open: on the timeline, in the thread, and on the card."""
    facts: Facts = {
        "what": change.what,
        "state": change.state.value,
        "by": change.by,
        "environment": change.environment,
        "revision": change.revision,
        "link": change.link,
    }
    event = Event(
        kind=Kind.SYSTEM_CHANGED,
        at=change.moved_at,
        actor=monitor(change.source),
        facts=facts,
        evidence=(f"change:{change.id}",),
    )
    cause = f"change:{change.id}:{change.state.value}:{incident.id}"
    card = owe(JobName.CARD, incident.id, now + FOLD, urgency=incident.severity.rank)
    jobs = (card,) if incident.home.channel is not None else ()
    return decided(cause, now, incident, event, before=incident, jobs=jobs)
