"""What people do in an incident: each thing once, by name, with its clock; and what is refused of one that ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from msgspec.structs import replace

from incident import clockwork, opening, working
from incident.change import Change
from incident.clock import ClockKind, ClockState
from incident.incident import Home, Incident, Place, Status
from incident.job import JobName
from incident.refusal import AlreadySo, Ended, NothingSaid, Refused, StillOpen
from incident.responder import Role, person
from incident.severity import HOUSE, Severity
from incident.timeline import Event, Kind
from tests.incident.kept import ANA, BEN, DAN, Kept, after, declared, ring


def kinds(change: Change) -> list[Kind]:
    return [event.kind for event in change.events]


def state(incident: Incident | None, kind: ClockKind) -> ClockState:
    assert incident is not None
    return [each for each in incident.clocks if each.kind is kind][-1].state


def owed(change: Change, name: JobName) -> bool:
    return any(job.name is name for job in change.jobs)


def resolved() -> Kept:
    kept = declared()
    kept.decide(working.resolve, 30, fix="restarted", lingering="no", impact="", by=person(ANA), cause="end")
    return kept


def in_channel() -> Kept:
    kept = declared()
    kept.decide(opening.open_channel, 0, channel="C1", name="inc-142", settles=kept.claim(), cause="open")
    return kept


def test_who_acknowledges_first_owns_it_and_the_clock_is_met() -> None:
    change = working.acknowledge(declared().it, by=person(BEN), cause="c", now=after(5))
    assert change.incident is not None
    assert (change.incident.acknowledged_by, change.incident.responders[-1]) == (BEN, BEN)
    assert kinds(change) == [Kind.ACKNOWLEDGED, Kind.CLOCK_MET]
    assert change.events[0].facts["after_seconds"] == 300


def test_the_second_to_acknowledge_is_told_who_was_first() -> None:
    kept = declared()
    kept.decide(working.acknowledge, 5, by=person(BEN), cause="c1")
    with pytest.raises(AlreadySo) as refused:
        working.acknowledge(kept.it, by=person(ANA), cause="c2", now=after(6))
    assert refused.value.facts["by"] == BEN


def test_after_a_reopening_the_answer_is_counted_from_the_new_call() -> None:
    kept = resolved()
    kept.decide(opening.reopen, 100, by=person(ANA), reason="back", procedure=None, cause="r")
    change = working.acknowledge(kept.it, by=person(BEN), cause="c", now=after(103))
    assert change.events[0].facts["after_seconds"] == 180


def test_confirming_the_severity_is_assessing_it_and_moves_no_deadline() -> None:
    before = declared().it
    change = working.change_severity(
        before, to=Severity.P1, policy=HOUSE[Severity.P1], by=person(ANA), reason="", cause="c", now=after(5)
    )
    assert state(change.incident, ClockKind.ASSESS) is ClockState.MET
    assert change.incident is not None
    assert [c.due_at for c in change.incident.clocks] == [c.due_at for c in before.clocks]


def test_a_worse_severity_brings_its_own_deadlines() -> None:
    change = working.change_severity(
        declared().it, to=Severity.P0, policy=HOUSE[Severity.P0], by=person(ANA), reason="all", cause="c", now=after(5)
    )
    assert change.incident is not None
    assert change.incident.severity is Severity.P0
    assert [c.due_at for c in change.incident.clocks if c.kind is ClockKind.ACKNOWLEDGE] == [after(15)]
    assert change.events[0].facts == {"from": "P1", "to": "P0", "reason": "all"}


def test_a_role_passes_from_one_to_the_next_and_nobody_takes_it_twice() -> None:
    kept = declared()
    kept.decide(working.take_role, 1, role=Role.COMMANDER, user=ANA, by=person(ANA), cause="c1")
    change = working.take_role(kept.it, role=Role.COMMANDER, user=BEN, by=person(ANA), cause="c2", now=after(2))
    assert change.events[0].facts == {"role": "commander", "user": BEN, "from": ANA}
    with pytest.raises(AlreadySo):
        working.take_role(kept.it, role=Role.COMMANDER, user=ANA, by=person(BEN), cause="c3", now=after(3))


def test_who_is_given_a_role_from_outside_is_brought_into_the_channel() -> None:
    kept = in_channel()
    outside = working.take_role(kept.it, role=Role.SCRIBE, user=DAN, by=person(ANA), cause="c1", now=after(1))
    assert owed(outside, JobName.INVITE)
    inside = working.take_role(kept.it, role=Role.SCRIBE, user=ANA, by=person(DAN), cause="c2", now=after(1))
    assert not owed(inside, JobName.INVITE)


def test_a_note_keeps_its_own_time_and_evidence() -> None:
    change = working.note(
        declared().it, text="  hot  ", by=person(ANA), cause="c", now=after(9), at=after(3), evidence="message:C1/1.1"
    )
    assert change.events[0] == Event(
        kind=Kind.NOTED, at=after(3), actor=person(ANA), facts={"text": "hot"}, evidence=("message:C1/1.1",)
    )


def test_an_update_answers_the_clock_and_starts_the_next_interval() -> None:
    change = working.update(declared().it, text="looking", by=person(ANA), cause="c", now=after(20))
    assert change.incident is not None
    updates = [each for each in change.incident.clocks if each.kind is ClockKind.UPDATE]
    assert [(each.state, each.due_at) for each in updates] == [
        (ClockState.MET, after(30)),
        (ClockState.RUNNING, after(50)),
    ]
    assert state(change.incident, ClockKind.ASSESS) is ClockState.MET


def test_an_update_after_missed_ones_makes_all_of_them_late_and_leaves_one_running() -> None:
    kept = declared()
    ring(kept, 31)
    ring(kept, 62)
    kept.decide(working.update, 70, text="sorry", by=person(ANA), cause="c")
    states = [each.state for each in kept.it.clocks if each.kind is ClockKind.UPDATE]
    assert states == [ClockState.LATE, ClockState.LATE, ClockState.MET, ClockState.RUNNING]


def test_an_update_that_says_mitigated_ends_the_escalation() -> None:
    change = working.update(declared().it, text="ok", by=person(ANA), cause="c", now=after(10), status=Status.MITIGATED)
    assert Kind.MITIGATED in kinds(change)
    assert state(change.incident, ClockKind.ESCALATE) is ClockState.MET


def test_an_update_cannot_resolve() -> None:
    change = working.update(
        declared().it, text="done", by=person(ANA), cause="c", now=after(10), status=Status.RESOLVED
    )
    assert change.incident is not None
    assert change.incident.open


def test_resolving_stops_what_nobody_waits_for_starts_the_post_mortem_and_owes_the_draft() -> None:
    kept = declared()
    change = working.resolve(
        kept.it, fix="restarted", lingering="no", impact="", by=person(ANA), cause="c", now=after(30)
    )
    incident = change.incident
    assert incident is not None
    assert not incident.open
    assert incident.mitigated_at == after(30)
    assert {each.kind for each in incident.clocks if each.state is ClockState.RUNNING} == {ClockKind.POSTMORTEM}
    assert owed(change, JobName.WRITE_POSTMORTEM)


def test_the_post_mortem_is_finished_once_and_only_after_the_end() -> None:
    with pytest.raises(StillOpen):
        working.finish_postmortem(declared().it, by=ANA, cause="c", now=after(1))
    kept = resolved()
    kept.decide(working.finish_postmortem, 60, by=ANA, cause="c1")
    assert state(kept.it, ClockKind.POSTMORTEM) is ClockState.MET
    with pytest.raises(AlreadySo):
        working.finish_postmortem(kept.it, by=ANA, cause="c2", now=after(61))


@pytest.mark.parametrize(
    "decision",
    [
        lambda it: working.note(it, text=" ", by=person(ANA), cause="c", now=after(1)),
        lambda it: working.update(it, text="\n", by=person(ANA), cause="c", now=after(1)),
        lambda it: working.resolve(it, fix=" ", lingering="no", impact="", by=person(ANA), cause="c", now=after(1)),
    ],
    ids=["note", "update", "resolve"],
)
def test_nothing_is_recorded_when_nothing_is_said(decision: Callable[[Incident], Change]) -> None:
    with pytest.raises(NothingSaid):
        decision(declared().it)


@pytest.mark.parametrize(
    "decision",
    [
        lambda it: working.acknowledge(it, by=person(BEN), cause="c", now=after(40)),
        lambda it: working.change_severity(
            it, to=Severity.P0, policy=HOUSE[Severity.P0], by=person(ANA), reason="", cause="c", now=after(40)
        ),
        lambda it: working.take_role(it, role=Role.SCRIBE, user=BEN, by=person(BEN), cause="c", now=after(40)),
        lambda it: working.update(it, text="x", by=person(ANA), cause="c", now=after(40)),
        lambda it: working.resolve(it, fix="x", lingering="no", impact="", by=person(ANA), cause="c", now=after(40)),
    ],
    ids=["acknowledge", "severity", "role", "update", "resolve"],
)
def test_what_is_over_is_not_worked_on(decision: Callable[[Incident], Change]) -> None:
    with pytest.raises(Ended) as refused:
        decision(resolved().it)
    assert isinstance(refused.value, Refused)
    assert refused.value.facts == {"number": 142}


def test_notes_and_ticks_are_taken_after_the_end_too() -> None:
    assert kinds(working.note(resolved().it, text="x", by=person(ANA), cause="c", now=after(40))) == [Kind.NOTED]
    assert kinds(working.tick(resolved().it, number=1, by=ANA, cause="c", now=after(40))) == [Kind.TICKED]


def test_only_messages_that_nobody_told_of_are_summed_up() -> None:
    kept = declared()
    assert kept.it.alerts_summed == 1, "the alert that declared it is on the timeline"
    change = working.sum_up(kept.it, messages=4, alerts=1, settles=kept.claim(), now=after(1))
    assert change.events[0].facts["count"] == 3
    kept.save(change)
    again = working.sum_up(kept.it, messages=4, alerts=1, settles=kept.claim(), now=after(2))
    assert (again.incident, again.events) == (None, ())


def test_what_is_summed_up_is_counted_on_the_card_and_on_the_announcement() -> None:
    """One that flaps is quiet: nothing else would tell there how many fire."""
    kept = declared()
    home = Home(channel="C1", card="1", announcement=Place(channel="C2", thread="2"))
    shown = replace(kept.it, home=home)
    change = working.sum_up(shown, messages=4, alerts=1, settles=kept.claim(), now=after(1))
    assert {each.name for each in change.jobs} >= {JobName.CARD, JobName.ANNOUNCEMENT}


# The clocks' own doing.


def reminded(change: Change) -> set[str]:
    return {job.subject.partition("/")[2] for job in change.jobs if job.name is JobName.REMIND}


def rung(kept: Kept, at: float) -> Change:
    return clockwork.ring(kept.it, escalation=(DAN,), settles=kept.claim(JobName.RING_CLOCKS), now=after(at))


def test_before_anybody_answers_everybody_who_was_called_is_reminded() -> None:
    kept = declared()
    kept.save(opening.join(kept.it, user=BEN, cause="join", now=after(1)))
    assert reminded(rung(kept, 31)) == {ANA, BEN}


def test_later_only_the_commander_is_reminded_whoever_else_has_a_role() -> None:
    kept = declared()
    kept.decide(working.acknowledge, 1, by=person(ANA), cause="c0")
    kept.decide(working.take_role, 2, role=Role.SCRIBE, user=BEN, by=person(BEN), cause="c1")
    assert reminded(rung(kept, 31)) == {ANA}, "whoever acknowledged, not the scribe"
    kept.decide(working.take_role, 3, role=Role.COMMANDER, user=DAN, by=person(DAN), cause="c2")
    assert reminded(rung(kept, 31)) == {DAN}


def test_an_escalation_calls_and_invites_the_next_people_once() -> None:
    kept = declared()
    change = rung(kept, 31)
    assert Kind.ESCALATED in kinds(change)
    assert [job.subject for job in change.jobs if job.name is JobName.PAGE] == [DAN]
    assert owed(change, JobName.INVITE)
    kept.save(change)
    assert Kind.ESCALATED not in kinds(rung(kept, 32))


def test_what_is_mitigated_in_time_does_not_escalate() -> None:
    kept = declared()
    kept.decide(working.update, 10, text="ok", by=person(ANA), cause="c", status=Status.MITIGATED)
    assert Kind.ESCALATED not in kinds(rung(kept, 31))


def test_a_timer_that_comes_too_early_says_nothing_and_is_set_again() -> None:
    kept = declared()
    change = rung(kept, 0.5)
    assert change.events == ()
    (timer,) = change.jobs
    assert (timer.name, timer.due_at) == (JobName.RING_CLOCKS, after(20))


def test_the_timer_is_always_set_for_what_comes_next() -> None:
    kept = declared()
    for minutes in (20, 30, 31, 60, 61, 200):
        change = rung(kept, minutes)
        kept.save(change)
        timers = [job.due_at for job in change.jobs if job.name is JobName.RING_CLOCKS]
        assert timers
        assert all(due > after(minutes) for due in timers)
        assert max(timers) - after(minutes) <= timedelta(minutes=30)
