"""Random days: monitors, people, clocks and failures in any order, and what must hold after each of them.

One open incident for one trouble, every chain whole, every clock forward, every approved run at most once.
"""

from collections.abc import Mapping
from datetime import timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec import Struct, field

from commands.answer_approval import approve, break_glass, reject
from commands.outage import Outage
from commands.turns import turn_now
from commands.walk_steps import run
from incident.approval import ApprovalState
from incident.clock import Clock
from incident.incident import Incident
from incident.refusal import Refused
from incident.responder import UserId
from incident.timeline import SYSTEM, Kind, broken_at
from incident.walk import LegState, WalkState
from tests.fakes import monitor
from tests.fakes.clock import START
from tests.fakes.restoring import RESTORING
from tests.fakes.runbooks import FakeRunbooks
from tests.fakes.settings import ANA, BEN, CLEO, DATABASE_PEOPLE
from tests.fakes.world import World, opened_world

PEOPLE = st.sampled_from([ANA, BEN, CLEO])
WORDS = (
    "ack",
    "severity P0 worse",
    "severity P3 fine",
    "role commander",
    "role scribe",
    "note something",
    "check 1",
    "check 1 undo",
    "update looking",
    "diagnose",
    "fix restart",
    "resolve fixed",
    "reopen back",
    "postmortem",
    "postmortem done",
)
WALK = (
    "procedure restore-orders",
    "procedure next",
    "procedure next",
    "procedure fill",
    "procedure done it is so",
    "procedure skip not now",
    "procedure abort enough",
    "procedure rollback wrong",
)
METHODS = ("create_channel", "invite", "post", "edit", "direct", "pin", "set_topic", "share_file", "members_of")

say = st.tuples(st.just("say"), PEOPLE, st.sampled_from(WORDS))
walk = st.tuples(st.just("say"), PEOPLE, st.sampled_from(WALK))
answer = st.tuples(st.just("answer"), PEOPLE, st.sampled_from(["approve", "reject", "glass"]))
alert = st.tuples(st.just("alert"), st.sampled_from(["eu-1", "us-1"]), st.sampled_from(["firing", "resolved", "anew"]))
fault = st.tuples(st.just("fault"), st.sampled_from(METHODS), st.sampled_from(["fails", "loses", "spends"]))
wait = st.tuples(st.just("wait"), st.sampled_from([1, 7, 31, 200]), st.just(""))
Act = tuple[str, object, str]
ACTS = st.one_of(say, answer, alert, alert, fault, wait)
WALKS = st.one_of(
    walk, walk, walk, answer, st.tuples(st.just("wait"), st.sampled_from([1, 4, 11]), st.just("")), fault, say
)


class Day(Struct):
    """One random day; ``starts`` is since when each instance fires."""

    world: World
    starts: dict[str, timedelta] = field(default_factory=dict)
    clocks: dict[str, tuple[Clock, ...]] = field(default_factory=dict)
    events: dict[str, int] = field(default_factory=dict)
    settled: dict[str, int] = field(default_factory=dict)

    async def act(self, act: Act) -> None:
        name, what, how = act
        self.world.clock.advance(seconds=1)
        try:
            if name == "say":
                await self.say(UserId(str(what)), how)
            elif name == "answer":
                await self.answer(UserId(str(what)), how)
            elif name == "alert":
                await self.world.knock(monitor.body(self.alert(str(what), how)))
            elif name == "fault":
                self.fault(str(what), how)
            else:
                await self.world.let_pass(minutes=int(str(what)))
        except (Refused, Outage):
            pass  # said no, and nothing was changed: the invariants are looked at all the same
        await self.world.work()

    async def say(self, by: UserId, words: str) -> None:
        for incident in await self.world.store.recent_incidents(limit=1):
            if words == "procedure fill":
                asked = self.world.asked(by, about=incident)
                await run(asked, turn_now(incident), parameters={}, ports=self.world.ports)
            else:
                await self.world.say(by, words, incident)

    async def answer(self, by: UserId, how: str) -> None:
        asked, ports = self.world.asked(by), self.world.ports
        for incident in await self.world.store.recent_incidents(limit=1):
            for request in (await self.world.store.approvals_of(incident.id))[-1:]:
                if how == "approve":
                    await approve(asked, request.id, ports=ports)
                elif how == "reject":
                    await reject(asked, request.id, reason="no", ports=ports)
                else:
                    await break_glass(asked, request.id, reason="alone", ports=ports)

    def alert(self, instance: str, how: str) -> Mapping[str, object]:
        since = self.world.clock() - START
        if how == "anew" or instance not in self.starts:
            self.starts[instance] = since
        status = "resolved" if how == "resolved" else "firing"
        return monitor.alert(instance=instance, status=status, starts=START + self.starts[instance])

    def fault(self, method: str, how: str) -> None:
        if how == "spends":
            self.world.chat.spend_budget(method, after=timedelta(seconds=20))
        else:
            (self.world.chat.fail if how == "fails" else self.world.chat.lose_answer)(method)

    async def must_hold(self) -> None:
        incidents = await self.world.store.recent_incidents(limit=100)
        groups = [each.group for each in incidents if each.open and each.group is not None]
        assert len(groups) == len(set(groups)), "two open incidents for one trouble"
        for incident in incidents:
            await self.incident_must_hold(incident)
        assert broken_at(SYSTEM, await self.world.store.timeline(SYSTEM)) is None

    async def incident_must_hold(self, incident: Incident) -> None:
        chain = await self.world.store.timeline(incident.id)
        assert broken_at(incident.id, chain) is None
        assert len(chain) >= self.events.get(incident.id, 0), "a timeline got shorter"
        self.events[incident.id] = len(chain)
        before = self.clocks.get(incident.id, ())
        kept = {(each.kind, each.started_at): each for each in incident.clocks}
        for clock in before:
            now = kept[clock.kind, clock.started_at]
            assert clock.met_at in (None, now.met_at), "a clock that was met is no longer"
            assert clock.breached_at in (None, now.breached_at), "a breach was forgotten"
        self.clocks[incident.id] = incident.clocks
        assert (incident.resolved_at is None) == incident.open
        assert len(incident.responders) == len(set(incident.responders))
        channels = [
            each for each in self.world.chat.channels.values() if each.name.startswith(f"inc-{incident.number}-")
        ]
        assert len(channels) <= 1, "two channels for one incident"
        await self.requests_must_hold(incident)
        await self.walks_must_hold(incident)

    async def walks_must_hold(self, incident: Incident) -> None:
        """At most one goes on, its steps are settled in order and for ever, and its requests say what it says."""
        assert sum(each.state is WalkState.GOING for each in incident.walks) <= (1 if incident.open else 0)
        for walk in incident.walks:
            assert all(leg.state.settled for leg in walk.legs[: walk.settled]), "a step was passed over"
            assert walk.settled >= self.settled.get(walk.id, 0), "a step that was settled is open again"
            self.settled[walk.id] = walk.settled
            assert (walk.next is None) == (walk.state is WalkState.FINISHED) or walk.state is WalkState.ABORTED
            for leg in walk.legs:
                request = await self.world.store.approval(leg.approval) if leg.approval else None
                if request is not None and leg.state in {LegState.DONE, LegState.HOLDING}:
                    assert request.state is ApprovalState.RAN, "a step is done whose change did not run"

    async def requests_must_hold(self, incident: Incident) -> None:
        events = [link.event for link in await self.world.store.timeline(incident.id) if link.event is not None]
        for request in await self.world.store.approvals_of(incident.id):
            started = [e for e in events if e.kind is Kind.REMEDIATION_STARTED and e.facts["approval"] == request.id]
            assert len(started) <= 1
            if started:
                yes = [e for e in events if e.kind in (Kind.APPROVED, Kind.BROKE_GLASS)]
                assert [e for e in yes if e.facts["approval"] == request.id], "it ran without a yes"
                assert request.broke_glass or request.decided_by != request.requester
            if request.state is ApprovalState.RAN:
                assert started

    async def ends_well(self) -> None:
        """Once everything works again, everything that is owed is done, and each thing is there once."""
        self.world.chat.heal()
        await self.world.let_pass(minutes=5)
        await self.must_hold()
        for incident in await self.world.store.recent_incidents(limit=100):
            assert incident.home.channel is not None, "its channel never came"
            assert incident.home.card is not None
            marks = [each.mark for each in self.world.chat.posts]
            assert len(marks) == len(set(marks)), "something was posted twice"
        assert len(self.world.chat.files) == len(set(self.world.drafts.written))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(ACTS, min_size=5, max_size=25))
async def test_whatever_happens_in_whatever_order(acts: list[Act]) -> None:
    async with opened_world() as world:
        world.chat.groups[DATABASE_PEOPLE] = frozenset({BEN})
        day = Day(world)
        await world.declared()
        await day.must_hold()
        for act in acts:
            await day.act(act)
            await day.must_hold()
        await day.ends_well()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(WALKS, min_size=10, max_size=30))
async def test_whatever_people_do_in_a_procedure(acts: list[Act]) -> None:
    """Steps, answers, waits, aborts, ways back and faults of Slack in any order."""
    async with opened_world() as world:
        runbooks = world.ports.runbooks
        assert isinstance(runbooks, FakeRunbooks)
        runbooks.catalogs["shop"] = RESTORING
        world.database.sees |= {"newest-snapshot": "snap-7", "wrong-orders": 0}
        day = Day(world)
        incident = await world.declared()
        await world.say(ANA, "procedure restore-orders", incident)
        for act in acts:
            await day.act(act)
            await day.must_hold()
        await day.ends_well()
