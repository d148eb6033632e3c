"""People's answers over every store, in two processes at once: as many yeses as are wanted, one run, one end."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from commands.answer_approval import approve, reject
from commands.asked import Asked
from commands.duties import DUTIES
from commands.ports import Ports
from commands.store import Saved, Store
from incident.approval import Approval, ApprovalState
from incident.approval_policy import ApprovalPolicy
from incident.job import JobName
from incident.plan import draw_up
from incident.refusal import Expired, NotAnApprover, Refused, Spent
from incident.responder import UserId
from tests.contract import making
from tests.contract.conftest import Opener
from tests.contract.making import NOW, change
from tests.contract.stores import MovedClock
from tests.fakes import world
from tests.fakes.clock import FakeClock
from tests.fakes.runbooks import CATALOG, STUCK

PEOPLE = tuple(UserId(f"U0P{number:02}") for number in range(100))
ENDS = NOW + timedelta(minutes=15)
LEASE = timedelta(seconds=60)


@pytest.fixture
async def processes(store: Store, opener: Opener, clock: MovedClock) -> tuple[Ports, Ports]:
    """Two processes over one store, each with a clock of its own that shows the same."""
    clock.now = NOW
    return world.ports(store, FakeClock(NOW)), world.ports(await opener(), FakeClock(NOW))


async def asked(store: Store, *, approvals: int = 2) -> Approval:
    """A request that all of these people may answer, with the timer of its end."""
    incident = replace(making.incident(), system=CATALOG.system, procedure=STUCK.id)
    plan = draw_up(STUCK.step("requeue"), {}, catalog=CATALOG, environment="production")
    plan = replace(plan, promise=replace(plan.promise, seen=3, most=5))
    policy = ApprovalPolicy(approvers=PEOPLE, approvals=approvals)
    request = replace(making.approval(), plan=plan, digest=plan.digest, policy=policy, expires_at=ENDS)
    timer = making.job("expiry", name=JobName.EXPIRE_APPROVAL, subject=request.id, due_at=NOW)
    await store.save(change("asked", incident=incident, approvals=(request,), jobs=(timer,)))
    return request


async def click(ports: Ports, person: UserId, request: Approval) -> Saved:
    by = Asked(by=person, words="", cause=f"click:{person}", at=ports.clock())
    return await approve(by, request.id, ports=ports)


async def stands(store: Store, request: Approval) -> Approval:
    found = await store.approval(request.id)
    assert found is not None
    return found


async def owed_runs(store: Store) -> int:
    claims = await store.claim("counting", limit=500, lease=LEASE)
    return sum(each.job.name is JobName.RUN_REMEDIATION for each in claims)


def at(processes: tuple[Ports, Ports], clock: MovedClock, seconds: float) -> None:
    """Set the time of both processes and of the store, in seconds from the end of the request."""
    clock.now = ENDS + timedelta(seconds=seconds)
    for ports in processes:
        assert isinstance(ports.clock, FakeClock)
        ports.clock.now = clock.now


async def test_of_a_hundred_people_at_once_two_give_the_yeses_that_are_wanted_and_one_run_is_owed(
    processes: tuple[Ports, Ports], store: Store
) -> None:
    request = await asked(store)
    clicks = [click(processes[number % 2], person, request) for number, person in enumerate(PEOPLE)]
    answers = await asyncio.gather(*clicks, return_exceptions=True)
    assert sum(isinstance(each, Saved) for each in answers) == 2
    assert sum(isinstance(each, Spent) for each in answers) == 98, [each for each in answers if each][:3]
    now = await stands(store, request)
    assert (now.state, len(set(now.yes)), now.decided_by == now.yes[-1]) == (ApprovalState.APPROVED, 2, True)
    assert await owed_runs(store) == 1


@pytest.mark.parametrize(("seconds", "counts"), [(-0.000_001, True), (0, False), (0.000_001, False)])
async def test_a_yes_at_the_instant_of_the_end_comes_too_late_and_one_just_before_counts(
    processes: tuple[Ports, Ports], store: Store, clock: MovedClock, seconds: float, counts: bool
) -> None:
    """The first of two yeses came in time; what counts is the second one's."""
    request = await asked(store)
    await click(processes[0], PEOPLE[0], request)
    at(processes, clock, seconds)
    if counts:
        assert (await click(processes[1], PEOPLE[1], request)).fresh
    else:
        with pytest.raises(Expired):
            await click(processes[1], PEOPLE[1], request)
    assert await owed_runs(store) == counts


@pytest.mark.parametrize("yeses", [1, 40])
async def test_yes_no_and_the_end_at_the_same_instant_leave_one_answer(
    processes: tuple[Ports, Ports], store: Store, clock: MovedClock, yeses: int
) -> None:
    """The processes' clocks are a moment apart: for one it has run out, for the other it has not."""
    request = await asked(store, approvals=1)
    at(processes, clock, 0)
    behind = processes[1].clock
    assert isinstance(behind, FakeClock)
    behind.now = ENDS - timedelta(milliseconds=5)
    claims = await store.claim("w", limit=10, lease=LEASE)
    (timer,) = [each for each in claims if each.job.name is JobName.EXPIRE_APPROVAL]
    no = Asked(by=PEOPLE[-1], words="", cause="no", at=behind())
    answers = await asyncio.gather(
        *(click(processes[1], person, request) for person in PEOPLE[:yeses]),
        DUTIES[JobName.EXPIRE_APPROVAL](timer, ports=processes[0]),
        reject(no, request.id, reason="no", ports=processes[1]),
        return_exceptions=True,
    )
    assert all(each is None or isinstance(each, Saved | Refused) for each in answers), answers
    now = await stands(store, request)
    assert now.state in (ApprovalState.APPROVED, ApprovalState.REJECTED, ApprovalState.EXPIRED)
    assert sum(isinstance(each, Saved) for each in answers) == (now.state is not ApprovalState.EXPIRED)
    assert await owed_runs(store) == (now.state is ApprovalState.APPROVED)


async def test_whoever_is_not_named_is_refused_also_among_a_hundred(
    processes: tuple[Ports, Ports], store: Store
) -> None:
    request = await asked(store)
    strangers = [click(processes[0], UserId(f"U0X{number}"), request) for number in range(50)]
    answers = await asyncio.gather(*strangers, return_exceptions=True)
    assert all(isinstance(each, NotAnApprover) for each in answers)
    assert (await stands(store, request)).yes == ()
