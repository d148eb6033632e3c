"""A remediation: seen before it is asked for, approved by a second person, run once, and always ended in words."""

from collections.abc import Callable, Mapping
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from incident import answering, approval, glass, remedy, reverting, running, working
from incident.approval import Approval, ApprovalState, Preview
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.clock import ClockKind
from incident.digest import Json
from incident.finding import Comparison, Finding, Outcome, OutcomeState, Phase, compare
from incident.incident import FollowUp, Status
from incident.job import JobName
from incident.plan import Plan, Promise, draw_up, shown
from incident.refusal import (
    BadParameter,
    Ended,
    Expired,
    GuardBroken,
    NotAnApprover,
    NothingSaid,
    NotOnCall,
    NotReadOnly,
    NotRunnable,
    NotTheRequester,
    OwnRequest,
    Refused,
    Spent,
)
from incident.responder import UserId, person
from incident.runbook import GuardKind, Parameter, ParameterKind, StepKind
from incident.timeline import Kind
from incident.verdict import Verdict
from tests.fakes.runbooks import CATALOG, STUCK
from tests.incident.kept import ANA, BEN, CLEO, DAN, Kept, after, declared, finding, remediation_plan

POLICY = ApprovalPolicy(approvers=(CLEO, "S0DBA"))
SEEN = Preview(sentence="7 rows", count=7)


def asked(kept: Kept, plan: Plan | None = None, seen: Preview = SEEN, policy: ApprovalPolicy = POLICY) -> Approval:
    """Ben's request with its card up."""
    kept.decide(remedy.request, 1, plan=plan or remediation_plan(), policy=policy, by=BEN, stop=None, cause="view")
    (request,) = kept.approvals.values()
    kept.save(remedy.put_up(kept.it, request, seen, settles=kept.claim(), now=after(1.1)))
    return kept.approvals[request.id]


def approved(kept: Kept) -> Approval:
    kept.save(remedy.approve(kept.it, asked(kept), by=CLEO, allowed=True, stop=None, cause="click", now=after(2)))
    return next(iter(kept.approvals.values()))


def runs(change: Change) -> int:
    return sum(job.name is JobName.RUN_REMEDIATION for job in change.jobs)


def ended(kept: Kept, state: OutcomeState) -> Change:
    request = approved(kept)
    kept.save(remedy.begin(kept.it, request, stop=None, settles=kept.claim(), now=after(2.1)))
    outcome = Outcome(state=state, sentence="7 rows were changed.")
    return running.settle(kept.it, kept.approvals[request.id], outcome, settles=kept.claim(), now=after(2.2))


# The plan.


def test_the_command_is_rendered_once_with_its_parameters_bound_apart() -> None:
    plan = draw_up(STUCK.step("requeue"), {"minutes": "20"}, catalog=CATALOG, environment="production")
    assert plan.command["arguments"] == [20]
    assert "20" not in str(plan.command["sql"])
    assert plan.shown.endswith("-- $1 = 20")


@pytest.mark.parametrize("value", ["0", "61", "1 OR 1=1", "15; DROP TABLE orders", "٣", "1e1", "-1"])
def test_a_parameter_outside_its_rule_is_refused(value: str) -> None:
    with pytest.raises(BadParameter):
        draw_up(STUCK.step("requeue"), {"minutes": value}, catalog=CATALOG, environment="production")


LOOK_ALIKES = [
    "аdmin",
    "admin\u200b",
    "ad\u202emin",
    "adm\u00adin",
    "a\u00a0b",
    "a\u2028b",
    "a\nb",
    "a\x00b",
    "a\u200db",
]


@pytest.mark.parametrize("value", [*LOOK_ALIKES, "-admin", "--force", "a b", "a'b", "{name}", "$(id)", "", "a" * 129])
def test_a_text_is_one_plain_word_unless_its_step_says_otherwise(value: str) -> None:
    with pytest.raises(BadParameter):
        Parameter(name="user", kind=ParameterKind.TEXT, label="User").read(value)


def test_what_a_person_types_holds_nobody_up_whatever_the_pattern() -> None:
    host = Parameter(name="host", kind=ParameterKind.TEXT, label="Host", pattern="([a-z0-9]+-?)+")
    assert host.read("api-7-eu") == "api-7-eu"
    with pytest.raises(BadParameter):
        host.read("a" * 100 + "!")


@pytest.mark.parametrize("value", LOOK_ALIKES[1:])
def test_whatever_a_step_takes_nothing_that_the_card_would_not_show(value: str) -> None:
    anything = Parameter(name="user", kind=ParameterKind.TEXT, label="User", pattern=r"[\s\S]+")
    with pytest.raises(BadParameter):
        anything.read(value)
    assert anything.read("José d'Arc --x {y}") == "José d'Arc --x {y}"


def test_what_a_person_must_do_cannot_be_drawn_up() -> None:
    with pytest.raises(NotRunnable):
        draw_up(STUCK.step("call-bank"), {}, catalog=CATALOG, environment="production")


def test_a_diagnostic_that_is_not_proven_read_only_cannot_be_drawn_up() -> None:
    doubtful = replace(STUCK.step("count-stuck"), verdict=Verdict.MUTATING)
    assert doubtful.kind is StepKind.DIAGNOSTIC
    with pytest.raises(NotReadOnly):
        draw_up(doubtful, {}, catalog=CATALOG, environment="production")


@pytest.mark.parametrize(
    "changed",
    [
        {"command": {"sql": "UPDATE orders SET state = 'gone'"}},
        {"target": "other-db"},
        {"environment": "staging"},
        {"executor": "http"},
        {"parameters": {"minutes": 16}},
        {"catalog": "d" * 64},
        {"promise": Promise(kind=GuardKind.ROWS, most=10**6)},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_whatever_would_run_differently_has_another_digest(changed: dict[str, object]) -> None:
    plan = remediation_plan()
    assert replace(plan, **changed).digest != plan.digest  # type: ignore[arg-type] # each names a real field


def test_a_nicer_title_is_the_same_plan() -> None:
    assert replace(remediation_plan(), title="Another title", undo="x").digest == remediation_plan().digest


# The request.


def test_a_request_cannot_be_answered_before_it_is_known_what_it_would_touch() -> None:
    kept = declared()
    kept.decide(remedy.request, 1, plan=remediation_plan(), policy=POLICY, by=BEN, stop=None, cause="view")
    (request,) = kept.approvals.values()
    assert (request.state, request.digest) == (ApprovalState.PREPARING, "")
    with pytest.raises(Spent):
        remedy.approve(kept.it, request, by=CLEO, allowed=True, stop=None, cause="click", now=after(2))


def test_a_fingerprint_is_what_was_seen_and_part_of_what_is_approved() -> None:
    probe = {"argv": ["kubectl", "get", "deploy", "web"]}
    plan = replace(remediation_plan(), promise=Promise(kind=GuardKind.FINGERPRINT, probe=probe, of="the revision"))
    request = asked(declared(), plan, seen=Preview(sentence="2 → 1.", value="2"))
    assert request.plan.promise.value == "2"
    later = replace(request.plan, promise=replace(request.plan.promise, value="3"))
    assert (request.digest, later.digest == request.digest) == (request.plan.digest, False)


def test_without_its_fingerprint_a_request_is_void() -> None:
    plan = replace(remediation_plan(), promise=Promise(kind=GuardKind.FINGERPRINT, probe={}, of="the revision"))
    request = asked(declared(), plan, seen=Preview(sentence="?"))
    assert (request.state, request.reason) == (ApprovalState.VOID, "the revision could not be read")


def test_the_guards_number_is_what_was_seen_plus_the_headroom() -> None:
    plan = replace(remediation_plan(), promise=Promise(kind=GuardKind.ROWS, headroom=2))
    request = asked(declared(), plan)
    assert (request.plan.promise.seen, request.plan.promise.most) == (7, 9)
    assert request.digest == request.plan.digest


@pytest.mark.parametrize(("count", "reason"), [(0, "change nothing"), (None, "could not be counted")])
def test_a_guarded_request_that_touches_nothing_or_nobody_knows_what_is_called_off(
    count: int | None, reason: str
) -> None:
    kept = declared()
    request = asked(kept, seen=Preview(sentence="", count=count))
    assert request.state is ApprovalState.VOID
    assert reason in request.reason


def test_a_request_whose_incident_was_resolved_meanwhile_is_called_off() -> None:
    kept = declared()
    kept.decide(remedy.request, 1, plan=remediation_plan(), policy=POLICY, by=BEN, stop=None, cause="view")
    (request,) = kept.approvals.values()
    kept.decide(working.resolve, 2, fix="gone", lingering="no", impact="", by=person(ANA), cause="end")
    change = remedy.put_up(kept.it, request, SEEN, settles=kept.claim(), now=after(3))
    assert [each.state for each in change.approvals] == [ApprovalState.VOID]


# The answer.


def test_a_second_persons_yes_owes_exactly_one_run() -> None:
    kept = declared()
    change = remedy.approve(kept.it, asked(kept), by=CLEO, allowed=True, stop=None, cause="click", now=after(3))
    assert runs(change) == 1
    assert change.events[0].facts["latency_seconds"] == pytest.approx(114)


@pytest.mark.parametrize(
    ("by", "allowed", "minutes", "refusal"),
    [
        (BEN, True, 2, OwnRequest),
        (BEN, False, 2, OwnRequest),
        (DAN, False, 2, NotAnApprover),
        (CLEO, True, 16.1, Expired),
        (CLEO, True, 600, Expired),
    ],
)
def test_a_yes_that_does_not_count_is_refused_with_its_reason(
    by: UserId, allowed: bool, minutes: float, refusal: type[Refused]
) -> None:
    kept = declared()
    with pytest.raises(refusal):
        remedy.approve(kept.it, asked(kept), by=by, allowed=allowed, stop=None, cause="click", now=after(minutes))


def test_a_yes_after_the_incident_ended_is_refused() -> None:
    kept = declared()
    request = asked(kept)
    kept.decide(working.resolve, 2, fix="gone", lingering="no", impact="", by=person(ANA), cause="end")
    with pytest.raises(Ended):
        remedy.approve(kept.it, request, by=CLEO, allowed=True, stop=None, cause="click", now=after(3))
    with pytest.raises(Ended):
        glass.break_glass(
            kept.it, request, by=BEN, allowed=True, reason="x", tell=(), stop=None, cause="click", now=after(3)
        )


def test_whoever_asked_may_take_it_back_and_a_stranger_may_not_reject_it() -> None:
    kept = declared()
    request = asked(kept)
    back = remedy.reject(kept.it, request, by=BEN, allowed=False, reason="wrong", cause="c", now=after(2))
    assert [each.state for each in back.approvals] == [ApprovalState.REJECTED]
    with pytest.raises(NotAnApprover):
        remedy.reject(kept.it, request, by=DAN, allowed=False, reason="", cause="c", now=after(2))


def test_break_glass_needs_a_reason_tells_the_others_and_opens_a_review() -> None:
    kept = declared()
    request = asked(kept)
    with pytest.raises(NothingSaid):
        glass.break_glass(
            kept.it, request, by=BEN, allowed=True, reason="\u200b ", tell=(ANA,), stop=None, cause="c", now=after(2)
        )
    with pytest.raises(NotOnCall):
        glass.break_glass(
            kept.it, request, by=BEN, allowed=False, reason="x", tell=(ANA,), stop=None, cause="c", now=after(2)
        )
    change = glass.break_glass(
        kept.it, request, by=BEN, allowed=True, reason="alone", tell=(ANA, BEN), stop=None, cause="c", now=after(2)
    )
    assert runs(change) == 1
    assert [job.subject for job in change.jobs if job.name is JobName.PAGE] == [ANA]
    assert {Kind.BROKE_GLASS, Kind.FOLLOW_UP_OPENED} <= {event.kind for event in change.events}
    assert change.incident is not None
    assert change.incident.follow_ups[-1].due_at == after(2) + timedelta(days=1)


def test_nobody_breaks_the_glass_of_somebody_elses_request() -> None:
    kept = declared()
    with pytest.raises(NotTheRequester):
        glass.break_glass(
            kept.it, asked(kept), by=CLEO, allowed=True, reason="x", tell=(), stop=None, cause="c", now=after(2)
        )


def test_a_request_expires_only_when_its_time_is_over_and_nobody_answered() -> None:
    kept = declared()
    request = asked(kept)
    early = remedy.expire(kept.it, request, settles=kept.claim(), now=after(2))
    assert early.approvals == ()
    late = remedy.expire(kept.it, request, settles=kept.claim(), now=after(16.1))
    assert [each.state for each in late.approvals] == [ApprovalState.EXPIRED]
    answered = replace(request, state=ApprovalState.APPROVED)
    assert remedy.expire(kept.it, answered, settles=kept.claim(), now=after(99)).approvals == ()


Answer = Callable[[Approval, UserId, bool, float], Approval]


def answer(name: str, request: Approval, by: UserId, allowed: bool, at: float) -> Approval:
    now = after(at)
    if name == "approve":
        return answering.approve(request, by=by, allowed=allowed, now=now)
    if name == "reject":
        return answering.reject(request, by=by, allowed=allowed, reason="no", now=now)
    if name == "glass":
        return answering.break_glass(request, by=by, allowed=allowed, reason="alone", now=now)
    if name == "expire":
        return approval.expire(request, now) or request
    return approval.begin(request, digest=request.plan.digest, now=after(3))


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["approve", "reject", "glass", "expire", "begin"]),
            st.sampled_from([BEN, CLEO, DAN]),
            st.booleans(),
            st.floats(0, 5),
        ),
        max_size=20,
    )
)
def test_whatever_people_click_it_begins_at_most_once_and_only_after_a_yes_in_time(
    clicks: list[tuple[str, UserId, bool, float]],
) -> None:
    request, now, begun = asked(declared()), 1.1, 0
    for name, by, allowed, minutes in clicks:
        now += minutes
        before = request
        try:
            request = answer(name, request, by, allowed, now)
        except Refused:
            assert request == before
            continue
        if request.state is ApprovalState.APPROVED and before.state is ApprovalState.ASKED:
            assert after(now) < request.expires_at
            assert (allowed and by != BEN) or (by == BEN and request.broke_glass)
        begun += request.state is ApprovalState.RUNNING and before.state is ApprovalState.APPROVED
    assert begun <= 1
    assert (request.state is ApprovalState.RUNNING) == bool(begun)


# The run.


def test_only_what_was_approved_begins() -> None:
    kept = declared()
    request = approved(kept)
    swapped = replace(request, plan=replace(request.plan, command={"sql": "DELETE FROM orders"}))
    with pytest.raises(GuardBroken):
        remedy.begin(kept.it, swapped, stop=None, settles=kept.claim(), now=after(3))


def test_a_run_that_changed_something_is_looked_at_again_and_one_that_did_not_is_not() -> None:
    assert JobName.VERIFY in {job.name for job in ended(declared(), OutcomeState.RAN).jobs}
    for state in (OutcomeState.FAILED, OutcomeState.VOID, OutcomeState.UNKNOWN):
        assert JobName.VERIFY not in {job.name for job in ended(declared(), state).jobs}


def test_a_step_cools_down_after_a_run_and_not_when_nothing_was_sent() -> None:
    for outcome, cools in (
        (Outcome(state=OutcomeState.FAILED, sentence="Half of it failed."), True),
        (Outcome(state=OutcomeState.FAILED, sentence="Nothing was sent.", in_vain=True), False),
    ):
        kept = declared()
        request = approved(kept)
        request = replace(request, policy=replace(request.policy, cool_down=timedelta(minutes=5)))
        running_now = replace(request, state=ApprovalState.RUNNING)
        change = running.settle(kept.it, running_now, outcome, settles=kept.claim(), now=after(2.2))
        assert (JobName.COOL_DOWN in {job.name for job in change.jobs}) is cools


def test_a_temporary_mitigation_opens_a_follow_up_with_a_date_and_the_way_back() -> None:
    change = ended(declared(), OutcomeState.RAN)
    assert change.incident is not None
    (follow_up,) = change.incident.follow_ups
    assert follow_up.due_at is not None
    assert remediation_plan().undo in follow_up.text


def undone(left: Mapping[str, Json], ran: Mapping[str, Json], state: OutcomeState = OutcomeState.RAN) -> Change:
    """What the end of the undo makes of an incident in which the mitigation was run with what is ``left`` to revert."""
    kept = declared()
    refusing = replace(remediation_plan(), undo_step="accept-orders", parameters=left)
    for at, plan, ends in (
        (1, refusing, OutcomeState.RAN),
        (5, replace(refusing, step_id="accept-orders", title="Accept orders", parameters=ran, temporary=False), state),
    ):
        kept.decide(remedy.request, at, plan=plan, policy=POLICY, by=BEN, stop=None, cause=f"view-{at}")
        request = replace(list(kept.approvals.values())[-1], state=ApprovalState.RUNNING)
        outcome = Outcome(state=ends, sentence="It was set.")
        change = running.settle(kept.it, request, outcome, settles=kept.claim(), now=after(at + 1))
        kept.save(change)
    return change


def test_the_follow_up_of_a_mitigation_is_done_once_its_undo_ran_and_stays_on_record() -> None:
    change = undone({"queue": "print"}, {"queue": "print"})
    assert change.incident is not None
    (follow_up,) = change.incident.follow_ups
    assert (follow_up.done_at, follow_up.done_by) == (after(6), change.approvals[0].id)
    (told,) = [event for event in change.events if event.kind is Kind.FOLLOW_UP_DONE]
    assert (told.at, told.evidence) == (after(6), (f"approval:{follow_up.done_by}",))
    assert (told.facts["text"], told.facts["left_by"]) == (follow_up.text, follow_up.approval)


@pytest.mark.parametrize("state", [each for each in OutcomeState if each is not OutcomeState.RAN])
def test_an_undo_that_did_not_surely_run_leaves_the_follow_up_to_be_done(state: OutcomeState) -> None:
    change = undone({}, {}, state)
    assert change.incident is not None
    assert [each.done_at for each in change.incident.follow_ups] == [None]
    assert Kind.FOLLOW_UP_DONE not in {event.kind for event in change.events}


def test_the_undo_for_another_queue_leaves_the_follow_up_to_be_done() -> None:
    change = undone({"queue": "print"}, {"queue": "mail"})
    assert change.incident is not None
    assert [each.done_at for each in change.incident.follow_ups] == [None]


def test_a_follow_up_says_what_the_mitigation_was_done_to() -> None:
    """Two users are blocked one after the other: each is somebody's to unblock, and a person must tell them apart."""
    blocking = replace(remediation_plan(), title="Block a user", undo="Unblock the same user.")
    kept = declared()
    for user in ("user_1", "user_2"):
        plan = replace(blocking, parameters={"user": user})
        it, _ = reverting.follow(kept.it, replace(approved(kept), plan=plan, state=ApprovalState.RAN), after(3))
        assert it.follow_ups[-1].text == f"Revert “Block a user” (user {user}): Unblock the same user."


def test_a_number_is_taken_back_by_the_one_that_stood_there_before() -> None:
    promise = Promise(kind=GuardKind.FINGERPRINT, value="3")
    scaled = replace(remediation_plan(), undo_step="scale", undo_takes="replicas", parameters={"replicas": 9})
    request = approved(kept := declared())
    request = replace(request, plan=replace(scaled, promise=promise), state=ApprovalState.RAN)
    left, _ = reverting.follow(kept.it, request, after(3))
    for replicas, done_at in ((9, None), (3, after(4))):
        back = replace(scaled, step_id="scale", parameters={"replicas": replicas}, temporary=False)
        now, _ = reverting.follow(left, replace(request, plan=back), after(4))
        assert [each.done_at for each in now.follow_ups] == [done_at]


def test_a_follow_up_of_before_is_read_and_stays_to_be_done() -> None:
    stored = b'{"text": "Revert it", "why": "a temporary mitigation", "opened_at": "2026-03-14T09:12:00Z"}'
    old = msgspec.json.decode(stored, type=FollowUp)
    it = replace(declared().it, follow_ups=(old,))
    now, events = reverting.follow(it, replace(approved(declared()), state=ApprovalState.RAN), after(3))
    assert now.follow_ups[0] == old
    assert Kind.FOLLOW_UP_DONE not in {event.kind for event in events}


def test_a_run_that_was_cut_short_is_unknown_and_owes_no_further_run() -> None:
    kept = declared()
    request = approved(kept)
    kept.save(remedy.begin(kept.it, request, stop=None, settles=kept.claim(), now=after(3)))
    change = running.cut_short(kept.it, kept.approvals[request.id], settles=kept.claim(), now=after(4))
    assert [each.state for each in change.approvals] == [ApprovalState.UNKNOWN]
    assert runs(change) == 0


# The verdict.


def test_a_body_is_shown_as_it_is_sent() -> None:
    """As JSON, which the target reads, and whoever approves it, too."""
    command = {"method": "POST", "path": "/admin/books", "body": {"accept": False, "until": None, "why": "Größe"}}
    assert shown(command) == 'POST /admin/books\n{"accept": false, "until": null, "why": "Größe"}'


def looked(phase: Phase, *stuck: int | None) -> tuple[Finding, ...]:
    return tuple(
        replace(
            finding(phase, n, count, cause="x", error="no answer" if count is None else None),
            step_id=f"step-{n}",
        )
        for n, count in enumerate(stuck)
    )


@pytest.mark.parametrize(
    ("before", "later", "verdict"),
    [
        ((7,), (0,), Comparison.HEALED),
        ((7, 5), (0, 5), Comparison.BETTER),
        ((7,), (9,), Comparison.UNCHANGED),
        ((0,), (0,), Comparison.UNCHANGED),
        ((0,), (3,), Comparison.WORSE),
        ((7,), (None,), Comparison.UNTOLD),
        ((None,), (0,), Comparison.UNTOLD),
        ((), (0,), Comparison.UNTOLD),
        ((7,), (), Comparison.UNTOLD),
    ],
)
def test_the_verdict_says_only_what_the_diagnostics_saw(
    before: tuple[int | None, ...], later: tuple[int | None, ...], verdict: Comparison
) -> None:
    assert compare(looked(Phase.BEFORE, *before), looked(Phase.AFTER, *later)) is verdict


def verified(kept: Kept, at: float, approval_id: str | None, stuck: int = 0) -> Change:
    return running.verify(
        kept.it,
        title="Fail the stuck jobs",
        approval_id=approval_id,
        before=looked(Phase.BEFORE, 7),
        after=looked(Phase.AFTER, stuck),
        settles=kept.claim(),
        now=after(at),
    )


def test_healed_means_mitigated_and_the_fix_is_watched_once() -> None:
    kept = declared()
    kept.save(verified(kept, 5, "app_1"))
    assert kept.it.status is Status.MITIGATED
    assert [each.due_at for each in kept.it.clocks if each.kind is ClockKind.WATCH] == [after(35)]
    kept.save(verified(kept, 35, None))
    watches = [each for each in kept.it.clocks if each.kind is ClockKind.WATCH]
    assert len(watches) == 1, "the last look starts no further watch"


def test_a_second_fix_is_watched_instead_of_the_first() -> None:
    kept = declared()
    kept.save(verified(kept, 5, "app_1"))
    kept.save(verified(kept, 15, "app_2"))
    assert [each.due_at for each in kept.it.clocks if each.kind is ClockKind.WATCH and each.open] == [after(45)]


def test_what_did_not_heal_is_not_called_mitigated() -> None:
    kept = declared()
    change = verified(kept, 5, "app_1", stuck=7)
    assert change.incident is not None
    assert change.incident.mitigated_at is None
    assert [event.kind for event in change.events] == [Kind.VERIFIED]
