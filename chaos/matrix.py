"""The crash matrix: each flow cut at every point at which a process touches the outside, one after the other.

At each point the process dies; and at each answer the answer is lost instead. Nothing is left to chance.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Final

import aiohttp
from msgspec import Struct

from chaos.crowd import Crowd
from chaos.plays import FLOWS, Flow
from chaos.process import Process
from chaos.simulation import Outcome, Town
from chaos.virtual_time import run
from chaos.weather import Climate, Weather
from commands.outage import Outage

ANSWERED: Final = " done"
"""How a point is called at which something was done and its answer is on the way."""


class Cut(StrEnum):
    """What happens at the point."""

    DEATH = "death"
    LOST_ANSWER = "lost_answer"


class Cell(Struct, frozen=True, kw_only=True):
    """One run of the matrix: the point by its number from 0, and what happens at it."""

    flow: str
    point: int
    cut: Cut

    def __str__(self) -> str:
        return f"{self.flow}:{self.cut.value}:{self.point}"


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
            elif what.startswith(("store", "pager")):
                raise Outage("the answer was lost", retry=True)
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
    town = Town(weather, replicas=1, paged=flow.paged, watches=flow.watches, watched=watched, told=told)
    crowd = Crowd(town)
    seasons = asyncio.create_task(town.seasons())
    try:
        await flow.before(crowd)
        begun = True
        await flow.play(crowd)
        await asyncio.sleep(8)
        # What comes after the flow is not of it: clocks that ring, and workers that only ask.
        begun = False
        unsettled = await town.settled(lambda: crowd.under_way)
    finally:
        seasons.cancel()
        await asyncio.gather(seasons, return_exceptions=True)
    return await town.judged(0, crowd.told, unsettled)
