"""The crash matrix with real processes: each flow, cut at each call of Slack and on both sides of each change of a job.

One of two replicas dies there, and is started again; the flow goes on, with the other one or with both. What a round
plays is told when something is wrong with it; each deed has a name of its own.
"""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Final

from chaos.deeds import COSTLY, Deeds
from chaos.judging import Verdict
from chaos.judging_rounds import judge
from chaos.known import Known
from chaos.patience import Patience
from chaos.place import READY_WITHIN, Ground, Place, placed
from chaos.replicas import ENDING, MOST_STOPPED, ROUND_WITHIN, Round, grounded
from chaos.settling import settled
from chaos.traps import How, Point, Traps, laid, lives
from demo.bot_process import BotProcess, NotReadyError
from sandbox.state.model import Channel

CUTS_A_ROUND: Final = 12
BETWEEN: Final = 2
"""Looks without anything owed between two cuts."""
FLOWS: Final[Mapping[str, tuple[int, int]]] = {
    "opening": (12, 26),
    "remediation": (22, 70),
    "procedure": (44, 130),
    "over": (40, 104),
    "watch": (18, 64),
    "pagerduty": (26, 62),
    "terminal": (32, 88),
}
"""How many calls of Slack each flow makes, and how many changes of jobs: a few more, and there nobody dies."""


def point_of(name: str) -> Point:
    """The point of that name. Raises ValueError."""
    flow, how, number = name.split(":")
    return Point(flow=flow, how=How(how), number=int(number))


def points(seed: int) -> list[Point]:
    """Every cut, in an order of chance: what there is no time for is missing everywhere a little."""
    every = [
        Point(flow=flow, how=how, number=number)
        for flow, (calls, changes) in FLOWS.items()
        for how, most in ((How.CALL, calls), (How.BEFORE, changes), (How.AFTER, changes))
        for number in range(1, most + 1)
    ]
    random.Random(seed).shuffle(every)  # noqa: S311  (nothing secret hangs on it)
    return every


def cut_really(every: Sequence[Point], patience: Patience) -> Iterator[tuple[Sequence[Point], Round]]:
    """Play so many points as there is time for, some in one place; what it came to."""
    with grounded() as (ground, runner):
        stopped = 0
        for first in range(0, len(every), CUTS_A_ROUND):
            if patience.left < ENDING or stopped >= MOST_STOPPED:
                return
            some = every[first : first + CUTS_A_ROUND]
            each = runner.run(_ended(some, ground, patience))
            stopped += each.stopped
            yield some, each


async def _ended(some: Sequence[Point], ground: Ground, patience: Patience) -> Round:
    """The round, which comes to an end whatever happens in it."""
    try:
        async with asyncio.timeout(ROUND_WITHIN):
            return await _round(some, ground, patience)
    except TimeoutError as late:
        why = f"it did not end within {ROUND_WITHIN:.0f} s: {late}"
    except Exception as fault:  # noqa: BLE001  (whatever it is, the other rounds are played and it is told)
        why = f"it could not go on: {type(fault).__name__}: {fault}"
    return Round(seed=0, verdict=Verdict(broken=[why]), struck=Counter(), calls=0, stopped=True)


async def _round(some: Sequence[Point], ground: Ground, patience: Patience) -> Round:
    chance, verdict, known, struck = random.Random(0), Verdict(), Known(), Counter[str]()  # noqa: S311  (as above)
    async with placed(ground, chance) as place, _kept_up(place), laid(place) as traps:
        deeds = Deeds(place, chance, "first", known)
        await deeds.tell(COSTLY)
        channel = await place.it.person("ana").wait_for_channel("inc-", READY_WITHIN)
        for number, point in enumerate(some):
            if patience.left < ENDING:
                break
            played = Deeds(place, chance, f"{point.flow}-{number}", known)
            struck["deaths"] += await _cut(point, played, channel, traps, verdict)
            verdict.played[f"cuts_{point.flow}"] += 1
        await settled(place, verdict)
        await judge(place, known, verdict)
        calls = len(place.it.sandbox.calls.all())
    verdict.played += known.played
    return Round(seed=0, verdict=verdict, struck=struck, calls=calls)


async def _cut(point: Point, deeds: Deeds, channel: Channel, traps: Traps, verdict: Verdict) -> bool:
    """Play one flow with a trap in it; whether somebody died."""
    await traps.set(point.how, point.number)
    between = Verdict()
    try:
        await _flow(point.flow, deeds, channel)()
        # Much of a flow is done when its people have gone already.
        await settled(deeds.place, between, still=BETWEEN)
    except TimeoutError:
        between.lost.append("it was never seen to the end")
    died = traps.sprung.is_set()
    await traps.take_away()
    verdict.lost += [f"{point}: {each}" for each in between.lost]
    return died


def _flow(name: str, deeds: Deeds, channel: Channel) -> Callable[[], Awaitable[object]]:
    flows: dict[str, Callable[[], Awaitable[object]]] = {
        "opening": deeds.declared,
        "remediation": partial(deeds.remedied, channel, undone=True),
        "procedure": deeds.procedure,
        "over": deeds.over,
        "watch": deeds.watched,
        "pagerduty": deeds.rung,
        "terminal": deeds.typed,
    }
    return flows[name]


@asynccontextmanager
async def _kept_up(place: Place) -> AsyncIterator[None]:
    """Whoever dies is started again at once, until the block ends."""

    async def keep() -> None:
        while True:
            await asyncio.gather(*(_up(bot) for bot in place.it.bots))
            await asyncio.sleep(0.1)

    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def _up(bot: BotProcess) -> None:
    if not lives(bot):
        # Whoever died on its way is started by the next look.
        with suppress(NotReadyError):
            await bot.start(within=READY_WITHIN)
