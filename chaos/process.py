"""One process of Muster in a simulation: a real worker and real commands; when it dies, nothing of it acts any more."""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

from msgspec import Struct

from bot.slack.account import Identity, identified
from bot.slack.budget import Budgets
from bot.slack.chat import SlackChat
from bot.slack.reach import Reach
from bot.slack.shared_budget import SharedBudgets
from bot.sources.table import ParserTable
from bot.timers import set_timers
from bot.web.collector import Collector
from bot.worker import Worker
from chaos.disk import ProcessSpool
from chaos.pager import Line, PagerDuty
from chaos.slack import Caught, Client, Slack
from chaos.store import Database, ProcessStore
from chaos.target import Target, Targets
from chaos.team import Team
from chaos.weather import Weather
from commands.ports import Ports
from tests.fakes.drafts import FakeDrafts

T = TypeVar("T")


class Died(Exception):
    """The process that was asked died before it answered."""


class Outside(Struct, frozen=True, kw_only=True):
    """What every process shares, and what outlives each of them."""

    slack: Slack
    database: Database
    target: Target
    pager: PagerDuty
    drafts: defaultdict[str, FakeDrafts]
    """The drafts on each machine's disk."""
    team: Team
    weather: Weather


class Process(Caught):
    """A process from its start to its death. ``watched`` hears of each await at which it touches the outside.

    ``disk`` is the folder of the machine on which it runs.
    """

    def __init__(
        self,
        outside: Outside,
        *,
        name: str,
        disk: Path,
        clock: Callable[[], datetime],
        watched: Callable[["Process", str], None] = lambda process, what: None,
        lease: timedelta = timedelta(seconds=10),
    ) -> None:
        loop, weather = asyncio.get_running_loop(), outside.weather
        self.name = name
        self.machine = name.partition(":")[0]
        self.alive = True
        self._weather = weather
        self._watched = watched
        # In their order: what is cut first must be the same each time.
        self._tasks: dict[asyncio.Task[Any], None] = {}
        self._ending: asyncio.Task[None] | None = None
        self.store = ProcessStore(outside.database, self, weather)
        client = Client(outside.slack, self, weather)
        budgets = SharedBudgets(Budgets(loop.time))
        reach = Reach(lambda: self.ask(identified(client)), now=clock, counts=loop.time)
        chat = SlackChat(
            client,
            who=lambda: Identity(user=outside.slack.app.user, bot="", team="", url="https://slack.example"),
            budgets=budgets,
            reach=reach,
            clock=loop.time,
        )
        self.ports = Ports(
            store=self.store,
            chat=chat,
            executors=Targets(outside.target, self),
            runbooks=outside.team.runbooks,
            settings=outside.team,
            drafts=outside.drafts[self.machine],
            pager=Line(outside.pager, self, weather) if outside.team.paged is not None else None,
            sources=ParserTable(),
            clock=clock,
        )
        self.worker = Worker(self.ports, name=name, lease=lease, chance=weather.chance.random)
        self.store.on_owed = self.worker.wake
        self.collector = Collector(ProcessSpool(disk, self))

    def begin(self) -> None:
        """Work, look by itself, and take in what monitors send."""
        self.collector.connect(self.ports)
        for each in (set_timers(self.name, self.ports), self.worker.run(), self.collector.run()):
            self._keep(each)

    async def ask(self, work: Coroutine[Any, Any, T]) -> T:
        """What somebody asked of this process. Raises what it raises, and Died when no answer comes any more."""
        if not self.alive:
            work.close()
            raise Died
        task = self._keep(work)
        await asyncio.wait({task})
        if not self.alive or task.cancelled():
            raise Died
        return task.result()

    def die(self) -> None:
        """End at once: whatever runs is cut where it stands."""
        if self.alive:
            self.alive = False
            self._weather.struck["deaths"] += 1
            self._end()

    async def stop(self) -> None:
        """End as after SIGTERM."""
        if self.alive:
            await self.worker.stop(within=0.0)
            self.alive = False
            self._end()

    def _end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        # The operating system takes back the locks of a process that is dead.
        self._ending = asyncio.get_running_loop().create_task(self.collector.close())

    def touch(self, what: str) -> None:
        self._live(what)

    async def reach(self, what: str) -> None:
        self._live(what)
        # Others may come first: which of several goes on is chance, too.
        await asyncio.sleep(self._weather.chance.choice((0.0, 0.0005, 0.002)))
        self._live(what)

    async def hear(self, what: str) -> None:
        self._live(f"{what} done")

    def _live(self, what: str) -> None:
        if self.alive:
            self._watched(self, what)
        if self.alive and self._weather.strikes("death"):
            self.die()
        if not self.alive:
            raise asyncio.CancelledError

    def _keep(self, work: Coroutine[Any, Any, T]) -> "asyncio.Task[T]":
        task = asyncio.get_running_loop().create_task(work)
        self._tasks[task] = None
        task.add_done_callback(self._forget)
        return task

    def _forget(self, task: asyncio.Task[Any]) -> None:
        self._tasks.pop(task, None)
