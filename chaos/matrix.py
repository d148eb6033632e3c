"""The crash matrix: each flow cut at every point at which a process touches the outside, one after the other.

At each point the process dies; and at each answer the answer is lost instead. Nothing is left to chance.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine, Iterator
from enum import StrEnum
from functools import partial
from typing import Any, Final

import aiohttp
from msgspec import Struct

from chaos.crowd import Crowd
from chaos.process import Process
from chaos.simulation import Outcome, Town
from chaos.virtual_time import run
from chaos.weather import Climate, Weather
from commands.answer_approval import approve
from commands.declare import declare_filled
from commands.fix import fix_filled
from commands.outage import Outage
from incident.approval import ApprovalState
from incident.incident import Incident
from incident.severity import Severity
from tests.fakes.runbooks import STUCK

Play = Callable[[Crowd], Coroutine[Any, Any, None]]

ANSWERED: Final = " done"
"""How a point is called at which something was done and its answer is on the way."""


class Cut(StrEnum):
    """What happens at the point."""

    DEATH = "death"
    LOST_ANSWER = "lost_answer"


class Flow(Struct, frozen=True, kw_only=True):
    """What is played, and what has to be there before."""

    name: str
    before: Play
    play: Play


class Cell(Struct, frozen=True, kw_only=True):
    """One run of the matrix: the point by its number from 0, and what happens at it."""

    flow: str
    point: int
    cut: Cut

    def __str__(self) -> str:
        return f"{self.flow}:{self.cut.value}:{self.point}"


async def nothing(crowd: Crowd) -> None:
    """There is nothing before."""


async def declared(crowd: Crowd) -> None:
    """Somebody declares an incident."""
    title, by = "Orders stand still 1 of many", crowd.people[0]

    def declare(asked: Any, ports: Any) -> Coroutine[Any, Any, object]:
        return declare_filled(asked, title=title, level=Severity.P1, ports=ports, procedure_id=STUCK.id)

    if await crowd.asked(declare, "", None, by=by):
        crowd.told.declared.add(title)


async def opened(crowd: Crowd) -> None:
    """An incident with all that belongs to its opening."""
    await declared(crowd)
    await asyncio.sleep(20)


async def storm(crowd: Crowd) -> None:
    """Many alerts of one outage, some of them again, and what is over."""
    await asyncio.gather(crowd.alert("OrdersStuck", alerts=3), crowd.alert("OrdersStuck", alerts=3))
    await crowd.alert("OrdersStuck", resolved=True, alerts=2)


async def remedied(crowd: Crowd) -> None:
    """A remediation is asked for, approved by another person, run and verified."""
    incident = await _found(crowd)
    await crowd.asked(
        lambda asked, ports: fix_filled(asked, step_id="requeue", parameters={"minutes": "15"}, ports=ports),
        "",
        incident,
        by=crowd.people[0],
    )
    for _ in range(100):
        await asyncio.sleep(1)
        requests = await crowd.look(lambda ports: ports.store.approvals_of(incident.id)) or ()
        asked_for = [each for each in requests if each.state is ApprovalState.ASKED]
        if asked_for:
            yes = partial(_yes, asked_for[0].id)
            await crowd.asked(yes, "", incident, by=crowd.people[2])
            return
        if requests and requests[0].state.final:
            return


async def resolved(crowd: Crowd) -> None:
    """It is owned, told, and over; the post-mortem is drafted and shared."""
    incident = await _found(crowd)
    for words in ("ack", "update they run again", "resolve restarted the workers"):
        await crowd.say(words, incident, by=crowd.people[0])


async def walked(crowd: Crowd) -> None:
    """A procedure is begun, its first step looks, one is skipped, and it is ended."""
    incident = await _found(crowd)
    for words in ("restore-orders", "next", "skip not needed", "abort the wrong one"):
        await crowd.say(f"procedure {words}", incident, by=crowd.people[0])
        await asyncio.sleep(3)


FLOWS: Final = (
    Flow(name="opening", before=nothing, play=declared),
    Flow(name="storm", before=nothing, play=storm),
    Flow(name="remediation", before=opened, play=remedied),
    Flow(name="resolve", before=opened, play=resolved),
    Flow(name="procedure", before=opened, play=walked),
)


def points(flow: Flow) -> list[str]:
    """What each point of a flow is, when nothing goes wrong."""
    seen: list[str] = []
    run(_played(flow, lambda process, what: seen.append(what)))
    return seen


def cells(flow: Flow, *, every: int = 1) -> Iterator[Cell]:
    """The runs of one flow's matrix, or each so many of them."""
    for number, what in enumerate(points(flow)):
        if number % every == 0:
            yield Cell(flow=flow.name, point=number, cut=Cut.DEATH)
        if what.endswith(ANSWERED) and number % every == 0:
            yield Cell(flow=flow.name, point=number, cut=Cut.LOST_ANSWER)


def cell_of(name: str) -> Cell:
    """The cell of that name. Raises ValueError."""
    flow, how, point = name.split(":")
    return Cell(flow=flow, point=int(point), cut=Cut(how))


def cut(cell: Cell, *, told: Callable[[str], None] | None = None) -> Outcome:
    """Play one cell. ``told`` hears of every step."""
    flow = next(each for each in FLOWS if each.name == cell.flow)
    passed = Counter[str]()

    def at_each(process: Process, what: str) -> None:
        passed[""] += 1
        if passed[""] == cell.point + 1:
            if cell.cut is Cut.DEATH:
                process.die()
            elif what.startswith("store"):
                raise Outage("the database's answer was lost", retry=True)
            else:
                raise aiohttp.ServerDisconnectedError

    return run(_played(flow, at_each, told))


async def _played(
    flow: Flow, at_each: Callable[[Process, str], None], told: Callable[[str], None] | None = None
) -> Outcome:
    begun = False

    def watched(process: Process, what: str) -> None:
        if begun:
            at_each(process, what)

    weather = Weather(0, Climate())
    town = Town(weather, replicas=1, watched=watched, told=told)
    crowd = Crowd(town, weather, town.outside.team.everybody, town.now)
    seasons = asyncio.create_task(town.seasons())
    try:
        await flow.before(crowd)
        begun = True
        await flow.play(crowd)
        await asyncio.sleep(8)
        # What comes after the flow is not of it: clocks that ring, and workers that only ask.
        begun = False
        unsettled = await town.settled()
    finally:
        seasons.cancel()
        await asyncio.gather(seasons, return_exceptions=True)
    return await town.judged(0, crowd.told, unsettled)


async def _found(crowd: Crowd) -> Incident:
    while True:
        incident = await crowd.incident()
        if incident is not None:
            return incident
        await asyncio.sleep(1)


async def _yes(approval_id: str, asked: Any, ports: Any) -> object:
    return await approve(asked, approval_id, ports=ports)
