"""Real processes and real kills: two replicas on a PostgreSQL and a Redis, and all of it failing, Slack too.

What happens is drawn from a seed; when it happens is up to the machine, so a round is not played again exactly.
"""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
from msgspec import Struct

from bot.stores.postgres import PostgresStore
from chaos.busy import Busy, Known
from chaos.judging import Verdict, mark_of
from chaos.mayhem import READY_WITHIN, Mayhem
from chaos.nursery import Nursery, Nursling, opened
from chaos.patience import Patience
from chaos.storybook_api import StorybookApi
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from incident.approval import Approval, ApprovalState
from incident.incident import Incident
from incident.timeline import broken_at
from tests.stories.rig import Rig, rig

KILLS_A_ROUND: Final = 40
MOST_STOPPED: Final = 3
"""After so many rounds that could not go on, no other is begun."""
ROUND_WITHIN: Final = 900.0
"""Seconds after which a round is given up: it takes one or two minutes, and much longer only on a machine in need."""
SETTLED_WITHIN: Final = 120.0
ENDING: Final = 25.0
"""Seconds that the end of a round takes, mostly: so long before the time is over, nobody is killed any more."""
LOOK_EVERY: Final = 0.5
STILL: Final = 8
"""Looks without anything owed: what waits in a spool is taken in within a second or two, and owes something then."""
LEASE: Final = "2s"
WAITING: Final = (
    "SELECT key || ' (' || state || ': ' || error || ')' FROM jobs"
    " WHERE name <> ALL($1)"
    " AND (state IN ('claimed', 'doing') OR state = 'owed' AND due_at <= now()"
    " OR state = 'owed' AND error <> '' AND due_at <= now() + interval '5 minutes')"
)
TIMERS: Final = ("ring_clocks", "expire_approval", "cool_down", "watch", "let_go", "sum_up_repeats")
"""What may still be owed in the end, because its time has not come, as may what is folded and never failed.

What failed is tried again within minutes, and waited for.
"""
NOT_ENDED: Final = frozenset({ApprovalState.PREPARING, ApprovalState.APPROVED, ApprovalState.RUNNING})
MAY_HAVE_RUN: Final = frozenset({ApprovalState.RAN, ApprovalState.UNKNOWN, ApprovalState.FAILED})


class Round(Struct, frozen=True, kw_only=True):
    """What one round came to."""

    seed: int
    verdict: Verdict
    struck: Counter[str]
    calls: int
    stopped: bool = False
    """It could not go on."""


class Ground(Struct, frozen=True, kw_only=True):
    """What all rounds stand on."""

    postgres: RealPostgres
    redis: RealRedis
    nursery: Nursery


def rounds(kills: int, seed: int, patience: Patience) -> Iterator[Round]:
    """Rounds until there were so many kills, or the patience is over. One that cannot go on is *broken*."""
    with RealPostgres() as postgres, RealRedis() as redis, asyncio.Runner() as runner:
        undo = AsyncExitStack()
        try:
            ground = Ground(
                postgres=postgres, redis=redis, nursery=runner.run(undo.enter_async_context(opened()))
            )  # fmt: skip
            done = stopped = 0
            while done < kills and stopped < MOST_STOPPED and patience.left > ENDING:
                each = runner.run(_ended(seed, min(KILLS_A_ROUND, kills - done), ground, patience))
                done, seed, stopped = done + max(each.struck["deaths"], 1), seed + 1, stopped + each.stopped
                yield each
        finally:
            runner.run(undo.aclose())


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
    chance = random.Random(seed)  # noqa: S311  (nothing secret hangs on it)
    storybook, verdict = StorybookApi(chance), Verdict()
    async with AsyncExitStack() as undo:
        folder, database = await undo.enter_async_context(_place(ground.postgres))
        rules = await storybook.start(undo)
        it = await undo.enter_async_context(
            rig(folder, store=database, redis=ground.redis.url(), replicas=2, lease=LEASE, started=False, rules=rules,
                environment=storybook.environment, made=partial(Nursling, ground.nursery))
        )  # fmt: skip
        await asyncio.gather(*(bot.start(within=READY_WITHIN) for bot in it.bots))
        await it.sandbox.connected()
        mayhem, busy = Mayhem(it, chance, ground.postgres, ground.redis), Busy(it, chance, str(seed))
        channel = await busy.begin()
        storybook.on_effect = mayhem.at_an_effect

        def enough() -> bool:
            return mayhem.struck["deaths"] >= kills or patience.left < ENDING

        await asyncio.gather(mayhem.rage(enough), busy.act(channel, enough))
        verdict.broken += mayhem.fallen
        await _settled(database, verdict)
        await _judge(it, database, busy.known, storybook.effects, verdict)
        calls = len(it.sandbox.calls.all())
    verdict.played = Counter(
        remediations=storybook.effects.total(),
        declared=len(busy.known.declared),
        alerts=busy.known.accepted.total(),
    )
    return Round(seed=seed, verdict=verdict, struck=mayhem.struck, calls=calls)


@asynccontextmanager
async def _place(postgres: RealPostgres) -> AsyncIterator[tuple[Path, str]]:
    """A folder and an empty database for one round."""
    name = f"chaos_{uuid4().hex}"
    database = await postgres.create_database(name)
    with tempfile.TemporaryDirectory(prefix="muster-chaos-") as folder:
        yield Path(folder), database
    await postgres.drop_database(name)


async def _settled(database: str, verdict: Verdict) -> None:
    connection = await asyncpg.connect(database)
    try:
        waiting, still = [""], 0
        async with asyncio.timeout(SETTLED_WITHIN):
            # Other processes' work can only be looked at now and then.
            while still < STILL:
                waiting = [row[0] for row in await connection.fetch(WAITING, TIMERS)]
                still = 0 if waiting else still + 1
                await asyncio.sleep(LOOK_EVERY)
    except TimeoutError:
        verdict.lost += [f"never settled: {each}" for each in waiting]
    finally:
        await connection.close()


async def _judge(it: Rig, database: str, known: Known, effects: Counter[str], verdict: Verdict) -> None:
    connection = await asyncpg.connect(database)
    async with AsyncExitStack() as undo:
        undo.push_async_callback(connection.close)
        store = await PostgresStore.open(database)
        undo.push_async_callback(store.close)
        for chain in await store.chains():
            if (place := broken_at(chain, await store.timeline(chain))) is not None:
                verdict.broken.append(f"the chain {chain} does not verify at {place}")
        given_up = await connection.fetch("SELECT key, error FROM jobs WHERE state = 'given_up'")
        verdict.lost += [f"given up: {row['key']} ({row['error']})" for row in given_up]
        taken = await connection.fetch("SELECT key FROM deliveries WHERE state = 'received'")
        verdict.lost += [f"the request {row['key']} was never decided" for row in taken]
        incidents = await store.recent_incidents(limit=10_000)
        for alert, sent in known.accepted.items():
            record = await store.alert(f"alertmanager:{alert}")
            counted = record.count if record is not None else 0
            if counted != sent:
                (verdict.lost if counted < sent else verdict.doubled).append(f"{alert}: {sent} came, {counted} counted")
        requests = [each for one in incidents for each in await store.approvals_of(one.id)]
    ran(requests, effects, verdict)
    _seen(it, incidents, known, verdict)


def ran(requests: list[Approval], effects: Counter[str], verdict: Verdict) -> None:
    """Each request reached its target at most once; exactly once where people were told that it ran."""
    wanted = Counter[str]()
    for request in requests:
        path = str(request.plan.command["path"])
        wanted[path] += request.state in MAY_HAVE_RUN
        if request.state in NOT_ENDED:
            verdict.lost.append(f"the request {request.id} still stands as {request.state}")
        if request.state is ApprovalState.RAN and not effects[path]:
            verdict.lost.append(f"{path} is told to have run, and did not")
    verdict.doubled += [
        f"{path} was done {count} times, and {wanted[path]} requests may have run"
        for path, count in effects.items()
        if count > wanted[path]
    ]


def _seen(it: Rig, incidents: tuple[Incident, ...], known: Known, verdict: Verdict) -> None:
    titles = Counter(each.title for each in incidents)
    verdict.lost += [f"answered as declared, and not there: {each}" for each in known.declared if not titles[each]]
    names = [each.name for each in it.sandbox.workspace.channels.values() if each.name.startswith("inc-")]
    for incident in incidents:
        own = [name for name in names if name.startswith(f"inc-{incident.number}-")]
        if len(own) != 1:
            (verdict.doubled if own else verdict.lost).append(f"{incident.key} has the channels {own}")
    posts = [message for channel in it.sandbox.workspace.channels.values() for message in channel.messages.values()]
    marks = Counter(mark for mark in map(mark_of, posts) if mark)
    verdict.doubled += [f"{number} messages bear the mark {mark}" for mark, number in marks.items() if number > 1]
    for incident in incidents:
        for kind in ("card", "announcement", "checklist"):
            if not marks[f"{kind}:{incident.id}"]:
                verdict.lost.append(f"{incident.key} has no {kind}")
