"""Both sides of an incident that the pager knows: each change is told once to the other, and never comes back."""

from collections.abc import Mapping
from datetime import timedelta

import pytest

from commands.outage import Outage
from commands.tell_pager import not_called
from incident.incident import Incident, Status
from incident.job import JobName
from incident.paging import PagerPerson, PagerState, Paging, key_of
from incident.refusal import NobodyToPage
from incident.responder import known_to_pager, person
from incident.severity import Severity
from incident.timeline import Kind
from tests.fakes import monitor
from tests.fakes.clock import START
from tests.fakes.pager import FakePager, There
from tests.fakes.settings import ANA, BEN, CLEO, DAN
from tests.fakes.world import World, with_pager

REF = "QORDERS1"
AGENT = {"id": "PBEN", "type": "user_reference", "summary": "Ben There"}
CALLS = Paging(calls_from=Severity.P1, escalation="PHELP00", adds_responders=True)


@pytest.fixture
def pager(world: World) -> FakePager:
    """Calls from P1 on; its Ben is Slack's."""
    made = with_pager(world, CALLS)
    made.people = {"PBEN": BEN}
    return made


async def told(
    world: World, event_type: str, at: int = 0, *, agent: Mapping[str, str] | None = AGENT, **changed: object
) -> None:
    """The pager's webhook, taken in: what happened ``at`` so many seconds after the start."""
    event = monitor.pagerduty(f"incident.{event_type}", **changed)["event"]
    assert isinstance(event, dict)
    happened = (START + timedelta(seconds=at)).isoformat()
    event = {**event, "id": f"01{event_type}{at}", "agent": agent, "occurred_at": happened}
    await world.knock({"event": event}, "pagerduty")
    await world.work()


async def began(world: World, pager: FakePager) -> Incident:
    """An incident that a page began; the pager has it under REF."""
    pager.there[REF] = There()
    await told(world, "triggered")
    incident = await world.store.incident_by_number(1)
    assert incident is not None
    return incident


async def test_what_the_pager_began_is_linked_and_the_pager_is_not_called_again(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    assert incident.paged is not None
    assert incident.paged.refs == (REF,)
    await world.let_pass(minutes=31)
    assert not [each for each in pager.changes if "called" in each]


async def test_an_acknowledgement_here_reaches_the_pager_once_and_its_echo_changes_nothing(
    world: World, pager: FakePager
) -> None:
    incident = await began(world, pager)
    await world.say(ANA, "ack", incident)
    await world.work()
    await told(world, "acknowledged")
    assert pager.changes == [f"{REF} acknowledged by {ANA}"]
    assert [each.actor for each in await world.events(incident, Kind.ACKNOWLEDGED)] == [person(ANA)]


async def test_an_acknowledgement_there_counts_here_for_whoever_it_was_and_is_not_told_back(
    world: World, pager: FakePager
) -> None:
    incident = await began(world, pager)
    pager.there[REF].state = PagerState.ACKNOWLEDGED
    await told(world, "acknowledged")
    [event] = await world.events(incident, Kind.ACKNOWLEDGED)
    assert (event.actor, event.facts["via"]) == (person(BEN), "PagerDuty")
    assert (await world.again(incident)).acknowledged_by == BEN
    assert pager.changes == []


async def test_whom_only_the_pager_knows_is_named_as_there(world: World, pager: FakePager) -> None:
    pager.people = {}
    incident = await began(world, pager)
    await told(world, "acknowledged")
    [event] = await world.events(incident, Kind.ACKNOWLEDGED)
    assert event.actor == known_to_pager("Ben There")
    assert (await world.again(incident)).acknowledged_by is None


async def test_what_somebody_did_counts_though_it_is_refused_to_say_who_they_are(
    world: World, pager: FakePager, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their account was deleted there, or the token may not look at it."""

    async def refused(known: PagerPerson) -> None:
        raise Outage("PagerDuty refused: there is no such thing", retry=False)

    incident = await began(world, pager)
    monkeypatch.setattr(pager, "person", refused)
    await told(world, "acknowledged")
    [event] = await world.events(incident, Kind.ACKNOWLEDGED)
    assert (event.actor, world.errors) == (known_to_pager("Ben There"), [])


async def test_the_same_webhook_twice_is_one_event(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    await told(world, "annotated", type="incident_note", content="it is the disk", incident={"id": REF})
    await told(world, "annotated", type="incident_note", content="it is the disk", incident={"id": REF})
    assert [each.facts["text"] for each in await world.events(incident, Kind.NOTED)] == ["it is the disk"]
    assert pager.changes == []


async def test_a_note_that_overtook_its_page_is_taken_in_when_the_page_has_come(world: World, pager: FakePager) -> None:
    pager.there[REF] = There()
    await told(world, "annotated", at=1, type="incident_note", content="it is the disk", incident={"id": REF})
    await told(world, "triggered")
    incident = await world.store.incident_by_number(1)
    assert incident is not None
    await world.let_pass(minutes=1)
    assert [each.facts["text"] for each in await world.events(incident, Kind.NOTED)] == ["it is the disk"]


async def test_a_note_waits_for_its_page_where_the_page_s_end_came_before_both(world: World, pager: FakePager) -> None:
    """Found by a simulated run: of the page only its end was known, and the note was let be at once."""
    pager.there[REF] = There()
    await told(world, "resolved", at=2)
    await told(world, "annotated", at=1, type="incident_note", content="it is the disk", incident={"id": REF})
    incident = await began(world, pager)
    await world.let_pass(minutes=1)
    assert [each.facts["text"] for each in await world.events(incident, Kind.NOTED)] == ["it is the disk"]


async def test_what_is_told_of_an_incident_that_nobody_hears_of_is_waited_for_and_then_let_be(
    world: World, pager: FakePager
) -> None:
    await told(world, "annotated", type="incident_note", content="not yours", incident={"id": "QSTRANGE"})
    await world.let_pass(minutes=11)
    assert await world.store.recent_incidents() == ()
    due = await world.store.claim("test", limit=100, lease=timedelta(days=30))
    assert not [each for each in due if each.job.name is JobName.FOLLOW_PAGER]


async def test_a_note_here_is_a_note_there_and_its_echo_is_none_here(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    await world.say(ANA, "note the disk is full", incident)
    await world.work()
    [note] = pager.there[REF].notes
    await told(world, "annotated", type="incident_note", content=note.replace("[", "[muster:"), incident={"id": REF})
    assert pager.changes == [f"{REF} noted by {ANA}"]
    assert len(await world.events(incident, Kind.NOTED)) == 1


async def test_a_resolution_here_resolves_it_there_and_a_reopening_reopens_it(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    await world.say(ANA, "resolve restarted it", incident)
    await world.work()
    await world.say(ANA, "reopen it is back", incident)
    await world.work()
    assert pager.changes == [f"{REF} resolved by {ANA}", f"{REF} triggered by None"]


async def test_muster_s_own_resolution_that_comes_back_after_a_reopening_here_ends_nothing(
    world: World, pager: FakePager
) -> None:
    """Found with real processes: whoever reopened it had it resolved again by the pager's belated word."""
    incident = await began(world, pager)
    await world.say(BEN, "ack", incident)
    await world.say(BEN, "resolve made room", incident)
    await world.work()
    await world.say(BEN, "reopen it is back", incident)
    await world.work()
    await told(world, "resolved", at=3)
    assert (await world.again(incident)).open
    await told(world, "reopened", at=4)
    await told(world, "resolved", at=60)
    assert not (await world.again(incident)).open


@pytest.mark.parametrize("owned", [True, False])
async def test_a_resolution_of_which_no_answer_came_is_known_again_and_undone_after_a_reopening_here(
    world: World, pager: FakePager, owned: bool
) -> None:
    """Found by simulated runs: the pager's word of it seemed to be that of whom Muster had named."""
    incident = await began(world, pager)
    if owned:
        await world.say(BEN, "ack", incident)
        await world.work()
    await world.say(BEN, "resolve made room", incident)
    claim = await world.claim(JobName.TELL_PAGER)
    await world.do_until_away(claim, saves=1)
    assert pager.there[REF].state is PagerState.RESOLVED
    await world.say(BEN, "reopen it is back", incident)
    await told(world, "resolved", at=3)
    assert (await world.again(incident)).open
    await world.let_pass(seconds=30)
    assert pager.there[REF].state is PagerState.TRIGGERED


async def test_who_resolves_it_there_after_muster_rang_anew_and_heard_no_answer_is_not_undone(
    world: World, pager: FakePager
) -> None:
    """Found by simulated runs: the pager's own word of it says that it rang; to ring again would undo theirs."""
    incident = await began(world, pager)
    await world.say(BEN, "resolve made room", incident)
    await world.work()
    await world.say(BEN, "reopen it is back", incident)
    pager.forgets = 1
    await world.work()
    assert pager.there[REF].state is PagerState.TRIGGERED
    await told(world, "resolved", at=3)
    await told(world, "reopened", at=4)
    pager.there[REF].state = PagerState.RESOLVED
    await world.let_pass(minutes=3)
    assert pager.there[REF].state is PagerState.RESOLVED
    await told(world, "resolved", at=5)
    assert not (await world.again(incident)).open


async def test_a_resolution_that_comes_back_after_people_there_began_it_anew_ends_nothing(
    world: World, pager: FakePager
) -> None:
    """Found by simulated runs: it rings there already, which says nothing of whether Muster's own word has come."""
    incident = await began(world, pager)
    await world.say(BEN, "resolve made room", incident)
    await world.work()
    pager.there[REF].state = PagerState.TRIGGERED
    await world.say(BEN, "reopen it is back", incident)
    await world.work()
    await told(world, "resolved", at=3)
    assert (await world.again(incident)).open


async def test_who_resolves_it_there_after_muster_could_not_is_heard(world: World, pager: FakePager) -> None:
    """What Muster only set out to do there is not taken for done once it shows that it was not."""
    incident = await began(world, pager)
    await world.say(BEN, "ack", incident)
    await world.work()
    await world.say(BEN, "resolve made room", incident)
    pager.away = True
    await world.work()
    pager.away = False
    await world.say(BEN, "reopen it is back", incident)
    await world.let_pass(seconds=30)
    pager.there[REF].state = PagerState.RESOLVED
    await told(world, "resolved", at=60)
    assert not (await world.again(incident)).open


async def test_who_owns_it_there_after_one_look_in_vain_is_heard(world: World, pager: FakePager) -> None:
    """What Muster had not even begun to change there is not expected to come back."""
    incident = await began(world, pager)
    pager.there[REF].state = PagerState.ACKNOWLEDGED
    pager.away = True
    await told(world, "acknowledged", at=1)
    await world.say(BEN, "resolve made room", incident)
    await world.work()
    pager.away = False
    await world.say(BEN, "reopen it is back", incident)
    await world.let_pass(seconds=30)
    await told(world, "acknowledged", at=40)
    assert (await world.again(incident)).acknowledged_by == BEN


async def test_two_severities_in_a_row_do_not_come_back_as_each_other(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    pager.there[REF].severity = Severity.P1
    for level in ("P3", "P0"):
        await world.say(ANA, f"severity {level} seen", incident)
        await world.work()
    for at, level in ((2, "P3"), (3, "P0")):
        await told(world, "priority_updated", at=at, priority={"summary": level})
        assert (await world.again(incident)).severity is Severity.P0
    await told(world, "priority_updated", at=4, priority={"summary": "P2"})
    assert (await world.again(incident)).severity is Severity.P2


async def test_a_person_who_resolves_it_there_resolves_it_here(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    pager.there[REF].state = PagerState.RESOLVED
    await told(world, "resolved")
    after = await world.again(incident)
    assert (after.status, after.resolved_by) == (Status.RESOLVED, person(BEN))
    assert pager.changes == []


async def test_a_resolution_there_is_only_said_where_the_team_wants_it_so_or_another_alert_fires(
    world: World, pager: FakePager
) -> None:
    world.settings.paged = Paging(calls_from=Severity.P1, follows_resolve=False)
    incident = await began(world, pager)
    await told(world, "resolved")
    assert (await world.again(incident)).open
    assert [each.facts["word"] for each in await world.events(incident, Kind.PAGER_SAID)] == ["resolved"]


async def test_what_a_person_merges_there_is_only_said_because_the_outage_goes_on(
    world: World, pager: FakePager
) -> None:
    incident = await began(world, pager)
    into = {"type": "incident_reference", "id": "QOTHER", "summary": "[#7] Shop"}
    await told(world, "resolved", resolve_reason={"type": "merge_resolve_reason", "incident": into})
    assert (await world.again(incident)).open
    [event] = await world.events(incident, Kind.PAGER_SAID)
    assert (event.actor, event.facts["word"], event.facts["text"]) == (person(BEN), "merged", "[#7] Shop")
    (over,) = await world.events(incident, Kind.ALERT_RESOLVED)
    assert (over.facts["goes_on"], over.facts["still_firing"]) == (True, 0)
    assert (await world.store.alert_tally(incident.id)).firing == 0, "nothing more will come of this alert"


async def test_a_priority_changed_there_changes_the_severity_and_an_older_word_of_it_nothing(
    world: World, pager: FakePager
) -> None:
    incident = await began(world, pager)
    await told(world, "priority_updated", at=2, priority={"summary": "P0"})
    assert (await world.again(incident)).severity is Severity.P0
    await told(world, "priority_updated", at=1, priority={"summary": "P3"})
    assert (await world.again(incident)).severity is Severity.P0


async def test_what_was_reopened_there_alone_is_told_that_somebody_has_it_here(world: World, pager: FakePager) -> None:
    """Found by chaos: there it called people again, and here nobody knew."""
    incident = await began(world, pager)
    await told(world, "acknowledged", at=1)
    pager.there[REF].state = PagerState.TRIGGERED
    await told(world, "reopened", at=3)
    await told(world, "resolved", at=2)
    after = await world.again(incident)
    assert (after.open, after.acknowledged_at is None) == (True, False)
    assert pager.there[REF].state is PagerState.ACKNOWLEDGED
    [event] = await world.events(incident, Kind.PAGER_SAID)
    assert (event.actor, event.facts["word"]) == (person(BEN), "reopened")


async def test_a_resolution_that_comes_after_the_reopening_that_followed_it_changes_nothing(
    world: World, pager: FakePager
) -> None:
    incident = await world.declared()
    own = {"id": "PD1", "incident_key": key_of(incident.id)}
    await told(world, "reopened", at=2, **own)
    await told(world, "resolved", at=1, **own)
    assert (await world.again(incident)).open


async def test_a_call_that_comes_back_without_its_key_is_an_alert_of_the_incident_and_opens_no_other(
    world: World, pager: FakePager
) -> None:
    pager.keyed = False
    incident = await world.declared()
    for at, event_type in enumerate(("unacknowledged", "acknowledged", "resolved")):
        await told(world, event_type, at=at, id="PD1", incident_key=None)
    assert [each.number for each in await world.store.recent_incidents()] == [1]
    after = await world.again(incident)
    assert (after.acknowledged_by, after.status) == (BEN, Status.RESOLVED)


async def test_what_nothing_follows_from_is_said_in_one_line(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    await told(world, "escalated", assignees=[{"summary": "Dan"}])
    [event] = await world.events(incident, Kind.PAGER_SAID)
    assert event.facts["text"] == "Dan"


async def resolved_there_alone(world: World, pager: FakePager) -> Incident:
    """A P1 for which Muster called, and which Ben resolved there; here people want to say so themselves."""
    world.settings.paged = Paging(calls_from=Severity.P1, follows_resolve=False)
    incident = await world.declared()
    world.clock.advance(minutes=1)
    pager.there["PD1"].state = PagerState.RESOLVED
    await told(world, "resolved", at=1, id="PD1", incident_key=key_of(incident.id))
    assert (await world.again(incident)).open
    return incident


async def test_what_was_resolved_there_alone_calls_anew_when_it_gets_worse(world: World, pager: FakePager) -> None:
    """Once: the call that then rings is told what changes here, the one that is over is not."""
    incident = await resolved_there_alone(world, pager)
    pager.there["PD1"].severity = Severity.P1
    await world.say(ANA, "severity P2 fewer users", incident)
    await world.work()
    assert pager.changes == ["PD1 called"], "milder is no reason to call"
    await world.say(ANA, "severity P0 all of it", incident)
    await world.work()
    assert pager.changes == ["PD1 called", "PD2 called"]
    assert pager.there["PD1"].severity is Severity.P1, "one that is over takes no priority"
    world.clock.advance(minutes=1)
    await world.say(ANA, "ack", incident)
    await world.work()
    assert pager.changes[2:] == [f"PD2 acknowledged by {ANA}"]
    await world.say(ANA, "resolve restarted it", incident)
    await world.work()
    await world.say(ANA, "reopen it is back", incident)
    await world.work()
    assert pager.changes[3:] == [f"PD2 resolved by {ANA}", "PD2 triggered by None"]


async def test_what_was_resolved_there_alone_and_lasts_too_long_calls_anew(world: World, pager: FakePager) -> None:
    incident = await resolved_there_alone(world, pager)
    await world.let_pass(minutes=31)
    assert await world.events(incident, Kind.ESCALATED)
    assert pager.changes == ["PD1 called", "PD2 called"]


async def test_what_healed_by_itself_there_does_not_ring_anew_when_it_lasts(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    pager.there[REF].state = PagerState.RESOLVED
    await told(world, "resolved", at=1, agent=None)
    assert (await world.again(incident)).open
    await world.let_pass(minutes=31)
    assert await world.events(incident, Kind.ESCALATED)
    assert not [
        each for each in pager.changes if "called" in each and pager.there[each.split()[0]].key == key_of(incident.id)
    ]


async def test_a_call_anew_of_which_no_answer_came_ends_with_the_incident(world: World, pager: FakePager) -> None:
    incident = await resolved_there_alone(world, pager)
    pager.forgets = 1
    await world.say(ANA, "severity P0 all of it", incident)
    await world.work()
    assert pager.there["PD2"].state is PagerState.TRIGGERED
    await world.say(ANA, "resolve restarted it", incident)
    await world.let_pass(minutes=1)
    assert pager.there["PD2"].state is PagerState.RESOLVED


async def test_what_was_resolved_there_alone_and_reopened_there_calls_by_itself(world: World, pager: FakePager) -> None:
    incident = await resolved_there_alone(world, pager)
    pager.there["PD1"].state = PagerState.TRIGGERED
    await told(world, "reopened", at=2, id="PD1", incident_key=key_of(incident.id))
    await world.say(ANA, "severity P0 all of it", incident)
    await world.work()
    assert pager.changes == ["PD1 called"]


async def test_a_declaration_as_bad_as_that_calls_the_pager_once_and_a_milder_one_does_not(
    world: World, pager: FakePager
) -> None:
    mild = await world.declared(level=Severity.P2)
    assert pager.changes == []
    await world.say(ANA, "severity P1 more users", mild)
    await world.work()
    assert pager.changes == ["PD1 called"]
    assert pager.there["PD1"].key == key_of(mild.id)


async def test_an_acknowledgement_before_a_raise_does_not_silence_the_call(world: World, pager: FakePager) -> None:
    mild = await world.declared(level=Severity.P2)
    await world.say(ANA, "ack", mild)
    await world.say(ANA, "severity P1 more users", mild)
    await world.work()
    assert pager.there["PD1"].state is PagerState.TRIGGERED


async def test_what_was_acknowledged_while_the_pager_was_away_is_told_after_the_call(
    world: World, pager: FakePager
) -> None:
    pager.away = True
    incident = await world.declared()
    assert incident.home.channel is not None, "the pager being away holds nothing up"
    world.clock.advance(seconds=1)
    await world.say(ANA, "ack", incident)
    pager.away = False
    await world.let_pass(seconds=5)
    assert pager.changes == ["PD1 called", f"PD1 acknowledged by {ANA}"]


async def test_what_is_over_before_the_pager_could_be_called_calls_nobody_and_leaves_nothing_waiting(
    world: World, pager: FakePager
) -> None:
    pager.away = True
    incident = await world.declared()
    await world.say(ANA, "note it went away", incident)
    await world.say(ANA, "resolve nothing to do", incident)
    pager.away = False
    await world.let_pass(minutes=1)
    assert pager.changes == []
    waiting = {JobName.CALL_PAGER, JobName.TELL_PAGER, JobName.NOTE_PAGER}
    due = await world.store.claim("test", limit=100, lease=timedelta(days=30))
    assert not [each.job.name for each in due if each.job.name in waiting]


async def test_a_call_that_was_given_up_is_made_when_it_gets_worse(world: World, pager: FakePager) -> None:
    incident = await world.declared(work=False)
    claim = await world.claim(JobName.CALL_PAGER)
    await not_called(claim, "the token is wrong", ports=world.ports)
    await world.say(ANA, "ack", incident)
    await world.work()
    assert pager.changes == []
    world.clock.advance(minutes=1)
    await world.say(ANA, "severity P0 all of it", incident)
    await world.work()
    assert pager.changes[0] == "PD1 called"


@pytest.mark.parametrize("lost", [1, 2, 3])
async def test_a_lost_answer_leads_to_nothing_twice(world: World, pager: FakePager, lost: int) -> None:
    pager.forgets = lost
    incident = await world.declared()
    await world.say(ANA, "ack", incident)
    await world.say(ANA, "note look", incident)
    await world.let_pass(seconds=10)
    assert pager.changes == list(dict.fromkeys(pager.changes))
    assert [each.partition(" ")[2].split(" by")[0] for each in pager.changes].count("called") == 1
    assert (pager.there["PD1"].state, len(pager.there["PD1"].notes)) == (PagerState.ACKNOWLEDGED, 1)


@pytest.mark.parametrize("name", [JobName.CALL_PAGER, JobName.TELL_PAGER, JobName.NOTE_PAGER])
async def test_a_death_between_the_call_and_its_record_leads_to_nothing_twice(
    world: World, pager: FakePager, name: JobName
) -> None:
    incident = await world.declared(work=name is not JobName.CALL_PAGER)
    if name is not JobName.CALL_PAGER:
        await world.say(ANA, "ack" if name is JobName.TELL_PAGER else "note look", incident)
    claim = await world.claim(name)
    # What is told is written down before.
    await world.do_until_away(claim, saves=1 if name is JobName.TELL_PAGER else 0)
    done = list(pager.changes)
    await world.let_pass(seconds=30)
    assert done
    assert pager.changes == done


async def test_muster_s_own_call_comes_back_as_a_webhook_and_opens_nothing(world: World, pager: FakePager) -> None:
    incident = await world.declared()
    own = {"id": "PD1", "incident_key": key_of(incident.id)}
    words = ("triggered", "acknowledged", "unacknowledged", "resolved", "reopened")
    for at, event_type in enumerate(words):
        await told(world, event_type, at=at, **own)
    assert [each.number for each in await world.store.recent_incidents()] == [1]
    assert len(await world.events(incident, Kind.REOPENED)) == 1


async def test_a_call_of_another_muster_opens_nothing_and_is_kept_as_ignored(world: World, pager: FakePager) -> None:
    await told(world, "triggered", incident_key=key_of("inc_0123456789abcdef0123"))
    assert await world.store.recent_incidents() == ()
    [link] = await world.store.timeline("system")
    assert link.event is not None
    assert link.event.kind is Kind.ALERT_IGNORED


async def test_what_lasts_too_long_asks_the_policy_for_help(world: World, pager: FakePager) -> None:
    await began(world, pager)
    await world.let_pass(minutes=31)
    assert [each.policy for each in pager.there[REF].asked] == ["PHELP00"]


async def test_page_calls_a_person_in_the_chat_and_by_the_pager(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    await world.say(ANA, f"page <@{DAN}> the database", incident)
    await world.work()
    assert DAN in (await world.again(incident)).responders
    assert [each.user for each in pager.there[REF].asked] == [DAN]
    [page] = world.chat.told(DAN)
    assert getattr(page, "reason", "") == "the database"


async def test_whoever_acknowledges_or_resolves_a_call_for_help_does_so_for_themselves_alone(
    world: World, pager: FakePager
) -> None:
    incident = await world.declared(level=Severity.P3)
    await world.say(ANA, "page Database please", incident)
    await world.work()
    help_only = {"id": "PD1", "incident_key": pager.there["PD1"].key}
    await told(world, "acknowledged", at=1, **help_only)
    await told(world, "resolved", at=2, **help_only)
    after = await world.again(incident)
    assert (after.acknowledged_at, after.open) == (None, True)
    assert [each.facts["word"] for each in await world.events(incident, Kind.PAGER_SAID)] == ["acknowledged"]


async def test_a_call_for_help_does_not_stand_for_the_call_itself_and_ends_with_the_incident(
    world: World, pager: FakePager
) -> None:
    incident = await world.declared(level=Severity.P3)
    await world.say(ANA, "page Database please", incident)
    await world.work()
    await world.say(ANA, "severity P1 more users", incident)
    await world.work()
    await world.say(ANA, "ack", incident)
    await world.work()
    assert [each.state for each in pager.there.values()] == [PagerState.TRIGGERED, PagerState.ACKNOWLEDGED]
    await world.say(ANA, "resolve restarted", incident)
    await world.work()
    assert {each.state for each in pager.there.values()} == {PagerState.RESOLVED}


async def test_page_calls_a_policy_by_its_name(world: World, pager: FakePager) -> None:
    incident = await world.declared(level=Severity.P3)
    await world.say(ANA, "page Database please", incident)
    await world.work()
    assert [each.policy for each in pager.there["PD1"].asked] == ["PDBA000"]


async def test_page_without_a_pager_calls_in_the_chat_and_knows_no_policies(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, f"page <@{CLEO}>", incident)
    await world.work()
    assert world.chat.told(CLEO)
    with pytest.raises(NobodyToPage):
        await world.say(ANA, "page database", incident)


async def test_a_person_without_an_account_is_said_to_be_called_in_the_chat_only(
    world: World, pager: FakePager
) -> None:
    pager.strangers = frozenset({DAN})
    incident = await began(world, pager)
    await world.say(ANA, f"page <@{DAN}>", incident)
    await world.work()
    assert [each.facts["word"] for each in await world.events(incident, Kind.PAGER_SAID)] == ["stranger"]


async def test_whoever_is_given_a_role_is_asked_and_whoever_takes_one_is_not(world: World, pager: FakePager) -> None:
    incident = await began(world, pager)
    await world.say(ANA, "role scribe", incident)
    await world.say(ANA, f"role commander <@{CLEO}>", incident)
    await world.work()
    assert [each.user for each in pager.there[REF].asked] == [CLEO]


async def test_a_doubt_about_who_is_on_call_is_one_line_in_the_channel(world: World) -> None:
    world.settings.doubted = "PagerDuty has not said yet who is on call"
    incident = await world.declared()
    assert len(await world.events(incident, Kind.ON_CALL_DOUBTED)) == 1
