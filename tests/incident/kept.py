"""A record kept the way a store keeps it, and one incident told with the real decisions from its alert to its draft."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from incident import clockwork, looking, opening, remedy, running, timeline, working
from incident.alert import Alert, AlertRecord, AlertStatus
from incident.approval import Approval, Preview
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.digest import Json
from incident.finding import Finding, Outcome, OutcomeState, Phase, Sight
from incident.incident import Incident, Status
from incident.job import Claim, Job, JobName
from incident.plan import Plan, Promise
from incident.postmortem import Record
from incident.responder import Role, UserId, monitor, person
from incident.runbook import GuardKind, Origin, Procedure
from incident.severity import HOUSE, Severity
from incident.timeline import GENESIS, Event, Link
from incident.verdict import Verdict
from tests.incident.hearing import follow, heard

START = datetime(2026, 3, 14, 9, 12, 5, tzinfo=UTC)
ANA, BEN, CLEO, DAN = UserId("U0ANA"), UserId("U0BEN"), UserId("U0CLEO"), UserId("U0DAN")
PROCEDURE = Procedure(
    id="stuck-jobs",
    title="Stuck jobs",
    origin=Origin(heading="2.4 Stuck Jobs Detected"),
    checklist=("Look at the job monitor's log for its own recovery",),
)


def after(minutes: float) -> datetime:
    """So many minutes after the declaration."""
    return START + timedelta(minutes=minutes)


class Kept(Struct):
    """What a store would hold of one incident after some changes: their events chained, the newest of each value."""

    number: int = 142
    incident: Incident | None = None
    links: list[Link] = field(default_factory=list)
    alerts: dict[str, AlertRecord] = field(default_factory=dict)
    findings: dict[str, Finding] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    saves: int = 0

    def save(self, change: Change) -> None:
        """Keep one change."""
        self.saves += 1
        if change.incident is not None:
            self.incident = replace(change.incident, number=self.number, version=self.saves)
        for event in change.events:
            self.append(event, change.at)
        self.alerts |= {each.id: each for each in change.alerts}
        self.findings |= {each.id: each for each in change.findings}
        self.approvals |= {each.id: each for each in change.approvals}

    def append(self, event: Event, at: datetime) -> None:
        """Hang one event onto the chain."""
        seq, content = len(self.links) + 1, timeline.content(event)
        previous = self.links[-1].link if self.links else GENESIS
        made = timeline.link(previous, self.it.id, seq, at, content)
        self.links.append(Link(id=f"ev_{seq}", seq=seq, recorded_at=at, content=content, link=made, event=event))

    def decide(self, decision: Callable[..., Change], at: float, **given: object) -> None:
        """Let one of the real decisions change the incident, ``at`` minutes after its declaration."""
        self.save(decision(self.it, now=after(at), **given))

    @property
    def it(self) -> Incident:
        """The incident, which a first change must have declared."""
        assert self.incident is not None
        return self.incident

    @property
    def record(self) -> Record:
        """All of it, as the store hands it to the draft."""
        return Record(
            incident=self.it,
            timeline=tuple(self.links),
            alerts=tuple(self.alerts.values()),
            findings=tuple(self.findings.values()),
            approvals=tuple(self.approvals.values()),
        )

    def claim(self, name: JobName = JobName.VERIFY) -> Claim:
        """A claim of some job, never the same twice."""
        job = Job(name=name, key=f"{name.value}:{self.saves}", due_at=START, incident_id=self.it.id)
        return Claim(id=self.saves, job=job, fence=1, generation=1, attempts=1)


def firing(key: str = "jobs", title: str = "StorybookJobsStuck", started: datetime | None = None) -> Alert:
    """What Alertmanager says of jobs that stand still."""
    return Alert(
        source="alertmanager",
        key=key,
        status=AlertStatus.FIRING,
        title=title,
        description="7 jobs have been running for more than 15 minutes.",
        severity="critical",
        starts_at=started,
        links={"Graph": "https://prometheus.example/graph?g0.expr=jobs_stuck%20%3E%205"},
    )


def declared(*, severity: Severity = Severity.P1, title: str = "StorybookJobsStuck", by_monitor: bool = True) -> Kept:
    """An incident just declared: by an alert that says since when, or by Ana."""
    kept = Kept()
    alert = firing(title=title, started=after(-2.5))
    record = AlertRecord(alert=alert, incident_id=None, first_at=START, last_at=START)
    asked = opening.Declaration(
        title=title,
        severity=severity,
        system="ai-storybook",
        by=monitor("alertmanager") if by_monitor else ACTOR,
        policy=HOUSE[severity],
        reason="an alert declares: nothing is known of it yet" if by_monitor else "said so",
        responders=(ANA,),
        summary=alert.description if by_monitor else "",
        procedure=PROCEDURE,
        started_at=alert.starts_at if by_monitor else None,
        detected_at=START,
        evidence=("delivery:am-5f2c", f"alert:{record.id}") if by_monitor else (),
    )
    alerts = (record,) if by_monitor else ()
    kept.save(opening.declare(asked, cause="am-5f2c#0", now=START, alerts=alerts))
    return kept


ACTOR = opening.Actor(f"user:{ANA}")


def finding(phase: Phase, at: float, stuck: Json, *, cause: str, error: str | None = None) -> Finding:
    """How many jobs stand still, as the diagnostic saw it."""
    return Finding(
        id=f"find_{phase.value}_{at:g}".replace(".", "_"),
        incident_id="inc",
        step_id="stuck-count",
        title="Count the stuck jobs",
        phase=phase,
        at=after(at),
        verdict=Verdict.READ_ONLY,
        reason="one SELECT over plain columns",
        shown="SELECT count(*) FROM jobs WHERE status = 'running' AND updated_at < now() - interval '15 minutes'",
        target="storybook-db",
        sight=Sight(
            output="" if error else f" count\n-------\n {stuck}\n(1 row)",
            value=None if error else stuck,
            rows=None if error else 1,
            receipt={} if error else {"transaction": "read only", "role": "muster_ro", "rows": 1},
            error=error,
            seconds=0.012,
        ),
        healthy=None if error else bool(isinstance(stuck, int) and stuck <= 0),
        expectation="at most 0",
        attested="muster_ro may not write to any table of storybook-db",
        cause=cause,
    )


def remediation_plan() -> Plan:
    """Fail the jobs that stand still, at most as many as were seen."""
    sql = "UPDATE jobs SET status = 'failed', error_code = 'MANUAL_RECOVERY' WHERE status = 'running'"
    return Plan(
        step_id="fail-stuck-jobs",
        title="Fail the stuck jobs",
        verdict=Verdict.MUTATING,
        executor="postgres",
        target="storybook-db",
        environment="production",
        command={"sql": sql},
        shown=sql,
        parameters={},
        catalog="c" * 64,
        promise=Promise(kind=GuardKind.ROWS),
        undo="Set the jobs' status back to running from the backup table",
        temporary=True,
    )


def remediate(kept: Kept, at: float, *, seen: int = 7) -> str:
    """Ben asks, Cleo approves two minutes later, it runs, and what was seen before and after is on record."""
    kept.decide(
        remedy.request,
        at,
        plan=remediation_plan(),
        policy=ApprovalPolicy(approvers=("S0DBA",)),
        stop=None,
        by=BEN,
        cause=f"view-{at:g}",
    )
    asked = list(kept.approvals)[-1]

    def step(decision: Callable[..., Change], when: float, *more: object, **given: object) -> None:
        kept.save(decision(kept.it, kept.approvals[asked], *more, now=after(when), **given))

    step(remedy.put_up, at + 0.05, Preview(sentence=f"{seen} rows of jobs", count=seen), settles=kept.claim())
    step(remedy.approve, at + 2, by=CLEO, allowed=True, stop=None, cause=f"click-{at:g}")
    look(kept, Phase.BEFORE, at + 2.1, seen, cause=asked)
    step(remedy.begin, at + 2.2, stop=None, settles=kept.claim())
    ran = Outcome(state=OutcomeState.RAN, sentence="7 rows were changed.", changed=seen, output=f"UPDATE {seen}")
    step(running.settle, at + 2.3, ran, settles=kept.claim())
    look(kept, Phase.AFTER, at + 2.4, 0, cause="verify:1")
    verify(kept, at + 2.5, asked)
    return asked


def look(kept: Kept, phase: Phase, at: float, stuck: Json, *, cause: str = "", error: str | None = None) -> None:
    """A diagnostic ran and its finding is on record."""
    seen = finding(phase, at, stuck, cause=cause, error=error)
    kept.save(looking.find(kept.it, seen, cause=f"finding:{seen.id}", now=seen.at))


def verify(kept: Kept, at: float, asked: str) -> None:
    """What was seen after the run is compared with what was seen before it."""

    def of(phase: Phase) -> Sequence[Finding]:
        return [each for each in kept.findings.values() if each.phase is phase]

    kept.save(
        running.verify(
            kept.it,
            title="Fail the stuck jobs",
            approval_id=asked,
            before=of(Phase.BEFORE),
            after=of(Phase.AFTER),
            settles=kept.claim(),
            now=after(at),
        )
    )


def ring(kept: Kept, at: float) -> None:
    """The clocks are looked at."""
    kept.decide(clockwork.ring, at, escalation=(DAN,), settles=kept.claim(JobName.RING_CLOCKS))


def storybook() -> Kept:
    """The whole incident: an alert, a late update, a handover, an approved and verified fix, the resolution."""
    kept = declared()
    kept.decide(
        opening.open_channel,
        0.02,
        channel="C0INC142",
        name="inc-142-storybookjobsstuck",
        settles=kept.claim(),
        cause="open",
    )
    look(kept, Phase.FIRST, 0.03, 7, cause="diagnose:first")
    said = f"{ANA}/1773479528.000100"
    kept.decide(opening.page, 0.05, user=ANA, escalated=False, message=said, cause="page-ana", settles=kept.claim())
    kept.decide(working.acknowledge, 3.2, by=person(ANA), cause="ack")
    kept.decide(working.take_role, 3.5, role=Role.COMMANDER, user=ANA, by=person(ANA), cause="role-1")
    joined = firing("latency", "StorybookQueueLatency", after(1))
    kept.save(follow(heard(joined, after(4), last=kept.it), after(4), "am-6a01#0"))
    kept.decide(
        working.note,
        6,
        text=f"<@{BEN}> sees `worker-3` stuck since the 09:05 deploy | queue at 41",
        by=person(ANA),
        cause="note",
        evidence="message:C0INC142/1773479885.000200",
    )
    ring(kept, 20)
    ring(kept, 30)
    kept.decide(working.take_role, 31, role=Role.COMMANDER, user=DAN, by=person(ANA), cause="role-2")
    kept.decide(
        working.update,
        33,
        text="Workers hold jobs that nobody finishes.\nWe are about to fail them by hand.",
        by=person(DAN),
        cause="update-1",
        status=Status.IDENTIFIED,
        impact="About 40 stories are late; none is lost.",
        following="10:00 UTC",
    )
    kept.decide(working.tick, 34, number=1, by=DAN, cause="tick")
    remediate(kept, 35)
    known = kept.alerts["alertmanager:jobs"]
    quiet = replace(known.alert, status=AlertStatus.RESOLVED, ends_at=after(39))
    over = heard(quiet, after(39.5), known=known, own=kept.it, firing=1)
    kept.save(follow(over, after(39.5), "am-7b09#0"))
    kept.decide(
        working.resolve,
        52,
        fix="Failed the seven stuck jobs; users start them again from the book's page.",
        lingering="no",
        impact="43 stories were late by 20 to 55 minutes.",
        by=person(DAN),
        cause="resolve",
    )
    look(kept, Phase.WATCH, 52.1, 0, cause="write_postmortem:1")
    return kept
