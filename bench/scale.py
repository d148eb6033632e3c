"""Every command beside years of incidents, and beside a hundred: what it costs that so much is stored.

``python -m bench.scale [INCIDENTS EVENTS]``. The two stores are asked in turn, so that a busy machine slows both alike.
"""

import asyncio
import gc
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from statistics import median, quantiles
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from bench import stored
from bot.stores.sqlite import SQLiteStore
from commands.answer_approval import approve
from commands.fix import fix_filled
from incident.incident import Incident
from incident.timeline import broken_at
from tests.fakes.settings import ANA, CLEO
from tests.fakes.world import World, opened_world, ports

INCIDENTS: Final = 100_000
EVENTS: Final = 5_000_000
FEW: Final = 100
ROUNDS: Final = 300
MORE: Final = 150
MOST: Final = 900
"""A 99th percentile of so few is made by whatever else the machine did in three moments: while one looks too long, more
rounds are played, up to so many, and all of them count."""
ALLOWED: Final = 1.5

Act = Callable[[World, Incident, int], Awaitable[object]]


def said(words: str, *, anywhere: bool = False) -> Act:
    """A line that somebody types in an incident's channel, or outside of every one."""

    async def act(world: World, incident: Incident, number: int) -> object:
        return await world.say(ANA, words.format(number), None if anywhere else incident)

    return act


async def alert(world: World, incident: Incident, number: int) -> object:
    """A new alert of an open outage."""
    return await world.knock(_body(f"n{number}", "DiskSlow"))


async def repeat(world: World, incident: Incident, number: int) -> object:
    """The same alert once more."""
    return await world.knock({**_body("again", "DiskSlow"), "n": number})


async def declare(world: World, incident: Incident, number: int) -> object:
    """A person declares."""
    return await world.declared(f"Number {number}", work=False)


async def ask(world: World, incident: Incident, number: int) -> object:
    """A remediation is asked for; evidence that other incidents keep is looked for."""
    return await fix_filled(world.asked(ANA, about=incident), step_id="requeue", parameters={}, ports=world.ports)


async def look_for_work(world: World, incident: Incident, number: int) -> object:
    """What a worker asks when nothing is due."""
    await world.store.claim("bench", limit=64, lease=timedelta(seconds=10))
    await world.store.cut_short()
    return await world.store.next_due()


async def figures(world: World, incident: Incident, number: int) -> object:
    """What ``/healthz`` and ``/metrics`` ask."""
    return await world.store.figures()


ACTS: Final[dict[str, Act]] = {
    "declare": declare,
    "show": said("show"),
    "why": said("why"),
    "list": said("list", anywhere=True),
    "watches": said("watches", anywhere=True),
    "check": said("check 1"),
    "ack": said("ack"),
    "severity": said("severity P0 worse"),
    "role": said(f"role commander <@{ANA}>"),
    "note": said("note number {}"),
    "update": said("update number {}"),
    "diagnose": said("diagnose"),
    "procedure": said("procedure"),
    "ask": ask,
    "evidence": said("evidence freeze a break-in"),
    "fix": said("fix"),
    "freeze": said("freeze look", anywhere=True),
    "unfreeze": said("unfreeze go on", anywhere=True),
    "resolve": said("resolve restarted"),
    "reopen": said("reopen it is back"),
    "resolve again": said("resolve restarted"),
    "postmortem": said("postmortem"),
    "alert": alert,
    "repeated alert": repeat,
    "worker": look_for_work,
    "figures": figures,
}
"""Every command that people may give, in an order in which none is refused, and what asks by itself."""


class _Side(Struct, frozen=True):
    """One of the two stores, and what each act took in it, in seconds."""

    world: World
    took: dict[str, list[float]]


async def measure(incidents: int = INCIDENTS, events: int = EVENTS) -> dict[str, object]:
    """The 99th percentile of each command with so much stored, beside that with a hundred incidents.

    In milliseconds of processor time: the files are in memory, and what else the machine does must not count.
    """
    with tempfile.TemporaryDirectory(prefix="muster-scale-", dir=Path("/dev/shm")) as folder:  # noqa: S108
        began = time.monotonic()
        few, many = Path(folder) / "few.db", Path(folder) / "many.db"
        for path, count in ((few, FEW), (many, incidents)):
            print(f"storing {count} incidents …", file=sys.stderr, flush=True)
            await _stored(path, count, count * (events // incidents))
        made = time.monotonic() - began
        async with _opened(few) as one, _opened(many) as other:
            await _verify(other)
            sides = [_Side(world, {name: [] for name in ACTS}) for world in (one, other)]
            rounds = 0
            while rounds < ROUNDS or (rounds < MOST and _worst(*sides) > ALLOWED):
                more = MORE if rounds >= ROUNDS else ROUNDS
                for number in range(rounds, rounds + more):
                    await _round(sides, number)
                rounds += more
        stored_as = {"incidents": incidents, "events": events, "stored_s": round(made, 1)}
        return {"scale": {**stored_as, "rounds": rounds, **_told(*sides)}}


async def _stored(path: Path, incidents: int, events: int) -> None:
    async with opened_world() as world:
        await world.knock(_body(stored.HOLE, "OrdersStuck"))
        await world.work()
        (incident,) = await world.store.open_incidents()
        for words in ("ack", "note seen", "update they stand still", "severity P0 all of them"):
            await world.say(ANA, words, incident)
        await world.work()
        request = await world.requested(incident)
        await approve(world.asked(CLEO), request.id, ports=world.ports)
        await world.let_pass(minutes=5)
        await world.say(ANA, "resolve restarted the workers", incident)
        await world.say(ANA, "postmortem done", incident)
        await world.let_pass(days=3)
        await world.store.close()
        await asyncio.to_thread(path.write_bytes, await asyncio.to_thread(world.path.read_bytes))
    await asyncio.to_thread(stored.copy, path, incidents, events)


@asynccontextmanager
async def _opened(path: Path) -> AsyncIterator[World]:
    async with opened_world() as world:
        store = await SQLiteStore.open(path, clock=world.clock)
        world.clock.advance(days=4)
        made = ports(store, world.clock, world.chat, world.settings)
        # Its first deliveries are on record in the copied store.
        yield replace(world, path=path, store=store, ports=made, _causes=1_000_000)
        await store.close()


async def _verify(world: World) -> None:
    """The last chain and one in the middle are whole, or what is measured is not what Muster stores."""
    (last,) = await world.store.recent_incidents(limit=1)
    middle = await world.store.incident_by_number(max(last.number // 2, 1))
    for incident in filter(None, (last, middle)):
        place = broken_at(incident.id, await world.store.timeline(incident.id))
        if place is not None:
            raise RuntimeError(f"{incident.key} was not stored as it should be: its chain breaks at {place}")


async def _round(sides: list[_Side], number: int) -> None:
    """Each act once on each side; what both owe for it is done outside of the measurement."""
    incidents = [await side.world.declared(f"Round {number}") for side in sides]
    order = [0, 1] if number % 2 else [1, 0]
    for name, act in ACTS.items():
        for place in order:
            side = sides[place]
            gc.disable()
            began = time.process_time()
            await act(side.world, await side.world.again(incidents[place]), number)
            side.took[name].append(time.process_time() - began)
            gc.enable()
    for side in sides:
        await side.world.work()


def _told(few: _Side, many: _Side) -> dict[str, object]:
    told = {}
    for name in ACTS:
        one, other = (_percentile(side.took[name]) for side in (few, many))
        usual = median(many.took[name]) / median(few.took[name])
        told[name] = {
            "few_ms": round(one * 1000, 2),
            "many_ms": round(other * 1000, 2),
            "ratio": round(other / one, 2),
            "median_ratio": round(usual, 2),
        }
    return {"worst_ratio": round(_worst(few, many), 2), "allowed": ALLOWED, "p99": told}


def _worst(few: _Side, many: _Side) -> float:
    return max(_percentile(many.took[name]) / _percentile(few.took[name]) for name in ACTS)


def _percentile(took: list[float]) -> float:
    return quantiles(took, n=100)[98]


def _body(fingerprint: str, name: str) -> dict[str, object]:
    alert = {
        "status": "firing",
        "labels": {"alertname": name, "severity": "warning"},
        "annotations": {"summary": f"{name} fires"},
        "fingerprint": fingerprint,
    }
    return {"version": "4", "groupKey": name, "status": "firing", "receiver": "muster", "alerts": [alert]}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(measure(*map(int, sys.argv[1:3]))), indent=2))
