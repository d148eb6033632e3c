"""Values to save. Each is the smallest that is still a real one."""

from datetime import UTC, datetime, timedelta
from typing import Any

from incident import clock
from incident.alert import Alert, AlertRecord, AlertStatus, Delivery
from incident.approval import Approval, ApprovalState, Preview
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.checklist import Item
from incident.evidence import EvidenceFreeze, Lift
from incident.finding import Finding, Outcome, OutcomeState, Phase, Sight
from incident.incident import FollowUp, Home, Incident, Place
from incident.job import Job, JobName
from incident.plan import Plan, Promise
from incident.responder import MUSTER, Role, UserId, person
from incident.runbook import GuardKind
from incident.severity import HOUSE, Severity
from incident.timeline import Event, Kind
from incident.verdict import Verdict

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def incident(
    incident_id: str = "inc_1",
    *,
    severity: Severity = Severity.P1,
    group: str | None = None,
    home: Home | None = None,
) -> Incident:
    return Incident(
        id=incident_id,
        title="Jobs are stuck",
        severity=severity,
        declared_by=MUSTER,
        declared_at=NOW,
        detected_at=NOW,
        system="ai-storybook",
        policy=HOUSE[severity],
        clocks=clock.started(HOUSE[severity], NOW),
        group=group,
        home=home or Home(),
    )


def full_incident() -> Incident:
    """One with every field set to something that is not its default."""
    who = UserId("U1")
    return Incident(
        id="inc_full",
        title="Zahlungen hängen — “alles” \u2028 😱",
        severity=Severity.P0,
        declared_by=person(who),
        declared_at=NOW,
        detected_at=NOW - timedelta(seconds=1, microseconds=7),
        system="ai-storybook",
        policy=HOUSE[Severity.P0],
        summary="Nobody can pay.",
        procedure="stuck-jobs",
        catalog="d" * 64,
        group="alertmanager:payments",
        started_at=NOW - timedelta(minutes=5),
        acknowledged_at=NOW + timedelta(minutes=1),
        acknowledged_by=who,
        updated_at=NOW + timedelta(minutes=2),
        mitigated_at=NOW + timedelta(minutes=3),
        responders=(who, UserId("U2")),
        roles={Role.COMMANDER: who, Role.SCRIBE: UserId("U2")},
        checklist=(Item(text="Tell support", source="house", ticked_by=who, ticked_at=NOW), Item(text="Breathe")),
        clocks=clock.started(HOUSE[Severity.P0], NOW),
        follow_ups=(FollowUp(text="Undo it", why="a mitigation", opened_at=NOW, due_at=NOW + timedelta(days=2)),),
        evidence=EvidenceFreeze(by=MUSTER, at=NOW, reason="a break-in").with_lift(
            Lift(step_id="requeue", by=who, at=NOW, reason="copied")
        ),
        home=Home(
            channel="C1", name="inc-1", card="1.1", checklist="1.2", announcement=Place(channel="C9", thread="3")
        ),
    )


def event(text: str = "hello") -> Event:
    return Event(kind=Kind.NOTED, at=NOW, facts={"text": text})


def change(cause: str, **parts: Any) -> Change:
    """A Change decided at NOW; ``parts`` are its other fields."""
    return Change(cause=cause, at=NOW, **parts)


def job(
    key: str,
    *,
    name: JobName = JobName.TELL,
    due_at: datetime = NOW,
    urgency: int = 2,
    incident_id: str | None = "inc_1",
    subject: str = "",
) -> Job:
    return Job(name=name, key=key, due_at=due_at, urgency=urgency, incident_id=incident_id, subject=subject)


def alert(key: str = "a1", *, incident_id: str | None = None, first_at: datetime = NOW) -> AlertRecord:
    message = Alert(
        source="alertmanager",
        key=key,
        status=AlertStatus.FIRING,
        title="StuckJobs",
        starts_at=NOW,
        labels={"alertname": "StuckJobs"},
        links={"graph": "https://prometheus.example/graph"},
    )
    return AlertRecord(alert=message, incident_id=incident_id, first_at=first_at, last_at=first_at)


def finding(finding_id: str = "fnd_1", *, incident_id: str = "inc_1", at: datetime = NOW) -> Finding:
    sight = Sight(
        output="3", value=3, rows=1, receipt={"statements": [{"sql": "SELECT 1", "ms": 0.5, "ok": True}]}, seconds=0.25
    )
    return Finding(
        id=finding_id,
        incident_id=incident_id,
        step_id="count-stuck",
        title="Stuck jobs",
        phase=Phase.FIRST,
        at=at,
        verdict=Verdict.READ_ONLY,
        reason="it only selects",
        shown="SELECT 1",
        target="storybook-db",
        sight=sight,
        healthy=False,
    )


def approval(
    approval_id: str = "app_1",
    *,
    state: ApprovalState = ApprovalState.ASKED,
    target: str = "storybook-db",
    incident_id: str = "inc_1",
    outcome: Outcome | None = None,
) -> Approval:
    plan = Plan(
        step_id="requeue",
        title="Requeue them",
        verdict=Verdict.MUTATING,
        executor="postgres",
        target=target,
        environment="production",
        command={"sql": "UPDATE jobs SET state = $1", "arguments": ["queued", 3, None]},
        shown="UPDATE jobs …",
        parameters={"minutes": 30, "state": "queued"},
        catalog="c" * 64,
        promise=Promise(kind=GuardKind.ROWS, seen=3, most=5, probe={"sql": "SELECT count(*)"}),
    )
    return Approval(
        id=approval_id,
        incident_id=incident_id,
        procedure_id="stuck-jobs",
        plan=plan,
        digest=plan.digest,
        requester=UserId("U1"),
        asked_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        policy=ApprovalPolicy(approvers=("S1", "U2")),
        state=state,
        preview=Preview(sentence="3 rows", count=3),
        outcome=outcome,
    )


def outcome(state: OutcomeState, ended_at: datetime) -> Outcome:
    return Outcome(state=state, sentence="It changed 3 rows.", changed=3, ended_at=ended_at, receipt={"rows": 3})


def delivery(key: str = "d1", *, received_at: datetime = NOW) -> Delivery:
    return Delivery(
        key=key,
        source="alertmanager",
        received_at=received_at,
        headers={"content-type": "application/json"},
        body=b'\x00\xff{"alerts": []}',
    )
