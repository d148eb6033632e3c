"""The one approval for all changes of a procedure: its card is true at once, and somebody alone can give it."""

import pytest
from msgspec.structs import replace

from bot.words.sentences import event_sentence
from bot.words.sentences import refusal as refusal_words
from commands.answer_approval import approve, break_glass, cancel, may_break_glass
from commands.messages import ApprovalMessage, PageMessage
from commands.walk_steps import run, skip, take_step
from incident.approval import Approval, ApprovalState
from incident.course import Turn
from incident.gate import Match, Rule
from incident.refusal import (
    EvidenceKeptElsewhere,
    NobodyToTell,
    NoBreakGlass,
    NothingSaid,
    NotOnCall,
    NotTheRequester,
    OwnRequest,
    RunbookChanged,
    Stopped,
)
from incident.responder import UserId
from incident.timeline import Kind
from tests.commands.test_at_once import REQUEUE, RESTART, approved, asked, ran, skipped, taken, written
from tests.fakes.runbooks import STUCK
from tests.fakes.settings import ANA, BEN, CLEO, DAN, DATABASE_PEOPLE
from tests.fakes.world import LEASE, World


async def on_card(world: World, request: Approval) -> Approval:
    """The request as its card shows it, once what is due now is done; no time goes by."""
    await world.work()
    cards = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    (shown,) = [card.approval for card in cards if card.approval.id == request.id]
    return shown


async def alone(world: World, request: Approval, *, by: UserId = ANA, reason: str = "nobody answers") -> None:
    await break_glass(world.asked(by), request.id, reason=reason, ports=world.ports)


# What the card says.


@pytest.mark.parametrize("before_the_yes", [True, False])
async def test_when_a_change_is_skipped_the_card_says_at_once_that_the_approval_is_void(
    world: World, before_the_yes: bool
) -> None:
    incident, request = await (asked(world) if before_the_yes else approved(world))
    for index in range(REQUEUE if before_the_yes else 0):
        await skipped(world, incident, index)
    it = await world.again(incident)
    turn = Turn(walk=it.walks[0].id, index=REQUEUE)
    await skip(world.asked(BEN, about=it), turn, reason="done by hand", ports=world.ports)
    card = await on_card(world, request)
    assert (card.state, card.reason) == (ApprovalState.VOID, "“Queue them again” was skipped")
    assert (await world.again(incident)).walks[0].whole == ""
    (voided,) = await world.events(incident, Kind.VOIDED)
    assert voided.facts["approval"] == request.id


async def test_a_look_that_is_skipped_and_a_wait_that_is_cut_short_leave_the_approval_as_it_is(world: World) -> None:
    _, request = await approved(world)
    assert (await on_card(world, request)).state is ApprovalState.APPROVED, "the looks before it were skipped"


async def test_when_a_change_differs_the_card_says_so_as_soon_as_that_is_seen(world: World) -> None:
    incident, request = await approved(world)
    world.database.touches = 6
    it = await world.again(incident)
    await take_step(world.asked(BEN, about=it), Turn(walk=it.walks[0].id, index=REQUEUE), ports=world.ports)
    card = await on_card(world, request)
    assert (card.state, "not what was approved" in card.reason) == (ApprovalState.VOID, True)


async def test_when_a_change_is_cancelled_before_it_began_the_card_says_so_at_once(world: World) -> None:
    incident, request = await approved(world)
    it = await world.again(incident)
    await take_step(world.asked(BEN, about=it), Turn(walk=it.walks[0].id, index=REQUEUE), ports=world.ports)
    while (step := (await world.store.approvals_of(incident.id))[-1]).state is not ApprovalState.APPROVED:
        (claim,) = await world.store.claim("test", limit=1, lease=LEASE)
        await world.do(claim)
    await cancel(world.asked(CLEO), step.id, ports=world.ports)
    card = await on_card(world, request)
    assert (card.state, card.reason) == (ApprovalState.VOID, "“Queue them again” did not come to its end")
    assert ran(world) == []


async def test_when_the_incident_is_resolved_the_card_says_at_once_that_nothing_runs_by_it(world: World) -> None:
    incident, request = await approved(world)
    await world.say(BEN, "resolve it went away by itself", incident)
    card = await on_card(world, request)
    assert (card.state, card.reason) == (ApprovalState.VOID, "the incident was resolved")


@pytest.mark.parametrize("yes_between", [True, False])
async def test_changes_that_were_all_approved_by_themselves_leave_no_card_that_waits(
    world: World, yes_between: bool
) -> None:
    incident, request = await asked(world)
    for index in range(REQUEUE):
        await skipped(world, incident, index)
    for place in (REQUEUE, RESTART):
        it = await world.again(incident)
        turn = Turn(walk=it.walks[0].id, index=place)
        await run(world.asked(BEN, about=it), turn, parameters={}, ports=world.ports)
        await world.work()
        step = (await world.again(incident)).walks[0].legs[place].approval
        assert step is not None
        if place == RESTART and yes_between:
            await approve(world.asked(CLEO), request.id, ports=world.ports)
        await approve(world.asked(CLEO), step, ports=world.ports)
        await world.let_pass(seconds=2)
    assert ran(world) == ["requeue", "restart"]
    card = await on_card(world, request)
    assert card.state is (ApprovalState.RAN if yes_between else ApprovalState.VOID)


# Alone.


async def test_whoever_is_alone_lets_all_changes_run_loudly_and_each_in_its_turn(world: World) -> None:
    incident, request = await asked(world)
    with pytest.raises(OwnRequest) as refused:
        await approve(world.asked(ANA), request.id, ports=world.ports)
    assert "Press Break glass and say why." in refusal_words(refused.value)
    assert (await may_break_glass(world.asked(ANA), request.id, ports=world.ports)).id == request.id
    await alone(world, request)
    for index in range(REQUEUE):
        await skipped(world, incident, index)
    assert ran(world) == [], "nothing runs by itself"
    pages = [each for each in world.chat.told(DAN) if isinstance(each, PageMessage)]
    assert any("all 2 changes” runs without a second person: nobody answers" in each.reason for each in pages)
    (told,) = await world.events(incident, Kind.BROKE_GLASS)
    assert told.facts["reason"] == "nobody answers"
    it = await world.again(incident)
    assert [each.text for each in it.follow_ups] == [f"Review the break-glass run of “{request.plan.title}”"]
    first, second = await taken(world, incident, REQUEUE), await taken(world, incident, RESTART)
    assert ran(world) == ["requeue", "restart"]
    for step in (first, second):
        assert (step.broke_glass, step.reason, step.yes, step.under) == (True, "nobody answers", (), request.id)
    covered = await world.events(incident, Kind.COVERED)
    assert ["without a second person" in event_sentence(each) for each in covered] == [True, True]
    assert (await on_card(world, request)).state is ApprovalState.RAN


async def test_two_people_whom_a_rule_wants_are_replaced_for_every_step(world: World) -> None:
    world.settings.demands = (Rule(approvals=2, approve=(CLEO, DAN)),)
    incident, request = await asked(world)
    await alone(world, request)
    for index in range(REQUEUE):
        await skipped(world, incident, index)
    await taken(world, incident, REQUEUE)
    assert ran(world) == ["requeue"]


async def test_a_procedure_with_one_step_that_nobody_may_run_alone_says_so_on_the_card_and_to_whoever_tries(
    world: World,
) -> None:
    world.settings.demands = (Rule(match=Match(step=("restart",)), break_glass=False),)
    _, request = await asked(world)
    assert not request.policy.break_glass
    assert [part.policy.break_glass for part in request.parts] == [True, False]
    with pytest.raises(NoBreakGlass):
        await alone(world, request)
    with pytest.raises(OwnRequest) as refused:
        await approve(world.asked(ANA), request.id, ports=world.ports)
    assert "Break glass" not in refusal_words(refused.value)
    assert (await on_card(world, request)).state is ApprovalState.ASKED


async def test_alone_is_only_the_requester_who_is_called_with_a_reason_and_somebody_to_tell(world: World) -> None:
    world.settings.approving = (DATABASE_PEOPLE,)
    incident, request = await asked(world)
    with pytest.raises(NotTheRequester):
        await alone(world, request, by=CLEO)
    with pytest.raises(NothingSaid):
        await alone(world, request, reason=" \u200b")
    world.settings.people, world.settings.seconds = (), ()
    with pytest.raises(NotOnCall):
        await alone(world, request)
    world.settings.people = (ANA,)
    with pytest.raises(NobodyToTell):
        await alone(world, request)
    assert (await on_card(world, request)).state is ApprovalState.ASKED
    assert await world.events(incident, Kind.BROKE_GLASS) == []


async def test_a_reason_replaces_no_stop_no_evidence_and_no_runbook(world: World) -> None:
    robbed = await world.declared(title="Robbed")
    _, request = await asked(world)
    await world.say(ANA, "freeze")
    for blocked in (alone(world, request), may_break_glass(world.asked(ANA), request.id, ports=world.ports)):
        with pytest.raises(Stopped):
            await blocked
    await world.say(ANA, "unfreeze")
    await world.say(BEN, "evidence freeze a break-in", robbed)
    for blocked in (alone(world, request), may_break_glass(world.asked(ANA), request.id, ports=world.ports)):
        with pytest.raises(EvidenceKeptElsewhere):
            await blocked
    await world.say(BEN, "resolve nothing was stolen", robbed)
    other = {"sql": "UPDATE orders SET state = 'lost'", "arguments": ["minutes"]}
    written(world, *(replace(step, command=other) if step.id == "requeue" else step for step in STUCK.steps))
    for blocked in (alone(world, request), may_break_glass(world.asked(ANA), request.id, ports=world.ports)):
        with pytest.raises(RunbookChanged):
            await blocked


async def test_why_somebody_broke_the_glass_stays_told_when_the_approval_ends_early(world: World) -> None:
    incident, request = await asked(world)
    await alone(world, request)
    for index in range(REQUEUE + 1):
        await skipped(world, incident, index)
    ended = await on_card(world, request)
    assert (ended.state, ended.broke_glass) == (ApprovalState.VOID, True)
    assert ended.reason == "nobody answers. Void: “Queue them again” was skipped"
