"""What is taken back, by whom and how often: an undo is offered once, done again once, and a follow-up can be ended."""

import pytest

from commands import menu
from commands.answer_approval import approve, reject
from commands.answers import Done, FormWanted
from commands.fix import fix_filled
from commands.messages import ApprovalMessage
from commands.undo import undo
from incident.approval import Approval
from incident.incident import Incident
from incident.refusal import NoSuchFollowUp, NoWayBack
from incident.timeline import Kind
from tests.commands.test_running import approved, takes_back
from tests.fakes.settings import ANA, BEN, CLEO
from tests.fakes.world import World


async def ran(world: World, **back: str) -> Approval:
    """The stuck jobs are queued again, and the runbook says which steps take which back."""
    takes_back(world, **back)
    request = await approved(world, step="requeue")
    await world.let_pass(seconds=2)
    return request


async def asked_back(world: World, request: Approval) -> Approval:
    """Ben asks for the undo on the request's card, with the values that the form has."""
    answer = await undo(world.asked(BEN), request.id, ports=world.ports)
    if isinstance(answer, FormWanted):
        assert answer.step is not None
        given = {each.name: each.default or "" for each in answer.step.parameters}
        about = world.asked(BEN, about=answer.incident)
        await fix_filled(about, step_id=answer.step.id, parameters=given, undoes=answer.undoes, ports=world.ports)
    await world.work()
    back = (await world.store.approvals_of(request.incident_id))[-1]
    assert back.undoes == request.id
    return back


async def taken_back(world: World, request: Approval) -> Approval:
    back = await asked_back(world, request)
    await approve(world.asked(CLEO), back.id, ports=world.ports)
    await world.let_pass(hours=1)
    return back


def offers(world: World, request: Approval) -> str:
    """The step that the request's card offers to take it back with."""
    cards = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    (card,) = [each for each in cards if each.approval.id == request.id]
    return card.undo


async def test_what_was_undone_can_be_done_again_once(world: World) -> None:
    """An undo of an undo of an undo helps nobody at three in the morning."""
    first = await ran(world, requeue="restart", restart="requeue")
    back = await taken_back(world, first)
    assert [bool(offers(world, each)) for each in (first, back)] == [False, True]
    again = await taken_back(world, back)
    assert [bool(offers(world, each)) for each in (first, back, again)] == [False, False, False]
    with pytest.raises(NoWayBack):
        await undo(world.asked(BEN), again.id, ports=world.ports)


async def test_nobody_asks_for_an_undo_that_is_asked_for(world: World) -> None:
    first = await ran(world, requeue="restart")
    await asked_back(world, first)
    assert offers(world, first) == ""
    with pytest.raises(NoWayBack):
        await undo(world.asked(ANA), first.id, ports=world.ports)


async def test_an_undo_that_was_not_to_be_is_offered_again(world: World) -> None:
    first = await ran(world, requeue="restart")
    back = await asked_back(world, first)
    await reject(world.asked(CLEO), back.id, reason="not now", ports=world.ports)
    await world.work()
    assert offers(world, first) == "Restart the workers"


async def left(world: World, request: Approval) -> Incident:
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    return incident


async def test_a_person_ends_a_follow_up_that_no_step_reverts(world: World) -> None:
    incident = await left(world, await ran(world))
    (follow_up,) = incident.follow_ups
    assert follow_up.undo_step == ""
    with pytest.raises(NoSuchFollowUp) as which:
        await world.say(BEN, "followup", incident)
    assert which.value.facts["left"] == (f"1. {follow_up.text}",)
    done = await world.say(BEN, "followup 1 queued by hand", incident)
    assert isinstance(done, Done)
    assert (done.event.kind, done.event.facts["note"]) == (Kind.FOLLOW_UP_DONE, "queued by hand")
    now = await world.again(incident)
    assert [each.done_by for each in now.follow_ups] == [BEN]
    with pytest.raises(NoSuchFollowUp) as none:
        await world.say(BEN, "followup 1", now)
    assert none.value.facts["left"] == ()


async def test_a_follow_up_is_ended_after_the_incident_too(world: World) -> None:
    incident = await left(world, await ran(world))
    await world.say(ANA, "resolve it drained", incident)
    over = await world.again(incident)
    assert not over.open
    await menu.ask(world.asked(BEN, "followup #1", about=over), ports=world.ports)
    assert [each.done_by for each in (await world.again(incident)).follow_ups] == [BEN]
