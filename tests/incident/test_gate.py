"""What the team's rules demand of a remediation, and what the gate lets through."""

from datetime import UTC, datetime, time, timedelta

import pytest
from msgspec.structs import replace

from incident import answering, approval, gate, refusal
from incident.approval import Approval, ApprovalState, Preview
from incident.approval_policy import ApprovalPolicy
from incident.evidence import EvidenceFreeze, Lift
from incident.gate import Case, Match, Rule
from incident.hours import Hours
from incident.incident import Incident
from incident.refusal import Refused
from incident.responder import MUSTER, TERMINAL, Role, UserId
from incident.stop import Stop
from incident.verdict import Verdict
from tests.incident.kept import ANA, BEN, CLEO, DAN, START, after, declared, remediation_plan

DEFAULT = ApprovalPolicy(approvers=("S0DBA",), cool_down=timedelta(minutes=5))
CASE = Case(
    system="shop",
    severity="P1",
    procedure="stuck-jobs",
    step="requeue",
    tag=("restarts", "slow"),
    target="shop-db",
    environment="production",
    executor="postgres",
)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MORNING = Hours(start=time(9), end=time(10), timezone="UTC")
MIDDAY = Hours(start=time(11), end=time(14), timezone="UTC")


# Rules.


def test_without_rules_the_defaults_hold() -> None:
    assert gate.demanded((), CASE, DEFAULT) == DEFAULT
    assert (DEFAULT.approvals, DEFAULT.requester_may_approve, DEFAULT.expires_after) == (
        1,
        False,
        timedelta(minutes=15),
    )


def test_each_key_is_taken_from_the_first_rule_that_matches_and_names_it() -> None:
    rules = (
        Rule(match=Match(system=("bank",)), approvals=9),
        Rule(match=Match(tag=("restarts",)), approvals=2, concurrency=4),
        Rule(match=Match(severity=("P0", "P1")), approvals=3, break_glass=False),
        Rule(approve=("commander",), break_glass=True),
    )
    policy = gate.demanded(rules, CASE, DEFAULT)
    assert (policy.approvals, policy.break_glass, policy.approvers) == (2, False, ("commander",))
    assert (policy.concurrency, DEFAULT.concurrency) == (4, 1)


@pytest.mark.parametrize("key", ["system", "severity", "procedure", "step", "tag", "target", "environment", "executor"])
def test_a_rule_is_for_a_case_that_has_one_of_its_values_for_each_of_its_keys(key: str) -> None:
    value = getattr(CASE, key)
    one = value if isinstance(value, str) else value[0]
    assert Match(**{key: ("something else", one)}).takes(CASE)
    assert not Match(**{key: ("something else",)}).takes(CASE)
    assert not Match(**{key: (one,), "system" if key != "system" else "step": ("other",)}).takes(CASE)


def test_a_rule_lengthens_a_steps_own_cool_down_and_never_shortens_it() -> None:
    for minutes, holds in ((1, 5), (9, 9)):
        rules = (Rule(cool_down=timedelta(minutes=minutes)),)
        assert gate.demanded(rules, CASE, DEFAULT).cool_down == timedelta(minutes=holds)


def test_a_part_is_whoever_plays_it_and_nobody_while_nobody_does() -> None:
    def people(*names: str, roles: dict[Role, UserId] | None = None) -> tuple[str, ...]:
        held = {Role.COMMANDER: ANA} if roles is None else roles
        return gate.people(names, roles=held, on_call=(BEN,), escalation=(CLEO, BEN))

    assert people("commander", "on-call", "escalation", "S0DBA", DAN) == (ANA, BEN, CLEO, "S0DBA", DAN)
    assert people("commander", "scribe", roles={}) == ()


# The gate.


def refused(incident: Incident, policy: ApprovalPolicy = DEFAULT, stop: Stop | None = None) -> Refused | None:
    try:
        gate.check(incident, remediation_plan(), policy, stop=stop, now=NOON)
    except Refused as no:
        return no
    return None


def test_what_nothing_forbids_passes() -> None:
    allowed = replace(DEFAULT, window=(MORNING, MIDDAY), quiet_hours=(MORNING,), environments=("production",))
    assert refused(declared().it, allowed) is None


@pytest.mark.parametrize(
    ("policy", "kind", "until"),
    [
        (replace(DEFAULT, environments=("staging",)), refusal.WrongEnvironment, None),
        (replace(DEFAULT, window=(MORNING,)), refusal.WindowClosed, NOON + timedelta(hours=21)),
        (replace(DEFAULT, quiet_hours=(MIDDAY,)), refusal.QuietHours, NOON + timedelta(hours=2)),
    ],
    ids=["environment", "window", "quiet hours"],
)
def test_what_a_rule_forbids_is_refused_and_says_until_when(
    policy: ApprovalPolicy, kind: type[Refused], until: datetime | None
) -> None:
    no = refused(declared().it, policy)
    assert isinstance(no, kind)
    assert no.facts.get("until") == until
    assert gate.why(no).endswith("."), "and the record says why it was not begun"


def test_nothing_passes_a_stop_and_frozen_evidence_only_what_was_lifted() -> None:
    it = declared().it
    no = refused(it, stop=Stop(id="stop_1", by=TERMINAL, at=NOON, reason="a wrong deploy"))
    assert isinstance(no, refusal.Stopped)
    assert "a wrong deploy" in gate.why(no)
    frozen = EvidenceFreeze(by=MUSTER, at=NOON, reason="a break-in")
    assert isinstance(refused(replace(it, evidence=frozen)), refusal.EvidenceFrozen)
    other = frozen.with_lift(Lift(step_id="another", by=ANA, at=NOON, reason="x"))
    assert isinstance(refused(replace(it, evidence=other)), refusal.EvidenceFrozen)
    lifted = frozen.with_lift(Lift(step_id=remediation_plan().step_id, by=ANA, at=NOON, reason="x"))
    assert refused(replace(it, evidence=lifted)) is None


def test_frozen_evidence_does_not_keep_from_looking() -> None:
    frozen = replace(declared().it, evidence=EvidenceFreeze(by=MUSTER, at=NOON, reason="a break-in"))
    look = replace(remediation_plan(), verdict=Verdict.READ_ONLY)
    gate.check(frozen, look, DEFAULT, stop=None, now=NOON)


def test_only_what_the_gate_refuses_has_a_reason_for_the_record() -> None:
    assert gate.why(refusal.Spent(state="ran", by=ANA)) == ""


# How many.


def asked(policy: ApprovalPolicy) -> Approval:
    request = approval.ask(
        "app_1", incident_id="inc_1", procedure_id="p", plan=remediation_plan(), requester=BEN, policy=policy, now=START
    )
    return approval.prepared(request, Preview(sentence="7 rows", count=7), now=START)


def test_a_quorum_is_so_many_different_people() -> None:
    request = asked(replace(DEFAULT, approvals=2))
    one = answering.approve(request, by=CLEO, allowed=True, now=after(1))
    assert (one.state, one.yes, one.decided_by) == (ApprovalState.ASKED, (CLEO,), None)
    with pytest.raises(refusal.SaidYes) as twice:
        answering.approve(one, by=CLEO, allowed=True, now=after(2))
    assert twice.value.facts["missing"] == 1
    with pytest.raises(refusal.OwnRequest):
        answering.approve(one, by=BEN, allowed=True, now=after(2))
    two = answering.approve(one, by=DAN, allowed=True, now=after(3))
    assert (two.state, two.yes, two.decided_by, two.decided_at) == (ApprovalState.APPROVED, (CLEO, DAN), DAN, after(3))


def test_a_quorum_may_count_the_requester_where_a_rule_says_so() -> None:
    request = asked(replace(DEFAULT, approvals=2, requester_may_approve=True))
    one = answering.approve(request, by=BEN, allowed=True, now=after(1))
    assert answering.approve(one, by=CLEO, allowed=True, now=after(2)).state is ApprovalState.APPROVED


def test_in_quiet_hours_more_must_say_yes_and_when_they_are_over_one_is_enough_again() -> None:
    """It is the hour of the click that counts, not the hour in which somebody asked."""
    quiet = Hours(start=START.time(), end=after(5).time(), timezone="UTC")
    policy = replace(DEFAULT, quiet_hours=(quiet,), quiet_approvals=2)
    assert (policy.wanted(after(1)), policy.wanted(after(6))) == (2, 1)
    gate.check(declared().it, remediation_plan(), policy, stop=None, now=after(1))
    one = answering.approve(asked(policy), by=CLEO, allowed=True, now=after(1))
    assert one.state is ApprovalState.ASKED
    assert answering.approve(one, by=CLEO, allowed=True, now=after(6)).state is ApprovalState.APPROVED


def test_a_quorum_that_is_not_reached_in_time_expires() -> None:
    one = answering.approve(asked(replace(DEFAULT, approvals=2)), by=CLEO, allowed=True, now=after(1))
    late = approval.expire(one, after(16))
    assert late is not None
    assert late.state is ApprovalState.EXPIRED


def test_where_a_rule_forbids_it_no_reason_breaks_the_glass() -> None:
    request = asked(replace(DEFAULT, break_glass=False))
    with pytest.raises(refusal.NoBreakGlass):
        answering.break_glass(request, by=BEN, allowed=True, reason="alone", now=after(1))
