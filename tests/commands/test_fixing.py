"""One remediation from the question to the verdict: a second person's yes, one run, and what it did, in words."""

import asyncio
from datetime import timedelta

import pytest

from commands.answer_approval import approve, break_glass, reject
from commands.fix import fix_filled
from commands.messages import ApprovalMessage, EventMessage, PageMessage, VerdictMessage
from commands.outage import LostClaim, Outage
from commands.run_remediation import not_run, run_remediation, settle_cut_short
from commands.store import Saved
from incident.approval import Approval, ApprovalState
from incident.finding import Comparison, OutcomeState, Phase, Sight
from incident.incident import Incident, Status
from incident.job import JobName
from incident.plan import Plan
from incident.refusal import (
    AskedAlready,
    AskedElsewhere,
    CoolingDown,
    Ended,
    Expired,
    NotAnApprover,
    OwnRequest,
    Refused,
    Spent,
    UnknownApprovers,
)
from incident.responder import UserId
from incident.timeline import Kind, fact
from tests.fakes.settings import ANA, BEN, CLEO, DAN, DATABASE_PEOPLE
from tests.fakes.world import World


async def yes(world: World, request: Approval, by: UserId = CLEO, cause: str = "") -> Saved:
    return await approve(world.asked(by, cause=cause), request.id, ports=world.ports)


async def card(world: World, request: Approval) -> ApprovalMessage:
    (shown,) = [
        each.message
        for each in world.chat.posts
        if isinstance(each.message, ApprovalMessage) and each.message.approval.id == request.id
    ]
    assert isinstance(shown, ApprovalMessage)
    return shown


async def verdicts(world: World) -> list[Comparison]:
    return [each.message.comparison for each in world.chat.posts if isinstance(each.message, VerdictMessage)]


# Asking.


async def test_the_card_goes_up_with_what_it_would_touch_and_nothing_has_run(world: World) -> None:
    request = await world.requested(await world.declared())
    assert request.state is ApprovalState.ASKED
    assert request.plan.promise.most == 3 + 2
    shown = await card(world, request)
    assert shown.approval.preview is not None
    assert shown.approval.preview.count == 3
    assert shown.origin == "3.1 Orders stand still, line 40"
    assert world.database.ran == []


async def test_what_cannot_be_looked_at_is_called_off_with_the_reason(world: World) -> None:
    world.database.blind = Outage("the database does not answer", retry=True)
    request = await world.requested(await world.declared())
    assert request.state is ApprovalState.VOID
    assert "the database does not answer" in request.reason
    assert world.database.ran == []


async def test_a_submission_that_comes_twice_is_one_request(world: World) -> None:
    incident = await world.declared()
    for _ in range(2):
        await fix_filled(
            world.asked(ANA, about=incident, cause="view:V1"), step_id="requeue", parameters={}, ports=world.ports
        )
    await world.work()
    assert len(await world.store.approvals_of(incident.id)) == 1


async def test_what_is_asked_for_already_is_pointed_to_and_has_one_card(world: World) -> None:
    incident = await world.declared()
    asked = world.asked(ANA, about=incident)
    await fix_filled(asked, step_id="requeue", parameters={}, ports=world.ports)
    assert (await told_to_wait(world, incident)).facts["state"] == "preparing"
    await world.work()
    facts = (await told_to_wait(world, incident)).facts
    assert (facts["step"], facts["by"], facts["state"]) == ("Queue them again", ANA, "asked")
    (request,) = await world.store.approvals_of(incident.id)
    await yes(world, request)
    assert (await told_to_wait(world, incident)).facts["state"] == "approved"
    await world.work()
    assert len(world.database.ran) == 1
    again = await world.requested(incident, by=BEN)
    assert again.id != request.id, "it ran, and may be needed once more"


async def told_to_wait(world: World, incident: Incident) -> AskedAlready:
    """The refusal of another person who asks for the same."""
    with pytest.raises(AskedAlready) as refused:
        await fix_filled(world.asked(BEN, about=incident), step_id="requeue", parameters={}, ports=world.ports)
    return refused.value


async def test_what_another_incident_asks_for_on_the_same_target_is_pointed_to_there(world: World) -> None:
    first, second = await world.declared(), await world.declared()
    request = await world.requested(first)

    async def refused() -> dict[str, object]:
        with pytest.raises(AskedElsewhere) as told:
            await fix_filled(world.asked(BEN, about=second), step_id="requeue", parameters={}, ports=world.ports)
        return dict(told.value.facts)

    facts = await refused()
    assert (facts["number"], facts["step"], facts["by"], facts["state"]) == (1, "Queue them again", ANA, "asked")
    await yes(world, request)
    assert (await refused())["state"] == "approved"
    await world.work()
    assert len(world.database.ran) == 1
    again = await world.requested(second, by=BEN)
    assert again.state is ApprovalState.ASKED, "it ran there, and may be needed here once more"
    other = await world.requested(first, minutes="30")
    assert other.state is ApprovalState.ASKED, "with another value it is another fix"


async def test_of_what_was_asked_for_before_in_two_incidents_the_same_delivery_is_a_repeat(world: World) -> None:
    first, second = await world.declared(), await world.declared()
    asked = world.asked(ANA, about=first, cause="view:V1")
    await fix_filled(asked, step_id="requeue", parameters={}, ports=world.ports)
    with pytest.raises(AskedElsewhere):
        await fix_filled(world.asked(BEN, about=second), step_id="requeue", parameters={}, ports=world.ports)
    await fix_filled(asked, step_id="requeue", parameters={}, ports=world.ports)
    assert (len(await world.store.approvals_of(first.id)), await world.store.approvals_of(second.id)) == (1, ())


async def test_of_people_who_ask_for_the_same_at_once_one_gets_the_card(world: World) -> None:
    incident = await world.declared()

    async def ask(by: UserId) -> object:
        return await fix_filled(world.asked(by, about=incident), step_id="requeue", parameters={}, ports=world.ports)

    answers = await asyncio.gather(*(ask(UserId(f"U0P{n}")) for n in range(20)), return_exceptions=True)
    assert sorted({type(each).__name__ for each in answers}) == ["AskedAlready", "Preparing"]
    await world.work()
    assert len(await world.store.approvals_of(incident.id)) == 1


async def test_with_another_value_it_is_another_fix(world: World) -> None:
    incident = await world.declared()
    await world.requested(incident)
    await world.requested(incident, by=BEN, minutes="30")
    assert len(await world.store.approvals_of(incident.id)) == 2


@pytest.mark.parametrize("end", ["rejected", "expired"])
async def test_what_was_not_run_may_be_asked_for_again(world: World, end: str) -> None:
    incident = await world.declared()
    first = await world.requested(incident)
    if end == "rejected":
        await reject(world.asked(CLEO), first.id, reason="not yet", ports=world.ports)
    else:
        # By the clock: also before anybody has noticed that its time is over.
        world.clock.now = first.expires_at
    second = await world.requested(incident, by=BEN)
    assert (second.id != first.id, second.state) == (True, ApprovalState.ASKED)


async def test_a_delivery_that_comes_again_late_is_not_held_against_whoever_asked_since(world: World) -> None:
    incident = await world.declared()
    click = world.asked(ANA, about=incident, cause="view:V1")
    await fix_filled(click, step_id="requeue", parameters={}, ports=world.ports)
    await world.work()
    (first,) = await world.store.approvals_of(incident.id)
    await reject(world.asked(CLEO), first.id, reason="not yet", ports=world.ports)
    await world.requested(incident, by=BEN)
    assert (await fix_filled(click, step_id="requeue", parameters={}, ports=world.ports)).title == "Queue them again"
    assert len(await world.store.approvals_of(incident.id)) == 2


# Answering.


async def test_an_approved_remediation_runs_once_and_heals_and_is_told_before_and_after(world: World) -> None:
    world.database.heals = {"count-stuck": 0}
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    await world.work()
    ended = await world.approval(request)
    assert ended.state is ApprovalState.RAN
    assert [each.digest for each in world.database.ran] == [request.digest]
    assert await verdicts(world) == [Comparison.HEALED]
    now = await world.again(incident)
    assert now.status is Status.MITIGATED
    assert [each.why for each in now.follow_ups] == ["a temporary mitigation"]
    kinds = [event.kind for event in await world.events(incident)]
    order = [Kind.APPROVAL_ASKED, Kind.APPROVED, Kind.REMEDIATION_STARTED, Kind.REMEDIATED, Kind.VERIFIED]
    assert [kind for kind in kinds if kind in order] == order
    assert (await card(world, request)).approval.state is ApprovalState.RAN


async def test_a_hundred_yeses_of_different_people_at_once_owe_one_run(world: World) -> None:
    people = [UserId(f"U0P{n}") for n in range(100)]
    world.chat.groups[DATABASE_PEOPLE] = frozenset(people)
    request = await world.requested(await world.declared())
    answers = await asyncio.gather(*(yes(world, request, each) for each in people), return_exceptions=True)
    assert sum(isinstance(each, Saved) for each in answers) == 1
    assert sum(isinstance(each, Spent) for each in answers) == 99
    await world.work()
    assert len(world.database.ran) == 1


async def test_the_same_click_twenty_times_at_once_is_one_yes_and_nobody_is_told_no(world: World) -> None:
    request = await world.requested(await world.declared())
    answers = await asyncio.gather(*(yes(world, request, cause="click:1") for _ in range(20)))
    assert sum(each.fresh for each in answers) == 1
    await world.work()
    assert len(world.database.ran) == 1


@pytest.mark.parametrize(
    ("by", "refusal"), [(ANA, OwnRequest), (DAN, NotAnApprover)], ids=["the requester", "a stranger"]
)
async def test_who_may_not_answer_is_refused_and_nothing_runs(world: World, by: UserId, refusal: type[Refused]) -> None:
    request = await world.requested(await world.declared(), by=ANA)
    with pytest.raises(refusal):
        await yes(world, request, by)
    await world.work()
    assert world.database.ran == []
    assert (await world.approval(request)).state is ApprovalState.ASKED


async def test_whoever_left_the_group_a_moment_ago_may_no_longer_approve(world: World) -> None:
    world.chat.groups[DATABASE_PEOPLE] = frozenset({DAN})
    request = await world.requested(await world.declared())
    world.chat.groups[DATABASE_PEOPLE] = frozenset()
    with pytest.raises(NotAnApprover):
        await yes(world, request, DAN)


async def test_when_the_group_cannot_be_checked_nobody_of_it_may_approve(world: World) -> None:
    world.chat.groups[DATABASE_PEOPLE] = frozenset({DAN})
    request = await world.requested(await world.declared())
    world.chat.fail("members_of")
    with pytest.raises(UnknownApprovers):
        await yes(world, request, DAN)
    world.chat.fail("members_of")
    assert (await yes(world, request, CLEO)).fresh, "Cleo is named herself"


async def test_too_late_is_too_late_and_the_card_says_so(world: World) -> None:
    request = await world.requested(await world.declared())
    await world.let_pass(minutes=15)
    with pytest.raises(Expired):
        await yes(world, request)
    await world.let_pass(seconds=2)
    assert (await card(world, request)).approval.state is ApprovalState.EXPIRED


async def test_a_timer_that_runs_ahead_of_the_clock_does_not_leave_a_request_open_for_ever(world: World) -> None:
    request = await world.requested(await world.declared())
    world.clock.advance(minutes=15)
    held = await world.claim(JobName.EXPIRE_APPROVAL)
    world.clock.advance(seconds=-1)
    await world.do(held)
    assert (await world.approval(request)).state is ApprovalState.ASKED
    await world.let_pass(seconds=2)
    assert (await world.approval(request)).state is ApprovalState.EXPIRED


async def test_after_the_incident_is_resolved_nothing_is_approved_any_more(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await world.say(BEN, "resolve it healed by itself", incident)
    with pytest.raises(Ended):
        await yes(world, request)
    await world.work()
    assert world.database.ran == []


async def test_a_no_ends_it_with_its_reason(world: World) -> None:
    request = await world.requested(await world.declared())
    await reject(world.asked(CLEO), request.id, reason="not during the sale", ports=world.ports)
    with pytest.raises(Spent):
        await yes(world, request)
    await world.let_pass(seconds=1)
    shown = (await card(world, request)).approval
    assert (shown.state, shown.reason) == (ApprovalState.REJECTED, "not during the sale")


async def test_break_glass_runs_it_and_calls_the_others_with_the_reason(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident, by=ANA)
    await break_glass(world.asked(ANA), request.id, reason="nobody answers", ports=world.ports)
    await world.work()
    assert len(world.database.ran) == 1
    (called,) = [each for each in world.chat.told(DAN) if isinstance(each, PageMessage)]
    assert "nobody answers" in called.reason
    loud = [each.event.kind for each in world.chat.messages_in(incident.home.channel, EventMessage)]
    assert Kind.BROKE_GLASS in loud
    assert (await world.again(incident)).follow_ups[0].text.startswith("Review the break-glass run")


# Running.


async def test_what_was_looked_at_before_the_run_is_what_the_verdict_compares_with(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    await world.work()
    findings = await world.store.findings_of(incident.id)
    before = {each.step_id for each in findings if each.phase is Phase.BEFORE and each.cause == request.id}
    after = {each.step_id for each in findings if each.phase is Phase.AFTER}
    assert before == after == {"count-stuck", "oldest"}
    assert await verdicts(world) == [Comparison.UNCHANGED]


async def test_a_verdict_that_was_cut_short_rests_on_the_look_that_is_on_record(world: World) -> None:
    world.database.heals = {"count-stuck": 0}
    incident = await world.declared()
    await yes(world, await world.requested(incident))
    await world.do(await world.claim(JobName.RUN_REMEDIATION))
    await world.do_until_away(await world.claim(JobName.VERIFY), 2)
    world.database.sees["count-stuck"] = 9
    looks = len(world.database.looked)
    await world.let_pass(seconds=11)
    assert len(world.database.looked) == looks
    (verified,) = await world.events(incident, Kind.VERIFIED)
    assert verified.facts["comparison"] == "healed"
    evidence = [await world.store.finding(each.removeprefix("finding:")) for each in verified.evidence]
    assert [each.sight.value for each in evidence if each is not None] == [0, 40]


async def test_a_run_that_was_cut_short_is_shown_as_unknown_and_never_run_again(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    held = await world.claim(JobName.RUN_REMEDIATION)
    world.database.gate = asyncio.Event()
    running = asyncio.create_task(run_remediation(held, ports=world.ports))
    while not world.database.ran:
        await asyncio.sleep(0.001)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert (await world.approval(request)).state is ApprovalState.RUNNING
    world.clock.advance(minutes=1)
    (found,) = await world.store.cut_short()
    await settle_cut_short(found, ports=world.ports)
    await world.let_pass(hours=1)
    assert (await world.approval(request)).state is ApprovalState.UNKNOWN
    assert len(world.database.ran) == 1
    (told,) = await world.events(incident, Kind.REMEDIATED)
    assert fact(told, "state") == "unknown"
    loud = [each.event.kind for each in world.chat.messages_in(incident.home.channel, EventMessage)]
    assert Kind.REMEDIATED in loud


async def test_an_outcome_that_comes_after_the_run_was_given_up_for_lost_does_not_overwrite_it(world: World) -> None:
    request = await world.requested(await world.declared())
    await yes(world, request)
    held = await world.claim(JobName.RUN_REMEDIATION)
    world.database.gate = asyncio.Event()
    running = asyncio.create_task(run_remediation(held, ports=world.ports))
    while not world.database.ran:
        await asyncio.sleep(0.001)
    world.clock.advance(minutes=1)
    (found,) = await world.store.cut_short()
    await settle_cut_short(found, ports=world.ports)
    world.database.gate.set()
    with pytest.raises(LostClaim):
        await running
    assert (await world.approval(request)).state is ApprovalState.UNKNOWN


async def test_two_approved_remediations_of_one_target_run_after_each_other(world: World) -> None:
    incident = await world.declared()
    first = await world.requested(incident, step="requeue")
    second = await world.requested(incident, step="restart")
    await yes(world, first)
    await yes(world, second)
    claims = await world.store.claim("test", limit=50, lease=timedelta(seconds=10))
    runs = [each for each in claims if each.job.name is JobName.RUN_REMEDIATION]
    world.database.gate = asyncio.Event()
    working = asyncio.gather(*(world.do(each) for each in runs))
    while not world.database.ran:
        await asyncio.sleep(0.001)
    await asyncio.sleep(0.05)
    assert len(world.database.ran) == 1, "the other waits for the target"
    looks = len(world.database.looked)
    world.database.gate.set()
    await working
    world.database.gate = None
    await world.let_pass(seconds=15)
    assert len(world.database.ran) == 2
    assert {(await world.approval(each)).state for each in (first, second)} == {ApprovalState.RAN}
    befores = [each for each in await world.store.findings_of(incident.id) if each.phase is Phase.BEFORE]
    assert len(befores) == 4
    assert looks <= 2 + 4, "whoever waits does not look again and again"


async def test_the_diagnostics_look_again_once_the_effect_can_show(world: World) -> None:
    incident = await world.declared()
    await yes(world, await world.requested(incident, step="restart"))
    await world.let_pass(seconds=15)
    assert len(world.database.ran) == 1
    assert await world.events(incident, Kind.VERIFIED) == []
    await world.let_pass(seconds=10)
    assert len(await world.events(incident, Kind.VERIFIED)) == 1


async def asked_in_one_moment(
    world: World, incident: Incident, monkeypatch: pytest.MonkeyPatch
) -> tuple[Approval, Approval]:
    """The same asked for in two incidents, neither of which saw the other's request."""

    async def none_yet() -> tuple[Approval, ...]:
        return ()

    first = await world.requested(incident, step="restart")
    other = await world.declared("Slow, too")
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(world.store, "approvals_under_way", none_yet)
        return first, await world.requested(other, step="restart")


async def test_the_cool_down_holds_for_the_next_request_and_for_one_that_was_approved_already(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = await world.declared()
    first, second = await asked_in_one_moment(world, incident, monkeypatch)
    await yes(world, first)
    await yes(world, second)
    await world.let_pass(seconds=5)
    assert len(world.database.ran) == 1
    states = {(await world.approval(each)).state for each in (first, second)}
    assert states == {ApprovalState.RAN, ApprovalState.VOID}
    with pytest.raises(CoolingDown):
        await world.requested(incident, step="restart")
    await world.let_pass(minutes=11)
    third = await world.requested(incident, step="restart")
    await yes(world, third)
    await world.let_pass(seconds=5)
    assert len(world.database.ran) == 2


async def test_the_cool_down_holds_for_one_that_was_looking_while_the_other_ran(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both were let pass by the cool-down; the first one has come and gone before the second one's looks ended."""
    first, second = await asked_in_one_moment(world, await world.declared(), monkeypatch)
    await yes(world, first)
    await yes(world, second)
    claims = await world.store.claim("test", limit=50, lease=timedelta(seconds=10))
    slow, quick = (each for each in claims if each.job.name is JobName.RUN_REMEDIATION)
    look, others = world.database.look, [quick]

    async def looked(plan: Plan) -> Sight:
        while others:
            await world.do(others.pop())
        return await look(plan)

    monkeypatch.setattr(world.database, "look", looked)
    await world.do(slow)
    assert len(world.database.ran) == 1
    assert {(await world.approval(each)).state for each in (first, second)} == {ApprovalState.RAN, ApprovalState.VOID}


async def test_a_yes_that_could_not_be_acted_upon_in_time_holds_no_longer(world: World) -> None:
    """Muster was down from the yes until the next morning: nobody is there who would see it run."""
    request = await world.requested(await world.declared())
    await yes(world, request)
    world.clock.advance(hours=9)
    await world.work()
    void = await world.approval(request)
    assert void.state is ApprovalState.VOID
    assert void.outcome is not None
    assert "ask again" in void.outcome.sentence
    assert world.database.ran == []


async def test_what_was_approved_does_not_begin_once_the_incident_is_resolved(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    await world.say(BEN, "resolve it healed by itself", incident)
    await world.work()
    void = await world.approval(request)
    assert void.outcome is not None
    assert (void.state, void.outcome.sentence) == (ApprovalState.VOID, "The incident was resolved before it began.")
    assert world.database.ran == []


async def test_a_run_that_fails_or_whose_guard_broke_is_told_and_not_repeated(world: World) -> None:
    for state in (OutcomeState.FAILED, OutcomeState.VOID):
        incident = await world.declared()
        request = await world.requested(incident)
        world.database.outcome = state
        await yes(world, request)
        await world.let_pass(minutes=5)
        assert (await world.approval(request)).state.value == state.value
        assert await world.events(incident, Kind.VERIFIED) == []
    assert len(world.database.ran) == 2


async def test_what_can_never_be_begun_is_void_and_says_why(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    held = await world.claim(JobName.RUN_REMEDIATION)
    await not_run(held, "KeyError in run_remediation", ports=world.ports)
    ended = await world.approval(request)
    assert ended.state is ApprovalState.VOID
    assert ended.outcome is not None
    assert ended.outcome.sentence == "KeyError in run_remediation"
    assert world.database.ran == []


async def test_the_fix_is_looked_at_once_more_when_its_watch_ends_and_then_no_more(world: World) -> None:
    world.database.heals = {"count-stuck": 0}
    incident = await world.declared()
    await yes(world, await world.requested(incident))
    await world.work()
    await world.let_pass(minutes=29)
    assert len(await verdicts(world)) == 1
    await world.let_pass(hours=5)
    assert await verdicts(world) == [Comparison.HEALED, Comparison.HEALED]


async def test_resolving_voids_the_requests_that_nobody_answered(world: World) -> None:
    """A card of an incident that is over has no buttons; reopening does not bring the old yes within reach."""
    incident = await world.declared(work=True)
    request = await world.requested(incident)
    await world.say(BEN, "resolve it went away", await world.again(incident))
    await world.work()
    void = await world.approval(request)
    assert (void.state, void.reason) == (ApprovalState.VOID, "the incident was resolved")
