"""Stopping: every remediation everywhere, or whatever would change something while an incident's evidence is kept."""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from incident import refusal
from incident.approval import Approval, ApprovalState
from incident.change import Change, event_id
from incident.digest import Facts, identifier
from incident.evidence import EvidenceFreeze, Lift
from incident.incident import Incident
from incident.job import Job, JobName, owe
from incident.owing import decided
from incident.responder import Actor, Role, UserId, person, user_of
from incident.runbook import Step
from incident.stop import Stop
from incident.timeline import Event, Kind
from incident.typed import visible


def stop(
    standing: Stop | None,
    *,
    by: Actor,
    reason: str,
    cause: str,
    now: datetime,
    incidents: Sequence[Incident],
    requests: Sequence[Approval],
) -> Change:
    """No remediation anywhere from now on. Announced, and shown on the cards of what is open. Raises AlreadySo."""
    if standing is not None:
        raise refusal.AlreadySo(what="stopped", by=user_of(standing.by), at=standing.at)
    made = Stop(id=identifier("stop", cause), by=by, at=now, reason=reason.strip())
    event = Event(kind=Kind.STOPPED, at=now, actor=by, facts={"reason": made.reason})
    jobs = (_announced(cause, now), *_shown(incidents, requests, now))
    return Change(cause=cause, at=now, events=(event,), stop=made, jobs=jobs)


def lift_stop(
    standing: Stop | None,
    *,
    by: Actor,
    reason: str,
    cause: str,
    now: datetime,
    incidents: Sequence[Incident],
    requests: Sequence[Approval],
) -> Change:
    """Remediations may run again, each behind its gate as before. Raises NotStopped."""
    if standing is None:
        raise refusal.NotStopped()
    lifted = replace(standing, lifted_by=by, lifted_at=now, lifted_because=reason.strip())
    facts: Facts = {"reason": lifted.lifted_because, "seconds": (now - standing.at).total_seconds()}
    event = Event(kind=Kind.STOP_LIFTED, at=now, actor=by, facts=facts)
    jobs = (_announced(cause, now), *_shown(incidents, requests, now))
    return Change(cause=cause, at=now, events=(event,), stop=lifted, jobs=jobs)


def freeze_evidence(
    incident: Incident, *, by: UserId, reason: str, requests: Sequence[Approval], cause: str, now: datetime
) -> Change:
    """What would change something is refused from now on; the cards of its requests say so. Raises AlreadySo."""
    frozen = incident.evidence
    if frozen is not None:
        raise refusal.AlreadySo(what="frozen", by=user_of(frozen.by), at=frozen.at)
    made = EvidenceFreeze(by=person(by), at=now, reason=reason.strip())
    return _kept(incident, made, made.event, requests, cause, now)


def lift_evidence(
    incident: Incident, *, step: Step, by: UserId, reason: str, requests: Sequence[Approval], cause: str, now: datetime
) -> Change:
    """One step may run nevertheless, and be asked for and approved as ever.

    Raises EvidenceNotFrozen, NotTheCommander, NothingSaid, AlreadySo.
    """
    frozen = _frozen(incident, by, reason)
    if not frozen.holds(step.id):
        raise refusal.AlreadySo(what="lifted", by=None, at=None)
    lift = Lift(step_id=step.id, by=by, at=now, reason=reason.strip())
    facts = {"step": step.id, "title": step.title, "reason": lift.reason}
    event = Event(kind=Kind.EVIDENCE_LIFTED, at=now, actor=person(by), facts=facts)
    return _kept(incident, frozen.with_lift(lift), event, requests, cause, now)


def release_evidence(
    incident: Incident, *, by: UserId, reason: str, requests: Sequence[Approval], cause: str, now: datetime
) -> Change:
    """Evidence is kept no longer. Raises EvidenceNotFrozen, NotTheCommander, NothingSaid."""
    _frozen(incident, by, reason)
    event = Event(kind=Kind.EVIDENCE_RELEASED, at=now, actor=person(by), facts={"reason": reason.strip()})
    return _kept(incident, None, event, requests, cause, now)


def _frozen(incident: Incident, by: UserId, reason: str) -> EvidenceFreeze:
    """The freeze, once it is clear that this person may loosen it and says why."""
    if incident.evidence is None:
        raise refusal.EvidenceNotFrozen()
    commander = incident.roles.get(Role.COMMANDER)
    if by != commander:
        raise refusal.NotTheCommander(commander=commander)
    if not visible(reason):
        raise refusal.NothingSaid(what="reason")
    return incident.evidence


def _kept(
    incident: Incident,
    evidence: EvidenceFreeze | None,
    event: Event,
    requests: Sequence[Approval],
    cause: str,
    now: datetime,
) -> Change:
    jobs = _waiting([incident], requests, now)
    return decided(cause, now, replace(incident, evidence=evidence), event, before=incident, jobs=jobs)


def _announced(cause: str, now: datetime) -> Job:
    told = event_id(cause, 0)
    return Job(name=JobName.TELL_STOP, key=f"{JobName.TELL_STOP.value}:{told}", due_at=now, subject=told, urgency=0)


def _shown(incidents: Sequence[Incident], requests: Sequence[Approval], now: datetime) -> list[Job]:
    """The cards that say whether anything may run: of open incidents, and of what waits for an answer or its turn."""
    cards = [owe(JobName.CARD, it.id, now, urgency=it.severity.rank) for it in incidents if it.home.channel is not None]
    return [*cards, *_waiting(incidents, requests, now)]


def _waiting(incidents: Sequence[Incident], requests: Sequence[Approval], now: datetime) -> list[Job]:
    ranks = {each.id: each.severity.rank for each in incidents}
    return [
        owe(JobName.APPROVAL_CARD, each.incident_id, now, subject=each.id, urgency=ranks.get(each.incident_id, 2))
        for each in requests
        if each.state in {ApprovalState.ASKED, ApprovalState.APPROVED}
    ]
