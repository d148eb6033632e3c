"""What follows from a change: what people must read is said, and what is shown is brought up to date, also mid-post."""

import pytest

from incident import opening, working
from incident.change import Change, event_id
from incident.incident import Incident, Place
from incident.job import JobMode, JobName
from incident.owing import HEADLINES, LOUD, QUIET
from incident.responder import person
from incident.severity import HOUSE, Severity
from incident.timeline import Kind
from tests.incident.kept import ANA, BEN, Kept, after, declared

DISPLAYS = {JobName.CARD, JobName.CHECKLIST, JobName.ANNOUNCEMENT, JobName.TOPIC}


def owed(change: Change) -> set[JobName]:
    return {job.name for job in change.jobs} & DISPLAYS


def in_channel(*, card: bool = True) -> Kept:
    """One whose channel is open, and whose card, checklist and announcement are posted unless ``card`` is False."""
    kept = declared()
    kept.decide(opening.open_channel, 0, channel="C1", name="inc-142", settles=kept.claim(), cause="open")
    if card:
        place = Place(channel="C0NEWS", thread="1.0")
        given = {"settles": kept.claim(), "findings": ()}
        kept.decide(opening.post_card, 0.1, timestamp="1.1", cause="card", **given)
        kept.decide(opening.post_checklist, 0.1, timestamp="1.2", settles=kept.claim(), cause="list")
        kept.decide(opening.announce, 0.1, place=place, cause="news", **given)
    return kept


def acknowledged(incident: Incident) -> Change:
    return working.acknowledge(incident, by=person(BEN), cause="c", now=after(1))


def test_what_the_card_shows_is_brought_up_to_date_and_what_it_does_not_show_costs_no_edit() -> None:
    kept = in_channel()
    assert owed(acknowledged(kept.it)) == {JobName.CARD, JobName.ANNOUNCEMENT}
    assert owed(working.note(kept.it, text="hot", by=person(ANA), cause="c", now=after(1))) == set()
    assert owed(working.tick(kept.it, number=1, by=ANA, cause="c", now=after(1))) == {JobName.CARD, JobName.CHECKLIST}
    worse = working.change_severity(
        kept.it, to=Severity.P0, policy=HOUSE[Severity.P0], by=person(ANA), reason="", cause="c", now=after(1)
    )
    # Its item of the checklist is ticked by that.
    assert owed(worse) == {JobName.CARD, JobName.CHECKLIST, JobName.ANNOUNCEMENT, JobName.TOPIC}


def test_a_change_while_the_card_is_being_posted_is_not_lost() -> None:
    assert JobName.CARD in owed(acknowledged(in_channel(card=False).it))
    assert JobName.ANNOUNCEMENT in owed(acknowledged(in_channel(card=False).it))


def test_without_a_place_nothing_is_shown_yet() -> None:
    assert owed(acknowledged(declared().it)) == set()


def test_posting_a_card_owes_no_edit_of_it() -> None:
    kept = in_channel(card=False)
    change = opening.post_card(
        kept.it, timestamp="1.1", findings=(), settles=kept.claim(), cause="card", now=after(0.1)
    )
    assert JobName.CARD not in owed(change)


def test_many_changes_fold_into_one_edit_a_moment_later() -> None:
    kept = in_channel()
    jobs = [j for j in acknowledged(kept.it).jobs if j.name is JobName.CARD]
    (job,) = jobs
    assert job.mode is JobMode.CONVERGE
    assert after(1) < job.due_at
    ticked = working.tick(kept.it, number=1, by=ANA, cause="c2", now=after(1))
    assert [j.key for j in ticked.jobs if j.name is JobName.CARD] == [job.key]


def test_every_loud_or_quiet_event_is_told_under_its_own_id() -> None:
    change = working.update(in_channel().it, text="looking", by=person(ANA), cause="c", now=after(1))
    told = [j.subject for j in change.jobs if j.name is JobName.TELL]
    assert told == [event_id("c", 0), "headline/" + event_id("c", 0)]


@pytest.mark.parametrize("kind", sorted(HEADLINES - {Kind.MITIGATED}))
def test_a_headline_is_loud_in_the_channel_too(kind: str) -> None:
    """But for *mitigated*, which the verdict or the update says that made it so."""
    assert kind in LOUD
    assert kind not in QUIET
