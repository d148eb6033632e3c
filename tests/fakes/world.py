"""Everything that the commands reach, put together around a real store, with a worker that a test drives by hand."""

import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import Struct, field
from msgspec.structs import replace

from bot.sources.admission import Request
from bot.sources.table import ParserTable
from bot.stores.sqlite import SQLiteStore
from bot.web.alerts import delivery_of
from commands import menu
from commands.answers import Answer, Declared
from commands.asked import Asked
from commands.declare import declare_filled
from commands.duties import DUTIES
from commands.fix import fix_filled
from commands.outage import BudgetSpent, NotYet, Outage
from commands.ports import Ports
from commands.store import Store
from commands.take_alerts import heard, take_alerts
from incident.approval import Approval
from incident.incident import Incident
from incident.job import Claim, JobName
from incident.paging import Paging
from incident.responder import UserId
from incident.severity import Severity
from incident.timeline import Event, Kind, broken_at
from tests.fakes.chat import FakeChat
from tests.fakes.clock import FakeClock
from tests.fakes.drafts import FakeDrafts
from tests.fakes.executors import FakeExecutor, FakeExecutors
from tests.fakes.pager import FakePager
from tests.fakes.runbooks import DATABASE, STUCK
from tests.fakes.settings import ANA, FakeSettings
from tests.fakes.weak_store import WeakStore

MEMORY = Path("/dev/shm")
LEASE = timedelta(seconds=10)


def ports(store: Store, clock: FakeClock, chat: FakeChat | None = None, settings: FakeSettings | None = None) -> Ports:
    """The fakes put together around a store."""
    database = FakeExecutor(target=DATABASE, clock=clock, sees={"count-stuck": 7, "oldest": 40})
    settings = settings or FakeSettings()
    return Ports(
        store=store,
        chat=chat or FakeChat(),
        executors=FakeExecutors(database),
        runbooks=settings.runbooks,
        settings=settings,
        drafts=FakeDrafts(),
        sources=ParserTable(),
        clock=clock,
    )


def with_pager(world: "World", paging: Paging) -> FakePager:
    """A pager for the world's team, which wants that of it."""
    pager = FakePager()
    world.settings.paged = paging
    world.ports = replace(world.ports, pager=pager)
    return pager


class World(Struct, kw_only=True):
    """What a test of a command sees and does. Nothing happens by itself: ``work`` does what is due now."""

    path: Path
    ports: Ports
    store: SQLiteStore
    clock: FakeClock
    chat: FakeChat
    settings: FakeSettings
    database: FakeExecutor
    drafts: FakeDrafts
    errors: list[str] = field(default_factory=list)
    _causes: int = 0

    def asked(self, by: UserId, words: str = "", about: Incident | None = None, cause: str = "") -> Asked:
        """What one person asks now; each is a delivery of its own unless ``cause`` says that it is the same one."""
        self._causes += 1
        return Asked(by=by, words=words, cause=cause or f"cause-{self._causes}", at=self.clock(), about=about)

    async def say(self, by: UserId, words: str, about: Incident | None = None, cause: str = "") -> Answer:
        """``/incident words``, in the incident's channel."""
        about = await self.again(about) if about is not None else None
        return await menu.ask(self.asked(by, words, about, cause), ports=self.ports)

    async def declared(
        self, title: str = "Orders stand still", *, by: UserId = ANA, level: Severity = Severity.P1, work: bool = True
    ) -> Incident:
        """An incident that follows the runbook's procedure, with its channel open unless ``work`` is False."""
        asked = self.asked(by)
        answer: Declared = await declare_filled(
            asked, title=title, level=level, ports=self.ports, procedure_id=STUCK.id
        )
        if work:
            await self.work()
        return await self.again(answer.incident)

    async def requested(
        self, incident: Incident, *, by: UserId = ANA, step: str = "requeue", **parameters: str
    ) -> Approval:
        """A remediation that somebody asked for and whose card is up."""
        asked = self.asked(by, about=await self.again(incident))
        await fix_filled(asked, step_id=step, parameters=parameters, ports=self.ports)
        await self.work()
        return (await self.store.approvals_of(incident.id))[-1]

    async def knock(self, body: Mapping[str, object] | bytes, source: str = "alertmanager") -> bool:
        """A monitor posts a body; whether it is new."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        request = Request(headers={}, body=raw, at=self.clock())
        taking = heard(delivery_of(source, request), ports=self.ports)
        return (await take_alerts(taking, ports=self.ports, within=60)).fresh

    async def again(self, incident: Incident) -> Incident:
        """The incident as it stands now."""
        found = await self.store.incident(incident.id)
        assert found is not None
        return found

    async def approval(self, request: Approval) -> Approval:
        """The request as it stands now."""
        found = await self.store.approval(request.id)
        assert found is not None
        return found

    async def events(self, incident: Incident, *kinds: Kind) -> list[Event]:
        """The incident's timeline, or only those of some kinds; the chain must be whole."""
        chain = await self.store.timeline(incident.id)
        assert broken_at(incident.id, chain) is None
        return [link.event for link in chain if link.event is not None and (not kinds or link.event.kind in kinds)]

    async def work(self) -> None:
        """Do what is due now, and what becomes due by that; what fails is put off for a moment."""
        while claims := await self.store.claim("test", limit=1, lease=LEASE):
            await self.do(claims[0])

    async def do(self, claim: Claim) -> None:
        """One job."""
        try:
            await DUTIES[claim.job.name](claim, ports=self.ports)
        except (BudgetSpent, NotYet) as wait:
            await self.store.put_off(claim, wait=wait.after or timedelta(seconds=1), count=False)
        except Outage as outage:
            self.errors.append(outage.sentence)
            await self.store.put_off(claim, wait=outage.after or timedelta(seconds=1), error=outage.sentence)

    async def claim(self, name: JobName) -> Claim:
        """The due job of one name, held; the others stay due."""
        due = await self.store.claim("test", limit=100, lease=LEASE)
        wanted = next(each for each in due if each.job.name is name)
        for each in due:
            if each is not wanted:
                await self.store.put_off(each, wait=timedelta(0), count=False)
        return wanted

    async def do_until_away(self, claim: Claim, saves: int) -> None:
        """One job, in a process that loses the store after so many saves."""
        store = await WeakStore.open(self.path, clock=self.clock)
        store.saves_left = saves
        with suppress(Outage):
            await DUTIES[claim.job.name](claim, ports=replace(self.ports, store=store))
            raise AssertionError("it ended before the store went away")
        await store.close()

    async def let_pass(self, **span: float) -> datetime:
        """Let time go by, and do on the way whatever comes due."""
        end = self.clock() + timedelta(**span)
        while (due := await self.store.next_due()) is not None and due <= end:
            self.clock.now = max(due, self.clock.now)
            await self.work()
        self.clock.now = max(end, self.clock.now)
        await self.work()
        return self.clock.now


@asynccontextmanager
async def opened_world() -> AsyncIterator[World]:
    """A world with an empty store, in memory where the machine has a folder for that: nothing here outlives a test."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        async with _world_in(Path(folder)) as world:
            yield world


@asynccontextmanager
async def _world_in(folder: Path) -> AsyncIterator[World]:
    clock = FakeClock()
    store = await SQLiteStore.open(folder / "muster.db", clock=clock)
    chat, settings = FakeChat(), FakeSettings()
    made = ports(store, clock, chat, settings)
    assert isinstance(made.executors, FakeExecutors)
    assert isinstance(made.drafts, FakeDrafts)
    try:
        yield World(
            path=folder / "muster.db",
            ports=made,
            store=store,
            clock=clock,
            chat=chat,
            settings=settings,
            database=made.executors.of(DATABASE),
            drafts=made.drafts,
        )
    finally:
        await store.close()
