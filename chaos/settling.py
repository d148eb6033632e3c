"""When a round has come to rest, so that it can be judged: nobody owes anything, and nothing is under way to Muster."""

import asyncio
from datetime import timedelta
from pathlib import Path
from typing import Final

import asyncpg

from bot.web.spool import SUFFIX
from chaos.judging import Verdict
from chaos.mayhem import CLOCK_OFF
from chaos.place import Place
from chaos.storybook_runbook import WATCH
from incident.owing import FOLD

SETTLED_WITHIN: Final = 120.0
LOOK_EVERY: Final = 0.5
STILL: Final = 8
"""Looks without anything owed: what a process just hears of in Slack owes something within a second or two."""
AT_ONCE: Final = timedelta(seconds=CLOCK_OFF + 1) + FOLD
"""What is due within this time may be owed at once, by a process whose clock is ahead.

Each step of an opening is owed by the one before it, and may be due so much later by the store's clock: between two
of them nothing seems to be owed.
"""
OWED: Final = (
    "SELECT key || ' (' || state || ': ' || error || ')' FROM jobs"
    " WHERE name <> ALL($1)"
    " AND (state IN ('claimed', 'doing', 'unknown') OR state = 'owed' AND due_at <= now() + $2::interval"
    " OR state = 'owed' AND error <> '' AND due_at <= now() + interval '5 minutes')"
)
"""A run that was found cut short is *unknown* until people are told; whoever found it may have died before."""
TIMERS: Final = ("ring_clocks", "expire_approval", "cool_down", "watch", "let_go", "sum_up_repeats")
"""What may still be owed in the end, because its time has not come, as may what is folded and never failed.

What failed is tried again within minutes, and waited for.
"""
WATCHING: Final = "SELECT 'the watch is ' || body FROM watches WHERE id = $1 AND body::jsonb ->> 'state' <> 'healthy'"


async def settled(place: Place, verdict: Verdict, within: float = SETTLED_WITHIN, still: int = STILL) -> None:
    """Wait until nothing is owed any more, and PagerDuty has told everything; what still is then is *lost*."""
    connection = await asyncpg.connect(place.database)
    waiting, quiet = list[str](), 0
    try:
        async with asyncio.timeout(within):
            # Other processes' work can only be looked at now and then.
            while quiet < still:
                waiting = ["webhooks of PagerDuty"]
                await place.pagerduty.settled()
                waiting = [*await owed(connection), *spooled(place.folder)]
                quiet = 0 if waiting else quiet + 1
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        verdict.lost += [f"never settled: {each}" for each in waiting]
    finally:
        await connection.close()


async def owed(connection: "asyncpg.Connection[asyncpg.Record]") -> list[str]:
    """What the processes on a store still have to do, each in a few words."""
    rows = [*await connection.fetch(OWED, TIMERS, AT_ONCE), *await connection.fetch(WATCHING, WATCH)]
    return [str(row[0]) for row in rows]


def spooled(folder: Path) -> list[str]:
    """What lies in the spools of all processes below a folder: it owes something as soon as it is taken in."""
    return [f"the spool {path.name}" for path in folder.rglob(f"*{SUFFIX}")]
