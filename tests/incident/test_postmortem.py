"""The draft holds what the record holds, says where each time comes from, and guesses nothing."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from incident import glass, opening, remedy, working
from incident.approval import Preview
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.clock import ClockKind, ClockState
from incident.finding import Comparison, Phase
from incident.postmortem import Draft, Question, Record, draft
from incident.responder import Role, monitor, person
from incident.review import Gap, Remark, Seed
from incident.severity import HOUSE, Severity
from incident.timeline import Event, Kind
from incident.times import Measure, Point, Provenance
from tests.incident.kept import ANA, BEN, CLEO, DAN, START, Kept, after, declared, look, remediation_plan, storybook


def facts_of(draft_: Draft, kind: Gap | Seed) -> list[dict[str, object]]:
    """The facts of every gap or seed of one kind."""
    found: list[Remark] = [each for each in (*draft_.gaps, *draft_.review) if each.kind is kind]
    return [dict(each.facts) for each in found]


def took(draft_: Draft, measure: Measure) -> timedelta | None:
    return next(each.took for each in draft_.durations if each.measure is measure)


class TestTimes:
    def test_each_time_says_how_it_is_known_and_what_proves_it(self) -> None:
        told = draft(storybook().record, after(53))
        known = {each.point: (each.provenance, each.evidence) for each in told.times}
        assert known[Point.IMPACT_START] == (Provenance.MONITOR, ("alert:alertmanager:jobs",))
        assert known[Point.DETECTED] == (Provenance.RECEIPT, ("delivery:am-5f2c", "alert:alertmanager:jobs"))
        assert known[Point.CHANNEL_OPENED] == (Provenance.MUSTER, ())
        assert known[Point.ACKNOWLEDGED] == (Provenance.PERSON, ())
        assert known[Point.MITIGATED] == (Provenance.FINDING, ("finding:find_after_37_4",))

    def test_times_stand_in_the_order_in_which_they_came(self) -> None:
        """A fix that helps before anybody has written an update is mitigated first."""
        kept = declared()
        healed, events = working.mitigated(kept.it, how="it is healthy", now=after(10), evidence=())
        kept.save(Change(cause="heal", at=after(10), incident=healed, events=events))
        kept.decide(working.update, 20, text="it is better", by=person(ANA), cause="update")
        points = [each.point for each in draft(kept.record, after(30)).times]
        assert points.index(Point.MITIGATED) < points.index(Point.FIRST_UPDATE) < points.index(Point.RESOLVED)
        assert set(points) == set(Point), "what nobody recorded stands there, too"

    def test_durations_name_both_ends(self) -> None:
        told = {each.measure: each for each in draft(storybook().record, after(53)).durations}
        assert told[Measure.DETECT].took == timedelta(minutes=2.5)
        assert (told[Measure.ACKNOWLEDGE].start, told[Measure.ACKNOWLEDGE].end) == (Point.DECLARED, Point.ACKNOWLEDGED)
        assert told[Measure.ACKNOWLEDGE].took == timedelta(minutes=3.2)
        assert told[Measure.MITIGATE].took == timedelta(minutes=37.5)
        assert told[Measure.RESOLVE].took == timedelta(minutes=52)
        assert told[Measure.IMPACT].took == timedelta(minutes=40)

    def test_a_duration_with_an_unknown_end_is_left_out_and_asked_for(self) -> None:
        told = draft(declared(by_monitor=False).record, after(5))
        detect = next(each for each in told.durations if each.measure is Measure.DETECT)
        assert (detect.took, detect.unknown) == (None, (Point.IMPACT_START,))
        assert {"point": "impact start"} in facts_of(told, Gap.UNKNOWN_TIME)
        assert Question.IMPACT_START in told.questions

    def test_a_mitigation_that_only_the_resolution_implies_is_marked_so(self) -> None:
        kept = declared()
        kept.decide(working.resolve, 9, fix="It went away", lingering="no", impact="", by=person(ANA), cause="resolve")
        mitigated = draft(kept.record, after(10)).instant(Point.MITIGATED)
        assert (mitigated.at, mitigated.provenance) == (after(9), Provenance.RESOLUTION)
        assert facts_of(draft(kept.record, after(10)), Gap.INFERRED_TIME) == [{"point": "mitigated"}]

    def test_times_out_of_order_are_told_and_give_no_negative_duration(self) -> None:
        kept = declared()
        kept.incident = replace(kept.it, started_at=after(4))
        told = draft(kept.record, after(5))
        assert took(told, Measure.DETECT) is None
        assert {"first": "impact start", "second": "detected"} in facts_of(told, Gap.OUT_OF_ORDER)

    def test_an_alert_that_began_before_the_recorded_start_is_told(self) -> None:
        kept = declared()
        kept.incident = replace(kept.it, started_at=after(-1))
        [found] = [gap for gap in draft(kept.record, after(1)).gaps if gap.kind is Gap.EARLIER_ALERT]
        assert found.at == after(-2.5)

    def test_a_reopened_incident_keeps_its_first_answer_and_its_last_end(self) -> None:
        kept = reopened()
        kept.decide(
            working.resolve, 130, fix="Now really", lingering="no", impact="", by=person(ANA), cause="resolve-2"
        )
        told = draft(kept.record, after(131))
        assert told.instant(Point.ACKNOWLEDGED).at == after(1)
        assert told.instant(Point.RESOLVED).at == after(130)
        assert facts_of(told, Seed.REOPENED) == [{"actor": "monitor:alertmanager", "reason": "it is back"}]


def reopened() -> Kept:
    kept = declared()
    kept.decide(working.acknowledge, 1, by=person(ANA), cause="ack")
    kept.decide(working.resolve, 10, fix="Gone", lingering="unknown", impact="", by=person(ANA), cause="resolve")
    kept.decide(opening.reopen, 120, by=monitor("alertmanager"), reason="it is back", procedure=None, cause="again")
    return kept


class TestSilence:
    def test_it_counts_from_the_declaration_to_the_first_update(self) -> None:
        silence = draft(storybook().record, after(53)).silence
        assert silence is not None
        assert (silence.length, silence.after, silence.before) == (timedelta(minutes=33), Kind.DECLARED, Kind.UPDATED)

    def test_the_time_between_two_lives_is_no_silence(self) -> None:
        silence = draft(reopened().record, after(125)).silence
        assert silence is not None
        assert (silence.since, silence.until) == (START, after(10))

    def test_of_an_open_incident_it_lasts_until_the_draft(self) -> None:
        silence = draft(declared().record, after(7)).silence
        assert silence is not None
        assert (silence.until, silence.before) == (after(7), None)


class TestPeople:
    def test_the_text_can_name_everybody_by_role_and_letter(self) -> None:
        cast = draft(storybook().record, after(53)).cast
        assert cast.letters == {ANA: "A", DAN: "B", BEN: "C", CLEO: "D"}
        assert cast.part(person(ANA), after(3)) == "responder A"
        assert cast.part(person(ANA), after(10)) == "commander A"
        assert cast.part(person(ANA), after(40)) == "responder A"
        assert cast.part(person(DAN), after(40)) == "commander B"
        assert cast.part(monitor("alertmanager"), after(0)) == "monitor alertmanager"

    def test_a_handover_keeps_who_held_it_before(self) -> None:
        first, second = draft(storybook().record, after(53)).cast.held
        assert (first.user, first.since, first.until) == (ANA, after(3.5), after(31))
        assert (second.user, second.taken_from, second.until) == (DAN, ANA, None)

    def test_a_page_is_answered_by_what_somebody_does_not_by_being_in_the_channel(self) -> None:
        kept = declared()
        kept.decide(
            opening.page, 1, user=BEN, escalated=False, message="U0BEN/1", cause="page-ben", settles=kept.claim()
        )
        kept.decide(opening.join, 2, user=BEN, cause="join")
        assert facts_of(draft(kept.record, after(3)), Seed.PAGE_UNANSWERED) == [{"user": BEN}]
        kept.decide(working.acknowledge, 4, by=person(BEN), cause="ack")
        assert facts_of(draft(kept.record, after(5)), Seed.PAGE_UNANSWERED) == []

    def test_unfilled_roles_are_remarked_for_serious_incidents_only(self) -> None:
        minor = draft(declared(severity=Severity.P3).record, after(1))
        assert facts_of(minor, Seed.ROLE_UNFILLED) == []
        told = draft(storybook().record, after(53))
        assert facts_of(told, Seed.ROLE_UNFILLED) == [{"role": "scribe"}, {"role": "comms"}]

    def test_an_incident_that_was_serious_once_counts_as_serious(self) -> None:
        kept = declared(severity=Severity.P1)
        lower = {"to": Severity.P3, "policy": HOUSE[Severity.P3], "reason": "smaller than thought"}
        kept.decide(working.change_severity, 2, by=person(ANA), cause="sev", **lower)
        told = draft(kept.record, after(3))
        assert [(each.was, each.severity) for each in told.severities] == [(None, "P1"), ("P1", "P3")]
        assert {"role": Role.COMMANDER.value} in facts_of(told, Seed.ROLE_UNFILLED)


class TestClocks:
    def test_met_late_and_stopped_clocks_show_what_was_allowed_and_taken(self) -> None:
        ends = draft(storybook().record, after(53)).clocks
        told = [(end.kind, end.state, end.taken) for end in ends]
        assert (ClockKind.ACKNOWLEDGE, ClockState.MET, timedelta(minutes=3.2)) in told
        assert (ClockKind.UPDATE, ClockState.LATE, timedelta(minutes=33)) in told
        assert (ClockKind.UPDATE, ClockState.STOPPED, None) in told
        assert ends[0].allowed == timedelta(hours=1)

    def test_what_came_late_is_a_seed_for_the_review(self) -> None:
        late = facts_of(draft(storybook().record, after(53)), Seed.CLOCK_BREACHED)
        assert {"clock": "update", "allowed_seconds": 1800.0, "took_seconds": 1980.0} in late


class TestRemediations:
    def test_a_run_carries_its_looks_before_and_after_its_verdict_and_its_follow_up(self) -> None:
        [ran] = draft(storybook().record, after(53)).remediations
        assert (ran.before, ran.after) == (("find_before_37_1",), ("find_after_37_4",))
        assert ran.comparison is Comparison.HEALED
        assert [text.startswith("Revert “Fail the stuck jobs”") for text in ran.follow_ups] == [True]

    def test_a_run_nobody_looked_at_afterwards_has_no_verdict(self) -> None:
        kept = storybook()
        kept.links = [link for link in kept.links if link.event and link.event.kind is not Kind.VERIFIED]
        told = draft(kept.record, after(53))
        assert told.remediations[0].comparison is None
        assert len(facts_of(told, Gap.NOT_COMPARED)) == 1

    def test_break_glass_and_unanswered_requests_are_seeds(self) -> None:
        kept = declared()
        policy = ApprovalPolicy(approvers=("S0DBA",))
        for number in (1, 2):
            asked = {"plan": remediation_plan(), "policy": policy, "by": BEN, "stop": None, "cause": f"view-{number}"}
            kept.decide(remedy.request, number, **asked)
        alone, unanswered = kept.approvals.values()
        preview = Preview(sentence="7 rows", count=7)
        for each in (alone, unanswered):
            kept.save(remedy.put_up(kept.it, each, preview, settles=kept.claim(), now=after(3)))
        alone, unanswered = kept.approvals.values()
        kept.save(
            glass.break_glass(
                kept.it,
                alone,
                by=BEN,
                allowed=True,
                reason="nobody is awake",
                tell=(CLEO,),
                stop=None,
                cause="click",
                now=after(4),
            )
        )
        kept.save(remedy.expire(kept.it, unanswered, settles=kept.claim(), now=after(30)))
        told = draft(kept.record, after(31))
        assert [seed["reason"] for seed in facts_of(told, Seed.BROKE_GLASS)] == ["nobody is awake"]
        assert len(facts_of(told, Seed.APPROVAL_EXPIRED)) == 1

    def test_a_diagnostic_that_could_not_look_is_a_seed(self) -> None:
        kept = declared()
        look(kept, Phase.FIRST, 1, None, error="The database refused the connection.")
        [seed] = facts_of(draft(kept.record, after(2)), Seed.LOOK_FAILED)
        assert seed["error"] == "The database refused the connection."

    def test_words_that_judge_are_remarked_with_when_they_were_written(self) -> None:
        kept = declared()
        kept.decide(working.note, 2, text="Obviously human error", by=person(ANA), cause="note")
        found = [(seed.facts["words"], seed.at) for seed in draft(kept.record, after(3)).review if seed.at]
        assert found == [("Obviously", after(2)), ("human error", after(2))]


class TestRecord:
    def test_a_changed_line_is_told(self) -> None:
        kept = storybook()
        said = kept.links[3]
        assert said.event is not None
        kept.links[3] = replace(said, event=replace(said.event, at=after(1)))
        told = draft(kept.record, after(53))
        assert told.chain_broken_at == 4
        assert facts_of(told, Gap.CHAIN_BROKEN) == [{"seq": 4}]

    def test_a_redacted_line_keeps_its_place_and_the_chain_whole(self) -> None:
        kept = storybook()
        kept.links[3] = replace(kept.links[3], event=None)
        told = draft(kept.record, after(53))
        assert (len(told.timeline), told.chain_broken_at) == (len(kept.links), None)
        assert facts_of(told, Gap.REDACTED) == [{"count": 1}]

    def test_the_timeline_is_in_order_of_time_not_of_writing(self) -> None:
        kept = declared()
        seen = {"text": "Seen in the log afterwards", "at": after(2)}
        kept.save(working.note(kept.it, by=person(ANA), cause="note", now=after(10), **seen))
        kept.decide(working.acknowledge, 11, by=person(ANA), cause="ack")
        kept.links.append(kept.links.pop(0))
        kinds = [each.event.kind for each in draft(kept.record, after(12)).timeline if each.event]
        assert kinds == [Kind.DECLARED, Kind.NOTED, Kind.ACKNOWLEDGED, Kind.CLOCK_MET]

    def test_an_incident_of_which_nothing_else_is_known_gives_a_draft_of_gaps(self) -> None:
        told = draft(replace(declared().record, timeline=(), alerts=()), after(1))
        assert told.instant(Point.DECLARED).provenance is Provenance.RECORD
        assert {gap.kind for gap in told.gaps} >= {Gap.NO_IMPACT, Gap.NO_UPDATE, Gap.NO_OWNER, Gap.NO_FINDING}


MINUTES = st.integers(min_value=-600, max_value=600).map(after)
MOMENTS = st.one_of(st.none(), MINUTES)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any events in any order at any time, and an incident whose times contradict them."""
    kept = declared()
    kinds = st.sampled_from([kind for kind in Kind if kind is not Kind.VERIFIED])
    for kind, at, user in draw(st.lists(st.tuples(kinds, MINUTES, st.sampled_from([ANA, BEN, CLEO])), max_size=30)):
        facts = {"user": user, "role": draw(st.sampled_from(["commander", "scribe", "captain"])), "to": "P0"}
        kept.append(Event(kind=kind, at=at, actor=person(user), facts=facts), START)
    names = ("started_at", "acknowledged_at", "mitigated_at", "resolved_at")
    kept.incident = replace(kept.it, **{name: draw(MOMENTS) for name in names})
    return kept.record


@given(records(), MINUTES)
def test_whatever_the_order_no_duration_is_negative_and_nothing_is_lost(record: Record, now: datetime) -> None:
    """Any record gives a draft: every event is in it, in order, and a duration is there only for two ends in order."""
    told = draft(record, now)
    assert sorted(link.seq for link in told.timeline) == [link.seq for link in record.timeline]
    moments = [link.event.at for link in told.timeline if link.event]
    assert moments == sorted(moments)
    known = {each.point: each.at for each in told.times}
    for each in told.durations:
        begun, ended = known[each.start], known[each.end]
        in_order = begun is not None and ended is not None and begun <= ended
        assert (each.took == ended - begun) if in_order else (each.took is None)
    assert told.silence is None or told.silence.length > timedelta(0)
    recorded = [each.at for each in told.times if each.at is not None]
    assert recorded == sorted(recorded)
    assert all((each.at is None) == (each.provenance is None) for each in told.times)
