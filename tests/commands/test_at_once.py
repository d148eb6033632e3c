"""One approval for all changes of a procedure: each still waits for a person, and runs only as it was approved."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.answer_approval import approve, cancel, reject
from commands.answers import AtOnce, Preparing
from commands.ask_at_once import ask_at_once
from commands.messages import ApprovalMessage, WalkMessage
from commands.walk_steps import abort, skip, take_step
from incident.approval import Approval, ApprovalState
from incident.course import Turn
from incident.finding import OutcomeState
from incident.gate import Match, Rule
from incident.incident import Incident
from incident.refusal import AlreadySo, AskedAlready, CoolingDown, MayNotAsk, NotAnApprover, NotAtOnce, OwnRequest
from incident.runbook import Step, StepKind
from incident.timeline import Kind
from incident.walk import LegState
from tests.fakes.runbooks import CATALOG, STUCK, FakeRunbooks
from tests.fakes.settings import ANA, BEN, CLEO, DAN
from tests.fakes.world import World

REQUEUE, RESTART = (next(n for n, step in enumerate(STUCK.steps) if step.id == name) for name in ("requeue", "restart"))


async def asked(world: World) -> tuple[Incident, Approval]:
    """Ana asked for all changes of the procedure, and the card is up."""
    incident = await world.declared()
    answer = await ask_at_once(world.asked(ANA, about=incident), STUCK.id, ports=world.ports)
    assert isinstance(answer, Preparing)
    await world.work()
    (request,) = await world.store.approvals_of(incident.id)
    return await world.again(incident), request


async def approved(world: World) -> tuple[Incident, Approval]:
    """Cleo said yes to it, and the walk stands before the first change."""
    incident, request = await asked(world)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    for index in range(REQUEUE):
        await skipped(world, incident, index)
    return await world.again(incident), await world.approval(request)


async def skipped(world: World, incident: Incident, place: int) -> None:
    """Ben passes a step over."""
    it = await world.again(incident)
    turn = Turn(walk=it.walks[0].id, index=place)
    await skip(world.asked(BEN, about=it), turn, reason="seen before", ports=world.ports)
    await world.work()


async def taken(world: World, incident: Incident, place: int) -> Approval:
    """Ben takes a step that changes something; its own request."""
    it = await world.again(incident)
    await take_step(world.asked(BEN, about=it), Turn(walk=it.walks[0].id, index=place), ports=world.ports)
    await world.let_pass(seconds=2)
    return (await world.store.approvals_of(incident.id))[-1]


def written(world: World, *steps: Step) -> None:
    """The runbook's procedure has these steps now."""
    runbooks = world.ports.runbooks
    assert isinstance(runbooks, FakeRunbooks)
    runbooks.catalogs = {CATALOG.system: replace(CATALOG, procedures=(replace(STUCK, steps=steps),))}


def ran(world: World) -> list[str]:
    return [plan.step_id for plan in world.database.ran]


# Asking.


async def test_a_procedure_that_is_named_whole_offers_one_approval_for_its_changes(world: World) -> None:
    answer = await world.say(ANA, f"fix {STUCK.title.lower()}", await world.declared())
    assert isinstance(answer, AtOnce)
    assert answer.changes == ("Queue them again", "Restart the workers")


async def test_the_card_has_every_change_and_its_digest_covers_all_of_them_in_order(world: World) -> None:
    incident, request = await asked(world)
    assert request.state is ApprovalState.ASKED
    assert [part.plan.step_id for part in request.parts] == ["requeue", "restart"]
    assert [part.plan.promise.most for part in request.parts] == [5, None]
    assert [part.preview is not None for part in request.parts] == [True, True]
    assert request.digest == request.plan.digest
    assert request.plan.command["steps"] == [part.plan.digest for part in request.parts]
    assert incident.going is not None
    assert incident.going.settled == 0
    (shown,) = [each.message for each in world.chat.posts if isinstance(each.message, WalkMessage)]
    assert not shown.at_once


async def test_it_is_asked_once_and_the_same_click_twice_is_one(world: World) -> None:
    incident = await world.declared()
    click = world.asked(ANA, about=incident, cause="click:1")
    await ask_at_once(click, STUCK.id, ports=world.ports)
    await ask_at_once(click, STUCK.id, ports=world.ports)
    await world.work()
    assert len(await world.store.approvals_of(incident.id)) == 1
    with pytest.raises(AlreadySo):
        await ask_at_once(world.asked(BEN, about=incident), STUCK.id, ports=world.ports)


async def test_what_waits_on_one_card_is_not_put_on_another(world: World) -> None:
    """Neither a single change beside the card for all of them, nor the other way round."""
    incident, whole = await asked(world)
    with pytest.raises(AskedAlready):
        await world.requested(incident, by=BEN)
    await reject(world.asked(CLEO), whole.id, reason="one by one", ports=world.ports)
    await world.requested(incident, by=BEN)
    with pytest.raises(AskedAlready):
        await ask_at_once(world.asked(ANA, about=await world.again(incident)), STUCK.id, ports=world.ports)
    assert len(await world.store.approvals_of(incident.id)) == 2


async def test_a_step_s_turn_is_no_second_request_beside_the_yes_for_all_of_them(world: World) -> None:
    incident, _ = await approved(world)
    assert (await taken(world, incident, REQUEUE)).state is ApprovalState.RAN


async def test_what_the_strictest_step_demands_is_demanded_of_all(world: World) -> None:
    world.settings.demands = (
        Rule(match=Match(step=("restart",)), approvals=2, approve=(CLEO, DAN, BEN)),
        Rule(approve=(DAN, CLEO)),
    )
    _, request = await asked(world)
    assert (request.policy.approvals, set(request.policy.approvers)) == (2, {CLEO, DAN})
    assert request.policy.break_glass
    with pytest.raises(OwnRequest):
        await approve(world.asked(ANA), request.id, ports=world.ports)
    with pytest.raises(NotAnApprover):
        await approve(world.asked(BEN), request.id, ports=world.ports)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    assert (await world.approval(request)).state is ApprovalState.ASKED
    await approve(world.asked(DAN), request.id, ports=world.ports)
    assert (await world.approval(request)).state is ApprovalState.APPROVED


async def test_where_nobody_may_approve_or_ask_for_all_of_it_it_is_refused_and_nothing_began(world: World) -> None:
    incident = await world.declared()
    only = Match(step=("restart",))
    for rule, kind in ((Rule(match=only, approve=(DAN,)), NotAtOnce), (Rule(match=only, ask=(DAN,)), MayNotAsk)):
        world.settings.demands = (rule, Rule(approve=(CLEO,)))
        with pytest.raises(kind):
            await ask_at_once(world.asked(ANA, about=incident), STUCK.id, ports=world.ports)
    assert (await world.again(incident)).walks == ()


# Running.


async def test_each_change_runs_in_its_turn_by_the_one_approval_and_names_who_gave_it(world: World) -> None:
    incident, request = await approved(world)
    assert ran(world) == []
    first = await taken(world, incident, REQUEUE)
    assert ran(world) == ["requeue"]
    second = await taken(world, incident, RESTART)
    assert ran(world) == ["requeue", "restart"]
    for step in (await world.approval(first), await world.approval(second)):
        assert (step.requester, step.decided_by, step.under) == (BEN, CLEO, request.id)
        assert (step.latency, step.state) == (request.latency, ApprovalState.RAN)
    assert (await world.approval(request)).state is ApprovalState.RAN
    assert len(await world.events(incident, Kind.COVERED)) == 2
    assert len(await world.events(incident, Kind.APPROVED)) == 1
    assert (await world.again(incident)).walks[0].whole == ""
    cards = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    assert [card.approval.state for card in cards] == [ApprovalState.RAN] * 3


async def test_before_it_is_approved_each_change_asks_for_itself(world: World) -> None:
    incident, _ = await asked(world)
    for index in range(REQUEUE):
        await skipped(world, incident, index)
    it = await world.again(incident)
    turn = Turn(walk=it.walks[0].id, index=REQUEUE)
    await take_step(world.asked(BEN, about=it), turn, ports=world.ports)
    await world.let_pass(seconds=2)
    assert ran(world) == []


async def test_what_would_touch_more_than_was_approved_asks_for_itself_and_voids_the_rest(world: World) -> None:
    incident, request = await approved(world)
    world.database.touches = 6
    step = await taken(world, incident, REQUEUE)
    assert (step.state, step.under) == (ApprovalState.ASKED, "")
    void = await world.approval(request)
    assert (void.state, "would touch is not what was approved" in void.reason) == (ApprovalState.VOID, True)
    assert ran(world) == []


async def test_fewer_than_approved_is_still_as_approved(world: World) -> None:
    incident, _ = await approved(world)
    world.database.touches = 2
    await taken(world, incident, REQUEUE)
    assert ran(world) == ["requeue"]


async def test_a_change_that_was_skipped_voids_it_for_the_rest(world: World) -> None:
    incident, request = await approved(world)
    await skipped(world, incident, REQUEUE)
    step = await taken(world, incident, RESTART)
    assert (step.state, step.under) == (ApprovalState.ASKED, "")
    assert (await world.approval(request)).reason == "“Queue them again” was skipped"


@pytest.mark.parametrize("end", [OutcomeState.FAILED, OutcomeState.UNKNOWN, OutcomeState.VOID])
async def test_a_change_that_did_not_come_to_its_end_voids_it_for_the_rest(world: World, end: OutcomeState) -> None:
    incident, request = await approved(world)
    world.database.outcome = end
    await taken(world, incident, REQUEUE)
    assert (await world.approval(request)).state is ApprovalState.VOID
    it = await world.again(incident)
    assert (it.walks[0].legs[REQUEUE].state, it.walks[0].whole) == (LegState.FAILED, "")
    assert ran(world) == ["requeue"]


async def test_a_runbook_that_changed_voids_it(world: World) -> None:
    incident, request = await approved(world)
    other = {"sql": "UPDATE orders SET state = 'lost'", "arguments": ["minutes"]}
    written(world, *(replace(step, command=other) if step.id == "requeue" else step for step in STUCK.steps))
    step = await taken(world, incident, REQUEUE)
    assert step.state is ApprovalState.ASKED
    assert (await world.approval(request)).state is ApprovalState.VOID
    assert ran(world) == []


async def test_after_its_time_each_change_asks_for_itself(world: World) -> None:
    incident, request = await approved(world)
    await world.let_pass(minutes=16)
    late = await world.approval(request)
    assert (late.state, late.reason) == (ApprovalState.VOID, "not all of its steps were begun in time")
    it = await world.again(incident)
    turn = Turn(walk=it.walks[0].id, index=REQUEUE)
    await take_step(world.asked(BEN, about=it), turn, ports=world.ports)
    await world.let_pass(seconds=2)
    assert ran(world) == []


async def test_the_waits_before_a_step_lengthen_its_time_and_no_other_steps(world: World) -> None:
    hold = timedelta(minutes=20)
    written(world, *(replace(step, hold=hold) if step.id == "requeue" else step for step in STUCK.steps))
    incident, request = await approved(world)
    await taken(world, incident, REQUEUE)
    await world.let_pass(minutes=21)
    assert (await world.approval(request)).state is ApprovalState.APPROVED
    await taken(world, incident, RESTART)
    assert ran(world) == ["requeue", "restart"]


async def test_a_first_step_that_is_late_runs_no_more_although_later_ones_still_may(world: World) -> None:
    hold = timedelta(minutes=20)
    written(world, *(replace(step, hold=hold) if step.id == "requeue" else step for step in STUCK.steps))
    incident, request = await approved(world)
    await world.let_pass(minutes=16)
    assert (await world.approval(request)).state is ApprovalState.APPROVED
    step = await taken(world, incident, REQUEUE)
    assert (step.state, step.under, ran(world)) == (ApprovalState.ASKED, "", [])
    assert (await world.approval(request)).reason == "its time was over"


@pytest.mark.parametrize("way", ["abort", "cancel"])
async def test_whoever_aborts_the_procedure_or_cancels_the_approval_ends_it(world: World, way: str) -> None:
    incident, request = await approved(world)
    if way == "abort":
        by = world.asked(BEN, about=incident)
        await abort(by, incident.walks[0].id, reason="the wrong one", ports=world.ports)
    else:
        await cancel(world.asked(CLEO), request.id, ports=world.ports)
    ended = await world.approval(request)
    assert ended.state is (ApprovalState.VOID if way == "abort" else ApprovalState.CANCELLED)
    assert ended.latency == request.latency
    assert (await world.again(incident)).walks[0].whole == ""


async def test_a_step_that_cools_down_still_cools_down(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident, step="restart")
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.let_pass(seconds=2)
    with pytest.raises(CoolingDown):
        await ask_at_once(world.asked(ANA, about=await world.again(incident)), STUCK.id, ports=world.ports)


# What cannot be approved at once.


def unready(change: str) -> list[Step]:
    """The procedure with one step of which nobody can tell now what it will run, or with one change only."""
    steps = {step.id: step for step in STUCK.steps}
    (minutes,) = steps["requeue"].parameters
    steps |= {
        "a value passed on": {
            "requeue": replace(steps["requeue"], parameters=(replace(minutes, taken_from="oldest"),))
        },
        "a value to give": {"requeue": replace(steps["requeue"], parameters=(replace(minutes, default=None),))},
        "not bound": {"requeue": replace(steps["requeue"], target=None)},
        "one change": {"requeue": replace(steps["requeue"], kind=StepKind.DIAGNOSTIC)},
        "a manual value": {"call-bank": replace(steps["call-bank"], gives="ticket")},
    }[change]
    return list(steps.values())


@pytest.mark.parametrize(
    "change", ["a value passed on", "a value to give", "not bound", "one change", "a manual value"]
)
async def test_what_cannot_be_rendered_now_is_asked_step_by_step(world: World, change: str) -> None:
    written(world, *unready(change))
    incident = await world.declared()
    with pytest.raises(NotAtOnce):
        await world.say(ANA, f"fix {STUCK.id}", incident)
    with pytest.raises(NotAtOnce):
        await ask_at_once(world.asked(ANA, about=incident), STUCK.id, ports=world.ports)
    assert (await world.again(incident)).walks == ()
