"""The document reads well, gives nobody's name away, and keeps its shape whatever the data says.

``python -m tests.bot.exports.test_markdown`` rewrites the golden example; read the difference before you keep it.
"""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from msgspec.structs import replace

from bot.exports import sentences
from bot.exports.markdown import markdown
from bot.exports.page import exact
from incident import freezing, remedy, reverting, walking, working
from incident.approval import ApprovalState
from incident.blameless import Advice
from incident.change import Change
from incident.clock import ClockKind, ClockState
from incident.finding import Finding, Phase
from incident.incident import Place
from incident.postmortem import Question, Record, draft
from incident.responder import Role, person
from incident.review import Gap, Seed
from incident.timeline import Event, Kind
from incident.walk import LegState, WalkState
from tests.fakes.restoring import RESTORE
from tests.fakes.runbooks import STUCK
from tests.incident.kept import ANA, BEN, CLEO, DAN, Kept, after, declared, storybook, timedelta
from tests.incident.test_remedy import POLICY, asked

GOLDEN = Path(__file__).parent / "golden" / "storybook.md"
RENDERER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def address(place: Place) -> str:
    """What Slack would open."""
    return f"https://example.slack.com/archives/{place.channel}" + (f"/p{place.thread}" if place.thread else "")


def rendered(kept: Kept, at: float = 53) -> str:
    return markdown(kept.record, draft(kept.record, after(at)), address)


def shape(text: str) -> list[str]:
    return [each.type for each in RENDERER.parse(text)]


def test_the_golden_example() -> None:
    assert rendered(storybook()) == GOLDEN.read_text(encoding="utf-8")


def test_nobody_is_named() -> None:
    text = rendered(storybook())
    assert [user for user in (ANA, BEN, CLEO, DAN) if user in text] == []
    assert "person C sees" in text


def test_every_link_into_the_document_leads_to_a_heading() -> None:
    text = rendered(storybook())
    headings = {line.lstrip("#").strip().lower().replace(" ", "-") for line in text.splitlines() if line[:1] == "#"}
    inner = {part.split(")")[0] for part in text.split("](#")[1:]}
    assert inner
    assert inner <= headings


def test_an_open_incident_of_which_little_is_known() -> None:
    text = rendered(declared(by_monitor=False), at=4)
    assert "When it began is not on record." in text
    assert "When this was written, its status was investigating." in text
    assert "| Time to detect | impact start | detected | not known: no record of “impact start” |" in text
    assert "- [ ] No update was given." in text
    assert "No diagnostic ran." in text
    assert "No remediation was asked for." in text


def test_a_mitigation_that_was_taken_back_is_shown_as_done_and_not_as_owed() -> None:
    kept = storybook()
    (mitigation,) = kept.approvals.values()
    back = replace(mitigation, id="app_back", plan=replace(mitigation.plan, step_id="restart", temporary=False))
    (left,) = kept.it.follow_ups
    it = replace(kept.it, follow_ups=(replace(left, undo_step="restart"),))
    it, events = reverting.follow(it, back, after(50))
    kept.save(Change(cause="undo", at=after(50), incident=it, events=events, approvals=(back,)))
    told = rendered(kept)
    (row,) = [line for line in told.splitlines() if line.startswith("| 1 | Revert")]
    assert "**Done** 2026-03-14" in row
    assert "[remediation 2](#remediation-2)" in row
    assert "To fill in" not in row
    (temporary,) = [line for line in told.splitlines() if line.startswith("- Temporary: ")]
    assert "(done at " in temporary


def test_a_mitigation_that_a_person_took_back_is_done_by_hand_and_nobody_is_named() -> None:
    kept = storybook()
    kept.decide(reverting.do, 50, number=1, note="scaled back", by=BEN, cause="done")
    told = rendered(kept)
    (row,) = [line for line in told.splitlines() if line.startswith("| 1 | Revert")]
    assert "**Done** 2026-03-14" in row
    assert "by hand" in row
    assert BEN not in told


def test_a_procedure_is_told_step_by_step_and_nobody_is_named() -> None:
    kept = declared()
    kept.decide(walking.begin, 5, procedure=RESTORE, by=ANA, cause="begin")
    walk = kept.it.walks[-1]
    reason = f"<@{BEN}> | knows it"
    kept.decide(walking.skip, 6, walk=walk, index=0, reason=reason, tries=None, waiting=(), by=ANA, cause="skip")
    kept.decide(walking.abort, 7, walk=kept.it.walks[-1], reason="too late", waiting=(), by=BEN, cause="abort")
    text = rendered(kept, at=10)
    assert "**Restore the orders** · ended before its end" in text
    (row,) = [line for line in text.splitlines() if line.startswith("| 1 | Find the newest snapshot |")]
    assert "skipped" in row
    assert "person B \\| knows it" in row
    assert "| 5 | Send everybody to the restored table | not begun |" in text
    assert ANA not in text
    assert BEN not in text


def test_a_mitigation_that_only_the_resolution_implies_is_not_told_as_a_fact() -> None:
    kept = declared()
    kept.decide(working.resolve, 9, fix="It went away", lingering="unknown", impact="", by=person(ANA), cause="resolve")
    text = rendered(kept, at=10)
    assert "It was resolved 9 min after the declaration." in text
    assert "| Time to mitigate | declared | mitigated | 9 min, its end taken from the resolution |" in text
    assert "- [ ] Nobody said when it was mitigated; the time of the resolution stands in for it." in text
    assert "At the resolution, lingering effects were not known." in text


def test_every_kind_of_remark_question_and_advice_has_its_sentence() -> None:
    assert set(sentences.REMARKS) == {*Gap, *Seed}
    assert set(sentences.QUESTIONS) == set(Question)
    assert set(sentences.ADVICE) == set(Advice)
    assert set(sentences.CLOCKS) == set(ClockKind)
    assert set(sentences.CLOCK_ENDS) == set(ClockState)
    assert set(sentences.PHASES) == set(Phase)
    assert set(sentences.WALKS) == set(WalkState)
    assert set(sentences.LEGS) == set(LegState)
    assert set(sentences.STATES) == set(ApprovalState)


def test_a_record_with_no_line_and_no_alert_is_still_a_document() -> None:
    bare = replace(declared().record, timeline=(), alerts=())
    assert "No alert belongs to this incident." in markdown(bare, draft(bare, after(1)))


def test_a_removed_line_says_so_and_a_changed_one_is_told_first() -> None:
    kept = storybook()
    kept.links[3] = replace(kept.links[3], event=None)
    kept.links[5] = replace(kept.links[5], content="0" * 64)
    text = rendered(kept)
    assert "_The content of this line was removed._" in text
    assert text.index("does not verify from line 6 on: it may have been changed") < text.index("## Overview")


def test_without_a_chat_messages_keep_their_place_in_words() -> None:
    record = storybook().record
    assert "message 1773479885.000200 in C0INC142" in markdown(record, draft(record, after(53)))


def test_times_carry_the_date_when_it_lasted_longer_than_a_day() -> None:
    kept = declared()
    kept.decide(working.acknowledge, 2000, by=person(ANA), cause="ack")
    assert "| 2026-03-15 18:32:05 | responder A | acknowledged after 1 d 9 h" in rendered(kept, 2001)


def test_five_hundred_lines_stay_one_table() -> None:
    kept = declared()
    for number in range(500):
        event = Event(kind=Kind.NOTED, at=after(number / 10), facts={"text": f"line {number} | with a pipe"})
        kept.append(event, after(60))
    text = rendered(kept)
    assert "line 499" in text
    assert shape(text) == shape(text.replace(r"\|", "")), "no pipe of a note may make a cell"


FREE = {"title", "text", "reason", "impact", "next", "item", "sentence", "fix", "impact_note", "how", "why", "value"}


def spoilt(said: str) -> Record:
    """The example with ``said`` in everything that comes from a monitor, a person or a target."""
    record = storybook().record
    return Record(
        incident=replace(record.incident, title=f"T {said}", summary=f"S {said}", system=f"s {said}"),
        timeline=tuple(replace(each, event=spoilt_event(each.event, said)) for each in record.timeline if each.event),
        alerts=tuple(replace(a, alert=replace(a.alert, title=f"A {said}", severity=said)) for a in record.alerts),
        findings=tuple(spoilt_finding(each, said) for each in record.findings),
        approvals=tuple(
            replace(a, reason=f"r {said}", plan=replace(a.plan, title=f"P {said}", undo=said, target=said))
            for a in record.approvals
        ),
    )


def spoilt_event(event: Event, said: str) -> Event:
    return replace(event, facts={name: f"{v} {said}" if name in FREE else v for name, v in event.facts.items()})


def spoilt_finding(finding: Finding, said: str) -> Finding:
    sight = replace(finding.sight, output=f"o {said}", value=f"v {said}", receipt={"k": said})
    return replace(finding, title=f"F {said}", reason=said, attested=f"x {said}", shown=f"c {said}", sight=sight)


@settings(max_examples=15, deadline=None)
@given(st.text(st.one_of(st.sampled_from(list("`*_[]()<>|~#+-=!&:\n\t")), st.characters(codec="utf-8")), max_size=30))
def test_hostile_data_changes_no_heading_no_table_and_no_list(said: str) -> None:
    plain, hostile = spoilt("plain"), spoilt(said)
    assert shape(markdown(hostile, draft(hostile, after(53)))) == shape(markdown(plain, draft(plain, after(53))))


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.42, "0.4 s"),
        (59.6, "1 min"),
        (3605, "1 h 5 s"),
        (90061, "1 d 1 h 1 min 1 s"),
        (-61, "−1 min 1 s"),
    ],
)
def test_durations_are_exact_to_the_second(seconds: float, words: str) -> None:
    assert exact(timedelta(seconds=seconds)) == words


if __name__ == "__main__":
    GOLDEN.write_text(rendered(storybook()), encoding="utf-8")


def test_frozen_evidence_and_whoever_lifted_it_stand_at_the_head_in_one_row() -> None:
    kept = declared()
    kept.decide(working.take_role, 0.5, role=Role.COMMANDER, user=ANA, by=person(ANA), cause="role")
    kept.decide(freezing.freeze_evidence, 1, by=BEN, reason="a break-in | perhaps", requests=(), cause="freeze")
    step = STUCK.step("requeue")
    kept.decide(freezing.lift_evidence, 2, step=step, by=ANA, reason=f"copied by {BEN}", requests=(), cause="lift")
    (row,) = [line for line in rendered(kept).splitlines() if line.startswith("| Evidence |")]
    assert r"a break-in \| perhaps; requeue lifted by" in row
    assert [user for user in (ANA, BEN) if user in row] == []
    assert "lets “Queue them again” run although evidence is frozen" in rendered(kept)


def test_everybody_who_said_yes_is_told() -> None:
    kept = declared()
    request = asked(kept, policy=replace(POLICY, approvals=2))
    for minutes, by in ((2, CLEO), (3, DAN)):
        request = kept.approvals[request.id]
        kept.decide(remedy.approve, minutes, asked=request, by=by, allowed=True, stop=None, cause=f"click-{minutes}")
    (line,) = [line for line in rendered(kept).splitlines() if line.startswith("- Approved by")]
    assert line.count("responder") == 2
