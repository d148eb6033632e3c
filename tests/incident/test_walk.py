"""A walk by itself: whose turn it is, what values pass on, how it is taken back, and how its requests move it."""

import pytest
from msgspec.structs import replace

from incident import course, giving, holding, refusal, remedy, walking
from incident.approval import Approval, ApprovalState
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.finding import Phase
from incident.giving import Given
from incident.job import JobName
from incident.runbook import Parameter, ParameterKind, StepKind
from incident.timeline import Kind
from incident.walk import LegState, Walk, WalkState, leg_of, way_back
from tests.fakes.restoring import RESTORE
from tests.fakes.runbooks import diagnostic
from tests.incident.kept import ANA, BEN, CLEO, Kept, after, declared, finding, remediation_plan


def begun() -> tuple[Kept, Walk]:
    """Ana began to restore the orders."""
    kept = declared()
    kept.decide(walking.begin, 1, procedure=RESTORE, by=ANA, cause="begin")
    return kept, kept.it.walks[-1]


def kinds(change: Change) -> list[Kind]:
    """What a change tells."""
    return [event.kind for event in change.events]


def settled(kept: Kept, count: int) -> Walk:
    """The walk with its first steps skipped."""
    for index in range(count):
        kept.decide(walking.skip, 2 + index, walk=kept.it.walks[-1], index=index, reason="not now", tries=None,
                    waiting=(), by=ANA, cause=f"skip-{index}")  # fmt: skip
    return kept.it.walks[-1]


def test_only_the_first_step_that_is_not_settled_has_its_turn() -> None:
    _, walk = begun()
    assert walk.turn(0).title == "Find the newest snapshot"
    with pytest.raises(refusal.NotItsTurn):
        walk.turn(1)


def test_a_step_that_was_begun_since_it_was_seen_is_refused() -> None:
    _, walk = begun()
    seen = walk.with_leg(0, replace(walk.legs[0], state=LegState.FAILED, tries=1))
    assert seen.turn(0, 1)
    with pytest.raises(refusal.NotItsTurn):
        seen.turn(0, 0)


@pytest.mark.parametrize("state", [WalkState.ABORTED, WalkState.FINISHED])
def test_nothing_of_a_walk_that_ended_is_begun(state: WalkState) -> None:
    _, walk = begun()
    with pytest.raises(refusal.WalkEnded):
        replace(walk, state=state).turn(0)


def test_a_step_that_muster_may_not_run_is_a_persons() -> None:
    step = replace(diagnostic("look", "Look"), target=None)
    assert leg_of(step).kind is StepKind.MANUAL


@pytest.mark.parametrize(
    ("given", "default"),
    [
        ([Given(step="a", name="id", value=7)], "7"),
        ([Given(step="a", name="id", value=7), Given(step="a", name="id", value=8)], "8"),
        ([Given(step="b", name="id", value=7)], "old"),
        ([Given(step="a", name="id", value=7), Given(step="a", name="id", value=None)], "7"),
        ([], "old"),
    ],
    ids=["the step's", "its newest", "another step's", "nothing newer", "nothing"],
)
def test_a_parameter_takes_the_value_of_the_step_that_it_names(given: list[Given], default: str) -> None:
    parameter = Parameter(name="id", kind=ParameterKind.TEXT, label="Id", default="old", taken_from="a")
    step = replace(diagnostic("look", "Look"), parameters=(parameter,))
    assert giving.taking(step, given).parameters[0].default == default


def test_a_parameter_that_names_no_step_takes_the_newest_value_of_its_name() -> None:
    step = replace(diagnostic("look", "Look"), parameters=(Parameter(name="id", kind=ParameterKind.TEXT, label="Id"),))
    given = [
        Given(step="a", name="id", value=7),
        Given(step="b", name="id", value=9),
        Given(step="c", name="x", value=1),
    ]
    assert giving.taking(step, given).parameters[0].default == "9"


def test_what_was_done_is_taken_back_from_its_end_and_what_was_skipped_is_not() -> None:
    _, walk = begun()
    legs = tuple(replace(leg, state=LegState.DONE) for leg in walk.legs)
    done = replace(walk, legs=legs)
    assert [leg.text for leg in way_back(done, RESTORE.steps)] == [
        "Press Demote in the console.",
        "Drop the restored table",
    ]
    skipped = done.with_leg(4, replace(legs[4], state=LegState.SKIPPED))
    assert [leg.text for leg in way_back(skipped, RESTORE.steps)] == ["Drop the restored table"]


def test_a_hold_that_began_is_watched_at_once_and_shown() -> None:
    kept, _ = begun()
    walk = settled(kept, 3)
    change = walking.done(kept.it, walk, 3, note="", value="", tries=None, by=ANA, cause="wait", now=after(10))
    assert kinds(change) == [Kind.STEP_DONE, Kind.HOLD_BEGUN]
    (look,) = [job for job in change.jobs if job.name is JobName.WATCH_HOLD]
    assert look.due_at == after(10)
    assert [job.subject for job in change.jobs if job.name is JobName.WALK_CARD] == [walk.id]


def test_the_last_look_of_a_hold_comes_at_its_end_and_no_later() -> None:
    kept, _ = begun()
    walk = settled(kept, 3)
    kept.decide(walking.done, 10, walk=walk, index=3, note="", value="", tries=None, by=ANA, cause="wait")

    def watched(at: float) -> Change:
        claim = kept.claim(JobName.WATCH_HOLD)
        return holding.watched(kept.it, kept.it.walks[-1], 3, (), settles=claim, now=after(at))

    dues = {at: [job.due_at for job in watched(at).jobs if job.name is JobName.WATCH_HOLD] for at in (10, 17, 20, 21)}
    assert dues == {10: [after(15)], 17: [after(20)], 20: [], 21: []}
    assert kinds(watched(20)) == [Kind.HOLD_OVER]


def test_diagnostics_that_cannot_look_at_all_during_a_hold_are_as_bad_as_what_they_would_see() -> None:
    kept, _ = begun()
    walk = settled(kept, 3)
    kept.decide(walking.done, 10, walk=walk, index=3, note="", value="", tries=None, by=ANA, cause="wait")
    claim = kept.claim(JobName.WATCH_HOLD)
    told = holding.watched(kept.it, kept.it.walks[-1], 3, (), trouble="no target", settles=claim, now=after(11))
    assert kinds(told) == [Kind.HOLD_UNHEALTHY]
    assert told.events[0].facts["seen"] == ["no target"]


def test_a_walk_of_skipped_steps_is_finished_by_the_last_one() -> None:
    kept, _ = begun()
    walk = settled(kept, 5)
    assert walk.state is WalkState.FINISHED
    assert walk.ended_by == ANA


def test_what_a_diagnostic_sees_after_an_abort_is_kept_and_begins_nothing() -> None:
    kept, walk = begun()
    kept.decide(walking.run, 2, walk=walk, index=0, given={}, tries=0, by=ANA, cause="run")
    kept.decide(walking.abort, 3, walk=kept.it.walks[-1], reason="enough", waiting=(), by=BEN, cause="abort")
    seen = finding(Phase.STEP, 4, 7, cause="leg")
    kept.save(walking.looked(kept.it, kept.it.walks[-1], 0, seen, settles=kept.claim(), now=after(4)))
    now = kept.it.walks[-1]
    assert (now.state, now.legs[0].state) == (WalkState.ABORTED, LegState.DONE)


def test_an_older_request_of_a_step_has_no_say_any_longer() -> None:
    kept, walk = begun()
    kept.decide(walking.skip, 2, walk=walk, index=0, reason="known", tries=None, by=ANA, waiting=(), cause="skip")
    first, second = asked(kept, "first"), asked(kept, "second")
    assert kept.it.walks[-1].legs[1].approval == second.id
    late = replace(first, state=ApprovalState.EXPIRED)
    assert course.follow(kept.it, late, after(9)) == (kept.it, ())
    moved, _ = course.follow(kept.it, replace(second, state=ApprovalState.EXPIRED), after(9))
    assert moved.walks[-1].legs[1].state is LegState.FAILED


def asked(kept: Kept, cause: str) -> Approval:
    """The restoring step's request; one that stands is called off before, so that it can be asked for anew."""
    walk = kept.it.walks[-1]
    pending = kept.approvals.get(walk.legs[1].approval or "")
    if pending is not None:
        kept.save(remedy.call_off(kept.it, pending, reason="too slow", settles=kept.claim(), now=after(3)))
    policy = ApprovalPolicy(approvers=(CLEO,))
    kept.decide(walking.request, 4, walk_id=walk.id, index=1, tries=None, plan=remediation_plan(), policy=policy,
                by=BEN, stop=None, cause=cause)  # fmt: skip
    return list(kept.approvals.values())[-1]
