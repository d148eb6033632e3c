"""Real processes and real kills: two replicas on a PostgreSQL and a Redis, and all of it failing, Slack too.

What happens is drawn from a seed; when it happens is up to the machine, so a round is not played again exactly.
"""

import asyncio
import random
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Final
from uuid import uuid4

import asyncpg
from msgspec import Struct, field
from redis.asyncio import Redis

from bot.stores.postgres import PostgresStore
from chaos.judging import Verdict, mark_of
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from incident.incident import Incident
from incident.timeline import broken_at
from sandbox.record.calls import Call
from tests.stories.rig import Rig, rig

KILLS_A_ROUND: Final = 10
SETTLED_WITHIN: Final = 120.0
LEASE: Final = "2s"
READY_WITHIN: Final = 120.0
"""Seconds that a start may take on a machine on which everything else fails, too."""
NAMES: Final = ("emi", "ana", "ben", "chloe")
WAITING: Final = (
    "SELECT key || ' (' || state || ': ' || error || ')' FROM jobs"
    " WHERE state IN ('claimed', 'doing') OR (state = 'owed' AND due_at <= now() + interval '2 seconds'"
    " AND name <> 'ring_clocks')"
)


class Round(Struct, frozen=True, kw_only=True):
    """What one round came to."""

    name: str
    verdict: Verdict
    struck: Counter[str]
    calls: int


class _Known(Struct, kw_only=True):
    """What was answered as done."""

    declared: set[str] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)


def rounds(kills: int, seed: int) -> Iterator[Round]:
    """Rounds until there were so many kills."""
    with RealPostgres() as postgres, RealRedis() as redis:
        done = 0
        while done < kills:
            each = asyncio.run(_round(seed, min(KILLS_A_ROUND, kills - done), postgres, redis))
            done, seed = done + max(each.struck["deaths"], 1), seed + 1
            yield each


async def _round(seed: int, kills: int, postgres: RealPostgres, redis: RealRedis) -> Round:
    chance = random.Random(seed)  # noqa: S311  (nothing secret hangs on it)
    struck, known, verdict = Counter[str](), _Known(), Verdict()
    async with (
        _place(postgres) as (folder, database),
        rig(folder, store=database, redis=redis.url(), replicas=2, lease=LEASE, started=False) as it,
    ):
        await asyncio.gather(*(bot.start(within=READY_WITHIN) for bot in it.bots))
        await it.sandbox.connected()
        mayhem = Mayhem(it, chance, struck, postgres, redis)
        number = 0
        while struck["deaths"] < kills:
            number += 1
            await asyncio.gather(mayhem.kill(), _busy(it, chance, known, f"{seed}-{number}"))
        await mayhem.calm()
        await _settled(database, verdict)
        await _judge(it, database, known, verdict)
        calls = len(it.sandbox.calls.all())
    return Round(name=f"round {seed}", verdict=verdict, struck=struck, calls=calls)


@asynccontextmanager
async def _place(postgres: RealPostgres) -> AsyncIterator[tuple[Path, str]]:
    """A folder and an empty database for one round."""
    name = f"chaos_{uuid4().hex}"
    database = await postgres.create_database(name)
    with tempfile.TemporaryDirectory(prefix="muster-chaos-") as folder:
        yield Path(folder), database
    await postgres.drop_database(name)


class Mayhem:
    """Everything that goes wrong in one round."""

    def __init__(
        self, it: Rig, chance: random.Random, struck: Counter[str], postgres: RealPostgres, redis: RealRedis
    ) -> None:
        self._it = it
        self._chance = chance
        self._struck = struck
        self._postgres = postgres
        self._redis = redis

    async def kill(self) -> None:
        """Let Slack fail a little, and kill one or both after some call of Slack, or after a while."""
        await self._trouble()
        victims = self._chance.sample(self._it.bots, self._chance.choice((1, 2)))
        struck, left = asyncio.Event(), self._chance.randint(1, 12)

        async def at_a_call(call: Call) -> None:
            nonlocal left
            left -= 1
            if left == 0:
                await asyncio.gather(*(victim.kill() for victim in victims))
                struck.set()

        self._it.sandbox.on_call = at_a_call
        with suppress(TimeoutError):
            await asyncio.wait_for(struck.wait(), self._chance.uniform(0.2, 3))
        self._it.sandbox.on_call = None
        await asyncio.gather(*(victim.kill() for victim in victims))
        self._struck["deaths"] += len(victims)
        await asyncio.gather(*(victim.start(within=READY_WITHIN) for victim in victims))

    async def calm(self) -> None:
        """Nothing goes wrong any more."""
        self._it.sandbox.on_call = None
        self._it.sandbox.faults.clear()

    async def _trouble(self) -> None:
        faults, chance = self._it.sandbox.faults, self._chance
        method = chance.choice(("chat.postMessage", "conversations.create", "chat.update", "conversations.invite"))
        kind = chance.choice(("limit", "break_", "lose", "lose", ""))
        if kind:
            getattr(faults, kind)(method, nth=chance.randint(1, 4), times=chance.randint(1, 2))
            self._struck[f"slack_{kind.rstrip('_')}"] += 1
        if chance.random() < 0.2:
            async with Redis.from_url(self._redis.url()) as admin:
                await admin.flushall()
            self._struck["redis_flushed"] += 1
        if chance.random() < 0.2:
            await asyncio.to_thread(self._postgres.pause)
            await asyncio.sleep(chance.uniform(0.2, 1.5))
            await asyncio.to_thread(self._postgres.resume)
            self._struck["postgres_restarted"] += 1


async def _busy(it: Rig, chance: random.Random, known: _Known, name: str) -> None:
    """People and a monitor do something meanwhile."""
    await asyncio.sleep(chance.uniform(0, 0.3))
    title = f"Checkout fails {name}"
    person = it.person(chance.choice(NAMES))
    answer = await person.command(f"/incident declare P{chance.randint(0, 3)} {title}", "general")
    if answer.ok and "INC-" in str(answer.payload):
        known.declared.add(title)
    alert = f"Outage-{chance.randint(1, 4)}"
    for copy in range(chance.randint(1, 3)):
        body = _alert(alert, f"{name}-{copy}")
        # The door may be open while the store is away: a monitor sends it again.
        while await it.knocked(body, within=60, at=chance.randrange(2)) != 202:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
        known.accepted[alert] += 1


def _alert(name: str, unique: str) -> dict[str, object]:
    entry = {
        "status": "firing",
        "labels": {"alertname": name, "severity": "warning"},
        "annotations": {"summary": f"{name} {unique}"},
        "fingerprint": name,
    }
    return {"version": "4", "groupKey": name, "status": "firing", "receiver": "muster", "alerts": [entry]}


async def _settled(database: str, verdict: Verdict) -> None:
    connection = await asyncpg.connect(database)
    try:
        waiting: list[str] = []
        async with asyncio.timeout(SETTLED_WITHIN):
            # Other processes' work can only be looked at now and then.
            while waiting := [row[0] for row in await connection.fetch(WAITING)]:  # noqa: ASYNC110
                await asyncio.sleep(0.5)
    except TimeoutError:
        verdict.lost += [f"never settled: {each}" for each in waiting]
    finally:
        await connection.close()


async def _judge(it: Rig, database: str, known: _Known, verdict: Verdict) -> None:
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
    _seen(it, incidents, known, verdict)


def _seen(it: Rig, incidents: tuple[Incident, ...], known: _Known, verdict: Verdict) -> None:
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
