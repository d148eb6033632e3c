"""What people ask: each word does its one thing for whoever may, once a delivery, and says no in words."""

import asyncio

import pytest

from bot.exports.markdown import markdown
from bot.words.sentences import event_sentence
from commands import menu
from commands.answers import (
    CatchUp,
    Declared,
    Done,
    Drafting,
    Form,
    FormWanted,
    Help,
    Listing,
    Looking,
    Preparing,
    Which,
)
from commands.bring_in import bring_in
from commands.messages import EventMessage
from commands.watch_channel import came_in, pinned
from incident.clock import ClockKind
from incident.incident import Status
from incident.postmortem import draft
from incident.refusal import (
    AlreadySo,
    BadTitle,
    Ended,
    GoesOnElsewhere,
    NamesAnother,
    NoProcedure,
    NoSuchIncident,
    NoSuchItem,
    NoSuchPerson,
    NoSuchRole,
    NoSuchSeverity,
    NoSuchStep,
    NotRunnable,
    StillOpen,
    UnknownWord,
)
from incident.responder import Role
from incident.severity import Severity
from incident.timeline import Kind
from tests.fakes import monitor
from tests.fakes.settings import ANA, BEN, CLEO, DAN
from tests.fakes.world import World

# Finding the word.


@pytest.mark.parametrize("verb", menu.MENU, ids=lambda verb: verb.word)
def test_every_word_and_every_synonym_is_found_in_any_case_and_means_one_thing(verb: menu.Verb) -> None:
    for word in (verb.word, *verb.also):
        assert menu.find(word.upper()) is verb


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("resovle", "resolve"),
        ("acknowlege", "ack"),
        ("akc", "ack"),
        ("xyzzy", ""),
        ("stop", ""),
        ("abort", ""),
        ("sev1", "declare sev1"),
        ("commander", "role commander"),
    ],
)
def test_a_slip_is_answered_with_what_was_probably_meant(typed: str, meant: str) -> None:
    assert menu.nearest(typed) == meant


async def test_a_level_alone_is_taken_for_a_declaration_outside_an_incident_and_for_its_severity_inside(
    world: World,
) -> None:
    assert await world.say(ANA, "p1 checkout fails") == Help(unknown="p1", nearest="declare p1")
    inside = await world.declared(work=False)
    assert await world.say(ANA, "p1", inside) == Help(unknown="p1", nearest="severity p1")


async def test_an_unknown_word_changes_nothing_and_shows_the_menu(world: World) -> None:
    assert await world.say(ANA, "resovle all") == Help(unknown="resovle", nearest="resolve")
    assert await world.say(ANA, "") == Help()
    assert await world.say(ANA, "help") == Help()


async def test_outside_an_incident_the_open_ones_are_offered_with_the_words_kept(world: World) -> None:
    incident = await world.declared(work=False)
    answer = await world.say(BEN, "note tried a restart")
    assert answer == Which(verb="note", words="tried a restart", incidents=(incident,), now=world.clock())


async def test_a_line_end_may_stand_where_a_blank_does(world: World) -> None:
    incident = await world.declared(work=False)
    await world.say(BEN, "note\nfirst line\nsecond line", incident)
    (event,) = await world.events(incident, Kind.NOTED)
    assert event.facts == {"text": "first line\nsecond line"}


@pytest.mark.parametrize("typed", ["/incident ack", "incident ack", "@muster ack", "/incident /incident ack"])
async def test_what_is_said_twice_before_the_verb_is_passed_over(world: World, typed: str) -> None:
    incident = await world.declared(work=False)
    await world.say(BEN, typed, incident)
    assert (await world.again(incident)).acknowledged_by == BEN


async def test_an_incident_that_is_named_is_the_one_that_is_meant(world: World) -> None:
    first, second = await world.declared(work=False), await world.declared("Slow, too", work=False)
    answer = await world.say(BEN, "ack inc-2")
    assert isinstance(answer, Done)
    assert answer.incident.id == second.id
    resolved = await world.say(BEN, "resolve INC-1 restarted it", first)
    assert isinstance(resolved, Done)
    assert resolved.event.facts["fix"] == "restarted it"
    with pytest.raises(NoSuchIncident):
        await world.say(BEN, "show INC-99")
    assert await world.say(BEN, "INC-2") == Help(unknown="INC-2", nearest="show INC-2")


async def test_in_the_channel_of_one_incident_nothing_is_done_to_it_that_names_another(world: World) -> None:
    first, second = await world.declared(work=False), await world.declared("Slow, too", work=False)
    for words in ("ack INC-2", "show INC-2", "resolve INC-2 it is fixed", "severity INC-2 P0"):
        with pytest.raises(NamesAnother):
            await world.say(BEN, words, first)
    for each in (first, second):
        assert (await world.again(each)).version == each.version
    noted = await world.say(BEN, "note INC-2 looks alike", first)
    assert isinstance(noted, Done)
    assert (noted.incident.id, noted.event.facts["text"]) == (first.id, "INC-2 looks alike"), "a text may begin so"


# Declaring.


@pytest.mark.parametrize(
    ("words", "level", "title"),
    [
        ("declare P0 Checkout is down", Severity.P0, "Checkout is down"),
        ("new sev-1 Checkout is down", Severity.P1, "Checkout is down"),
        ("open Checkout is down", Severity.P2, "Checkout is down"),
        ("declare High latency on checkout", Severity.P2, "High latency on checkout"),
        ('declare "P0 Checkout is down"', Severity.P0, "Checkout is down"),
        ("declare P1 “Checkout is down”", Severity.P1, "Checkout is down"),
        ('declare P1 "Buy" and "Sell" fail', Severity.P1, '"Buy" and "Sell" fail'),
        ("declare Page is blank", Severity.P2, "Page is blank"),
        ("declare 1 of 3 nodes is gone", Severity.P2, "1 of 3 nodes is gone"),
    ],
)
async def test_a_level_may_come_first_and_the_rest_is_the_title(
    world: World, words: str, level: Severity, title: str
) -> None:
    answer = await world.say(BEN, words)
    assert isinstance(answer, Declared)
    assert (answer.incident.severity, answer.incident.title) == (level, title)
    assert answer.incident.responders == (BEN, ANA)


@pytest.mark.parametrize("words", ["declare", "declare P1", "declare  "])
async def test_without_a_title_the_form_is_shown(world: World, words: str) -> None:
    answer = await world.say(BEN, words)
    assert isinstance(answer, FormWanted)
    assert answer.form is Form.DECLARE
    assert answer.level is (Severity.P1 if "P1" in words else None), "what was said is chosen in the form"


async def test_a_level_that_there_is_not_is_refused_and_nothing_is_declared_or_changed(world: World) -> None:
    with pytest.raises(NoSuchSeverity):
        await world.say(BEN, "declare P7 checkout fails")
    assert await world.store.recent_incidents() == ()
    incident = await world.declared(work=False)
    for words in ("severity P9", "severity soon", "sev 4 not so bad"):
        with pytest.raises(NoSuchSeverity):
            await world.say(BEN, words, incident)
    assert (await world.again(incident)).severity is Severity.P1


async def test_whoever_says_no_level_is_told_which_one_was_taken(world: World) -> None:
    answers = [await world.say(BEN, f"declare {level}Checkout fails") for level in ("", "P2 ")]
    assert [(each.incident.severity, each.assumed) for each in answers if isinstance(each, Declared)] == [
        (Severity.P2, True),
        (Severity.P2, False),
    ]


async def test_a_title_that_is_too_long_is_refused_and_nothing_is_declared(world: World) -> None:
    with pytest.raises(BadTitle):
        await world.say(BEN, "declare " + "x" * 201)
    assert await world.store.recent_incidents() == ()


async def test_the_same_declaration_twenty_times_at_once_is_one_incident(world: World) -> None:
    answers = await asyncio.gather(*(world.say(BEN, "declare P1 Down", cause="view:V1") for _ in range(20)))
    declared = [each for each in answers if isinstance(each, Declared)]
    assert sum(each.fresh for each in declared) == 1
    assert {each.incident.number for each in declared} == {1}
    await world.work()
    assert len(world.chat.channels) == 2


async def test_forty_people_who_declare_at_once_each_get_their_own(world: World) -> None:
    answers = await asyncio.gather(*(world.say(BEN, f"declare P1 Trouble {n}") for n in range(40)))
    numbers = [each.incident.number for each in answers if isinstance(each, Declared)]
    assert sorted(numbers) == list(range(1, 41))


# Working in it.


async def test_ack_is_taken_once_and_the_second_person_is_told_by_whom(world: World) -> None:
    incident = await world.declared(work=False)
    await world.say(BEN, "ack", incident)
    with pytest.raises(AlreadySo) as refused:
        await world.say(ANA, "mine", incident)
    assert refused.value.facts["by"] == BEN


async def test_a_delivery_that_comes_again_is_a_repeat_and_no_refusal(world: World) -> None:
    incident = await world.declared(work=False)
    first = await world.say(BEN, "ack", incident, cause="click:1")
    again = await world.say(BEN, "ack", incident, cause="click:1")
    assert isinstance(first, Done)
    assert isinstance(again, Done)
    assert (first.fresh, again.fresh) == (True, False)
    assert again.event == first.event
    resolved = [await world.say(BEN, "resolve fixed", incident, cause="view:2") for _ in range(2)]
    assert [each.fresh for each in resolved if isinstance(each, Done)] == [True, False]
    assert len(await world.events(incident, Kind.RESOLVED)) == 1


async def test_twenty_acknowledgements_at_once_are_one(world: World) -> None:
    incident = await world.declared(work=False)
    tries = (world.say(BEN, "ack", incident) for _ in range(20))
    answers = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(isinstance(each, Done) for each in answers) == 1
    assert sum(isinstance(each, AlreadySo) for each in answers) == 19
    assert len(await world.events(incident, Kind.ACKNOWLEDGED)) == 1


async def test_fifty_notes_at_once_all_stand_on_a_whole_chain(world: World) -> None:
    incident = await world.declared(work=False)
    await asyncio.gather(*(world.say(BEN, f"note line {n}", incident) for n in range(50)))
    texts = {event.facts["text"] for event in await world.events(incident, Kind.NOTED)}
    assert texts == {f"line {n}" for n in range(50)}


async def test_severity_takes_its_level_and_reason_and_keeps_the_procedures_escalation_time(world: World) -> None:
    incident = await world.declared(work=False)
    answer = await world.say(BEN, "severity P0 everybody is hit", incident)
    assert isinstance(answer, Done)
    assert answer.event.facts == {"from": "P1", "to": "P0", "reason": "everybody is hit"}
    (escalate,) = [each for each in answer.incident.clocks if each.kind is ClockKind.ESCALATE]
    assert escalate.allowed.total_seconds() == 20 * 60, "the runbook says 20 minutes, the house 30"


@pytest.mark.parametrize(("words", "form"), [("sev", Form.SEVERITY), ("severity  ", Form.SEVERITY)])
async def test_severity_without_a_level_shows_the_form(world: World, words: str, form: Form) -> None:
    answer = await world.say(BEN, words, await world.declared(work=False))
    assert isinstance(answer, FormWanted)
    assert answer.form is form


@pytest.mark.parametrize(
    ("words", "role", "user"),
    [
        ("role commander", Role.COMMANDER, BEN),
        ("role commander me", Role.COMMANDER, BEN),
        ("role commander: <@U0DAN>", Role.COMMANDER, DAN),
        ("role ic <@U0DAN>", Role.COMMANDER, DAN),
        ("assign <@U0DAN> scribe", Role.SCRIBE, DAN),
        ("role Scribe <@U0DAN|dan>", Role.SCRIBE, DAN),
    ],
)
async def test_a_role_goes_to_whoever_asks_or_is_named(world: World, words: str, role: Role, user: str) -> None:
    answer = await world.say(BEN, words, await world.declared(work=False))
    assert isinstance(answer, Done)
    assert answer.incident.roles == {role: user}


async def test_a_role_that_nobody_knows_is_refused(world: World) -> None:
    with pytest.raises(NoSuchRole):
        await world.say(BEN, "role king", await world.declared(work=False))


async def test_check_ticks_and_opens_a_line_again(world: World) -> None:
    incident = await world.declared(work=False)
    await world.say(BEN, "check 2", incident)
    assert (await world.again(incident)).checklist[1].ticked_by == BEN
    await world.say(BEN, "check #2 undo", incident)
    assert (await world.again(incident)).checklist[1].ticked_by is None
    await world.say(BEN, "check 2.", incident)
    assert (await world.again(incident)).checklist[1].ticked_by == BEN
    assert isinstance(await world.say(BEN, "check", incident), CatchUp)


@pytest.mark.parametrize("words", ["check 1 2", "check 1 reopen it", "evidence lift", "silence lift"])
async def test_what_would_be_done_by_half_or_to_nothing_is_refused_with_how_to_write_it(
    world: World, words: str
) -> None:
    incident = await world.declared(work=False)
    with pytest.raises(UnknownWord) as refused:
        await world.say(ANA, words, incident)
    assert str(refused.value.facts["usage"]).startswith(f"/incident {words.split()[0]} ")
    assert (await world.again(incident)).version == incident.version


@pytest.mark.parametrize("number", ["0", "99", "two", "99999999999999999999", "-1", "٣"])
async def test_a_line_that_is_not_there_is_refused(world: World, number: str) -> None:
    with pytest.raises(NoSuchItem):
        await world.say(BEN, f"check {number}", await world.declared(work=False))


async def test_an_update_in_one_line_is_told_and_restarts_the_clock(world: World) -> None:
    incident = await world.declared(work=False)
    world.clock.advance(minutes=10)
    answer = await world.say(BEN, "update replicas are back", incident)
    assert isinstance(answer, Done)
    assert answer.event.facts["text"] == "replicas are back"
    assert answer.incident.updated_at == world.clock()


@pytest.mark.parametrize(
    ("words", "form"), [("update", Form.UPDATE), ("note", Form.NOTE), ("close", Form.RESOLVE), ("role", Form.ROLE)]
)
async def test_with_nothing_said_the_form_is_shown(world: World, words: str, form: Form) -> None:
    incident = await world.declared(work=False)
    answer = await world.say(BEN, words, incident)
    assert answer == FormWanted(form=form, incident=incident)


async def test_what_is_over_is_refused_before_a_form_is_filled_in_for_nothing(world: World) -> None:
    incident = await world.declared(work=False)
    await world.say(BEN, "resolve fixed", incident)
    for words in ("update", "update x", "severity P0", "role scribe", "ack", "resolve again"):
        with pytest.raises(Ended):
            await world.say(BEN, words, incident)


async def test_show_and_list_tell_only_and_change_nothing(world: World) -> None:
    worse = await world.declared("Everything", level=Severity.P0, work=False)
    incident = await world.declared("Something", level=Severity.P3, work=False)
    gone = await world.declared("Old", work=False)
    await world.say(BEN, "resolve fixed", gone)
    shown = await world.say(BEN, "status", incident)
    assert isinstance(shown, CatchUp)
    assert shown.record.incident == incident
    listed = await world.say(BEN, "list")
    assert isinstance(listed, Listing)
    assert [each.id for each in listed.incidents] == [worse.id, incident.id]
    assert [each.id for each in listed.ended] == [gone.id]


# Looking and fixing.


async def test_diagnose_looks_again_with_all_or_one_and_the_findings_come_into_the_thread(world: World) -> None:
    incident = await world.declared()
    all_of_them = await world.say(BEN, "diagnose", incident)
    assert isinstance(all_of_them, Looking)
    assert len(all_of_them.titles) == 2
    one = await world.say(BEN, "diagnose count-stuck", incident)
    assert isinstance(one, Looking)
    assert one.titles == ("Count the orders that stand still",)
    await world.work()
    assert len(await world.events(incident, Kind.FOUND)) == 2 + 2 + 1


@pytest.mark.parametrize("words", ["diagnose nonsense", "fix nonsense", "fix count-stuck"])
async def test_a_step_that_the_runbook_does_not_have_is_refused(world: World, words: str) -> None:
    with pytest.raises(NoSuchStep):
        await world.say(BEN, words, await world.declared(work=False))


@pytest.mark.parametrize("words", ["fix Queue them again", "fix REQUEUE", 'fix "queue them again"', "fix “requeue”"])
async def test_a_fix_is_named_by_its_id_or_title_in_quotes_or_without(world: World, words: str) -> None:
    answer = await world.say(BEN, words, await world.declared(work=False))
    assert isinstance(answer, FormWanted)
    assert answer.step is not None
    assert answer.step.id == "requeue"


@pytest.mark.parametrize("words", ["diagnose Age of the oldest", 'diagnose "oldest"'])
async def test_a_diagnostic_is_named_likewise(world: World, words: str) -> None:
    answer = await world.say(BEN, words, await world.declared(work=False))
    assert isinstance(answer, Looking)
    assert answer.titles == ("Age of the oldest",)


async def test_what_only_looks_needs_no_approval_and_is_not_offered_as_a_fix(world: World) -> None:
    with pytest.raises(NoSuchStep) as refused:
        await world.say(BEN, "fix count-stuck", await world.declared(work=False))
    assert refused.value.facts["offered"] == ("requeue", "restart")


async def test_fix_asks_for_what_it_needs_and_runs_nothing(world: World) -> None:
    incident = await world.declared(work=False)
    choose = await world.say(BEN, "fix", incident)
    assert isinstance(choose, FormWanted)
    assert choose.form is Form.FIX
    fill = await world.say(BEN, "fix requeue", incident)
    assert isinstance(fill, FormWanted)
    assert fill.form is Form.FIX_STEP
    asked = await world.say(BEN, "fix restart", incident)
    assert isinstance(asked, Preparing)
    assert asked.title == "Restart the workers"
    await world.work()
    assert world.database.ran == []


async def test_what_a_person_must_do_cannot_be_fixed_by_muster(world: World) -> None:
    with pytest.raises(NotRunnable):
        await world.say(BEN, "fix call-bank", await world.declared(work=False))


async def test_without_a_procedure_there_is_nothing_to_run(world: World) -> None:
    answer = await world.say(BEN, "declare Odd noises")
    assert isinstance(answer, Declared)
    for words in ("diagnose", "fix", "fix requeue"):
        with pytest.raises(NoProcedure):
            await world.say(BEN, words, answer.incident)


# Ending and beginning again.


async def test_a_resolved_incident_is_reopened_and_calls_everybody_but_the_one_who_did_it(world: World) -> None:
    incident = await world.declared(by=BEN)
    await world.say(BEN, "resolve fixed", incident)
    await world.say(BEN, "reopen it is back", incident)
    await world.work()
    again = await world.again(incident)
    assert again.status is Status.INVESTIGATING
    assert len(world.chat.told(ANA)) == 2
    assert world.chat.told(BEN) == []


@pytest.mark.parametrize(("words", "why"), [("", ""), ("it is back", ": it is back")])
async def test_whoever_reopened_it_is_named_in_the_channel_on_the_timeline_and_in_the_draft(
    world: World, words: str, why: str
) -> None:
    incident = await world.declared(by=BEN)
    await world.say(BEN, "resolve fixed", incident)
    await world.say(BEN, f"reopen {words}", incident)
    await world.say(BEN, "resolve fixed again", incident)
    await world.work()
    (event,) = await world.events(incident, Kind.REOPENED)
    assert event_sentence(event) == f"U0BEN reopened it{why}"
    said = world.chat.messages_in((await world.again(incident)).home.channel, EventMessage)
    assert [each.event for each in said if each.event.kind is Kind.REOPENED] == [event]
    record = await world.store.record(incident.id)
    written = markdown(record, draft(record, world.clock()), None)
    assert f"| responder A | reopened it{why} |" in written
    assert f"Responder A reopened it{why}." in written


async def test_an_open_incident_is_not_reopened(world: World) -> None:
    with pytest.raises(AlreadySo):
        await world.say(BEN, "reopen", await world.declared(work=False))


async def test_an_incident_whose_trouble_goes_on_in_another_is_not_reopened_beside_it(world: World) -> None:
    await world.knock(monitor.body())
    await world.work()
    (first,) = await world.store.open_incidents()
    await world.say(BEN, "resolve fixed", first)
    world.clock.advance(hours=3)
    await world.knock(monitor.body(monitor.alert(starts=world.clock())))
    await world.work()
    (second,) = await world.store.open_incidents()
    assert second.id != first.id
    with pytest.raises(GoesOnElsewhere) as refused:
        await world.say(BEN, "reopen", first)
    assert refused.value.facts == {"number": second.number}


async def test_the_draft_is_written_on_demand_and_finished_by_people(world: World) -> None:
    incident = await world.declared()
    assert isinstance(await world.say(BEN, "postmortem", incident), Drafting)
    await world.work()
    assert len(world.drafts.written) == 1
    with pytest.raises(StillOpen):
        await world.say(BEN, "postmortem done", incident)
    await world.say(BEN, "resolve fixed", incident)
    assert isinstance(await world.say(BEN, "postmortem done", incident), Done)


# What happens in the channel.


async def test_whoever_comes_into_the_channel_is_in_the_incident(world: World) -> None:
    incident = await world.declared()
    assert incident.home.channel is not None
    for _ in range(2):
        await came_in(incident.home.channel, CLEO, cause="event:1", at=world.clock(), ports=world.ports)
    await came_in("C0OTHER", CLEO, cause="event:2", at=world.clock(), ports=world.ports)
    assert CLEO in (await world.again(incident)).responders
    assert len(await world.events(incident, Kind.RESPONDER_JOINED)) == 1


async def test_a_pinned_message_is_a_note_at_its_own_time_with_the_message_as_evidence(world: World) -> None:
    incident = await world.declared()
    said_at = world.clock()
    world.clock.advance(minutes=5)
    assert incident.home.channel is not None
    await pinned(
        incident.home.channel,
        by=BEN,
        text="the deploy of 09:05",
        message="1.5",
        said_at=said_at,
        cause="pin",
        at=world.clock(),
        ports=world.ports,
    )
    (note,) = await world.events(incident, Kind.NOTED)
    assert (note.at, note.evidence) == (said_at, (f"message:{incident.home.channel}/1.5",))


async def test_a_reader_of_the_announcement_is_brought_in(world: World) -> None:
    incident = await world.declared()
    await bring_in(world.asked(CLEO, about=incident), ports=world.ports)
    await world.work()
    assert incident.home.channel is not None
    assert CLEO in world.chat.channels[incident.home.channel].members


async def test_a_role_for_somebody_who_is_no_mention_is_refused(world: World) -> None:
    """*role commander ben* must not make whoever typed it the commander."""
    with pytest.raises(NoSuchPerson):
        await world.say(BEN, "role commander ben", await world.declared(work=False))


async def test_a_diagnostic_that_does_not_exist_offers_diagnostics_only(world: World) -> None:
    incident = await world.declared(work=False)
    with pytest.raises(NoSuchStep) as refused:
        await world.say(BEN, "diagnose nope", incident)
    procedure = world.ports.runbooks.catalog(incident.system).procedure(incident.procedure)
    assert refused.value.facts["offered"] == tuple(step.id for step in procedure.diagnostics)
