"""One run from one seed: a town of processes, a crowd around it, bad weather, and then time to make everything good."""

import asyncio
import hashlib
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from msgspec import Struct

from chaos.crowd import Crowd, Told
from chaos.judging import Verdict, judge
from chaos.pager import PagerDuty
from chaos.process import Outside, Process
from chaos.scenes import play
from chaos.slack import Slack
from chaos.store import Database
from chaos.target import Target
from chaos.team import team_of
from chaos.virtual_time import run
from chaos.weather import Weather
from incident.job import JobName, JobState
from incident.watch import WatchState
from sandbox.state.clock import Clock
from tests.fakes.drafts import FakeDrafts

START: Final = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)
SETTLED_WITHIN: Final = timedelta(hours=2)
"""How long after the last fault everything owed must be done."""
TIMERS: Final = frozenset(
    {
        JobName.RING_CLOCKS, JobName.EXPIRE_APPROVAL, JobName.COOL_DOWN, JobName.WATCH_HOLD, JobName.WATCH,
        JobName.LET_GO, JobName.RESOLVE_QUIET,
    }
)  # fmt: skip
"""What may still be owed in the end, because its time has not come. Everything else was wanted at once."""
_HELD: Final = (JobState.CLAIMED, JobState.DOING, JobState.UNKNOWN)
LOOKED_EVERY: Final = 2.0
"""Seconds between two looks whether all is done."""
SIZES: Final = ((1, 30), (2, 31), (4, 25), (8, 12), (16, 2))
"""How many scenes a run has, and how many of a hundred runs: small ones find most, and large ones what is left."""
PAGED, WATCHING = 0.5, 0.5
"""How many of the runs have a pager, and a watch."""
LARGEST_STEP: Final = 300.0
"""Seconds by which a clock may be set forward or back."""


class Outcome(Struct, frozen=True, kw_only=True):
    """What one run came to. ``trace`` is the same for the same seed."""

    seed: int
    verdict: Verdict
    struck: Counter[str]
    calls: int
    trace: str


def simulate(seed: int, *, told: Callable[[str], None] | None = None) -> Outcome:
    """Play the run of one seed. ``told`` hears of every step."""
    return run(_played(seed, told))


async def _played(seed: int, told: Callable[[str], None] | None) -> Outcome:
    weather = Weather(seed)
    replicas, paged = weather.chance.choice((1, 2, 2, 3)), weather.chance.random() < PAGED
    town = Town(weather, replicas=replicas, paged=paged, watches=weather.chance.random() < WATCHING, told=told)
    crowd = Crowd(town)
    seasons = asyncio.create_task(town.seasons())
    try:
        await play(crowd, weather.chance.choices(*zip(*SIZES, strict=True))[0])
        await crowd.wait(5)
        weather.calm = True
        unsettled = await town.settled(lambda: crowd.under_way)
    finally:
        seasons.cancel()
        await asyncio.gather(seasons, return_exceptions=True)
    return await town.judged(seed, crowd.told, unsettled)


class SlackClock(Clock):
    """Slack's own clock, which nobody sets."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        super().__init__()
        self._loop = loop

    def now(self) -> float:
        return START.timestamp() + self._loop.time()


class _Machine(Struct, kw_only=True):
    """Where one process runs: its clock may be wrong."""

    number: int
    off: timedelta = timedelta(0)
    starts: int = 0
    process: Process | None = None


class Town:
    """Everything of one run: the outside, the machines, and what happens to them."""

    def __init__(
        self,
        weather: Weather,
        *,
        replicas: int,
        paged: bool = False,
        watches: bool = False,
        watched: Callable[[Process, str], None] | None = None,
        told: Callable[[str], None] | None = None,
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._weather = weather
        self._trace = hashlib.sha256()
        self._watched = watched
        self._told = told
        self._off = timedelta(0)
        self._machines = [_Machine(number=number) for number in range(replicas)]
        self._disks = tempfile.TemporaryDirectory(prefix="muster-chaos-")
        slack = Slack(SlackClock(self._loop))
        team = team_of(slack, paged=paged, watches=watches)
        self.outside = Outside(
            slack=slack,
            database=Database(lambda: self.now() + self._off),
            target=Target(weather),
            pager=PagerDuty(self.now),
            drafts=defaultdict(FakeDrafts),
            team=team,
            weather=weather,
        )
        self.outside.pager.people = {f"P{number}": user for number, user in enumerate(team.everybody)}
        for machine in self._machines:
            self._start(machine)

    def now(self) -> datetime:
        """The true time."""
        return START + timedelta(seconds=self._loop.time())

    def somebody(self) -> Process | None:
        """A process that lives, whichever the balancer takes."""
        alive = [each.process for each in self._machines if each.process is not None and each.process.alive]
        return self._weather.chance.choice(alive) if alive else None

    async def seasons(self) -> None:
        """Start anew who died, after a while, and set clocks."""
        while True:
            await asyncio.sleep(1)
            for machine in self._machines:
                if machine.process is None or not machine.process.alive:
                    await asyncio.sleep(self._weather.chance.uniform(0, 3))
                    self._start(machine)
            if self._weather.strikes("clock_steps"):
                self._set_a_clock()

    async def settled(self, under_way: Callable[[], list[str]] = list) -> list[str]:
        """Wait until nothing is due, held or ``under_way`` any more; what still was when the patience ended."""
        for _ in range(int(SETTLED_WITHIN.total_seconds() / LOOKED_EVERY)):
            await asyncio.sleep(LOOKED_EVERY)
            waiting = under_way() or self._waiting() or self._unseen()
            if not waiting:
                return []
        return waiting

    async def judged(self, seed: int, told: Told, unsettled: list[str]) -> Outcome:
        """Stop everybody and look at what they left."""
        for machine in self._machines:
            if machine.process is not None:
                await machine.process.stop()
        process = Process(self.outside, name="judge", disk=Path(self._disks.name), clock=self.now)
        try:
            verdict = await judge(process.ports, self.outside, told, unsettled)
        finally:
            process.die()
            self.outside.weather.struck["deaths"] -= 1
            self.outside.database.close()
            self._disks.cleanup()
        return Outcome(
            seed=seed,
            verdict=verdict,
            struck=self._weather.struck,
            calls=self.outside.slack.calls.total(),
            trace=self._trace.hexdigest()[:16],
        )

    def _start(self, machine: _Machine) -> None:
        machine.starts += 1
        name = f"machine-{machine.number}:{machine.starts}"
        disk = Path(self._disks.name, str(machine.number))
        machine.process = Process(
            self.outside, name=name, disk=disk, clock=lambda: self.now() + machine.off, watched=self._watch
        )
        machine.process.begin()

    def _watch(self, process: Process, what: str) -> None:
        task = asyncio.current_task()
        job = task.get_name() if task is not None and ":" in task.get_name() else ""
        step = f"{self._loop.time():.6f} {process.name} {what} {job}"
        self._trace.update(step.encode())
        if self._told is not None:
            self._told(step)
        if self._watched is not None:
            self._watched(process, what)

    def _set_a_clock(self) -> None:
        step = timedelta(seconds=self._weather.chance.uniform(-LARGEST_STEP, LARGEST_STEP))
        which = self._weather.chance.randrange(len(self._machines) + 1)
        if which < len(self._machines):
            self._machines[which].off = step
        else:
            self._off = step

    def _waiting(self) -> list[str]:
        """The jobs that are due or held, by the database's own clock."""
        rows = self.outside.database.connection.rows("every_job")
        now = self.now() + self._off
        return [
            f"{row['key']} ({row['state']}: {row['error']})"
            for row in rows
            if row["state"] in _HELD
            or (row["state"] == JobState.OWED and datetime.fromisoformat(row["due_at"]) <= _until(row["name"], now))
        ]

    def _unseen(self) -> list[str]:
        """The watch, while it does not say how its target stands."""
        wanted = WatchState.FIRING if self.outside.target.wrong > 0 else WatchState.HEALTHY
        rows = self.outside.database.connection.rows("every_watch")
        stands = [WatchState(json.loads(row["body"])["state"]) for row in rows]
        unsaid = self.outside.team.watches and not (stands and all(each is wanted for each in stands))
        return [f"the watch is {stands}, and {self.outside.target.wrong} orders are wrong"] if unsaid else []


def _until(name: str, now: datetime) -> datetime:
    """What is wanted after a moment may have been written down by a clock that was ahead."""
    return now if name in TIMERS else now + timedelta(seconds=2 * LARGEST_STEP)
