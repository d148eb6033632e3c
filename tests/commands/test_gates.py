"""The gate before a remediation, over a real store: rules, a quorum, hours, frozen evidence, and the stop."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from msgspec.structs import replace

from bot.words.sentences import refusal as refusal_words
from commands.answer_approval import approve, break_glass, cancel, may_break_glass, reject
from commands.answers import Done, Listing, Stopping
from commands.freeze import stop
from commands.gating import policy_of
from commands.messages import ApprovalMessage, Card, PageMessage, StopMessage
from commands.overview import overview
from commands.store import Saved
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.finding import Sight
from incident.gate import Match, Rule
from incident.hours import Hours
from incident.incident import Incident
from incident.job import Claim, JobName
from incident.plan import Plan, draw_up
from incident.refusal import (
    AlreadySo,
    CoolingDown,
    EvidenceFrozen,
    EvidenceKeptElsewhere,
    MayNotAsk,
    MayNotCancel,
    MayNotStop,
    NobodyToTell,
    NoBreakGlass,
    NoSuchStep,
    NotAnApprover,
    NotStopped,
    NotTheCommander,
    OwnRequest,
    QuietHours,
    Refused,
    RunbookChanged,
    SaidYes,
    Stopped,
    UnknownApprovers,
    UnknownWord,
    WindowClosed,
    WrongEnvironment,
)
from incident.responder import TERMINAL, UserId
from incident.runbook import Catalog, StepKind
from incident.timeline import SYSTEM, Kind, broken_at
from tests.fakes.chat import NEWS
from tests.fakes.runbooks import CATALOG, STUCK, FakeRunbooks
from tests.fakes.settings import ANA, BEN, CLEO, DAN, DATABASE_PEOPLE
from tests.fakes.world import World


async def yes(world: World, request: Approval, by: UserId = CLEO, cause: str = "") -> Saved:
    return await approve(world.asked(by, cause=cause), request.id, ports=world.ports)


def shown(world: World, request: Approval) -> ApprovalMessage:
    """The request's card as it is now."""
    cards = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    (card,) = [each for each in cards if each.approval.id == request.id]
    return card


def live(world: World, incident: Incident) -> Card:
    """The incident's card as it is now."""
    cards = [each.message for each in world.chat.posts if isinstance(each.message, Card)]
    (card,) = [each for each in cards if each.incident.id == incident.id]
    return card


def around(world: World, minutes: float) -> Hours:
    """Hours that hold now and are over so many minutes later."""
    now = world.clock()
    start, end = now - timedelta(minutes=1), now + timedelta(minutes=minutes)
    return Hours(start=start.time(), end=end.time(), timezone="UTC")


def later(world: World) -> Hours:
    """Hours that begin in two hours."""
    now = world.clock()
    return Hours(start=(now + timedelta(hours=2)).time(), end=(now + timedelta(hours=3)).time(), timezone="UTC")


# Who.


async def test_who_may_ask_is_looked_up_when_they_ask(world: World) -> None:
    world.settings.demands = (Rule(match=Match(step=("requeue",)), ask=("commander", "on-call", DATABASE_PEOPLE)),)
    incident = await world.declared()
    with pytest.raises(MayNotAsk):
        await world.requested(incident, by=BEN)
    assert (await world.requested(incident, by=BEN, step="restart")).requester == BEN, "the rule is for another step"
    await world.say(BEN, "role commander", incident)
    assert (await world.requested(incident, by=BEN)).requester == BEN
    assert (await world.requested(incident, by=ANA, minutes="16")).requester == ANA, "she is on call"
    world.chat.groups[DATABASE_PEOPLE] = frozenset({CLEO})
    assert (await world.requested(incident, by=CLEO, minutes="17")).requester == CLEO
    world.chat.fail("members_of")
    with pytest.raises(UnknownApprovers):
        await world.requested(incident, by=DAN)


async def test_an_approver_by_part_is_whoever_plays_it_at_the_click(world: World) -> None:
    world.settings.demands = (Rule(approve=("commander",)),)
    incident = await world.declared()
    request = await world.requested(incident, by=ANA)
    with pytest.raises(NotAnApprover):
        await yes(world, request, CLEO)
    await world.say(CLEO, "role commander", incident)
    await world.say(DAN, "role commander", incident)
    with pytest.raises(NotAnApprover):
        await yes(world, request, CLEO)
    assert (await yes(world, request, DAN)).fresh
    await world.say(ANA, "role commander", incident)
    again = await world.requested(incident, by=ANA, minutes="16")
    with pytest.raises(OwnRequest):
        await yes(world, again, ANA)


async def test_a_rule_for_a_procedure_holds_for_its_steps_also_with_values_that_a_walk_filled_in(world: World) -> None:
    world.settings.demands = (Rule(match=Match(procedure=(STUCK.id,)), approvals=2),)
    incident, step = await world.declared(), STUCK.step("requeue")
    filled = replace(step, parameters=tuple(replace(each, default="20") for each in step.parameters))
    plan = draw_up(filled, {}, catalog=CATALOG, environment="production")
    assert policy_of(incident, filled, plan, catalog=CATALOG, ports=world.ports).approvals == 2


# How many.


async def test_whoever_said_yes_first_may_stop_it_also_when_they_are_no_approver_any_more(world: World) -> None:
    world.settings.demands = (Rule(approvals=2, approve=(DATABASE_PEOPLE, DAN)),)
    world.chat.groups[DATABASE_PEOPLE] = frozenset({CLEO})
    request = await world.requested(await world.declared(), by=ANA)
    await yes(world, request, CLEO)
    await yes(world, request, DAN)
    world.chat.groups[DATABASE_PEOPLE] = frozenset()
    with pytest.raises(MayNotCancel):
        await cancel(world.asked(BEN), request.id, ports=world.ports)
    await cancel(world.asked(CLEO), request.id, ports=world.ports)
    await world.work()
    assert (await world.approval(request)).cancelled_by == CLEO
    assert world.database.ran == []


async def test_two_people_must_say_yes_and_the_card_says_who_did(world: World) -> None:
    world.settings.demands = (Rule(approvals=2, approve=(CLEO, DAN, ANA)),)
    incident = await world.declared()
    request = await world.requested(incident, by=ANA)
    assert shown(world, request).wanted == 2
    await yes(world, request, CLEO)
    await world.work()
    assert world.database.ran == []
    assert shown(world, request).approval.yes == (CLEO,)
    for by, kind in ((CLEO, SaidYes), (ANA, OwnRequest), (BEN, NotAnApprover)):
        with pytest.raises(kind):
            await yes(world, request, by)
    await yes(world, request, DAN)
    await world.work()
    assert len(world.database.ran) == 1
    kinds = [event.kind for event in await world.events(incident, Kind.SAID_YES, Kind.APPROVED)]
    assert kinds == [Kind.SAID_YES, Kind.APPROVED]


async def test_a_hundred_yeses_at_once_with_a_quorum_of_three_owe_one_run_that_three_people_wanted(
    world: World,
) -> None:
    people = [UserId(f"U0P{n}") for n in range(50)]
    world.chat.groups[DATABASE_PEOPLE] = frozenset(people)
    world.settings.demands = (Rule(approvals=3),)
    request = await world.requested(await world.declared())
    clicks = [yes(world, request, each) for each in people for _ in range(2)]
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    assert sum(isinstance(each, Saved) for each in answers) == 3
    assert all(isinstance(each, Saved | Refused) for each in answers)
    await world.work()
    assert len(world.database.ran) == 1
    assert len(set((await world.approval(request)).yes)) == 3


async def test_one_no_ends_it_whatever_the_others_said(world: World) -> None:
    world.settings.demands = (Rule(approvals=2, approve=(CLEO, DAN)),)
    request = await world.requested(await world.declared())
    await yes(world, request, CLEO)
    await reject(world.asked(DAN), request.id, reason="not now", ports=world.ports)
    await world.work()
    assert (await world.approval(request)).state is ApprovalState.REJECTED
    assert world.database.ran == []


# When and where.


@pytest.mark.parametrize("kind", [QuietHours, WindowClosed, WrongEnvironment])
async def test_at_the_wrong_time_or_place_it_cannot_even_be_asked_for(world: World, kind: type[Refused]) -> None:
    world.settings.demands = {
        QuietHours: (Rule(quiet_hours=(around(world, 60),)),),
        WindowClosed: (Rule(window=(later(world),)),),
        WrongEnvironment: (Rule(environments=("staging",)),),
    }[kind]
    incident = await world.declared()
    with pytest.raises(kind):
        await world.requested(incident)
    assert await world.store.approvals_of(incident.id) == ()


async def test_a_window_that_closes_before_the_click_or_the_run_closes_the_gate(world: World) -> None:
    world.settings.demands = (Rule(window=(around(world, 10),)),)
    incident = await world.declared()
    request, other = await world.requested(incident), await world.requested(incident, step="restart")
    assert shown(world, request).until == world.clock() + timedelta(minutes=10)
    await yes(world, other)
    world.clock.advance(minutes=11)
    with pytest.raises(WindowClosed):
        await yes(world, request)
    await world.work()
    ended = await world.approval(other)
    assert world.database.ran == []
    assert ended.state is ApprovalState.VOID
    assert ended.outcome is not None
    assert ended.outcome.sentence.startswith("Its maintenance window closed before it began")


@pytest.mark.parametrize(("people", "state"), [((CLEO,), ApprovalState.VOID), ((CLEO, DAN), ApprovalState.RAN)])
async def test_quiet_hours_that_come_before_it_begins_want_their_number_of_people(
    world: World, people: tuple[UserId, ...], state: ApprovalState
) -> None:
    """One yes is not enough at night, two are; who gave them by day is not asked again."""
    night = replace(later(world), start=(world.clock() + timedelta(minutes=5)).time())
    world.settings.demands = (
        Rule(quiet_hours=(night,), quiet_approvals=2, approvals=len(people), approve=(CLEO, DAN)),
    )
    request = await world.requested(await world.declared())
    for each in people:
        await yes(world, request, each)
    world.clock.advance(minutes=6)
    await world.work()
    assert (await world.approval(request)).state is state
    assert len(world.database.ran) == (state is ApprovalState.RAN)


async def test_a_rules_cool_down_holds_where_the_step_has_none(world: World) -> None:
    world.settings.demands = (Rule(cool_down=timedelta(minutes=30)),)
    incident = await world.declared()
    await yes(world, await world.requested(incident))
    await world.work()
    assert len(world.database.ran) == 1
    with pytest.raises(CoolingDown):
        await world.requested(incident)
    await world.let_pass(minutes=31)
    assert (await world.requested(incident)).state is ApprovalState.ASKED


@pytest.mark.parametrize(("places", "at_once"), [(1, 1), (2, 2)])
async def test_as_many_run_on_a_target_at_once_as_the_rules_allow_and_the_others_wait(
    world: World, places: int, at_once: int
) -> None:
    world.settings.demands = (Rule(concurrency=places),)
    steps = ("requeue", "restart")
    for request in [await world.requested(await world.declared(step), step=step) for step in steps]:
        await yes(world, request)
    world.database.gate = asyncio.Event()
    runs = [asyncio.create_task(world.do(await world.claim(JobName.RUN_REMEDIATION))) for _ in range(2)]
    async with asyncio.timeout(60):
        while len(world.database.ran) + sum(run.done() for run in runs) < 2:
            await asyncio.sleep(0.005)
    assert len(world.database.ran) == at_once
    world.database.gate.set()
    await asyncio.gather(*runs)
    await world.let_pass(seconds=3)
    assert len(world.database.ran) == 2
    assert world.errors == []


async def test_a_clock_that_jumps_back_between_the_request_and_the_yes_runs_it_once(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident, step="restart")
    world.clock.advance(hours=-2)
    await yes(world, request)
    await world.work()
    world.clock.advance(hours=2)
    await world.work()
    assert len(world.database.ran) == 1
    world.clock.advance(hours=-2)
    with pytest.raises(CoolingDown):
        await world.requested(incident, step="restart")


# Breaking the glass.


async def test_where_a_rule_forbids_it_the_glass_does_not_break(world: World) -> None:
    world.settings.demands = (Rule(break_glass=False),)
    request = await world.requested(await world.declared(), by=ANA)
    with pytest.raises(NoBreakGlass):
        await may_break_glass(world.asked(ANA), request.id, ports=world.ports)
    with pytest.raises(NoBreakGlass):
        await break_glass(world.asked(ANA), request.id, reason="alone", ports=world.ports)
    await world.work()
    assert world.database.ran == []


async def test_who_is_told_of_a_broken_glass_is_never_only_whoever_broke_it(world: World) -> None:
    world.settings.people, world.settings.seconds = (ANA,), (ANA,)
    incident = await world.declared()
    for approving, told in (((CLEO, DATABASE_PEOPLE), {CLEO}), ((DATABASE_PEOPLE,), {BEN})):
        world.settings.approving = approving
        world.chat.groups[DATABASE_PEOPLE] = frozenset({BEN})
        request = await world.requested(incident, by=ANA)
        await break_glass(world.asked(ANA), request.id, reason="nobody answers", ports=world.ports)
        await world.work()
        for user in told:
            assert [each for each in world.chat.told(user) if isinstance(each, PageMessage)]
    world.chat.groups[DATABASE_PEOPLE] = frozenset({ANA})
    request = await world.requested(incident, by=ANA)
    with pytest.raises(NobodyToTell):
        await break_glass(world.asked(ANA), request.id, reason="nobody is there", ports=world.ports)
    # Nobody writes a reason for what would be refused anyway.
    with pytest.raises(NobodyToTell):
        await may_break_glass(world.asked(ANA), request.id, ports=world.ports)


# The runbook.


def rewritten(sql: str) -> Catalog:
    """The shop's runbook with another command for its remediations, under another digest."""
    changed = tuple(
        replace(step, command={**step.command, "sql": sql}) if step.kind is StepKind.REMEDIATION else step
        for step in STUCK.steps
    )
    return replace(CATALOG, digest="d" * 64, procedures=(replace(STUCK, steps=changed),))


async def test_a_runbook_that_changed_between_the_request_and_the_yes_or_the_run_voids_both(world: World) -> None:
    incident = await world.declared()
    request, other = await world.requested(incident, by=ANA), await world.requested(incident, step="restart")
    await yes(world, other)
    world.ports = replace(world.ports, runbooks=FakeRunbooks(rewritten("DELETE FROM orders")))
    with pytest.raises(RunbookChanged):
        await yes(world, request)
    with pytest.raises(RunbookChanged):
        await break_glass(world.asked(ANA), request.id, reason="alone", ports=world.ports)
    await world.let_pass(seconds=2)
    ended = await world.approval(other)
    assert world.database.ran == []
    assert ended.outcome is not None
    assert ended.outcome.sentence.startswith("The runbook was changed since it was asked for")


@pytest.mark.parametrize("key", ["command", "target", "parameters", "environment"])
async def test_a_plan_that_was_changed_in_the_database_does_not_run_although_its_digest_fits(
    world: World, key: str
) -> None:
    """Whoever can write to the store can make any digest fit; what runs is what the runbook makes of its parameters."""
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    forged = {
        "command": {"sql": "DELETE FROM orders", "arguments": [15]},
        "target": "other-db",
        "parameters": {"minutes": 9999},
        "environment": "staging",
    }
    plan = replace(request.plan, **{key: forged[key]})  # type: ignore[arg-type] # each names a real field
    stands = replace(await world.approval(request), plan=plan, digest=plan.digest)
    now = await world.again(incident)
    await world.store.save(Change(cause="forged", at=world.clock(), incident=now, approvals=(stands,)))
    await world.work()
    assert world.database.ran == []
    assert (await world.approval(request)).state is ApprovalState.VOID


# The stop.


async def test_while_a_stop_stands_nothing_is_asked_for_approved_broken_or_begun(world: World) -> None:
    incident = await world.declared()
    request, other = await world.requested(incident, by=ANA), await world.requested(incident, step="restart")
    await yes(world, other)
    answer = await world.say(ANA, "freeze a wrong deploy")
    assert isinstance(answer, Stopping)
    assert (answer.running, answer.fresh) == ((), True)
    with pytest.raises(Stopped):
        await world.requested(incident)
    with pytest.raises(Stopped):
        await world.say(BEN, "fix", incident)
    with pytest.raises(Stopped):
        await yes(world, request)
    with pytest.raises(Stopped):
        await break_glass(world.asked(ANA), request.id, reason="alone", ports=world.ports)
    await world.let_pass(seconds=2)
    assert world.database.ran == []
    ended = await world.approval(other)
    assert ended.state is ApprovalState.VOID
    assert ended.outcome is not None
    assert "a wrong deploy" in ended.outcome.sentence


async def test_a_stop_that_comes_while_the_run_looks_before_it_begins_is_obeyed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = await world.requested(await world.declared())
    await yes(world, request)
    look = world.database.look

    async def stopping(plan: Plan) -> Sight:
        if plan.step_id == "count-stuck":
            await world.say(ANA, "freeze at the last moment")
        return await look(plan)

    monkeypatch.setattr(world.database, "look", stopping)
    await world.work()
    ended = await world.approval(request)
    assert world.database.ran == []
    assert ended.outcome is not None
    assert ended.outcome.sentence == "All remediations were stopped before it began: at the last moment."


async def test_a_stop_is_seen_wherever_people_look_and_gone_from_there_when_it_is_lifted(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)

    async def seen() -> list[bool]:
        await world.let_pass(seconds=2)
        listing = await world.say(BEN, "list")
        assert isinstance(listing, Listing)
        return [
            each is not None
            for each in (
                shown(world, request).stop,
                live(world, incident).stop,
                listing.stop,
                (await overview(ports=world.ports)).stop,
            )
        ]

    assert await seen() == [False] * 4
    await world.say(DAN, "freeze")
    assert await seen() == [True] * 4
    await world.say(CLEO, "unfreeze rolled back")
    assert await seen() == [False] * 4
    told = [each.message.event.kind for each in world.chat.posts if isinstance(each.message, StopMessage)]
    assert told == [Kind.STOPPED, Kind.STOP_LIFTED]
    assert {each.place.channel for each in world.chat.posts if isinstance(each.message, StopMessage)} == {NEWS}
    chain = await world.store.timeline(SYSTEM)
    assert broken_at(SYSTEM, chain) is None
    assert [link.event.facts["reason"] for link in chain if link.event] == ["", "rolled back"]
    assert (await yes(world, request)).fresh


async def test_what_had_begun_goes_on_and_whoever_stops_is_told_so(world: World) -> None:
    request = await world.requested(await world.declared())
    await yes(world, request)
    world.database.gate = asyncio.Event()
    working = asyncio.create_task(world.work())
    while not world.database.ran:
        await asyncio.sleep(0.001)
    answer = await world.say(ANA, "freeze")
    assert isinstance(answer, Stopping)
    assert [each.id for each in answer.running] == [request.id]
    world.database.gate.set()
    await working
    assert (await world.approval(request)).state is ApprovalState.RAN


async def test_who_may_stop_are_those_on_call_and_approvers_of_any_system(world: World) -> None:
    world.chat.groups[DATABASE_PEOPLE] = frozenset({UserId("U0EVE")})
    for by in (ANA, DAN, CLEO, UserId("U0EVE")):
        await world.say(by, "freeze")
        await world.say(by, "unfreeze")
    for words in ("freeze", "unfreeze"):
        with pytest.raises(MayNotStop):
            await world.say(BEN, words)
    world.chat.fail("members_of")
    with pytest.raises(UnknownApprovers):
        await world.say(UserId("U0EVE"), "freeze")


async def test_stopping_twice_says_who_did_and_the_same_delivery_twice_is_one(world: World) -> None:
    first = await world.say(ANA, "freeze", cause="command:1")
    again = await world.say(ANA, "freeze", cause="command:1")
    assert isinstance(first, Stopping)
    assert isinstance(again, Stopping)
    assert (first.fresh, again.fresh) == (True, False)
    with pytest.raises(AlreadySo):
        await world.say(DAN, "freeze")
    await world.say(DAN, "unfreeze")
    with pytest.raises(NotStopped):
        await world.say(DAN, "unfreeze")


async def test_a_hundred_stops_at_once_are_one(world: World) -> None:
    people = [stop(world.store, by=TERMINAL, reason="", cause=f"c{n}", clock=world.clock) for n in range(100)]
    answers = await asyncio.gather(*people, return_exceptions=True)
    assert sum(isinstance(each, Stopping) for each in answers) == 1
    assert sum(isinstance(each, AlreadySo) for each in answers) == 99


async def test_diagnostics_go_on_while_everything_is_stopped(world: World) -> None:
    await world.say(ANA, "freeze")
    incident = await world.declared()
    assert len(await world.store.findings_of(incident.id)) == 2


# Frozen evidence.


async def test_frozen_evidence_keeps_back_what_would_change_something_until_the_commander_lifts_it(
    world: World,
) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await world.say(BEN, "evidence freeze a break-in", incident)
    await world.let_pass(seconds=2)
    assert live(world, incident).incident.evidence is not None
    assert shown(world, request).incident.evidence is not None
    with pytest.raises(EvidenceFrozen):
        await world.requested(incident, step="restart")
    with pytest.raises(EvidenceFrozen):
        await yes(world, request)
    with pytest.raises(NotTheCommander):
        await world.say(BEN, "evidence lift requeue the disk is copied", incident)
    await world.say(BEN, "role commander", incident)
    lifted = await world.say(BEN, "evidence lift requeue the disk is copied", incident)
    assert isinstance(lifted, Done)
    assert (await yes(world, request)).fresh
    await world.work()
    assert len(world.database.ran) == 1
    with pytest.raises(EvidenceFrozen):
        await world.requested(incident, step="restart")
    await world.say(BEN, "evidence end handed over", incident)
    assert (await world.requested(incident, step="restart")).state is ApprovalState.ASKED
    kinds = (Kind.EVIDENCE_FROZEN, Kind.EVIDENCE_LIFTED, Kind.EVIDENCE_RELEASED)
    assert [event.kind for event in await world.events(incident, *kinds)] == list(kinds)


async def test_evidence_that_another_incident_keeps_is_kept_from_this_one_too(world: World) -> None:
    """The way round a freeze would be a second incident about the same database."""
    robbed, other = await world.declared(), await world.declared(title="Slow, too")
    asked, approved = await world.requested(other), await world.requested(other, minutes="30")
    await yes(world, approved)
    await world.say(BEN, "evidence freeze a break-in", robbed)
    for blocked in (world.requested(other, step="restart"), yes(world, asked)):
        with pytest.raises(EvidenceKeptElsewhere) as refused:
            await blocked
        assert refusal_words(refused.value).startswith("INC-1 keeps the evidence of this step's target (a break-in). ")
    await world.work()
    assert world.database.ran == []
    outcome = (await world.approval(approved)).outcome
    assert outcome is not None
    assert outcome.sentence == "INC-1 keeps the evidence of its target: a break-in."
    await world.say(BEN, "role commander", robbed)
    await world.say(BEN, "evidence lift requeue the disk is copied", robbed)
    assert (await yes(world, asked)).fresh
    await world.work()
    assert len(world.database.ran) == 1
    with pytest.raises(EvidenceKeptElsewhere):
        await world.requested(other, step="restart")
    await world.say(BEN, "resolve it is over", robbed)
    assert (await world.requested(other, step="restart")).state is ApprovalState.ASKED


async def test_evidence_that_another_incident_freezes_between_the_last_look_and_the_start_is_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The very last instant: everything was looked at, and the run is about to be marked as begun."""
    robbed, other = await world.declared(), await world.declared(title="Slow, too")
    request = await world.requested(other)
    await yes(world, request)
    begin = world.store.begin

    async def late(claim: Claim, change: Change, *, keeping: Sequence[Incident]) -> None:
        monkeypatch.undo()
        await world.say(BEN, "evidence freeze a break-in", robbed)
        await begin(claim, change, keeping=keeping)

    monkeypatch.setattr(world.store, "begin", late)
    await world.work()
    assert world.database.ran == []
    outcome = (await world.approval(request)).outcome
    assert outcome is not None
    assert outcome.sentence == "INC-1 keeps the evidence of its target: a break-in."


async def test_evidence_frozen_after_the_yes_keeps_the_run_from_beginning(world: World) -> None:
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request)
    await world.say(BEN, "evidence freeze a break-in", incident)
    await world.work()
    ended = await world.approval(request)
    assert world.database.ran == []
    assert ended.outcome is not None
    assert ended.outcome.sentence == "Evidence was frozen before it began: a break-in."


@pytest.mark.parametrize(
    ("words", "kind"),
    [("evidence", UnknownWord), ("evidence thaw", UnknownWord), ("evidence lift nothing x", NoSuchStep)],
)
async def test_what_evidence_cannot_be_asked_is_refused(world: World, words: str, kind: type[Refused]) -> None:
    incident = await world.declared()
    with pytest.raises(kind):
        await world.say(BEN, words, incident)


async def test_a_stop_holds_although_slack_is_away_and_is_announced_once_when_it_is_back(world: World) -> None:
    incident = await world.declared()
    world.chat.fail("post", times=3)
    await world.say(ANA, "freeze")
    await world.work()
    with pytest.raises(Stopped):
        await world.requested(incident)
    await world.let_pass(seconds=30)
    assert len([each for each in world.chat.posts if isinstance(each.message, StopMessage)]) == 1
