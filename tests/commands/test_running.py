"""While an approved step runs: it can be stopped, what it prints can be followed, and it always ends in words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress

import pytest
from msgspec.structs import replace

from bot.stores.sqlite import SQLiteStore
from commands import carry_out, show_output
from commands.answer_approval import approve, cancel
from commands.answers import FormWanted
from commands.find_effect import find_effect, may_find
from commands.fix import fix_filled
from commands.messages import ApprovalMessage, EventMessage, OutputMessage
from commands.ports import Heard, unheard
from commands.run_remediation import settle_cut_short
from commands.undo import undo
from incident.approval import Approval, ApprovalState
from incident.effect import Effect
from incident.finding import Outcome, OutcomeState, Sight
from incident.incident import Incident
from incident.job import JobName
from incident.plan import Plan
from incident.refusal import AlreadySo, MayNotCancel, NothingSaid, NoWayBack, Spent
from incident.responder import UserId, person
from incident.runbook import Guard, GuardKind, Step, StepKind
from incident.running import show_output as posted_late
from incident.timeline import Event, Kind, fact
from tests.fakes.runbooks import CATALOG, STUCK, FakeRunbooks
from tests.fakes.settings import ANA, BEN, CLEO, DAN
from tests.fakes.world import World


async def approved(world: World, step: str = "requeue") -> Approval:
    """Ana asked, Cleo said yes, and its run is owed."""
    request = await world.requested(await world.declared(), by=ANA, step=step)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    return await world.approval(request)


async def stop(world: World, request: Approval, by: UserId, cause: str = "") -> None:
    await cancel(world.asked(by, cause=cause), request.id, ports=world.ports)


@asynccontextmanager
async def a_run(world: World, request: Approval) -> AsyncIterator[None]:
    """It runs for as long as the block lasts, and then goes on by itself."""
    world.database.gate = asyncio.Event()
    running = asyncio.create_task(world.do(await world.claim(JobName.RUN_REMEDIATION)))
    async with asyncio.timeout(60):
        while not world.database.ran:
            await asyncio.sleep(0.001)
    yield
    world.database.gate.set()
    await running


async def ended(world: World, request: Approval) -> float:
    """Wait until the run is settled; how many seconds that took."""
    began = asyncio.get_running_loop().time()
    async with asyncio.timeout(60):
        while not (await world.approval(request)).state.final:
            await asyncio.sleep(0.005)
    return asyncio.get_running_loop().time() - began


def outputs(world: World) -> list[OutputMessage]:
    return [each.message for each in world.chat.posts if isinstance(each.message, OutputMessage)]


async def lines(world: World, incident: Incident, kind: Kind) -> list[Event]:
    said = world.chat.messages_in((await world.again(incident)).home.channel, EventMessage)
    return [each.event for each in said if each.event.kind is kind]


async def card(world: World, request: Approval) -> Approval:
    await world.let_pass(seconds=1)
    (shown,) = [e.message for e in world.chat.posts if isinstance(e.message, ApprovalMessage)]
    assert isinstance(shown, ApprovalMessage)
    assert shown.approval.id == request.id
    return shown.approval


# Stopping.


@pytest.mark.parametrize("by", [ANA, CLEO], ids=["the requester", "the approver"])
async def test_what_was_not_begun_is_cancelled_at_once_and_never_runs(world: World, by: UserId) -> None:
    request = await approved(world)
    await stop(world, request, by)
    await world.let_pass(minutes=5)
    shown = await card(world, request)
    assert (shown.state, shown.cancelled_by) == (ApprovalState.CANCELLED, by)
    assert world.database.ran == []
    assert world.errors == []


async def test_a_cancel_that_comes_between_the_look_before_and_the_start_is_in_time(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run had read *approved*; the store says no, and nobody is told of a failure."""
    request = await approved(world)
    held = await world.claim(JobName.RUN_REMEDIATION)
    look = world.database.look

    async def looked(plan: Plan) -> Sight:
        with suppress(Spent):
            await stop(world, request, ANA, cause="click:1")
        return await look(plan)

    monkeypatch.setattr(world.database, "look", looked)
    await world.do(held)
    await world.let_pass(minutes=1)
    assert (await world.approval(request)).state is ApprovalState.CANCELLED
    assert world.database.ran == []
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    assert await world.events(incident, Kind.TROUBLE) == []


async def test_a_run_that_is_cancelled_stops_and_is_told_with_who_and_when(world: World) -> None:
    request = await approved(world)
    async with a_run(world, request):
        await stop(world, request, CLEO)
        assert await ended(world, request) < 40
    shown = await card(world, request)
    assert (shown.state, shown.cancelled_by) == (ApprovalState.CANCELLED, CLEO)
    assert shown.cancelled_at is not None
    assert shown.outcome is not None
    assert shown.outcome.ended_at is not None
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    (told,) = [
        e.event for e in world.chat.messages_in(incident.home.channel, EventMessage) if e.event.kind is Kind.REMEDIATED
    ]
    assert (fact(told, "state"), fact(told, "cancelled_by")) == ("cancelled", CLEO)
    assert await world.events(incident, Kind.VERIFIED) == []


async def test_a_click_that_comes_to_another_process_stops_it_too(world: World) -> None:
    other = await SQLiteStore.open(world.path, clock=world.clock)
    request = await approved(world)
    async with a_run(world, request):
        await cancel(world.asked(CLEO), request.id, ports=replace(world.ports, store=other))
        assert await ended(world, request) < 40
    await other.close()
    assert (await world.approval(request)).state is ApprovalState.CANCELLED


async def test_what_may_have_taken_effect_before_it_stopped_is_unknown(world: World) -> None:
    world.database.stops_as = OutcomeState.UNKNOWN
    request = await approved(world)
    async with a_run(world, request):
        await stop(world, request, ANA)
        await ended(world, request)
    shown = await card(world, request)
    assert (shown.state, shown.cancelled_by) == (ApprovalState.UNKNOWN, ANA)
    await world.let_pass(hours=1)
    assert len(world.database.ran) == 1


async def test_a_run_that_does_not_stop_in_time_is_told_as_unknown(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carry_out, "STOPS_WITHIN", 0.5)
    release, cancelled = asyncio.Event(), 0

    async def deaf(plan: Plan, *, heard: Heard = unheard) -> Outcome:
        nonlocal cancelled
        world.database.ran.append(plan)
        while not release.is_set():
            try:
                await release.wait()
            except asyncio.CancelledError:
                cancelled += 1
        return Outcome(state=OutcomeState.RAN, sentence="It ran.")

    monkeypatch.setattr(world.database, "run", deaf)
    request = await approved(world)
    async with a_run(world, request):
        await stop(world, request, ANA)
        await ended(world, request)
        release.set()
    assert cancelled == 1, "it is waited for once"
    outcome = (await world.approval(request)).outcome
    assert outcome is not None
    assert outcome.state is OutcomeState.UNKNOWN
    assert "did not stop" in outcome.sentence


async def test_who_may_not_stop_it_is_told_so_and_it_runs_on(world: World) -> None:
    request = await approved(world)
    async with a_run(world, request):
        with pytest.raises(MayNotCancel):
            await stop(world, request, DAN)
    assert (await world.approval(request)).state is ApprovalState.RAN


async def test_the_commander_may_stop_it(world: World) -> None:
    request = await approved(world)
    incident = await world.store.incident(request.incident_id)
    await world.say(BEN, "role commander", incident)
    async with a_run(world, request):
        await stop(world, request, BEN)
        await ended(world, request)
    assert (await world.approval(request)).state is ApprovalState.CANCELLED


async def test_a_second_cancel_says_who_was_first_and_the_same_click_twice_is_one(world: World) -> None:
    request = await approved(world)
    async with a_run(world, request):
        await stop(world, request, ANA, cause="click:1")
        await stop(world, request, ANA, cause="click:1")
        with pytest.raises((AlreadySo, Spent)):
            await stop(world, request, CLEO)
    assert (await world.approval(request)).cancelled_by == ANA


async def test_what_has_ended_cannot_be_cancelled(world: World) -> None:
    request = await approved(world)
    await world.work()
    with pytest.raises(Spent):
        await stop(world, request, ANA)
    assert (await world.approval(request)).state is ApprovalState.RAN


# What it prints.


async def test_what_it_prints_is_followed_in_the_cards_thread_and_ends_whole(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_output, "EDIT_EVERY", 0.01)
    world.database.prints = "one\ntwo\nthree\n"
    request = await approved(world)
    async with a_run(world, request):
        for line in ("one\n", "two\n"):
            world.database.heard(line)
            async with asyncio.timeout(60):
                while not any(line in each.text for each in outputs(world)):
                    await asyncio.sleep(0.005)
    await world.let_pass(seconds=2)
    (posted,) = [each for each in world.chat.posts if isinstance(each.message, OutputMessage)]
    assert (await card(world, request)).message == f"{posted.place.channel}/{posted.place.thread}"
    assert [each.text for each in posted.shown if isinstance(each, OutputMessage)] == [
        "one\n",
        "one\ntwo\n",
        "one\ntwo\nthree\n",
    ]
    assert isinstance(posted.message, OutputMessage)
    assert posted.message.ended
    assert [message for _, message in world.chat.attached] == [posted.message]


async def test_edits_come_at_most_once_a_second_and_never_hold_the_run_up(world: World) -> None:
    world.chat.fail("post", times=50)
    request = await approved(world)
    began = asyncio.get_running_loop().time()
    async with a_run(world, request):
        for number in range(200):
            world.database.heard(f"line {number}\n")
        await asyncio.sleep(0.3)
        assert world.chat.calls.count("post") < 10
    assert asyncio.get_running_loop().time() - began < 40
    assert (await world.approval(request)).state is ApprovalState.RAN


async def test_a_first_line_whose_answer_was_lost_is_not_posted_twice(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(show_output, "EDIT_EVERY", 0.01)
    request = await approved(world)
    async with a_run(world, request):
        world.chat.lose_answer("post")
        world.database.heard("one\n")
        async with asyncio.timeout(60):
            while (await world.approval(request)).output is None:
                await asyncio.sleep(0.005)
    assert len(outputs(world)) == 1


async def test_a_short_output_stays_on_the_card_and_a_long_one_comes_into_its_thread(world: World) -> None:
    world.database.prints = "short"
    await approved(world)
    await world.let_pass(seconds=5)
    assert outputs(world) == []
    world.database.prints = "x" * 5_000
    await approved(world)
    await world.let_pass(seconds=5)
    (shown,) = outputs(world)
    assert (shown.text, shown.ended) == ("x" * 5_000, True)


async def test_what_was_shown_of_a_run_that_was_cut_short_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(show_output, "EDIT_EVERY", 0.01)
    request = await approved(world)
    world.database.gate = asyncio.Event()
    held = await world.claim(JobName.RUN_REMEDIATION)
    running = asyncio.create_task(world.do(held))
    while not world.database.ran:
        await asyncio.sleep(0.001)
    world.database.heard("half way\n")
    async with asyncio.timeout(60):
        while (await world.approval(request)).output is None:
            await asyncio.sleep(0.005)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    world.clock.advance(minutes=1)
    (found,) = await world.store.cut_short()
    await settle_cut_short(found, ports=world.ports)
    await world.let_pass(minutes=1)
    assert (await card(world, request)).state is ApprovalState.UNKNOWN
    assert [each.text for each in outputs(world)] == ["half way\n"]


async def test_a_card_says_where_the_output_stands_though_that_was_posted_when_it_had_ended(world: World) -> None:
    world.database.prints = "short"
    request = await approved(world)
    await world.let_pass(seconds=5)
    ended = await world.approval(request)
    incident = await world.store.incident(ended.incident_id)
    late = posted_late(incident, ended, message="C1/2.0", now=world.clock())
    assert [each.name for each in late.jobs if each.subject == ended.id] == [JobName.SHOW_OUTPUT, JobName.APPROVAL_CARD]


# After it.


async def test_the_end_of_the_cool_down_is_told_in_the_thread(world: World) -> None:
    request = await approved(world, step="restart")
    await world.let_pass(minutes=9)
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    assert await world.events(incident, Kind.COOLED_DOWN) == []
    await world.let_pass(minutes=2)
    (told,) = [
        e for e in world.chat.messages_in(incident.home.channel, EventMessage) if e.event.kind is Kind.COOLED_DOWN
    ]
    assert fact(told.event, "title") == "Restart the workers"


def takes_back(world: World, **back: str) -> None:
    """The overlay names steps that take others back."""
    change(world, lambda step: replace(step, undo_step=back.get(step.id, "")))


def change(world: World, anew: Callable[[Step], Step]) -> None:
    """The runbook has its steps as ``anew`` makes them."""
    steps = tuple(anew(each) if each.kind is StepKind.REMEDIATION else each for each in STUCK.steps)
    assert isinstance(world.ports.runbooks, FakeRunbooks)
    world.ports.runbooks.catalogs = {CATALOG.system: replace(CATALOG, procedures=(replace(STUCK, steps=steps),))}


async def test_the_undo_is_offered_once_it_ran_and_goes_through_the_same_gate(world: World) -> None:
    takes_back(world, requeue="restart")
    request = await approved(world, step="requeue")
    shown = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    assert [each.undo for each in shown] == [""]
    await world.let_pass(seconds=2)
    shown = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    assert [each.undo for each in shown] == ["Restart the workers"]
    await undo(world.asked(BEN), request.id, ports=world.ports)
    await world.work()
    asked = (await world.store.approvals_of(request.incident_id))[-1]
    assert (asked.plan.step_id, asked.state, asked.requester) == ("restart", ApprovalState.ASKED, BEN)
    assert len(world.database.ran) == 1


async def test_the_undo_that_ran_ends_the_follow_up_to_revert_and_one_that_is_only_asked_for_does_not(
    world: World,
) -> None:
    takes_back(world, requeue="restart")
    request = await approved(world, step="requeue")
    await world.let_pass(seconds=2)
    await undo(world.asked(BEN), request.id, ports=world.ports)
    await world.work()
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    assert [each.done_by for each in incident.follow_ups] == [""]
    back = (await world.store.approvals_of(incident.id))[-1]
    await approve(world.asked(CLEO), back.id, ports=world.ports)
    await world.let_pass(seconds=2)
    now = await world.again(incident)
    assert [each.done_by for each in now.follow_ups] == [back.id]
    (told,) = await world.events(incident, Kind.FOLLOW_UP_DONE)
    assert told.evidence == (f"approval:{back.id}",)


async def test_an_undo_with_parameters_asks_for_them_as_the_first_run_had_them(world: World) -> None:
    takes_back(world, requeue="requeue")
    incident = await world.declared()
    await fix_filled(
        world.asked(ANA, about=incident), step_id="requeue", parameters={"minutes": "42"}, ports=world.ports
    )
    await world.work()
    (request,) = await world.store.approvals_of(incident.id)
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    await world.let_pass(seconds=2)
    wanted = await undo(world.asked(BEN), request.id, ports=world.ports)
    assert isinstance(wanted, FormWanted)
    assert wanted.step is not None
    assert [each.default for each in wanted.step.parameters] == ["42"]


def scaled(step: Step) -> Step:
    """A step that sets a number, which a fingerprint showed before: that number takes it back."""
    guard = Guard(kind=GuardKind.FINGERPRINT, probe={"sql": "SELECT 1"}, of="the number of minutes")
    return replace(step, undo_step="requeue", undo_takes="minutes", guard=guard)


async def test_an_undo_takes_what_stood_there_before_and_not_what_was_set(world: World) -> None:
    """The card shows the value before anybody approves; the form of the undo has it filled in."""
    change(world, scaled)
    world.database.value = "25"
    request = await approved(world)
    (shown,) = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    assert shown.undo_with == (("Older than (minutes)", "25"),)
    await world.let_pass(seconds=2)
    wanted = await undo(world.asked(BEN), request.id, ports=world.ports)
    assert isinstance(wanted, FormWanted)
    assert wanted.step is not None
    assert [each.default for each in wanted.step.parameters] == ["25"]


async def test_after_a_failure_the_undo_is_offered_because_a_part_may_have_happened(world: World) -> None:
    takes_back(world, requeue="restart")
    world.database.outcome = OutcomeState.FAILED
    request = await approved(world)
    await world.let_pass(seconds=2)
    assert (await world.approval(request)).state is ApprovalState.FAILED
    await undo(world.asked(BEN), request.id, ports=world.ports)
    await world.work()
    asked = (await world.store.approvals_of(request.incident_id))[-1]
    assert (asked.plan.step_id, asked.state) == ("restart", ApprovalState.ASKED)
    assert [plan.step_id for plan in world.database.ran] == ["requeue"]


async def test_a_failure_before_anything_was_sent_has_nothing_to_take_back(world: World) -> None:
    takes_back(world, requeue="restart")
    world.database.outcome, world.database.in_vain = OutcomeState.FAILED, True
    request = await approved(world)
    await world.let_pass(seconds=2)
    with pytest.raises(NoWayBack):
        await undo(world.asked(BEN), request.id, ports=world.ports)


# What was cut short: only a person who looked can tell what became of it.


async def of_unknown_end(world: World) -> Approval:
    """It was cut short, and the card says so."""
    takes_back(world, requeue="restart")
    world.database.outcome = OutcomeState.UNKNOWN
    request = await approved(world)
    await world.let_pass(seconds=2)
    return await world.approval(request)


@pytest.mark.parametrize("effect", [Effect.WHOLE, Effect.PARTLY])
async def test_an_unknown_end_offers_the_undo_only_once_a_person_found_an_effect(world: World, effect: Effect) -> None:
    request = await of_unknown_end(world)
    with pytest.raises(NoWayBack):
        await undo(world.asked(BEN), request.id, ports=world.ports)
    await find_effect(world.asked(BEN), request.id, effect, note="12 are queued again", ports=world.ports)
    await world.let_pass(seconds=2)
    (shown,) = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    assert shown.undo == "Restart the workers"
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    (said,) = await lines(world, incident, Kind.EFFECT_FOUND)
    assert (said.actor, fact(said, "note")) == (person(BEN), "12 are queued again")
    assert len(await world.events(incident, Kind.VERIFIED)) == 1
    assert [each.why for each in incident.follow_ups] == ["a temporary mitigation"]
    await undo(world.asked(BEN), request.id, ports=world.ports)
    await world.work()
    asked = (await world.store.approvals_of(request.incident_id))[-1]
    assert (asked.plan.step_id, asked.state) == ("restart", ApprovalState.ASKED)
    assert len(world.database.ran) == 1


async def test_where_nothing_was_changed_there_is_nothing_to_take_back(world: World) -> None:
    request = await of_unknown_end(world)
    await find_effect(world.asked(BEN), request.id, Effect.NONE, note="none is queued", ports=world.ports)
    await world.let_pass(seconds=2)
    with pytest.raises(NoWayBack):
        await undo(world.asked(BEN), request.id, ports=world.ports)
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    assert (await world.events(incident, Kind.VERIFIED), incident.follow_ups) == ([], ())


async def test_what_was_found_is_said_once_with_how_one_can_see_it(world: World) -> None:
    request = await of_unknown_end(world)
    with pytest.raises(NothingSaid):
        await find_effect(world.asked(BEN), request.id, Effect.WHOLE, note=" ", ports=world.ports)
    first = world.asked(BEN, cause="view:1")
    assert (await find_effect(first, request.id, Effect.WHOLE, note="12 are queued", ports=world.ports)).fresh
    assert not (await find_effect(first, request.id, Effect.WHOLE, note="12 are queued", ports=world.ports)).fresh
    with pytest.raises(AlreadySo):
        await may_find(world.asked(CLEO), request.id, ports=world.ports)


async def test_what_ended_otherwise_needs_nobodys_word(world: World) -> None:
    request = await approved(world)
    await world.let_pass(seconds=2)
    with pytest.raises(Spent):
        await may_find(world.asked(CLEO), request.id, ports=world.ports)


async def test_a_way_back_that_only_words_say_is_not_offered(world: World) -> None:
    request = await approved(world)
    await world.let_pass(seconds=2)
    with pytest.raises(NoWayBack):
        await undo(world.asked(BEN), request.id, ports=world.ports)


# What happens to the time meanwhile.


@pytest.mark.parametrize("hours", [-26, 26])
async def test_a_clock_that_jumps_while_it_runs_loses_nothing_and_repeats_nothing(world: World, hours: int) -> None:
    request = await approved(world)
    async with a_run(world, request):
        world.clock.advance(hours=hours)
    await world.let_pass(seconds=5)
    assert (await card(world, request)).state is ApprovalState.RAN
    incident = await world.store.incident(request.incident_id)
    assert incident is not None
    assert len(await world.events(incident, Kind.VERIFIED)) == 1
    assert len(world.database.ran) == 1


async def test_a_clock_that_jumps_back_between_yes_and_start_delays_nothing(world: World) -> None:
    request = await approved(world)
    world.clock.advance(seconds=-30)
    await world.let_pass(seconds=40)
    assert (await world.approval(request)).state is ApprovalState.RAN
