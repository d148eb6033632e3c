"""Incidents, findings and requests to show: sound ones by default, and any data at all for the property tests."""

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st
from msgspec.structs import replace

from incident import clock
from incident.alert import Alert, AlertRecord, AlertStatus
from incident.approval import Approval, ApprovalState, Preview
from incident.approval_policy import ApprovalPolicy
from incident.checklist import Item
from incident.evidence import EvidenceFreeze
from incident.finding import Finding, Outcome, OutcomeState, Phase, Sight
from incident.incident import Home, Incident, Place, Status
from incident.plan import Plan, Promise
from incident.responder import Role, UserId, person
from incident.runbook import GuardKind, Origin, Parameter, ParameterKind, Procedure, Step, StepKind
from incident.severity import HOUSE, Severity
from incident.verdict import Verdict

NOW = datetime(2026, 11, 22, 12, 3, tzinfo=UTC)
ADA, BOB = UserId("U0ADA0001"), UserId("U0BOB0002")


def an_incident(**changed: object) -> Incident:
    """INC-142, P1, just declared by Ada, its channel open."""
    policy = HOUSE[Severity.P1]
    incident = Incident(
        id="inc_1",
        title="Checkout errors",
        severity=Severity.P1,
        declared_by=person(ADA),
        declared_at=NOW,
        detected_at=NOW,
        system="storybook",
        policy=policy,
        number=142,
        summary="Payments fail in the EU.",
        responders=(ADA, BOB),
        roles={Role.COMMANDER: ADA},
        clocks=clock.started(policy, NOW),
        checklist=(Item(text="Check the provider's status page"), Item(text="Tell support")),
        home=Home(
            channel="C0CHAN001", name="inc-142", card="1.1", announcement=Place(channel="C0ANN0001", thread="1.0")
        ),
    )
    return replace(incident, **changed)  # type: ignore[arg-type]  # tests name any field


def a_step(**changed: object) -> Step:
    """A remediation on a database, runnable."""
    step = Step(
        id="requeue-stuck-jobs",
        title="Requeue stuck jobs",
        kind=StepKind.REMEDIATION,
        verdict=Verdict.MUTATING,
        reason="it updates rows",
        written="UPDATE jobs SET status = 'queued';",
        origin=Origin(heading="2.4 Stuck jobs", line=118),
        executor="postgres",
        target="storybook-db",
        undo="Set them back by hand.",
        parameters=(
            Parameter(
                name="minutes",
                kind=ParameterKind.INTEGER,
                label="Older than (minutes)",
                default="30",
                minimum=5,
                maximum=600,
            ),
            Parameter(
                name="queue", kind=ParameterKind.CHOICE, label="Queue", choices=("books", "images"), default="books"
            ),
            Parameter(name="worker", kind=ParameterKind.TEXT, label="Worker", default="w-1"),
        ),
    )
    return replace(step, **changed)  # type: ignore[arg-type]  # tests name any field


def a_procedure(*steps: Step) -> Procedure:
    """A procedure with a diagnostic and the remediations given."""
    look = a_step(
        id="look", title="Count stuck jobs", kind=StepKind.DIAGNOSTIC, verdict=Verdict.READ_ONLY, parameters=()
    )
    return Procedure(
        id="stuck-jobs",
        title="Stuck jobs detected",
        origin=Origin(heading="2.4 Stuck jobs", line=100),
        steps=(look, *steps),
    )


def a_plan(**changed: object) -> Plan:
    """A plan to requeue at most twelve jobs."""
    shown = "UPDATE jobs SET status = 'queued' WHERE id = $1\n-- $1 = 7"
    plan = Plan(
        step_id="requeue-stuck-jobs",
        title="Requeue stuck jobs",
        verdict=Verdict.MUTATING,
        executor="postgres",
        target="storybook-db",
        environment="production",
        command={"sql": "UPDATE jobs …"},
        shown=shown,
        parameters={},
        catalog="c" * 64,
        promise=Promise(kind=GuardKind.ROWS, seen=12, most=12),
        undo="Set them back by hand.",
    )
    return replace(plan, **changed)  # type: ignore[arg-type]  # tests name any field


def a_request(state: ApprovalState = ApprovalState.ASKED, **changed: object) -> Approval:
    """Ada's request to requeue stuck jobs, answered by Bob when its state says so."""
    plan = a_plan()
    answered = state not in {ApprovalState.ASKED, ApprovalState.PREPARING}
    ended = {
        ApprovalState.RAN: OutcomeState.RAN,
        ApprovalState.FAILED: OutcomeState.FAILED,
        ApprovalState.UNKNOWN: OutcomeState.UNKNOWN,
    }.get(state)
    request = Approval(
        id="apr_1",
        incident_id="inc_1",
        procedure_id="stuck-jobs",
        plan=plan,
        digest=plan.digest,
        requester=ADA,
        asked_at=NOW,
        expires_at=NOW + timedelta(minutes=15),
        policy=ApprovalPolicy(approvers=(BOB, "S0ONCALL1")),
        state=state,
        decided_by=BOB if answered and state is not ApprovalState.EXPIRED else None,
        decided_at=NOW + timedelta(minutes=2) if answered else None,
        preview=Preview(sentence="12 rows of jobs", count=12),
        outcome=Outcome(state=ended, sentence="12 rows changed", changed=12, ended_at=NOW) if ended else None,
    )
    return replace(request, **changed)  # type: ignore[arg-type]  # tests name any field


def a_finding(**changed: object) -> Finding:
    """A diagnostic that saw twelve stuck jobs."""
    finding = Finding(
        id="fnd_1",
        incident_id="inc_1",
        step_id="look",
        title="Count stuck jobs",
        phase=Phase.FIRST,
        at=NOW,
        verdict=Verdict.READ_ONLY,
        reason="a SELECT without locks",
        shown="SELECT count(*) FROM jobs",
        target="storybook-db",
        sight=Sight(
            output="count\n12", value=12, rows=1, receipt={"transaction": "read only", "role": "reader"}, seconds=0.02
        ),
        healthy=False,
        expectation="at most 0",
        attested="role reader holds SELECT only",
    )
    return replace(finding, **changed)  # type: ignore[arg-type]  # tests name any field


def an_alert(**changed: object) -> AlertRecord:
    """An alert that still fires."""
    alert = Alert(source="alertmanager", key="k", status=AlertStatus.FIRING, title="StuckJobs")
    record = AlertRecord(alert=alert, incident_id="inc_1", first_at=NOW, last_at=NOW)
    return replace(record, **changed)  # type: ignore[arg-type]  # tests name any field


_NASTY = {
    "everybody": "<!channel>",
    "somebody": "<@U0EVE0003>",
    "marks": "*bold* _it_ ~no~ `code`",
    "fence": "```\n<http://evil|click>\n```",
    "entities": "&lt;&amp;",
    "emoji": ":fire: 👩‍🚒🏳️‍🌈",
    "hidden": "\u202edrowssap\x00\x07\ud800",
    "breaks": "a\u2028b\r\nc",
    "astral": "𝕊𝕝𝕒𝕔𝕜" * 40,
    "long": "x" * 5_000,
    "lines": "line\n" * 2_000,
    "brackets": "<" * 3_000,
    "blank": " ",
    "empty": "",
}
TEXT = st.one_of(st.sampled_from(sorted(_NASTY)).map(_NASTY.__getitem__), st.text(max_size=40))


@st.composite
def any_incident(draw: st.DrawFn) -> Incident:
    """Any incident at all: any texts, any number of people and items, any state."""
    resolved, item = draw(st.booleans()), draw(TEXT)
    return an_incident(
        title=draw(TEXT),
        summary=draw(TEXT),
        severity=draw(st.sampled_from(Severity)),
        status=Status.RESOLVED if resolved else draw(st.sampled_from(list(Status)[:-1])),
        resolved_at=NOW + timedelta(hours=3) if resolved else None,
        number=draw(st.integers(0, 10**9)),
        acknowledged_at=draw(st.none() | st.just(NOW)),
        responders=tuple(UserId(f"U{n:08}") for n in range(draw(st.integers(0, 300)))),
        roles={
            role: UserId(draw(st.sampled_from([ADA, "<!here>", "u"]))) for role in draw(st.sets(st.sampled_from(Role)))
        },
        checklist=tuple(
            Item(text=item, ticked_by=ADA if number % 2 else None, ticked_at=NOW if number % 2 else None)
            for number in range(draw(st.sampled_from([0, 1, 7, 45, 46, 200])))
        ),
        clocks=draw(
            st.sampled_from([(), clock.started(HOUSE[Severity.P0], NOW), clock.started(HOUSE[Severity.P3], NOW)])
        ),
        evidence=draw(st.none() | st.builds(EvidenceFreeze, by=st.just(person(ADA)), at=st.just(NOW), reason=TEXT)),
        home=draw(st.sampled_from([Home(), Home(channel="C0CHAN001", name="inc-142", card="1.1")])),
    )


@st.composite
def any_finding(draw: st.DrawFn) -> Finding:
    """Any finding at all."""
    return a_finding(
        title=draw(TEXT),
        phase=draw(st.sampled_from(Phase)),
        verdict=draw(st.sampled_from(Verdict)),
        reason=draw(TEXT),
        shown=draw(TEXT),
        target=draw(TEXT),
        expectation=draw(TEXT),
        attested=draw(TEXT),
        healthy=draw(st.sampled_from([None, True, False])),
        sight=Sight(
            output=draw(TEXT),
            value=draw(st.one_of(st.none(), st.integers(), st.booleans(), TEXT)),
            rows=draw(st.none() | st.integers(0, 9)),
            truncated=draw(st.booleans()),
            receipt=dict.fromkeys(draw(st.lists(TEXT, max_size=3)), draw(TEXT)) | dict.fromkeys("abcdefghij", 1),
            error=draw(st.none() | TEXT),
        ),
    )


@st.composite
def any_request(draw: st.DrawFn) -> Approval:
    """Any request at all, in any state."""
    plan = a_plan(
        title=draw(TEXT),
        target=draw(TEXT),
        environment=draw(TEXT),
        shown=draw(TEXT),
        undo=draw(TEXT),
        temporary=draw(st.booleans()),
        promise=draw(st.sampled_from([Promise(kind=kind, most=most) for kind in GuardKind for most in (None, 10**12)])),
    )
    state = draw(st.sampled_from(ApprovalState))
    outcome = Outcome(
        state=OutcomeState.RAN, sentence=draw(TEXT), output=draw(TEXT), changed=draw(st.none() | st.integers())
    )
    return a_request(
        state,
        plan=plan,
        reason=draw(TEXT),
        broke_glass=draw(st.booleans()),
        preview=draw(st.none() | TEXT.map(lambda words: Preview(sentence=words))),
        outcome=draw(st.sampled_from([None, outcome])),
        policy=ApprovalPolicy(
            approvers=tuple(draw(st.lists(TEXT | st.sampled_from(["S0ONCALL1", "commander"]), max_size=30))),
            approvals=draw(st.integers(1, 10)),
            break_glass=draw(st.booleans()),
        ),
        yes=tuple(UserId(draw(TEXT)) for _ in range(draw(st.integers(0, 10)))),
    )
