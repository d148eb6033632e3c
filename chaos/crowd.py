"""What monitors and people do in a simulated hour, and what they were told: the measure of what may not be lost."""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from datetime import datetime
from random import Random
from typing import Any, Final, Protocol, TypeVar

from msgspec import Struct, field

from bot.sources.admission import Request
from bot.web import delivery_of
from chaos.process import Died, Process
from commands import menu
from commands.answer_approval import approve, break_glass, cancel, reject
from commands.asked import Asked
from commands.declare import declare_filled
from commands.fix import fix_filled
from commands.outage import Conflict, Outage
from commands.ports import Ports
from commands.take_alerts import heard, take_alerts
from commands.turns import turn_now
from commands.walk_steps import run as run_step
from incident.approval import Approval, ApprovalState
from incident.incident import Incident
from incident.refusal import Refused
from incident.responder import UserId
from incident.runbook import StepKind
from incident.severity import Severity
from tests.fakes.runbooks import STUCK

T = TypeVar("T")

ALERTS: Final = ("OrdersStuck", "OrdersStuck", "QueueFull", "DiskSlow")
"""What fires: the first is the runbook's, the others are groups of their own."""
WALK_WORDS: Final = ("restore-orders", "next", "done seen to it", "skip not needed", "abort wrong one", "rollback back")


class Town(Protocol):
    """Where the crowd finds a process to talk to."""

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
    attempts: int = 0
    faults: list[str] = field(default_factory=list)
    """What came back that nobody may ever see: a fault of Muster's own."""


class Crowd:
    """Everybody outside. ``act`` plays some scenes, one after the other and side by side, as chance has it."""

    def __init__(self, town: Town, chance: Random, people: tuple[UserId, ...], clock: Callable[[], datetime]) -> None:
        self._town = town
        self._chance = chance
        self.people = people
        self._clock = clock
        self._count = 0
        self.told = Told()

    async def act(self, scenes: int) -> None:
        """So many scenes; returns when everybody has what they came for or has given up."""
        playing: list[asyncio.Task[None]] = []
        for _ in range(scenes):
            scene = self._chance.choices([each for each, _ in SCENES], [weight for _, weight in SCENES])[0]
            playing.append(asyncio.create_task(scene(self)))
            await self.wait(4)
        await asyncio.gather(*playing)

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
        await asyncio.gather(*(self._send(body, number) for _ in range(copies)))
        self.told.accepted.update(f"generic:{name}-{i}" for i in range(alerts))

    async def _send(self, body: bytes, number: str) -> None:
        async def take(ports: Ports) -> None:
            delivery = delivery_of("generic", Request(headers={"Idempotency-Key": number}, body=body, at=ports.clock()))
            taken = await take_alerts(heard(delivery, ports=ports), ports=ports)
            self.told.deliveries.add(taken.key)

        while True:
            try:
                await self._somewhere(take)
            except (Outage, Died):
                await self.wait(2)
            else:
                return

    async def say(self, words: str, about: Incident | None, *, by: UserId | None = None) -> bool:
        """``/incident words``, until there is an answer; whether it was done."""
        who = by or self._chance.choice(self.people)
        return await self.asked(lambda asked, ports: menu.ask(asked, ports=ports), words, about, by=who)

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

        async def ask(ports: Ports) -> None:
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

    async def _somewhere(self, does: Callable[[Ports], Awaitable[T]]) -> T:
        process = self._town.somebody()
        if process is None:
            raise Died

        async def work() -> T:
            return await does(process.ports)

        return await process.ask(work())

    async def look(self, find: Callable[[Ports], Awaitable[T]]) -> T | None:
        """What somebody sees who looks; None when nobody can say."""
        try:
            return await self._somewhere(find)
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

    def number(self, most: int) -> int:
        """A number from 1."""
        return self._chance.randint(1, most)


async def outage(crowd: Crowd) -> None:
    """An alert fires, is repeated, perhaps by many, and perhaps it is over."""
    name = ALERTS[crowd.number(len(ALERTS)) - 1]
    for _ in range(crowd.number(3)):
        await crowd.alert(name, alerts=crowd.number(4))
        await crowd.wait(3)
    if crowd.number(2) == 1:
        await crowd.alert(name, resolved=True, alerts=crowd.number(4))


async def declaration(crowd: Crowd) -> None:
    """Somebody declares what no monitor saw."""
    title = crowd.unique("Orders stand still")
    level = list(Severity)[crowd.number(4) - 1]
    if await crowd.asked(
        lambda asked, ports: declare_filled(asked, title=title, level=level, ports=ports, procedure_id=STUCK.id),
        "",
        None,
        by=crowd.somebody(),
    ):
        crowd.told.declared.add(title)


async def work(crowd: Crowd) -> None:
    """People write down, tell and tick, and somebody owns it."""
    incident = await crowd.incident()
    if incident is None:
        return
    await crowd.say("ack", incident)
    note, update = crowd.unique("Seen"), crowd.unique("Known")
    if await crowd.say(f"note {note}", incident):
        crowd.told.noted.add(note)
    await crowd.wait(2)
    await crowd.say(f"severity P{crowd.number(4) - 1} worse", incident)
    if await crowd.say(f"update {update}", incident):
        crowd.told.updated.add(update)
    await crowd.say(f"check {crowd.number(4)}", incident)
    await crowd.say(f"role commander <@{crowd.somebody()}>", incident)


async def remedy(crowd: Crowd) -> None:
    """A remediation is asked for; many click at once, some cancel, some never answer."""
    incident = await crowd.incident()
    if incident is None:
        return
    by, step, minutes = crowd.somebody(), ("requeue", "restart")[crowd.number(2) - 1], str(crowd.number(60))
    given = {"minutes": minutes} if step == "requeue" else {}
    await crowd.asked(
        lambda asked, ports: fix_filled(asked, step_id=step, parameters=given, ports=ports), "", incident, by=by
    )
    await crowd.wait(3)
    found = await crowd.look(lambda ports: ports.store.approvals_of(incident.id))
    request = next((each for each in reversed(found or ()) if each.state is ApprovalState.ASKED), None)
    if request is not None:
        await _answers(crowd, incident, request)


async def _answers(crowd: Crowd, incident: Incident, request: Approval) -> None:
    kind = crowd.number(8)
    if kind == 1:
        return
    if kind == 2:
        await _click(crowd, incident, lambda asked, ports: reject(asked, request.id, reason="not now", ports=ports))
        return
    if kind == 3:
        await _click(
            crowd,
            incident,
            lambda asked, ports: break_glass(asked, request.id, reason="alone here", ports=ports),
            by=request.requester,
        )
    clicks = 100 if kind == 4 else 3
    await asyncio.gather(
        *(_click(crowd, incident, lambda asked, ports: approve(asked, request.id, ports=ports)) for _ in range(clicks))
    )
    if kind >= 7:
        await crowd.wait(1)
        await _click(crowd, incident, lambda asked, ports: cancel(asked, request.id, ports=ports))


async def _click(
    crowd: Crowd, incident: Incident, does: Callable[[Asked, Ports], Awaitable[object]], by: UserId | None = None
) -> None:
    await crowd.asked(does, "", incident, by=by or crowd.somebody())


async def walk(crowd: Crowd) -> None:
    """A procedure is begun, and people go on, skip, end or take back."""
    incident = await crowd.incident()
    if incident is None:
        return
    await crowd.say("procedure restore-orders", incident)
    for _ in range(crowd.number(6)):
        await crowd.wait(2)
        word = WALK_WORDS[crowd.number(len(WALK_WORDS)) - 1]
        await crowd.say(f"procedure {word}", incident)
        if crowd.number(2) == 1:
            await crowd.asked(_next_leg, "", incident, by=crowd.somebody())


async def _next_leg(asked: Asked, ports: Ports) -> object:
    turn = turn_now(asked.incident)
    _, leg = turn.among(asked.incident)
    if leg.kind is StepKind.MANUAL:
        return None
    given = {"snapshot": "s-1"} if leg.kind is StepKind.REMEDIATION else {}
    return await run_step(asked, turn, parameters=given, ports=ports)


async def freeze(crowd: Crowd) -> None:
    """Everything is stopped for a while."""
    by = crowd.people[0]
    await crowd.say("freeze let me look", None, by=by)
    await crowd.wait(6)
    await crowd.say("unfreeze go on", None, by=by)


async def evidence(crowd: Crowd) -> None:
    """Evidence is frozen, and let go."""
    incident = await crowd.incident()
    if incident is not None:
        await crowd.say("evidence freeze a break-in", incident)
        await crowd.wait(5)
        await crowd.say("evidence release all copied", incident)


async def end(crowd: Crowd) -> None:
    """It is over, told more than once; perhaps it comes back."""
    incident = await crowd.incident()
    if incident is None:
        return
    await asyncio.gather(*(crowd.say("resolve restarted it", incident) for _ in range(crowd.number(3))))
    await crowd.wait(3)
    if crowd.number(3) == 1:
        await crowd.say("reopen it is back", incident)
    await crowd.say("postmortem", incident)


SCENES: Final[tuple[tuple[Callable[[Crowd], Coroutine[Any, Any, None]], int], ...]] = (
    (outage, 6),
    (declaration, 3),
    (work, 4),
    (remedy, 6),
    (walk, 3),
    (freeze, 1),
    (evidence, 1),
    (end, 3),
)
"""What may happen, and how often beside the others."""
