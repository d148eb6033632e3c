"""What a look becomes: a finding on the timeline, and in the thread when people were waiting for it."""

from collections.abc import Sequence
from datetime import datetime

from incident.change import Change
from incident.digest import Facts
from incident.finding import Finding, Phase
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.owing import CHATTER, decided
from incident.responder import Role, UserId
from incident.runbook import Step
from incident.timeline import Event, Kind

_SHOWN = frozenset({Phase.FIRST, Phase.ASKED, Phase.STEP})
"""Looks before and after a remediation are shown together, in its verdict; those of a hold when they are bad."""


def find(
    incident: Incident,
    finding: Finding,
    *more: Event,
    cause: str,
    now: datetime,
    settles: Claim | None = None,
    before: Incident | None = None,
    then: Sequence[Step] = (),
) -> Change:
    """A diagnostic saw something, or failed to look. ``before`` and ``more`` tell what changed with it.

    ``then`` are the diagnostics that waited for the value that it found.
    """
    sight = finding.sight
    facts: Facts = {
        "finding": finding.id,
        "step": finding.step_id,
        "title": finding.title,
        "phase": finding.phase.value,
        "healthy": finding.healthy,
        "value": sight.value,
        "error": sight.error,
    }
    event = Event(kind=Kind.FOUND, at=finding.at, facts=facts, evidence=(f"finding:{finding.id}",))
    rank = incident.severity.rank
    wanted = _shown(finding) and incident.home.thread is not None
    jobs = [owe(JobName.POST_FINDING, incident.id, now, subject=finding.id, urgency=rank + CHATTER)] if wanted else []
    for step in then:
        subject = f"{finding.phase.value}/{step.id}/{finding.id}"
        jobs.append(owe(JobName.DIAGNOSE, incident.id, now, subject=subject, urgency=rank))
    known = incident if before is None else before
    return decided(cause, now, incident, event, *more, before=known, jobs=jobs, findings=(finding,), settles=settles)


def doubt_end(incident: Incident, findings: Sequence[Finding], *, cause: str, now: datetime) -> Change:
    """It was called over, and its diagnostics are still bad: everybody in the channel is told, with the way back."""
    bad = [each for each in findings if each.healthy is False]
    if incident.open or not bad:
        return Change(cause=cause, at=now)
    facts: Facts = {"seen": [each.title for each in bad]}
    event = Event(kind=Kind.END_DOUBTED, at=now, facts=facts, evidence=tuple(f"finding:{each.id}" for each in bad))
    return decided(cause, now, incident, event, before=incident)


def _shown(finding: Finding) -> bool:
    bad = finding.healthy is False or finding.sight.error is not None
    return finding.phase in _SHOWN or (finding.phase is Phase.HOLD and bad)


def reader(incident: Incident, on_call: Sequence[UserId]) -> UserId | None:
    """Who may read what a private step saw: the commander, else whoever acknowledged, else the first one on call."""
    people = (incident.roles.get(Role.COMMANDER), incident.acknowledged_by, *on_call)
    return next((each for each in people if each), None)


def trouble(
    incident: Incident,
    *,
    what: str,
    error: str,
    given_up: bool,
    cause: str,
    now: datetime,
    settles: Claim | None = None,
    users: Sequence[UserId] = (),
) -> Change:
    """Something that Muster owes is late or cannot be done: it is said, not hidden. ``users`` are whom it concerns."""
    facts: Facts = {"what": what, "error": error, "given_up": given_up, "users": list(users)}
    event = Event(kind=Kind.TROUBLE, at=now, facts=facts)
    return decided(cause, now, incident, event, before=incident, settles=settles)
