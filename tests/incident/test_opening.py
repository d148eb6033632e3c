"""How an incident begins: declared once, its people called before anything is decorated, and how it begins again."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from incident import checklist, opening
from incident.alert import AlertRecord
from incident.change import Change
from incident.clock import ClockKind, ClockState
from incident.incident import Incident, Status
from incident.job import JobName
from incident.opening import Declaration
from incident.refusal import AlreadySo, BadTitle
from incident.responder import monitor, person
from incident.severity import HOUSE, Severity
from tests.fakes.runbooks import STUCK
from tests.fakes.settings import ANA, BEN
from tests.incident.kept import START, after, declared, firing

ASKED = Declaration(
    title="Orders stand still",
    severity=Severity.P1,
    system="shop",
    by=person(BEN),
    policy=HOUSE[Severity.P1],
    reason="declared by a person",
    responders=(BEN, ANA, BEN),
    procedure=STUCK,
)


def declare(asked: Declaration = ASKED, cause: str = "click", *alerts: AlertRecord) -> tuple[Change, Incident]:
    change = opening.declare(asked, cause=cause, now=START, alerts=alerts)
    assert change.incident is not None
    return change, change.incident


def names(change: Change) -> list[JobName]:
    return [job.name for job in change.jobs]


@pytest.mark.parametrize("title", ["", "   ", "\n", "x" * 201])
def test_a_title_is_needed_and_fits_on_one_line(title: str) -> None:
    with pytest.raises(BadTitle):
        declare(replace(ASKED, title=title))


def test_line_ends_and_blanks_in_a_title_become_single_blanks() -> None:
    assert declare(replace(ASKED, title="  Orders\n stand\t still "))[1].title == "Orders stand still"


def test_the_same_cause_is_the_same_incident_and_another_is_another() -> None:
    assert declare()[1].id == declare()[1].id
    assert declare()[1].id != declare(cause="another click")[1].id


def test_everybody_is_called_once_in_order() -> None:
    assert declare()[1].responders == (BEN, ANA)


def test_a_declaration_owes_the_channel_first_and_the_procedures_looks_beside_it() -> None:
    change, _ = declare()
    assert names(change)[0] is JobName.OPEN_CHANNEL
    assert [j.subject for j in change.jobs if j.name is JobName.DIAGNOSE] == ["first/count-stuck", "first/oldest"]
    assert JobName.PAGE not in names(change), "there is no place yet to lead people to"


@pytest.mark.parametrize(
    ("condition", "told"),
    [
        ("OpenAI refuses requests", "If OpenAI refuses requests: Call the bank"),
        ("if nothing else helps", "If nothing else helps: Call the bank"),
        ("From minute 15 to minute 30", "From minute 15 to minute 30: Call the bank"),
        ("", "Call the bank"),
    ],
)
def test_a_conditions_names_are_written_as_they_are(condition: str, told: str) -> None:
    procedure = replace(STUCK, checklist=(), steps=(replace(STUCK.step("call-bank"), condition=condition),))
    (_, incident) = declare(replace(ASKED, procedure=procedure))
    assert incident.checklist[-1].text == told


def test_the_checklist_holds_the_houses_items_the_procedures_and_what_only_a_person_can_do() -> None:
    texts = [item.text for item in declare()[1].checklist]
    assert texts[: len(checklist.HOUSE)] == list(checklist.HOUSE)
    assert sorted(texts[len(checklist.HOUSE) :]) == [
        "If the bank does not answer: Call the bank",
        "Look at the bank's status page",
    ]
    commands = {item.text: item.command for item in declare()[1].checklist if item.command}
    assert commands == {"If the bank does not answer: Call the bank": "tel 555-0100"}


def test_the_procedure_may_say_itself_when_to_escalate() -> None:
    incident = declare()[1]
    (escalate,) = [each for each in incident.clocks if each.kind is ClockKind.ESCALATE]
    assert escalate.allowed == timedelta(minutes=20)
    assert incident.policy.escalate == timedelta(minutes=20)


def test_the_alerts_that_declared_it_belong_to_it() -> None:
    record = AlertRecord(alert=firing(), incident_id=None, first_at=START, last_at=START)
    change, incident = declare(ASKED, "d#0", record)
    assert [each.incident_id for each in change.alerts] == [incident.id]
    assert incident.alerts_summed == 1


def test_people_come_before_decoration() -> None:
    kept = declared()
    change = opening.open_channel(kept.it, channel="C1", name="inc-142", settles=kept.claim(), cause="c", now=after(0))
    assert names(change)[:2] == [JobName.INVITE, JobName.CARD]
    assert JobName.PAGE in names(change)
    assert not {JobName.TOPIC, JobName.PIN_CARD, JobName.BOOKMARK} & set(names(change))


def test_people_who_were_called_from_the_announcement_are_not_called_again_for_the_channel() -> None:
    kept = declared()
    waiting = opening.await_channel(kept.it, until=after(1), reason="limit", cause="w", now=after(0))
    kept.save(waiting)
    opened = opening.open_channel(kept.it, channel="C1", name="n", settles=kept.claim(), cause="c", now=after(1))
    pages = [{j.key for j in change.jobs if j.name is JobName.PAGE} for change in (waiting, opened)]
    assert pages[0] == pages[1] != set()


def test_an_incident_that_comes_back_goes_on_with_new_clocks_and_calls_its_people_anew() -> None:
    kept = declared()
    first_pages = {j.key for j in opening.await_channel(
        kept.it, until=after(1), reason="", cause="w", now=after(0)).jobs if j.name is JobName.PAGE}  # fmt: skip
    kept.save(replace_resolved(kept.it))
    change = opening.reopen(
        kept.it, by=monitor("alertmanager"), reason="came back", procedure=STUCK, cause="d#0", now=after(60)
    )
    again = change.incident
    assert again is not None
    assert again.status is Status.INVESTIGATING
    assert (again.acknowledged_at, again.mitigated_at, again.resolved_at) == (None, None, None)
    running = [each for each in again.clocks if each.state is ClockState.RUNNING]
    assert {each.started_at for each in running} == {after(60)}
    pages = {j.key for j in change.jobs if j.name is JobName.PAGE}
    assert pages
    assert not pages & first_pages
    assert [j.subject for j in change.jobs if j.name is JobName.DIAGNOSE] == ["first/count-stuck", "first/oldest"]


def replace_resolved(incident: Incident) -> Change:
    return Change(
        cause="end",
        at=after(30),
        incident=replace(incident, status=Status.RESOLVED, resolved_at=after(30), acknowledged_at=after(1)),
    )


def test_whoever_reopens_it_is_not_called_for_it() -> None:
    kept = declared()
    kept.save(replace_resolved(kept.it))
    change = opening.reopen(kept.it, by=person(ANA), reason="", procedure=None, cause="c", now=after(60))
    assert JobName.PAGE not in names(change)


def test_an_open_incident_cannot_be_reopened() -> None:
    with pytest.raises(AlreadySo):
        opening.reopen(declared().it, by=person(ANA), reason="", procedure=None, cause="c", now=after(1))
