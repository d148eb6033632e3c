"""What comes between a request, its yes and its run: another runbook, another target, another clock, and a kill."""

import pytest
from msgspec.structs import replace

from bot.slack import answers
from commands.answer_approval import approve
from commands.duties import DUTIES, GIVE_UP
from commands.fix import fix_filled
from commands.messages import ApprovalMessage
from commands.outage import Outage
from incident.approval import Approval, ApprovalState
from incident.gate import Rule
from incident.job import JobName
from incident.refusal import Expired, NotAnApprover, RunbookChanged, SaidYes
from incident.responder import UserId
from incident.timeline import Kind
from tests.fakes.executors import FakeExecutor, FakeExecutors
from tests.fakes.runbooks import CATALOG, FakeRunbooks
from tests.fakes.settings import ANA, CLEO, DAN, DATABASE_PEOPLE
from tests.fakes.world import LEASE, World


class Renamed(FakeExecutors):
    """The settings after a restart: what was one target's name is nobody's now."""

    def of(self, target: str) -> FakeExecutor:
        raise Outage(f"No target {target} is configured: add it under `targets` in muster.yaml.", retry=False)

    def environment(self, target: str) -> str:
        return self.of(target).target


def rename(world: World) -> None:
    world.ports = replace(world.ports, executors=Renamed(world.database))


def recompiled(world: World) -> None:
    """The same steps from a document in which some other line was changed."""
    world.ports = replace(world.ports, runbooks=FakeRunbooks(replace(CATALOG, digest="e" * 64)))


async def yes(world: World, request: Approval, by: UserId = CLEO) -> None:
    await approve(world.asked(by), request.id, ports=world.ports)


async def ended(world: World, request: Approval) -> str:
    """How the request ended, in its outcome's words."""
    outcome = (await world.approval(request)).outcome
    assert outcome is not None
    return outcome.sentence


async def test_a_yes_after_the_runbook_was_compiled_anew_is_refused_and_a_run_is_void(world: World) -> None:
    """The digest covers the whole document: nobody has to judge whether the other line matters."""
    incident = await world.declared()
    asked, approved = await world.requested(incident), await world.requested(incident, step="restart")
    await yes(world, approved)
    recompiled(world)
    with pytest.raises(RunbookChanged):
        await yes(world, asked)
    await world.work()
    assert world.database.ran == []
    assert (await ended(world, approved)).startswith("The runbook was changed since it was asked for")
    assert (await world.approval(asked)).yes == ()


async def test_a_first_yes_to_what_the_runbook_says_no_longer_runs_nothing_and_runs_out(world: World) -> None:
    """Between two clicks the runbook is compiled anew: the second cannot be given to what nobody can run."""
    world.settings.demands = (Rule(approvals=2, approve=(CLEO, DAN)),)
    request = await world.requested(await world.declared())
    await yes(world, request, CLEO)
    recompiled(world)
    with pytest.raises(RunbookChanged):
        await yes(world, request, DAN)
    await world.let_pass(minutes=16)
    assert (await world.approval(request)).state is ApprovalState.EXPIRED
    assert world.database.ran == []


async def test_a_target_that_was_renamed_refuses_the_yes_with_its_name(world: World) -> None:
    request = await world.requested(await world.declared())
    rename(world)
    with pytest.raises(Outage) as outage:
        await yes(world, request)
    assert answers.not_now(outage.value) == (
        f"That could not be done now: No target {request.plan.target} is configured: "
        "add it under `targets` in muster.yaml. Nothing was changed."
    )
    assert (await world.approval(request)).state is ApprovalState.ASKED


async def test_a_target_that_was_renamed_after_the_yes_ends_the_request_before_anything_begins(world: World) -> None:
    request = await world.requested(await world.declared())
    await yes(world, request)
    rename(world)
    claim = await world.claim(JobName.RUN_REMEDIATION)
    with pytest.raises(Outage) as outage:
        await DUTIES[claim.job.name](claim, ports=world.ports)
    assert not outage.value.retry
    await GIVE_UP[claim.job.name](claim, outage.value.sentence, ports=world.ports)
    assert (await world.approval(request)).state is ApprovalState.VOID
    assert f"No target {request.plan.target} is configured" in await ended(world, request)
    assert world.database.ran == []


async def test_whoever_left_the_group_between_two_yeses_counts_for_what_they_said_and_says_nothing_more(
    world: World,
) -> None:
    world.settings.demands = (Rule(approvals=2, approve=(DATABASE_PEOPLE,)),)
    world.chat.groups[DATABASE_PEOPLE] = frozenset({CLEO, DAN})
    incident = await world.declared()
    request = await world.requested(incident)
    await yes(world, request, CLEO)
    with pytest.raises(SaidYes):
        await yes(world, request, CLEO)
    world.chat.groups[DATABASE_PEOPLE] = frozenset({CLEO})
    with pytest.raises(NotAnApprover):
        await yes(world, request, DAN)
    assert (await world.approval(request)).yes == (CLEO,)


async def test_an_hour_that_comes_twice_leaves_a_request_answerable_once_and_its_card_in_the_end_final(
    world: World,
) -> None:
    """The clock is set back an hour after the question: what was owed later is owed an hour later, and once."""
    request = await world.requested(await world.declared())
    world.clock.advance(hours=-1)
    await world.let_pass(minutes=74)
    assert (await world.approval(request)).state is ApprovalState.ASKED
    await world.let_pass(minutes=2)
    assert (await world.approval(request)).state is ApprovalState.EXPIRED
    with pytest.raises(Expired):
        await yes(world, request)


async def test_a_clock_that_is_set_forward_an_hour_ends_a_yes_that_has_not_begun(world: World) -> None:
    request = await world.requested(await world.declared())
    await yes(world, request)
    world.clock.advance(hours=1)
    await world.work()
    assert world.database.ran == []
    assert (await ended(world, request)).startswith("It could not begin in time after the yes")


@pytest.mark.parametrize("saves", [0, 1])
async def test_a_kill_while_the_digest_is_saved_leaves_one_request_with_one_digest(world: World, saves: int) -> None:
    """Before the save nobody can answer; after it everything stands. There is nothing in between."""
    incident = await world.declared()
    await fix_filled(
        world.asked(ANA, about=await world.again(incident)), step_id="requeue", parameters={}, ports=world.ports
    )
    claim = await world.claim(JobName.PREVIEW)
    if saves:
        await world.do(claim)
    else:
        await world.do_until_away(claim, saves)
    (request,) = await world.store.approvals_of(incident.id)
    assert (request.state, request.digest) == (
        (ApprovalState.ASKED, request.plan.digest) if saves else (ApprovalState.PREPARING, "")
    )
    world.database.touches = 4
    await world.let_pass(seconds=LEASE.total_seconds() + 1)
    request = await world.approval(request)
    assert (request.state, request.digest) == (ApprovalState.ASKED, request.plan.digest)
    assert request.plan.promise.most == (3 if saves else 4) + request.plan.promise.headroom
    assert len(await world.events(incident, Kind.APPROVAL_ASKED)) == 1
    cards = [each.message for each in world.chat.posts if isinstance(each.message, ApprovalMessage)]
    assert [card.approval.digest for card in cards] == [request.digest]
    await yes(world, request)
    await world.let_pass(seconds=2)
    assert len(world.database.ran) == 1
