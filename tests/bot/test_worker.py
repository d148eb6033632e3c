"""The worker: what is owed gets done, late things are said, nothing that changes a system happens twice."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from io import StringIO
from typing import NoReturn

import pytest
from msgspec.structs import replace

from bot.stores.sqlite import SQLiteStore
from bot.telemetry import logs
from bot.worker import Worker
from commands.answer_approval import approve
from commands.duties import DUTIES
from commands.messages import Card, EventMessage, FindingMessage, Message, PageMessage
from commands.outage import LostClaim, Outage
from commands.ports import Ports
from incident.alert import Alert, Delivery
from incident.approval import Approval, ApprovalState
from incident.change import Change
from incident.finding import Sight
from incident.incident import Incident, Place
from incident.job import TELL_AFTER, Claim, Job, JobName
from incident.paging import Paging
from incident.plan import Plan
from incident.routing import Routed
from incident.severity import Severity
from incident.timeline import Kind, fact
from tests.fakes import monitor
from tests.fakes.chat import FakeChat
from tests.fakes.runbooks import CATALOG, STUCK, FakeRunbooks
from tests.fakes.settings import ANA, BEN, CLEO, FakeSettings
from tests.fakes.world import World, opened_world, with_pager

PATIENCE = 60.0
"""So many real seconds may pass before a test gives up on the worker."""


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with opened_world() as made:
        yield made


class Watched(Worker):
    """A worker that counts how often it has looked for what is due."""

    looks = 0

    async def _claim(self) -> tuple[Claim, ...] | None:
        claimed = await super()._claim()
        self.looks += 1
        return claimed


@asynccontextmanager
async def working(
    world: World,
    ports: Ports | None = None,
    *,
    lease: float = 3600.0,
    counted: Callable[[JobName, str], None] = lambda name, outcome: None,
) -> AsyncIterator["Watched"]:
    """A worker that works until the block ends. Its leases outlast the leaps of the fake clock unless said."""
    held = timedelta(seconds=lease)
    worker = Watched(ports or world.ports, name="w", lease=held, chance=lambda: 0.0, counted=counted)
    world.store.on_owed = worker.wake
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        await worker.stop(within=1)
        await running


async def until(world: World, worker: Worker, condition: Callable[[], bool], *, step: float = 0.0) -> None:
    """Wait for it; ``step`` seconds of the fake clock pass at each look."""
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "it never came"
        world.clock.advance(seconds=step)
        worker.wake()
        await asyncio.sleep(0.005)


async def quiet(worker: Watched) -> None:
    """Let the worker look around a few times, and do what it finds."""
    for _ in range(5):
        before = worker.looks
        async with asyncio.timeout(PATIENCE):
            while worker.looks == before:
                worker.wake()
                await asyncio.sleep(0.005)
        await asyncio.sleep(0.02)


async def approved(world: World) -> Approval:
    """A remediation whose run is owed; the executor's gate is shut, so that it will stay begun."""
    request = await world.requested(await world.declared())
    world.database.gate = asyncio.Event()
    await approve(world.asked(CLEO), request.id, ports=world.ports)
    return request


async def begun(world: World, worker: Worker) -> None:
    """Wait until it has begun."""
    await until(world, worker, lambda: bool(world.database.ran))


def open_gate(world: World) -> None:
    """Let it end."""
    assert world.database.gate is not None
    world.database.gate.set()


async def troubles(world: World, incident: Incident) -> list[tuple[str, bool]]:
    return [(fact(e, "what"), bool(e.facts["given_up"])) for e in await world.events(incident, Kind.TROUBLE)]


def channel_of(world: World) -> str:
    return next(each.id for each in world.chat.channels.values() if each.own)


@contextmanager
def logged() -> Iterator[list[dict[str, object]]]:
    """What an operator reads of the bot's log until the block ends; the list is filled then."""
    lines: list[dict[str, object]] = []
    stream = StringIO()
    handler, logger = logs.handler(stream), logging.getLogger("bot")
    logger.addHandler(handler)
    try:
        yield lines
    finally:
        logger.removeHandler(handler)
        lines += [json.loads(line) for line in stream.getvalue().splitlines()]


# Doing what is owed.


async def test_it_does_what_is_owed_and_what_becomes_owed_by_that(world: World) -> None:
    async with working(world) as worker:
        await world.declared(by=BEN, work=False)
        await until(world, worker, lambda: bool(world.chat.told(ANA)) and len(world.chat.posts) >= 5, step=0.05)
    assert len(world.chat.messages_in(channel_of(world), Card)) == 1


async def test_what_is_due_later_waits_for_its_time(world: World) -> None:
    async with working(world) as worker:
        incident = await world.declared()
        await quiet(worker)
        assert await world.events(incident, Kind.CLOCK_REMINDED) == []
        world.clock.advance(minutes=20)
        async with asyncio.timeout(PATIENCE):
            while not await world.events(incident, Kind.CLOCK_REMINDED):
                worker.wake()
                await asyncio.sleep(0.005)


async def test_many_changes_become_few_edits_and_the_last_one_shows(world: World) -> None:
    incident = await world.declared()
    async with working(world) as worker:
        world.chat.calls.clear()
        for number in (1, 2, 3):
            await world.say(BEN, f"check {number}", incident)
        await world.say(BEN, "ack", incident)
        await world.say(BEN, "role commander", incident)

        def shown() -> bool:
            (card,) = world.chat.messages_in(incident.home.channel, Card)
            return bool(card.incident.roles) and sum(i.ticked_by is not None for i in card.incident.checklist) == 3

        await until(world, worker, shown, step=0.05)
        edits = [each.shown for each in world.chat.posts if isinstance(each.message, Card)]
        assert len(edits[0]) - 1 <= 2, "five changes within a moment"


# Failing.


async def test_a_job_that_failed_is_done_again_only_after_its_wait_and_the_wait_grows(world: World) -> None:
    world.chat.fail("create_channel", times=3)
    async with working(world) as worker:
        await world.declared(work=False)
        await until(world, worker, lambda: world.chat.calls.count("create_channel") == 1)
        await quiet(worker)
        for wait, calls in ((0.24, 1), (0.02, 2), (0.48, 2), (0.04, 3)):
            world.clock.advance(seconds=wait)
            await quiet(worker)
            assert world.chat.calls.count("create_channel") == calls


def _edited(world: World, more_than: int) -> bool:
    return world.chat.calls.count("edit") > more_than


async def test_what_is_late_is_said_once_after_the_third_failure(world: World) -> None:
    incident = await world.declared()
    world.chat.fail("edit", times=40)
    async with working(world) as worker:
        await world.say(BEN, "ack", incident)
        # Two jobs fail in turns that chance decides: both have failed often enough once both were told of.
        for edits in range(2 * TELL_AFTER, 40):
            await until(world, worker, partial(_edited, world, edits), step=1)
            said = await troubles(world, incident)
            if len(said) >= 2:
                break
        assert {each for each in said if each[0] in ("card", "announcement")} == {
            ("card", False),
            ("announcement", False),
        }
        assert len(said) == 2
        await until(
            world,
            worker,
            lambda: any(
                e.event.kind is Kind.TROUBLE for e in world.chat.messages_in(incident.home.channel, EventMessage)
            ),
            step=0.1,
        )


async def test_what_can_never_be_done_is_given_up_at_once_and_said(world: World) -> None:
    world.chat.fail("pin", retry=False)
    async with working(world) as worker:
        incident = await world.declared(work=False)
        await until(world, worker, lambda: "pin" in world.chat.calls, step=0.05)
        await quiet(worker)
        assert await troubles(world, incident) == [("pin card", True)]
        world.clock.advance(hours=2)
        await quiet(worker)
        assert world.chat.calls.count("pin") == 1


async def test_a_line_of_the_log_names_its_job_and_what_people_call_the_incident(world: World) -> None:
    world.chat.fail("pin", retry=False)
    with logged() as lines:
        async with working(world) as worker:
            incident = await world.declared(work=False)
            await until(world, worker, lambda: "pin" in world.chat.calls, step=0.05)
            await quiet(worker)
            logging.getLogger("bot").warning("of no job")
    of_job, of_nothing = lines
    assert of_job["message"] == "job failed"
    assert (of_job["job"], of_job["incident"]) == (f"pin_card:{incident.id}", incident.key)
    assert not {"job", "incident"} & set(of_nothing), "what follows is not about it"


async def test_how_each_attempt_went_is_counted(world: World) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    world.chat.fail("pin", retry=False)
    world.chat.fail("set_topic")
    world.chat.spend_budget("create_channel", after=timedelta(seconds=1), times=2)
    async with working(world, counted=lambda name, outcome: counted.update([(name.value, outcome)])) as worker:
        await world.declared(work=False)
        await until(world, worker, lambda: counted["topic", "done"] > 0 and counted["pin_card", "given_up"] > 0, step=1)
    assert counted["topic", "failed"] == 1
    assert (counted["open_channel", "put_off"], counted["open_channel", "done"]) == (2, 1)


async def test_waiting_for_slacks_limit_is_no_failure_however_long_it_takes(world: World) -> None:
    world.chat.spend_budget("create_channel", after=timedelta(seconds=30), times=60)
    async with working(world) as worker:
        incident = await world.declared(work=False)
        await until(world, worker, lambda: any(each.own for each in world.chat.channels.values()), step=10)
        assert world.chat.calls.count("create_channel") == 61
        assert "adopt_channel" not in world.chat.calls, "it was never begun, so nothing is looked for"
        assert await troubles(world, incident) == []


async def test_an_error_that_nobody_foresaw_is_said_and_tried_again(world: World) -> None:
    incident = await world.declared()
    world.database.sees["count-stuck"] = 1

    class Forgetful:
        """Executors that lost their target for a while."""

        lost = True

        def __getattr__(self, name: str) -> object:
            if self.lost:
                raise KeyError("shop-db")
            return getattr(world.ports.executors, name)

    executors = Forgetful()
    async with working(world, replace(world.ports, executors=executors)) as worker:  # type: ignore[arg-type] # broken
        await world.say(BEN, "diagnose count-stuck", incident)
        looks = len(world.database.looked)
        for _ in range(30):
            world.clock.advance(seconds=1)
            await quiet(worker)
            if await troubles(world, incident):
                break
        assert await troubles(world, incident) == [("diagnose", False)]
        executors.lost = False
        await until(world, worker, lambda: len(world.database.looked) > looks, step=1)


async def test_a_request_left_over_that_can_never_be_taken_becomes_a_dead_letter(world: World) -> None:
    class Broken(FakeSettings):
        """Settings with a bug."""

        def routed(self, alert: Alert, now: datetime) -> Routed:
            raise RuntimeError("bug")

    body = json.dumps(monitor.body()).encode()
    now = world.clock()
    delivery = Delivery(key="alertmanager:old", source="alertmanager", received_at=now, headers={}, body=body)
    job = Job(name=JobName.TAKE_DELIVERY, key="take_delivery:old", due_at=now, subject=delivery.key, urgency=0)
    await world.store.save(Change(cause="old", at=now, deliveries=(delivery,), jobs=(job,)))
    async with working(world, replace(world.ports, settings=Broken())) as worker:
        deadline = asyncio.get_running_loop().time() + PATIENCE
        while not await world.store.dead_deliveries():
            assert asyncio.get_running_loop().time() < deadline
            world.clock.advance(minutes=2)
            worker.wake()
            await asyncio.sleep(0.01)
    (dead,) = await world.store.dead_deliveries()
    assert dead.reason == "of a fault of Muster's own, which is in its log"


# Leases.


async def test_what_a_dead_worker_held_is_taken_over_when_its_lease_lapses_and_posted_once(world: World) -> None:
    await world.declared(work=False)
    for claim in await world.store.claim("dead", limit=50, lease=timedelta(seconds=10)):
        assert claim.attempts == 1
    async with working(world, lease=10.0) as worker:
        await quiet(worker)
        assert world.chat.calls == []
        world.clock.advance(seconds=11)
        await until(world, worker, lambda: len(world.chat.messages_in(channel_or_none(world), Card)) == 1, step=0.05)


async def test_a_clock_set_forward_while_a_message_is_on_its_way_posts_it_once(world: World) -> None:
    """Its holder lives, though its lease seems to be over: who takes over must not look before the message stands."""
    chat = SlowChat()
    ports = replace(world.ports, chat=chat)
    await world.declared(work=False)
    (opening, *_) = await world.store.claim("alive", limit=50, lease=timedelta(seconds=10))
    await DUTIES[opening.job.name](opening, ports=ports)
    held = await world.store.claim("alive", limit=50, lease=timedelta(seconds=10))
    claim = next(each for each in held if each.job.name is JobName.ANNOUNCEMENT)
    holder = asyncio.create_task(DUTIES[claim.job.name](claim, ports=ports))
    await chat.under_way.wait()
    async with working(world, ports, lease=10.0) as worker:
        world.clock.advance(seconds=11)
        await quiet(worker)
        chat.arrives.set()
        with pytest.raises(LostClaim):
            await holder
        await until(world, worker, lambda: any(isinstance(each.message, Card) for each in chat.posts), step=0.1)
        world.clock.advance(seconds=5)
        await quiet(worker)
    assert Counter(each.mark for each in chat.posts)[claim.job.key] == 1


class SlowChat(FakeChat):
    """Its first message is on its way until it ``arrives``."""

    def __init__(self) -> None:
        super().__init__()
        self.under_way, self.arrives = asyncio.Event(), asyncio.Event()

    async def post(self, place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        if not self.under_way.is_set():
            self.under_way.set()
            await self.arrives.wait()
        return await super().post(place, message, mark=mark, again=again, urgency=urgency)


def channel_or_none(world: World) -> str | None:
    return next((each.id for each in world.chat.channels.values() if each.own), None)


async def test_a_run_that_takes_long_keeps_its_lease(world: World) -> None:
    request = await approved(world)
    async with working(world, lease=1.2) as worker:
        await begun(world, worker)
        for _ in range(12):
            world.clock.advance(seconds=0.15)
            await asyncio.sleep(0.15)
        assert (await world.approval(request)).state is ApprovalState.RUNNING
        open_gate(world)
        await ended(world, worker, request, ApprovalState.RAN)


async def ended(world: World, worker: Worker, request: Approval, state: ApprovalState) -> None:
    deadline = asyncio.get_running_loop().time() + PATIENCE
    while (await world.approval(request)).state is not state:
        assert asyncio.get_running_loop().time() < deadline, (await world.approval(request)).state
        worker.wake()
        await asyncio.sleep(0.01)


async def test_after_the_whole_process_was_paused_its_own_run_is_not_called_abandoned(world: World) -> None:
    request = await approved(world)
    async with working(world, lease=10) as worker:
        await begun(world, worker)
        await quiet(worker)
        world.clock.advance(minutes=5)
        await quiet(worker)
        assert (await world.approval(request)).state is ApprovalState.RUNNING
        open_gate(world)
        await ended(world, worker, request, ApprovalState.RAN)
    assert len(world.database.ran) == 1


async def test_a_run_whose_worker_died_is_shown_as_unknown_and_never_run_again(world: World) -> None:
    request = await approved(world)
    dying = Worker(world.ports, name="dying")
    world.store.on_owed = dying.wake
    running = asyncio.create_task(dying.run())
    await begun(world, dying)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    async with working(world, lease=10) as worker:
        await quiet(worker)
        assert (await world.approval(request)).state is ApprovalState.RUNNING, "its lease has not lapsed yet"
        world.clock.advance(seconds=11)
        await ended(world, worker, request, ApprovalState.UNKNOWN)
        world.clock.advance(hours=3)
        await quiet(worker)
    assert len(world.database.ran) == 1


# Stopping.


async def test_stopping_waits_for_what_runs_and_starts_nothing_more(world: World) -> None:
    request = await approved(world)
    async with working(world, lease=10) as worker:
        await begun(world, worker)
        stopping = asyncio.create_task(worker.stop(within=PATIENCE))
        await asyncio.sleep(0.02)
        await world.declared("Another one", work=False)
        assert not stopping.done()
        open_gate(world)
        await stopping
        assert (await world.approval(request)).state is ApprovalState.RAN
        assert len([each for each in world.chat.channels.values() if each.own]) == 1


async def test_what_does_not_end_in_time_is_left_to_its_lease(world: World) -> None:
    request = await approved(world)
    async with working(world, lease=10) as worker:
        await begun(world, worker)
        await asyncio.wait_for(worker.stop(within=0.05), PATIENCE)
        assert (await world.approval(request)).state is ApprovalState.RUNNING
    world.clock.advance(seconds=11)
    assert len(await world.store.cut_short()) == 1


async def test_what_was_claimed_while_stopping_is_given_back_for_the_next_one(world: World) -> None:
    await world.declared(work=False)
    worker = Worker(world.ports, name="w")
    running = asyncio.create_task(worker.run())
    await asyncio.sleep(0)
    await worker.stop(within=1)
    await running
    assert world.chat.calls == []
    assert len(await world.store.claim("next", limit=50, lease=timedelta(seconds=10))) > 0, (
        "due at once, not in ten seconds"
    )


# A store that is away.


class AwayStore(SQLiteStore):
    """A store that can go away; ``asked`` counts how often it was asked meanwhile."""

    error: Exception | None = None
    asked = 0

    def _may_fail(self) -> None:
        if self.error is not None:
            self.asked += 1
            raise self.error

    async def claim(
        self, worker: str, *, limit: int, lease: timedelta, grace: timedelta = timedelta(0)
    ) -> tuple[Claim, ...]:
        self._may_fail()
        return await super().claim(worker, limit=limit, lease=lease, grace=grace)

    async def cut_short(self) -> tuple[Claim, ...]:
        self._may_fail()
        return await super().cut_short()

    async def next_due(self) -> datetime | None:
        self._may_fail()
        return await super().next_due()

    async def renew(self, claims: Sequence[Claim], *, lease: timedelta) -> frozenset[int]:
        self._may_fail()
        return await super().renew(claims, lease=lease)


@pytest.mark.parametrize(
    "error", [Outage("the database is away", retry=True), RuntimeError("bug")], ids=["away", "bug"]
)
async def test_a_store_that_is_away_is_waited_for_without_a_storm_and_then_work_goes_on(
    world: World, error: Exception
) -> None:
    store = await AwayStore.open(world.path, clock=world.clock)
    store.error = error
    async with working(world, replace(world.ports, store=store)) as worker:
        await world.declared(work=False)
        await asyncio.sleep(0.4)
        assert 1 <= store.asked <= 10
        store.error = None
        await until(world, worker, lambda: len(world.chat.messages_in(channel_or_none(world), Card)) == 1, step=0.05)
    await store.close()


async def test_the_log_says_once_that_the_store_is_away_and_once_that_it_is_back(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """What else went wrong meanwhile is still among the log's last lines."""
    caplog.set_level(logging.INFO)
    store = await AwayStore.open(world.path, clock=world.clock)
    store.error = Outage("the database is away", retry=True)
    async with working(world, replace(world.ports, store=store)) as worker:
        await until(world, worker, lambda: store.asked > 3)
        assert caplog.messages.count("store away") == 1
        store.error = None
        await until(world, worker, lambda: "store back" in caplog.messages)
        await quiet(worker)
    assert caplog.messages.count("store back") == 1
    await store.close()


async def test_ten_diagnostics_look_side_by_side_and_each_is_posted_as_soon_as_it_has_answered(world: World) -> None:
    """The slowest source holds up its own finding only, and the first finding comes when the first source answers."""
    looks = tuple(replace(STUCK.diagnostics[0], id=f"look-{n}", title=f"Look {n}") for n in range(10))
    assert isinstance(world.ports.runbooks, FakeRunbooks)
    world.ports.runbooks.catalogs = {CATALOG.system: replace(CATALOG, procedures=(replace(STUCK, steps=looks),))}
    look, answers = world.database.look, asyncio.Event()
    asked: set[str] = set()
    came: set[str] = set()
    post = world.chat.post

    async def slow(plan: Plan) -> Sight:
        asked.add(plan.step_id)
        if plan.step_id != "look-0":
            await answers.wait()
        return await look(plan)

    async def posted(place: Place, message: Message, *, mark: str, again: bool, urgency: int) -> str:
        if isinstance(message, FindingMessage):
            came.add(message.finding.step_id)
        return await post(place, message, mark=mark, again=again, urgency=urgency)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(world.database, "look", slow)
        patched.setattr(world.chat, "post", posted)
        async with working(world) as worker:
            await world.declared(work=False)
            await until(world, worker, lambda: len(asked) == 10 and bool(came), step=0.01)
            assert came == {"look-0"}
            answers.set()
            await until(world, worker, lambda: len(came) == 10, step=0.01)


async def test_people_are_called_for_everything_while_the_pager_and_the_target_of_all_looks_hang(world: World) -> None:
    """What waits for either would be more than the worker does at once."""
    pager, hangs = with_pager(world, Paging(calls_from=Severity.P1)), asyncio.Event()
    asked: list[str] = []

    async def hang(about: Incident | Plan) -> NoReturn:
        asked.append(type(about).__name__)
        await hangs.wait()
        raise Outage("it hangs", retry=True)

    def called() -> set[str]:
        calls = [each for each in world.chat.told(ANA) if isinstance(each, PageMessage)]
        return {each.key for call in calls for each in (call.incident, *call.others)}

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pager, "call", hang)
        patched.setattr(world.database, "look", hang)
        declared = [await world.declared(f"Number {n}", by=BEN, work=False) for n in range(40)]
        async with working(world) as worker:
            await until(world, worker, lambda: called() == {each.key for each in declared}, step=0.01)
            await until(world, worker, lambda: set(asked) == {"Incident", "Plan"}, step=0.01)
            assert max(Counter(asked).values()) <= 32
            hangs.set()


async def test_what_is_due_by_this_clock_and_not_yet_by_the_stores_is_asked_for_with_pauses(world: World) -> None:
    """A machine whose clock is ahead of its database's does not ask without a break."""
    asked = 0
    await world.declared(work=False)
    world.clock.advance(minutes=-2)

    class Counting(SQLiteStore):
        async def next_due(self) -> datetime | None:
            nonlocal asked
            asked += 1
            return await super().next_due()

    store = await Counting.open(world.path, clock=world.clock)
    ahead = replace(world.ports, store=store, clock=lambda: world.clock() + timedelta(minutes=5))
    async with working(world, ahead):
        await asyncio.sleep(0.5)
    await store.close()
    assert 1 <= asked <= 15


async def test_a_machine_whose_clock_is_behind_its_databases_waits_as_long_as_another(world: World) -> None:
    """Not at all, otherwise: every attempt would follow the last at once, until the job is given up."""
    world.chat.fail("set_topic", times=1000)
    behind = replace(world.ports, clock=lambda: world.clock() - timedelta(minutes=5))
    async with working(world, behind) as worker:
        incident = await world.declared(work=False)
        await until(world, worker, lambda: "set_topic" in world.chat.calls, step=0)
        await asyncio.sleep(0.3)
        assert world.chat.calls.count("set_topic") == 1
        world.clock.advance(seconds=5)
        await until(world, worker, lambda: world.chat.calls.count("set_topic") > 1)
        await asyncio.sleep(0.3)
    assert world.chat.calls.count("set_topic") == 2, incident.key
