"""Real processes and real kills: two replicas on a PostgreSQL and a Redis, and all of it failing, Slack too.

What happens is drawn from a seed; when it happens is up to the machine, so a round is not played again exactly.
"""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Final

from msgspec import Struct

from chaos.busy import Busy
from chaos.judging import Verdict
from chaos.judging_rounds import judge
from chaos.mayhem import Mayhem
from chaos.nursery import opened
from chaos.patience import Patience
from chaos.place import Ground, placed
from chaos.settling import settled
from chaos.storybook_runbook import written
from demo.postgres import RealPostgres
from demo.redis import RealRedis

KILLS_A_ROUND: Final = 40
MOST_STOPPED: Final = 3
"""After so many rounds that could not go on, no other is begun."""
ROUND_WITHIN: Final = 900.0
"""Seconds after which a round is given up: it takes one or two minutes, and much longer only on a machine in need."""
ENDING: Final = 25.0
"""Seconds that the end of a round takes, mostly: so long before the time is over, nobody is killed any more."""


class Round(Struct, frozen=True, kw_only=True):
    """What one round came to."""

    seed: int
    verdict: Verdict
    struck: Counter[str]
    calls: int
    stopped: bool = False
    """It could not go on."""


@contextmanager
def grounded() -> Iterator[tuple[Ground, asyncio.Runner]]:
    """What rounds stand on, and what runs them."""
    with (
        RealPostgres() as postgres,
        RealRedis() as redis,
        tempfile.TemporaryDirectory(prefix="muster-chaos-") as folder,
        asyncio.Runner() as runner,
    ):
        undo = AsyncExitStack()
        try:
            nursery = runner.run(undo.enter_async_context(opened()))
            yield Ground(postgres=postgres, redis=redis, nursery=nursery, runbook=written(Path(folder))), runner
        finally:
            runner.run(undo.aclose())


def rounds(kills: int, seed: int, patience: Patience) -> Iterator[Round]:
    """Rounds until there were so many kills, or the patience is over. One that cannot go on is *broken*."""
    with grounded() as (ground, runner):
        done = stopped = 0
        while done < kills and stopped < MOST_STOPPED and patience.left > ENDING:
            each = runner.run(_ended(seed, min(KILLS_A_ROUND, kills - done), ground, patience))
            done, seed, stopped = done + max(each.struck["deaths"], 1), seed + 1, stopped + each.stopped
            yield each


async def _ended(seed: int, kills: int, ground: Ground, patience: Patience) -> Round:
    """The round, which comes to an end whatever happens in it."""
    try:
        async with asyncio.timeout(ROUND_WITHIN):
            return await _round(seed, kills, ground, patience)
    except TimeoutError as late:
        why = f"it did not end within {ROUND_WITHIN:.0f} s: {late}"
    except Exception as fault:  # noqa: BLE001  (whatever it is, the other rounds are played and it is told)
        why = f"it could not go on: {type(fault).__name__}: {fault}"
    return Round(seed=seed, verdict=Verdict(broken=[why]), struck=Counter(), calls=0, stopped=True)


async def _round(seed: int, kills: int, ground: Ground, patience: Patience) -> Round:
    chance, verdict = random.Random(seed), Verdict()  # noqa: S311  (nothing secret hangs on it)
    async with placed(ground, chance) as place:
        mayhem, busy = Mayhem(place, chance), Busy(place, chance, str(seed))
        channel = await busy.begin()
        place.storybook.on_effect = mayhem.at_an_effect

        def enough() -> bool:
            return mayhem.struck["deaths"] >= kills or patience.left < ENDING

        await asyncio.gather(mayhem.rage(enough), busy.act(channel, enough))
        verdict.broken += mayhem.fallen
        place.storybook.stuck = 0
        await settled(place, verdict)
        await judge(place, busy.known, verdict)
        calls = len(place.it.sandbox.calls.all())
    verdict.played += busy.known.played
    verdict.played += Counter(
        remediations=place.storybook.effects.total(),
        declared=len(busy.known.declared),
        alerts=busy.known.accepted.total(),
    )
    return Round(seed=seed, verdict=verdict, struck=mayhem.struck, calls=calls)
