"""What becomes of a post-mortem draft: somebody wants one, it is written, shared, and kept elsewhere."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from incident.change import Change, event_id
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.owing import decided
from incident.timeline import Event, Kind


def draft_postmortem(incident: Incident, *, cause: str, now: datetime) -> Change:
    """Somebody wants the draft as it would be now."""
    job = owe(JobName.WRITE_POSTMORTEM, incident.id, now, subject="asked", urgency=incident.severity.rank, again=cause)
    return decided(cause, now, incident, before=incident, jobs=(job,))


def write_postmortem(
    incident: Incident,
    *,
    paths: Mapping[str, str],
    digests: Mapping[str, str],
    export: bool,
    settles: Claim,
    now: datetime,
) -> Change:
    """The draft is on the disk of one machine; it is shared where the incident is and, with ``export``, kept elsewhere.

    By the ``digests`` (SHA-256, by format) every machine knows whether what it has at a path is that very draft.
    """
    event = Event(
        kind=Kind.POSTMORTEM_WRITTEN,
        at=now,
        facts={"paths": dict(paths), "digests": dict(digests)},
        evidence=tuple(f"file:{path}" for path in paths.values()),
    )
    rank = incident.severity.rank
    cause = settles.cause
    written = event_id(cause, 0)
    jobs = [
        owe(JobName.SHARE_POSTMORTEM, incident.id, now, subject=path, urgency=rank, again=written)
        for path in paths.values()
    ]
    if export:
        jobs.append(owe(JobName.EXPORT_POSTMORTEM, incident.id, now, subject=written, urgency=rank))
    return decided(cause, now, incident, event, before=incident, jobs=jobs, settles=settles)


def export_postmortem(incident: Incident, *, addresses: Sequence[str], settles: Claim, now: datetime) -> Change:
    """The draft is kept outside of this machine, too."""
    event = Event(
        kind=Kind.POSTMORTEM_EXPORTED,
        at=now,
        facts={"address": addresses[0]},
        evidence=tuple(f"file:{address}" for address in addresses),
    )
    return decided(settles.cause, now, incident, event, before=incident, settles=settles)
