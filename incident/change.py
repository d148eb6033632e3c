"""What one decision changes: saved whole in one transaction, or not at all."""

from datetime import datetime

from msgspec import Struct

from incident.alert import AlertRecord, Delivery
from incident.approval import Approval
from incident.digest import identifier
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim, Job
from incident.silence import Silence
from incident.stop import Stop
from incident.system_change import SystemChange
from incident.timeline import Event


class Change(Struct, frozen=True, kw_only=True):
    """The new state and what is owed for it.

    ``cause`` is what it was decided for (a delivery's key, a view, a click, a job's claim) and unique in the store: the
    same cause again is a repeat and changes nothing. ``incident`` carries the version that it was decided on (0: new);
    likewise each alert record. If another change came between, the store says so and the decision is made anew.
    ``settles`` is the job that this change ends; a claim that was lost in the meantime makes the save fail.
    """

    cause: str
    at: datetime
    incident: Incident | None = None
    events: tuple[Event, ...] = ()
    alerts: tuple[AlertRecord, ...] = ()
    findings: tuple[Finding, ...] = ()
    approvals: tuple[Approval, ...] = ()
    """Only together with the incident, whose version guards them."""
    deliveries: tuple[Delivery, ...] = ()
    system_changes: tuple[SystemChange, ...] = ()
    stop: Stop | None = None
    """A stop of all remediations that is new, or lifted now; another one that came between is a conflict."""
    silence: Silence | None = None
    """A silence that is made, or ends now; what is muted is then decided anew."""
    jobs: tuple[Job, ...] = ()
    settles: Claim | None = None
    still_open: str | None = None
    """An incident that it counts on without changing it: resolved meanwhile, that is a conflict."""

    def event_id(self, index: int) -> str:
        """The id that the event at ``index`` will have in the store."""
        return event_id(self.cause, index)


def event_id(cause: str, index: int) -> str:
    """The id of a change's event, known before it is saved, so that a job can name it."""
    return identifier("ev", cause, str(index))
