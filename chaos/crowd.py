"""What monitors and people do in a simulated hour, and what they were told: the measure of what may not be lost."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, TypeAlias, TypeVar

from msgspec import Struct, field
from msgspec.structs import replace

from bot.sources.admission import Request
from bot.web.alerts import delivery_of
from bot.web.collector import Reception
from chaos.process import Died, Outside, Process
from chaos.team import LAPSING
from commands import menu
from commands.asked import Asked
from commands.outage import Conflict, Outage
from commands.ports import Kept, Ports
from incident.alert import Delivery
from incident.incident import Incident
from incident.refusal import Refused
from incident.responder import UserId, at_terminal

T = TypeVar("T")

Scene: TypeAlias = Callable[["Crowd"], Coroutine[Any, Any, None]]


class Verb(Protocol):
    """What can be said at a terminal: it needs no Slack."""

    def __call__(self, asked: Asked, *, ports: Kept) -> Awaitable[object]: ...


class Town(Protocol):
    """Where the crowd finds a process to talk to."""

    outside: Outside

    def now(self) -> datetime:
        """The true time."""
        ...

    def somebody(self) -> Process | None:
        """A process that lives, whichever the balancer takes."""
        ...


class Told(Struct, kw_only=True):
    """What the crowd knows for certain. Texts are used once, so that each can be counted in the store and in Slack."""

    accepted: Counter[str] = field(default_factory=Counter)
    """Alert messages that were taken (202), by the alert's key."""
    deliveries: set[str] = field(default_factory=set)
    declared: set[str] = field(default_factory=set)
    noted: set[str] = field(default_factory=set)
    updated: set[str] = field(default_factory=set)
    over: set[str] = field(default_factory=set)
    """What broke again and again, each message of which was taken once, and the last of which says that it is over."""
    finished: set[str] = field(default_factory=set)
    """The incidents of which somebody walked a procedure to its end."""
    spooled: int = 0
    """Requests that were taken while the store was away."""
    behind: dict[str, list[tuple[int, str]]] = field(default_factory=dict)
    """Those of them that were sent once only: by machine, which they were and in which order they came."""
    played: Counter[str] = field(default_factory=Counter)
    """What was played, by its name."""
    attempts: int = 0
    faults: list[str] = field(default_factory=list)
    """What came back that nobody may ever see: a fault of Muster's own."""


class Crowd:
    """Everybody outside, and what they can do; the scenes say what they do."""

    def __init__(self, town: Town) -> None:
        self._town = town
        self.outside = town.outside
        self.outside.pager.posts = self._post
        self.weather = town.outside.weather
        self._chance = self.weather.chance
        self.people = town.outside.team.everybody
        self._count = 0
        self._posting: dict[asyncio.Task[None], str] = {}
        self.told = Told()

    @property
    def under_way(self) -> list[str]:
        """The webhooks of PagerDuty that nobody has taken yet."""
        return list(self._posting.values())

    def drawn(self, scenes: Sequence[tuple[Scene, int]]) -> Scene:
        """One of some scenes, each as likely as its number is high."""
        scene = self._chance.choices([each for each, _ in scenes], [weight for _, weight in scenes])[0]
        self.told.played[f"scene_{scene.__name__}"] += 1
        return scene

    def now(self) -> datetime:
        """The true time, as monitors have it."""
        return self._town.now()

    async def wait(self, mean: float) -> None:
        """Some seconds."""
        await asyncio.sleep(self._chance.expovariate(1 / mean))

    async def alert(self, name: str, *, resolved: bool = False, alerts: int = 1) -> None:
        """A monitor says it until it is taken: the same bytes again, as monitors do."""
        self._count += 1
        states = ["resolved" if resolved else "firing"] * alerts
        entries = [
            {"key": f"{name}-{i}", "title": f"{name} {i}", "state": state, "labels": {"alertname": name}}
            for i, state in enumerate(states)
        ]
        body = json.dumps({"alerts": entries, "n": self._count}).encode()
        copies, number = self._chance.choice((1, 1, 1, 2, 20)), f"request-{self._count}"
        headers = {"Idempotency-Key": number}
        await asyncio.gather(*(self._send("generic", body, headers, alone=copies == 1) for _ in range(copies)))
        self.told.accepted.update(f"generic:{name}-{i}" for i in range(alerts))

    async def outage(self, thing: str, began: datetime, *, over: bool = False) -> bool:
        """Alertmanager tells of one outage of a thing, which has its own key; whether it had to say so only once."""
        self._count += 1
        status, labels = "resolved" if over else "firing", {"alertname": LAPSING, "thing": thing}
        entry = {"fingerprint": thing, "startsAt": began.isoformat(), "status": status, "labels": labels}
        body = json.dumps({"alerts": [entry], "n": self._count}).encode()
        return await self._send("alertmanager", body, {}, alone=True)

    async def _send(self, source: str, body: bytes, headers: Mapping[str, str], *, alone: bool) -> bool:
        """Until it is taken. ``alone``: nobody else sends the same. Whether it was sent once only."""

        async def take(process: Process) -> tuple[int, str, Delivery, Reception]:
            delivery = delivery_of(source, Request(headers=headers, body=body, at=process.ports.clock()))
            self._count += 1
            came = self._count
            return came, process.machine, delivery, await process.collector.take(delivery)

        while True:
            try:
                came, machine, delivery, reception = await self._somewhere(take)
            except (Outage, Died):
                # It may be in the spool of a machine that died before it answered.
                alone = False
                await self.wait(2)
                continue
            self.told.spooled += reception is Reception.SPOOLED
            if delivery.by_body:
                # It is kept under a key that says how it left its alerts, which nobody outside knows.
                return alone
            self.told.deliveries.add(delivery.key)
            if reception is Reception.SPOOLED and alone:
                self.told.behind.setdefault(machine, []).append((came, delivery.key))
            return alone

    def _post(self, body: Mapping[str, object], number: str) -> None:
        """PagerDuty tells of a change: each webhook takes its own time."""

        async def post() -> None:
            await self.wait(0.5)
            await self._send("pagerduty", json.dumps(body).encode(), {}, alone=True)

        task = asyncio.get_running_loop().create_task(post())
        self._posting[task] = f"the webhook {number}"
        task.add_done_callback(self._posting.pop)

    async def say(self, words: str, about: Incident | None, *, by: UserId | None = None) -> bool:
        """``/incident words``, until there is an answer; whether it was done."""
        who = by or self._chance.choice(self.people)
        return await self.asked(lambda asked, ports: menu.ask(asked, ports=ports), words, about, by=who)

    async def type(self, verb: Verb, words: str, about: Incident, name: str) -> bool:
        """``muster incidents …`` at a terminal, by whoever is logged in there, until there is an answer."""

        async def typed(asked: Asked, ports: Ports) -> None:
            kept = Kept(store=ports.store)
            await verb(replace(asked, by=UserId(""), terminal=at_terminal(name)), ports=kept)

        return await self.asked(typed, words, about, by=self.people[0])

    async def asked(
        self,
        does: Callable[[Asked, Ports], Awaitable[object]],
        words: str,
        about: Incident | None,
        *,
        by: UserId,
    ) -> bool:
        """What a person asks, delivered anew under the same cause while no answer comes; whether it was done."""
        self._count += 1
        cause = f"cause-{self._count}"

        async def ask(process: Process) -> None:
            ports = process.ports
            fresh = await ports.store.incident(about.id) if about is not None else None
            await does(Asked(by=by, words=words, cause=cause, at=ports.clock(), about=fresh), ports)

        for _ in range(50):
            self.told.attempts += 1
            try:
                await self._somewhere(ask)
            except Refused:
                return False
            except (Outage, Died):
                await self.wait(1)
            except Conflict as conflict:
                self.told.faults.append(f"{words or does}: {conflict}")
                return False
            else:
                return True
        return False

    async def _somewhere(self, does: Callable[[Process], Awaitable[T]]) -> T:
        process = self._town.somebody()
        if process is None:
            raise Died

        async def work() -> T:
            return await does(process)

        return await process.ask(work())

    async def look(self, find: Callable[[Ports], Awaitable[T]]) -> T | None:
        """What somebody sees who looks; None when nobody can say."""
        try:
            return await self._somewhere(lambda process: find(process.ports))
        except (Outage, Died):
            return None

    async def incident(self) -> Incident | None:
        """One of the incidents that are open."""
        found = await self.look(lambda ports: ports.store.open_incidents())
        return self._chance.choice(found) if found else None

    def unique(self, word: str) -> str:
        """A text that nobody else says."""
        self._count += 1
        return f"{word} {self._count} of many"

    def somebody(self) -> UserId:
        """One of the people."""
        return self._chance.choice(self.people)

    def one_of(self, some: Sequence[T]) -> T:
        """One of them."""
        return self._chance.choice(some)

    def number(self, most: int) -> int:
        """A number from 1."""
        return self._chance.randint(1, most)
