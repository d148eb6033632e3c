"""The stop of all remediations, and evidence that is kept: who sets them, who loosens them, and what it owes."""

import pytest
from msgspec.structs import replace

from incident import freezing, opening, refusal
from incident.incident import Home
from incident.job import JobName
from incident.opening import Declaration
from incident.responder import MUSTER, TERMINAL, Role, person
from incident.runbook import SECURITY, Origin, Procedure
from incident.severity import HOUSE, Severity
from incident.stop import Stop
from incident.timeline import Kind
from tests.fakes.runbooks import STUCK
from tests.incident.kept import ANA, BEN, START, Kept, after, declared
from tests.incident.test_remedy import asked

STEP = STUCK.step("requeue")


def stand(kept: Kept) -> Stop:
    change = freezing.stop(
        None,
        by=person(ANA),
        reason=" a wrong deploy ",
        cause="c",
        now=after(5),
        incidents=(kept.it,),
        requests=tuple(kept.approvals.values()),
    )
    assert change.stop is not None
    return change.stop


def test_a_stop_is_announced_and_shown_on_the_cards_of_what_is_open() -> None:
    kept = declared()
    request = asked(kept)
    opened = replace(kept.it, home=Home(channel="C1"))
    change = freezing.stop(
        None, by=TERMINAL, reason="", cause="c", now=after(5), incidents=(opened, kept.it), requests=(request,)
    )
    assert change.incident is None, "it is of the system's timeline, not of one incident"
    assert [event.kind for event in change.events] == [Kind.STOPPED]
    owed = [(job.name, job.subject) for job in change.jobs]
    assert owed == [
        (JobName.TELL_STOP, change.event_id(0)),
        (JobName.CARD, ""),
        (JobName.APPROVAL_CARD, request.id),
    ]


def test_one_stop_stands_at_a_time_and_is_lifted_once() -> None:
    kept = declared()
    standing = stand(kept)
    assert (standing.reason, standing.stands) == ("a wrong deploy", True)
    with pytest.raises(refusal.AlreadySo) as already:
        freezing.stop(standing, by=person(BEN), reason="", cause="d", now=after(6), incidents=(), requests=())
    assert (already.value.facts["by"], already.value.facts["at"]) == (ANA, after(5))
    change = freezing.lift_stop(
        standing, by=person(BEN), reason="rolled back", cause="e", now=after(9), incidents=(), requests=()
    )
    assert change.stop is not None
    assert (change.stop.stands, change.stop.lifted_by, change.stop.lifted_because) == (
        False,
        person(BEN),
        "rolled back",
    )
    assert change.events[0].facts["seconds"] == 240
    with pytest.raises(refusal.NotStopped):
        freezing.lift_stop(None, by=person(BEN), reason="", cause="f", now=after(9), incidents=(), requests=())


@pytest.mark.parametrize(("purpose", "frozen"), [(SECURITY, True), ("incident", False)])
def test_an_incident_of_a_security_procedure_keeps_its_evidence_from_its_first_moment(
    purpose: str, frozen: bool
) -> None:
    procedure = Procedure(id="p", title="Break-in", origin=Origin(heading="Break-in"), purpose=purpose)
    change = opening.declare(
        Declaration(
            title="Somebody is in",
            severity=Severity.P0,
            system="shop",
            by=person(ANA),
            policy=HOUSE[Severity.P0],
            reason="said so",
            procedure=procedure,
        ),
        cause="c",
        now=START,
    )
    assert change.incident is not None
    assert (change.incident.evidence is not None) is frozen
    assert (Kind.EVIDENCE_FROZEN in [event.kind for event in change.events]) is frozen
    if change.incident.evidence is not None:
        assert change.incident.evidence.by == MUSTER


def led() -> Kept:
    """An incident whose evidence Ben froze, and which Ana leads."""
    kept = declared()
    kept.incident = replace(kept.it, roles={Role.COMMANDER: ANA})
    kept.decide(freezing.freeze_evidence, 1, by=BEN, reason="a break-in", requests=(), cause="freeze")
    return kept


def test_only_the_commander_lifts_it_for_a_step_and_must_say_why() -> None:
    kept = led()
    with pytest.raises(refusal.AlreadySo):
        freezing.freeze_evidence(kept.it, by=ANA, reason="", requests=(), cause="again", now=after(2))
    with pytest.raises(refusal.NotTheCommander) as no:
        freezing.lift_evidence(kept.it, step=STEP, by=BEN, reason="x", requests=(), cause="l", now=after(2))
    assert no.value.facts["commander"] == ANA
    with pytest.raises(refusal.NothingSaid):
        freezing.lift_evidence(kept.it, step=STEP, by=ANA, reason=" \u200b", requests=(), cause="l", now=after(2))
    kept.decide(freezing.lift_evidence, 3, step=STEP, by=ANA, reason="the disk is copied", requests=(), cause="l")
    frozen = kept.it.evidence
    assert frozen is not None
    assert (frozen.holds("requeue"), frozen.holds("restart")) == (False, True)
    with pytest.raises(refusal.AlreadySo):
        freezing.lift_evidence(kept.it, step=STEP, by=ANA, reason="x", requests=(), cause="m", now=after(4))


def test_the_commander_ends_it_whole_with_a_reason_and_frozen_anew_nothing_is_lifted() -> None:
    kept = led()
    kept.decide(freezing.lift_evidence, 2, step=STEP, by=ANA, reason="copied", requests=(), cause="l")
    for by, reason, kind in ((BEN, "x", refusal.NotTheCommander), (ANA, "", refusal.NothingSaid)):
        with pytest.raises(kind):
            freezing.release_evidence(kept.it, by=by, reason=reason, requests=(), cause="r", now=after(3))
    kept.decide(freezing.release_evidence, 3, by=ANA, reason="handed over", requests=(), cause="r")
    assert kept.it.evidence is None
    with pytest.raises(refusal.EvidenceNotFrozen):
        freezing.release_evidence(kept.it, by=ANA, reason="x", requests=(), cause="s", now=after(4))
    kept.decide(freezing.freeze_evidence, 5, by=BEN, reason="", requests=(), cause="anew")
    assert kept.it.evidence is not None
    assert kept.it.evidence.holds("requeue")


def test_the_cards_of_what_waits_say_that_evidence_is_frozen_and_when_it_no_longer_is() -> None:
    kept = declared()
    kept.incident = replace(kept.it, roles={Role.COMMANDER: ANA})
    request = asked(kept)
    changes = [
        freezing.freeze_evidence(kept.it, by=ANA, reason="", requests=(request,), cause="f", now=after(3)),
    ]
    kept.save(changes[0])
    changes += [
        freezing.lift_evidence(kept.it, step=STEP, by=ANA, reason="x", requests=(request,), cause="l", now=after(4)),
        freezing.release_evidence(kept.it, by=ANA, reason="x", requests=(request,), cause="r", now=after(4)),
    ]
    for change in changes:
        assert [job.subject for job in change.jobs if job.name is JobName.APPROVAL_CARD] == [request.id]


def test_while_nobody_leads_nobody_lifts() -> None:
    kept = led()
    with pytest.raises(refusal.NotTheCommander) as no:
        freezing.release_evidence(replace(kept.it, roles={}), by=ANA, reason="x", requests=(), cause="r", now=after(3))
    assert no.value.facts["commander"] is None
