"""A procedure walked by people: in order, each change behind its gate, its waits watched, every click once."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.answer_approval import approve, reject
from commands.answers import Declared, Done, Form, FormWanted, Preparing, Procedures, Underway
from commands.messages import Card, EventMessage, FindingMessage, VerdictMessage, WalkMessage
from commands.walk_jobs import not_looked
from commands.walk_steps import abort, begin, done, roll_back, run, skip, take_step
from incident import refusal
from incident.approval import Approval, ApprovalState
from incident.course import Turn
from incident.finding import Comparison, OutcomeState, Phase, Sight
from incident.incident import Incident
from incident.job import JobName
from incident.plan import Plan
from incident.timeline import Kind, fact
from incident.walk import LegState, Walk, WalkState
from tests.fakes.restoring import RESTORE, RESTORING, SNAPSHOT
from tests.fakes.runbooks import STUCK, FakeRunbooks, remediation
from tests.fakes.settings import ANA, BEN, CLEO
from tests.fakes.world import World, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """The shop, whose runbook has a procedure to restore orders."""
    async with opened_world() as made:
        runbooks = made.ports.runbooks
        assert isinstance(runbooks, FakeRunbooks)
        runbooks.catalogs["shop"] = RESTORING
        made.database.sees |= {"newest-snapshot": "snap-7", "wrong-orders": 0}
        yield made


async def begun(world: World) -> Incident:
    """An incident in which Ana has begun to restore the orders."""
    incident = await world.declared()
    await world.say(ANA, "procedure restore-orders", incident)
    await world.work()
    return await world.again(incident)


def the_walk(incident: Incident) -> Walk:
    """The newest one."""
    return incident.walks[-1]


def states(incident: Incident) -> list[str]:
    """Where the steps of the newest walk stand."""
    return [leg.state.value for leg in the_walk(incident).legs]


def shown(world: World) -> WalkMessage:
    """What the one message of the newest walk shows now."""
    posts = [each.message for each in world.chat.posts if isinstance(each.message, WalkMessage)]
    newest = posts[-1]
    assert isinstance(newest, WalkMessage)
    return newest


async def asked_for(world: World, incident: Incident) -> Approval:
    """The request of the restoring step, put up by Ana with what the step before gave."""
    await world.say(ANA, "procedure next", incident)
    await world.work()
    wanted = await world.say(ANA, "procedure next", incident)
    assert isinstance(wanted, FormWanted)
    assert wanted.turn is not None
    answer = await run(
        world.asked(ANA, about=await world.again(incident)), wanted.turn, parameters={}, ports=world.ports
    )
    assert isinstance(answer, Preparing)
    await world.work()
    return (await world.store.approvals_of(incident.id))[-1]


async def restored(world: World) -> Incident:
    """The orders are restored and looked at: the wait is next."""
    incident = await begun(world)
    request = await asked_for(world, incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.work()
    await world.say(ANA, "procedure next", incident)
    await world.work()
    return await world.again(incident)


# Choosing and beginning.


async def test_the_list_shows_the_incidents_own_procedure_first_and_the_others_by_purpose(world: World) -> None:
    answer = await world.say(ANA, "procedure", await world.declared())
    assert isinstance(answer, Procedures)
    assert answer.own is not None
    assert answer.own.id == "stuck-orders"
    assert [each.purpose for each in answer.others] == ["restore", "rollback"]


@pytest.mark.parametrize("words", ["restore-orders", "Restore the orders", "RESTORE", "steps restore the"])
async def test_a_procedure_is_begun_by_its_id_its_title_or_a_part_of_it_and_nothing_runs(
    world: World, words: str
) -> None:
    incident = await world.declared()
    looked = len(world.database.looked)
    await world.say(ANA, words if words.startswith("steps") else f"procedure {words}", incident)
    await world.work()
    assert the_walk(await world.again(incident)).procedure == RESTORE.id
    assert states(await world.again(incident)) == ["ahead"] * 5
    assert len(world.database.looked) == looked
    assert shown(world).walk.title == RESTORE.title


async def test_a_name_that_no_procedure_bears_is_refused_with_the_nearest(world: World) -> None:
    with pytest.raises(refusal.NoSuchProcedure) as refused:
        await world.say(ANA, "procedure restore the odrers", await world.declared())
    assert "restore the orders" in refused.value.facts["offered"]  # type: ignore[operator]  # a tuple of titles


async def test_two_people_who_begin_at_once_begin_one_walk_and_the_slower_is_told_whose_it_is(world: World) -> None:
    incident = await world.declared()
    both = (begin(world.asked(by, about=incident), RESTORE.id, ports=world.ports) for by in (ANA, BEN))
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["Done", "WalkGoesOn"]
    assert len((await world.again(incident)).walks) == 1


async def test_the_word_alone_shows_the_procedure_under_way(world: World) -> None:
    answer = await world.say(BEN, "procedure", await begun(world))
    assert isinstance(answer, Underway)
    assert answer.message.walk.title == RESTORE.title


# Taking steps.


async def test_a_diagnostic_looks_at_once_and_its_finding_is_in_the_thread_and_on_the_walk(world: World) -> None:
    incident = await begun(world)
    answer = await world.say(ANA, "procedure next", incident)
    assert isinstance(answer, Done)
    await world.work()
    assert states(await world.again(incident))[0] == "done"
    told = [each.finding for each in world.chat.messages_in(incident.home.channel, FindingMessage)]
    assert [each.step_id for each in told if each.phase is Phase.STEP] == ["newest-snapshot"]
    (finding,) = shown(world).findings.values()
    assert finding.sight.value == "snap-7"


async def test_what_a_step_gave_is_the_later_steps_default_and_its_command_shows_it(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure next", incident)
    await world.work()
    wanted = await world.say(ANA, "procedure next", incident)
    assert isinstance(wanted, FormWanted)
    assert wanted.form is Form.STEP_RUN
    assert wanted.step is not None
    assert wanted.step.parameters[0].default == "snap-7"
    message = shown(world)
    assert "snap-7" in message.walk.command(1, message.steps[1])  # type: ignore[arg-type]  # the catalog has it


async def test_a_value_that_does_not_fit_the_parameter_is_refused(world: World) -> None:
    world.database.sees["newest-snapshot"] = "snap 7; DROP TABLE orders"
    incident = await begun(world)
    await world.say(ANA, "procedure next", incident)
    await world.work()
    turn = Turn(walk=the_walk(incident).id, index=1)
    with pytest.raises(refusal.BadParameter):
        await run(world.asked(ANA, about=await world.again(incident)), turn, parameters={}, ports=world.ports)
    assert states(await world.again(incident))[1] == "ahead"


async def test_a_remediation_goes_through_the_gate_and_the_walk_goes_on_when_it_ran(world: World) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    assert request.plan.parameters == {"snapshot": "snap-7"}
    assert request.procedure_id == RESTORE.id
    assert states(await world.again(incident))[1] == "running"
    with pytest.raises(refusal.OwnRequest):
        await approve(world.asked(ANA), request.id, ports=world.ports)
    assert world.database.ran == []
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.work()
    assert states(await world.again(incident))[:3] == ["done", "done", "ahead"]
    assert len(world.database.ran) == 1


async def test_what_a_person_gave_instead_is_what_the_walk_shows(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure skip the older one is better", incident)
    turn = Turn(walk=the_walk(incident).id, index=1)
    asked = world.asked(ANA, about=await world.again(incident))
    await run(asked, turn, parameters={"snapshot": "snap-3"}, ports=world.ports)
    await world.work()
    message = shown(world)
    assert message.steps[1] is not None
    assert "snap-3" in message.walk.command(1, message.steps[1])


async def test_while_everything_is_stopped_no_change_of_a_walk_is_asked_for(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure skip the snapshot is known", incident)
    await world.say(ANA, "freeze we do not know what happens")
    with pytest.raises(refusal.Stopped):
        await world.say(ANA, "procedure next", incident)
    assert states(await world.again(incident))[1] == "ahead"


async def test_a_rejected_step_can_be_asked_for_again_and_is_not_passed(world: World) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    await reject(world.asked(CLEO), request.id, reason="the snapshot is too old", ports=world.ports)
    now = await world.again(incident)
    assert states(now)[1] == "failed"
    assert the_walk(now).legs[1].note == "the snapshot is too old"
    assert the_walk(now).next == 1
    await run(world.asked(ANA, about=now), Turn(walk=the_walk(now).id, index=1), parameters={}, ports=world.ports)
    await world.work()
    assert states(await world.again(incident))[1] == "running"
    assert len(await world.store.approvals_of(incident.id)) == 2


async def test_a_diagnostic_that_cannot_look_fails_and_can_be_run_again(world: World) -> None:
    world.database.sees["newest-snapshot"] = "error: the database does not answer"
    incident = await begun(world)
    await world.say(ANA, "procedure next", incident)
    await world.work()
    failed = the_walk(await world.again(incident)).legs[0]
    assert (failed.state, failed.note) == (LegState.FAILED, "the database does not answer")
    world.database.sees["newest-snapshot"] = "snap-8"
    await world.say(BEN, "procedure next", incident)
    await world.work()
    again = the_walk(await world.again(incident)).legs[0]
    assert (again.state, again.value, again.tries) == (LegState.DONE, "snap-8", 2)


async def test_a_manual_step_wants_a_note_and_keeps_who_did_it(world: World) -> None:
    incident = await restored(world)
    for words in ("procedure next", "procedure skip we watched before"):
        await world.say(ANA, words, incident)
        await world.work()
    wanted = await world.say(BEN, "procedure done", incident)
    assert isinstance(wanted, FormWanted)
    assert wanted.form is Form.STEP_DONE
    assert wanted.turn is not None
    with pytest.raises(refusal.NothingSaid):
        await done(
            world.asked(BEN, about=await world.again(incident)), wanted.turn, note=" ", value="", ports=world.ports
        )
    await world.say(BEN, "procedure done pressed it, the console says promoted", incident)
    await world.work()
    walk = the_walk(await world.again(incident))
    assert walk.state is WalkState.FINISHED
    assert (walk.legs[4].by, walk.legs[4].note) == (BEN, "pressed it, the console says promoted")
    assert [fact(each, "note") for each in await world.events(incident, Kind.STEP_DONE)][-1] == walk.legs[4].note


async def test_a_change_cannot_be_ticked_as_done_by_hand(world: World) -> None:
    incident = await begun(world)
    with pytest.raises(refusal.NotManual):
        await world.say(ANA, "procedure done I did it", incident)


async def test_a_step_is_skipped_only_for_a_reason(world: World) -> None:
    incident = await begun(world)
    wanted = await world.say(ANA, "procedure skip", incident)
    assert isinstance(wanted, FormWanted)
    assert wanted.turn is not None
    with pytest.raises(refusal.NothingSaid):
        await skip(world.asked(ANA, about=incident), wanted.turn, reason="", ports=world.ports)
    await world.say(ANA, "procedure skip the snapshot is known", incident)
    assert states(await world.again(incident))[:2] == ["skipped", "ahead"]


async def test_a_manual_step_of_the_incidents_own_procedure_is_ticked_on_the_checklist_too(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "procedure stuck-orders", incident)
    for step in STUCK.steps[:-1]:
        await world.say(ANA, f"procedure skip {step.title} is not needed", incident)
    await world.say(BEN, "procedure done they promise noon", incident)
    ticked = [each.ticked_by for each in (await world.again(incident)).checklist if each.command == "tel 555-0100"]
    assert ticked == [BEN]


async def test_a_step_that_the_runbook_no_longer_has_is_refused_and_can_be_skipped(world: World) -> None:
    incident = await begun(world)
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    runbooks.catalogs["shop"] = replace(RESTORING, procedures=(STUCK, replace(RESTORE, steps=RESTORE.steps[1:])))
    with pytest.raises(refusal.NoSuchStep):
        await world.say(ANA, "procedure next", incident)
    await world.say(ANA, "procedure skip the runbook was changed", incident)
    assert states(await world.again(incident))[:2] == ["skipped", "ahead"]


async def test_a_fix_takes_what_the_incidents_diagnostics_saw_as_its_default(world: World) -> None:
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    runbooks.catalogs["shop"] = replace(RESTORING, procedures=(replace(RESTORE, id=STUCK.id),))
    wanted = await world.say(ANA, "fix restore", await world.declared())
    assert isinstance(wanted, FormWanted)
    assert wanted.step is not None
    assert wanted.step.parameters[0].default == "snap-7"


# Once.


async def test_one_click_delivered_twenty_times_runs_a_step_once(world: World) -> None:
    incident = await begun(world)
    turn = Turn(walk=the_walk(incident).id, index=0, tries=0)
    asked = [take_step(world.asked(ANA, about=incident, cause="click:1"), turn, ports=world.ports) for _ in range(20)]
    answers = await asyncio.gather(*asked)
    assert sum(isinstance(each, Done) and each.fresh for each in answers) == 1
    await world.work()
    assert [plan.step_id for plan in world.database.looked].count("newest-snapshot") == 1


async def test_a_click_that_is_delivered_again_later_is_told_as_it_was_the_first_time(world: World) -> None:
    incident = await begun(world)
    turn = Turn(walk=the_walk(incident).id, index=0, tries=0)
    for fresh in (True, False):
        asked = world.asked(ANA, about=await world.again(incident), cause="click:1")
        answer = await take_step(asked, turn, ports=world.ports)
        assert isinstance(answer, Done)
        assert answer.fresh is fresh
        await world.work()
    assert [plan.step_id for plan in world.database.looked].count("newest-snapshot") == 1


async def test_two_people_who_click_one_step_have_one_effect_and_the_slower_is_told(world: World) -> None:
    incident = await begun(world)
    turn = Turn(walk=the_walk(incident).id, index=0, tries=0)
    both = (take_step(world.asked(by, about=incident), turn, ports=world.ports) for by in (ANA, BEN))
    answers = await asyncio.gather(*both, return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["Done", "NotItsTurn"]


async def test_a_form_sent_twice_is_one_request(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure next", incident)
    await world.work()
    turn = Turn(walk=the_walk(incident).id, index=1, tries=0)
    for _ in range(2):
        asked = world.asked(ANA, about=await world.again(incident), cause="view:V1")
        await run(asked, turn, parameters={}, ports=world.ports)
    await world.work()
    assert len(await world.store.approvals_of(incident.id)) == 1


async def test_a_button_of_a_step_that_somebody_else_took_meanwhile_does_nothing(world: World) -> None:
    incident = await begun(world)
    turn = Turn(walk=the_walk(incident).id, index=0, tries=0)
    world.database.sees["newest-snapshot"] = "error: away"
    await take_step(world.asked(ANA, about=incident), turn, ports=world.ports)
    await world.work()
    with pytest.raises(refusal.NotItsTurn):
        await take_step(world.asked(BEN, about=await world.again(incident)), turn, ports=world.ports)


async def test_a_store_that_goes_away_during_a_look_loses_no_step(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure next", incident)
    await world.do_until_away(await world.claim(JobName.RUN_LEG), saves=0)
    await world.let_pass(minutes=1)
    assert states(await world.again(incident))[:2] == ["done", "ahead"]
    steps = [fact(each, "step") for each in await world.events(incident, Kind.FOUND) if fact(each, "phase") == "step"]
    assert steps == ["newest-snapshot"]


async def test_a_look_that_cannot_even_begin_fails_its_step_and_says_why(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure next", incident)
    await not_looked(await world.claim(JobName.RUN_LEG), "the runbook has no such step", ports=world.ports)
    leg = the_walk(await world.again(incident)).legs[0]
    assert (leg.state, leg.note) == (LegState.FAILED, "the runbook has no such step")


# Waiting.


async def test_a_wait_is_watched_at_its_start_every_five_minutes_and_at_its_end_and_then_offers_the_next(
    world: World,
) -> None:
    incident = await restored(world)
    seen = len(world.database.looked)
    began = world.clock()
    await world.say(ANA, "procedure next", incident)
    await world.work()
    leg = the_walk(await world.again(incident)).legs[3]
    assert (leg.state, leg.hold_ends_at) == (LegState.HOLDING, began + timedelta(minutes=10))
    await world.let_pass(minutes=9)
    assert states(await world.again(incident))[3:] == ["holding", "ahead"]
    with pytest.raises(refusal.NotItsTurn):
        await world.say(ANA, "procedure next", incident)
    await world.let_pass(minutes=1)
    assert states(await world.again(incident))[3:] == ["done", "ahead"]
    looks = [plan.step_id for plan in world.database.looked[seen:] if plan.step_id == "wrong-orders"]
    assert len(looks) == 3
    (over,) = await world.events(incident, Kind.HOLD_OVER)
    assert fact(over, "next") == "Send everybody to the restored table"
    said = [each.event.kind for each in world.chat.messages_in(incident.home.channel, EventMessage)]
    assert said.count(Kind.HOLD_OVER) == 1
    assert Kind.HOLD_UNHEALTHY not in said


async def test_what_is_not_healthy_during_a_wait_is_told_at_once_and_once(world: World) -> None:
    incident = await restored(world)
    await world.say(ANA, "procedure next", incident)
    await world.work()
    world.database.sees["wrong-orders"] = 12
    await world.let_pass(minutes=5)
    (told,) = await world.events(incident, Kind.HOLD_UNHEALTHY)
    assert fact(told, "seen") == "['Count the wrong orders']"
    await world.let_pass(minutes=6)
    assert len(await world.events(incident, Kind.HOLD_UNHEALTHY)) == 1
    (over,) = await world.events(incident, Kind.HOLD_OVER)
    assert over.facts["unhealthy"] == ["Count the wrong orders"]
    assert states(await world.again(incident))[4] == "ahead"
    assert len(world.database.ran) == 1


async def test_a_wait_cut_by_a_death_goes_on_where_it_was(world: World) -> None:
    """The worker dies after its claim: another takes the look over, and the wait ends when it was to end."""
    incident = await restored(world)
    await world.say(ANA, "procedure next", incident)
    await world.claim(JobName.WATCH_HOLD)
    await world.let_pass(minutes=10)
    assert states(await world.again(incident))[3] == "done"
    assert len(await world.events(incident, Kind.HOLD_OVER)) == 1


@pytest.mark.parametrize("saves", range(3))
async def test_a_store_that_goes_away_during_a_wait_loses_no_look(world: World, saves: int) -> None:
    incident = await restored(world)
    await world.say(ANA, "procedure next", incident)
    await world.do_until_away(await world.claim(JobName.WATCH_HOLD), saves)
    await world.let_pass(minutes=11)
    assert states(await world.again(incident))[3] == "done"
    assert len(await world.events(incident, Kind.HOLD_OVER)) == 1


async def test_a_wait_is_cut_short_only_for_a_reason_that_is_on_the_timeline(world: World) -> None:
    incident = await restored(world)
    await world.say(ANA, "procedure next", incident)
    await world.work()
    await world.say(ANA, "procedure skip customers wait", incident)
    assert states(await world.again(incident))[3:] == ["done", "ahead"]
    (cut,) = await world.events(incident, Kind.STEP_SKIPPED)
    assert (cut.facts["held"], fact(cut, "reason")) == (True, "customers wait")
    await world.let_pass(minutes=11)
    assert not await world.events(incident, Kind.HOLD_OVER)


# Ending.


async def test_an_abort_voids_the_request_that_nobody_has_answered_and_offers_the_rollbacks(world: World) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    await world.say(BEN, "procedure abort the snapshot is broken", incident)
    await world.work()
    assert (await world.approval(request)).state is ApprovalState.VOID
    with pytest.raises(refusal.Spent):
        await approve(world.asked(CLEO), request.id, ports=world.ports)
    walk = the_walk(await world.again(incident))
    assert (walk.state, walk.reason, walk.ended_by) == (WalkState.ABORTED, "the snapshot is broken", BEN)
    assert [each.id for each in shown(world).instead] == ["undo"]
    with pytest.raises(refusal.WalkEnded):
        await abort(world.asked(ANA, about=incident), walk.id, reason="again", ports=world.ports)


async def test_an_approved_request_that_has_not_begun_does_not_run_after_an_abort(world: World) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.say(ANA, "procedure stop it is wrong", incident)
    await world.work()
    assert world.database.ran == []


async def test_an_abort_while_an_approved_request_looks_before_it_begins_is_in_time_and_no_trouble(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    held, look = await world.claim(JobName.RUN_REMEDIATION), world.database.look
    said = ["procedure abort the wrong snapshot"]

    async def looked(plan: Plan) -> Sight:
        while said:
            await world.say(BEN, said.pop(), incident)
        return await look(plan)

    monkeypatch.setattr(world.database, "look", looked)
    await world.do(held)
    await world.let_pass(minutes=1)
    assert (await world.approval(request)).state is ApprovalState.VOID
    assert world.database.ran == []


async def test_rolling_back_ends_the_walk_and_walks_what_was_done_backwards(world: World) -> None:
    incident = await restored(world)
    first = the_walk(incident)
    await world.say(BEN, "procedure rollback orders are missing", incident)
    await world.work()
    now = await world.again(incident)
    assert now.walk(first.id).state is WalkState.ABORTED
    back = the_walk(now)
    assert (back.takes_back, back.state) == (first.id, WalkState.GOING)
    assert [(leg.title, leg.text) for leg in back.legs] == [
        ("Take back “Restore the orders from it”", "Drop the restored table")
    ]
    await world.say(BEN, "procedure done dropped it", incident)
    assert the_walk(await world.again(incident)).state is WalkState.FINISHED


async def test_what_a_step_of_the_runbook_takes_back_goes_through_the_gate_too(world: World) -> None:
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    drop = replace(
        remediation("drop", "Drop the restored table", rows=False),
        parameters=(replace(SNAPSHOT, taken_from=""),),
        command={"sql": "SELECT drop_restored($1)", "arguments": ["snapshot"]},
    )
    steps = tuple(replace(each, undo_step="drop") if each.id == "restore" else each for each in (*RESTORE.steps, drop))
    runbooks.catalogs["shop"] = replace(RESTORING, procedures=(STUCK, replace(RESTORE, steps=steps)))
    incident = await restored(world)
    await world.say(BEN, "procedure rollback orders are missing", incident)
    now = await world.again(incident)
    await run(world.asked(BEN, about=now), Turn(walk=the_walk(now).id, index=0), parameters={}, ports=world.ports)
    await world.work()
    request = (await world.store.approvals_of(incident.id))[-1]
    assert (request.plan.step_id, request.state) == ("drop", ApprovalState.ASKED)
    assert request.plan.parameters == {"snapshot": "snap-7"}
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.work()
    assert [plan.step_id for plan in world.database.ran] == ["restore", "drop"]
    assert the_walk(await world.again(incident)).state is WalkState.FINISHED


async def test_a_change_that_runs_is_waited_for_before_anything_is_taken_back(world: World) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    world.database.gate = asyncio.Event()
    running = asyncio.create_task(world.work())
    while (await world.approval(request)).state is not ApprovalState.RUNNING:
        await asyncio.sleep(0.01)
    with pytest.raises(refusal.NotItsTurn):
        await world.say(BEN, "procedure rollback it looks wrong", incident)
    world.database.gate.set()
    await running
    await world.say(BEN, "procedure rollback it looks wrong", incident)
    assert [leg.text for leg in the_walk(await world.again(incident)).legs] == ["Drop the restored table"]


async def test_what_may_have_taken_effect_is_taken_back_too(world: World) -> None:
    world.database.outcome = OutcomeState.UNKNOWN
    incident = await begun(world)
    request = await asked_for(world, incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.work()
    assert states(await world.again(incident))[1] == "failed"
    await world.say(BEN, "procedure rollback nobody knows", incident)
    assert [leg.text for leg in the_walk(await world.again(incident)).legs] == ["Drop the restored table"]


async def test_a_procedure_whose_title_begins_like_a_word_of_the_menu_is_begun_by_it(world: World) -> None:
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    backup = replace(RESTORE, id="back-up", title="Back up the orders")
    runbooks.catalogs["shop"] = replace(RESTORING, procedures=(STUCK, backup))
    incident = await world.declared()
    await world.say(ANA, "procedure back up the orders", incident)
    assert the_walk(await world.again(incident)).procedure == "back-up"


async def test_what_nobody_did_has_no_way_back(world: World) -> None:
    incident = await begun(world)
    with pytest.raises(refusal.NothingToTakeBack):
        await roll_back(world.asked(ANA, about=incident), the_walk(incident).id, reason="no", ports=world.ports)
    assert the_walk(await world.again(incident)).state is WalkState.GOING


async def test_a_procedure_ends_with_its_incident(world: World) -> None:
    incident = await begun(world)
    request = await asked_for(world, incident)
    await world.say(ANA, "resolve it healed by itself", incident)
    await world.work()
    walk = the_walk(await world.again(incident))
    assert (walk.state, walk.reason) == (WalkState.ABORTED, "the incident was resolved")
    assert (await world.approval(request)).state is ApprovalState.VOID


# What people see.


async def test_a_walk_is_one_message_that_is_edited_whatever_slack_does(world: World) -> None:
    incident = await world.declared()
    await world.say(ANA, "procedure restore-orders", incident)
    world.chat.lose_answer("post")
    world.chat.fail("edit")
    await world.work()
    await world.say(ANA, "procedure next", incident)
    await world.let_pass(minutes=1)
    for words in ("skip it is restored", "next"):
        await world.say(ANA, f"procedure {words}", incident)
        await world.work()
    await world.say(ANA, "procedure next", incident)
    await world.let_pass(minutes=11)
    await world.say(ANA, "procedure done promoted", incident)
    await world.work()
    posts = [each for each in world.chat.posts if isinstance(each.message, WalkMessage)]
    assert len(posts) == 1
    assert shown(world).walk.state is WalkState.FINISHED


async def test_the_live_card_shows_how_far_the_procedure_under_way_is(world: World) -> None:
    incident = await begun(world)
    await world.say(ANA, "procedure skip it is known", incident)
    await world.let_pass(seconds=1)
    (card,) = world.chat.messages_in(incident.home.channel, Card)
    assert card.incident.going is not None
    assert card.incident.going.settled == 1


async def test_where_the_incident_follows_no_procedure_the_walked_ones_diagnostics_tell_whether_it_helped(
    world: World,
) -> None:
    world.database.sees["wrong-orders"] = 12
    world.database.heals["wrong-orders"] = 0
    answer = await world.say(ANA, "declare P2 Orders are wrong")
    assert isinstance(answer, Declared)
    await world.work()
    incident = answer.incident
    await world.say(ANA, "procedure restore-orders", incident)
    request = await asked_for(world, incident)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.work()
    (verdict,) = world.chat.messages_in((await world.again(incident)).home.channel, VerdictMessage)
    assert verdict.comparison is Comparison.HEALED


async def test_the_timeline_tells_the_whole_walk_in_order(world: World) -> None:
    incident = await restored(world)
    await world.say(ANA, "procedure next", incident)
    await world.let_pass(minutes=11)
    await world.say(ANA, "procedure done promoted", incident)
    told = {Kind.WALK_BEGUN, Kind.STEP_BEGUN, Kind.APPROVED, Kind.REMEDIATED, Kind.HOLD_BEGUN, Kind.HOLD_OVER}
    told |= {Kind.STEP_DONE, Kind.WALK_FINISHED}
    assert [each.kind for each in await world.events(incident) if each.kind in told] == [
        Kind.WALK_BEGUN, Kind.STEP_BEGUN, Kind.APPROVED, Kind.REMEDIATED, Kind.STEP_BEGUN, Kind.STEP_DONE,
        Kind.HOLD_BEGUN, Kind.HOLD_OVER, Kind.STEP_DONE, Kind.WALK_FINISHED,
    ]  # fmt: skip
