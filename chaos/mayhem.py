"""What goes wrong around real processes: each is killed again and again; Slack, PostgreSQL and Redis fail."""

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Final

from redis.asyncio import Redis

from chaos.nursery import Nursling
from chaos.place import READY_WITHIN, Place
from demo.bot_process import BotProcess, NotReadyError
from sandbox.record.calls import Call
from tests.fakes.pagerduty_api import Trouble

LIVES: Final = ((12, 2.0), (60, 8.0), (200, 20.0))
"""For how many calls of Slack a process lives, and how many seconds, at most: few, or so many that
people come to an end with what they do."""
CLOCK_OFF: Final = 3.0
"""Seconds by which a clock may be wrong: so much later may be done what is owed at once."""
TROUBLED: Final = ("chat.postMessage", "conversations.create", "chat.update", "conversations.invite")


class _Doomed:
    """One process that is to die: after so many calls of Slack, as soon as somebody says so, or after a while."""

    def __init__(self, bot: BotProcess) -> None:
        self.bot = bot
        self.calls_left = 0
        self.dead = asyncio.Event()

    async def kill(self) -> None:
        await self.bot.kill()
        self.dead.set()


class Mayhem:
    """Everything that goes wrong in one round; ``struck`` counts it."""

    def __init__(self, place: Place, chance: Random) -> None:
        self._it = place.it
        self._chance = chance
        self._postgres = place.ground.postgres
        self._redis = place.ground.redis
        self._pagerduty = place.pagerduty
        self._doomed = [_Doomed(bot) for bot in self._it.bots]
        self.struck: Counter[str] = Counter()
        self.fallen: list[str] = []
        """Processes that nobody killed and that ended nevertheless."""

    async def rage(self, enough: Callable[[], bool]) -> None:
        """Until it is enough; then every process is up, and nothing goes wrong any more."""
        self._it.sandbox.on_call = self._at_a_call
        await asyncio.gather(self._break_things(enough), *(self._haunt(each, enough) for each in self._doomed))
        self._it.sandbox.on_call = None
        self._it.sandbox.faults.clear()
        self._pagerduty.troubles.clear()
        await asyncio.gather(*(self._up(each) for each in self._doomed))

    async def at_an_effect(self) -> None:
        """A remediation has just changed its target, and nobody has heard of it: often enough nobody will."""
        if self._it.sandbox.on_call is not None and self._chance.random() < 0.5:
            victims = self._chance.sample(self._doomed, self._chance.choice((1, 2)))
            await asyncio.gather(*(each.kill() for each in victims))

    async def _haunt(self, doomed: _Doomed, enough: Callable[[], bool]) -> None:
        """Kill one process, let it be dead for a moment, and start it: perhaps only to kill it on its way."""
        while not enough():
            doomed.dead.clear()
            most_calls, longest = self._chance.choice(LIVES)
            doomed.calls_left = self._chance.randint(1, most_calls)
            with suppress(TimeoutError):
                await asyncio.wait_for(doomed.dead.wait(), self._chance.uniform(0.2, longest))
            if not doomed.dead.is_set() and not _runs(doomed.bot):
                self.fallen.append(f"a process ended by itself: {doomed.bot.last_words()}")
            await doomed.kill()
            self.struck["deaths"] += 1
            await asyncio.sleep(self._chance.choice((0, 0, self._chance.uniform(0, 1))))
            self._set_clock(doomed.bot)
            while self._chance.random() < 0.4 and not enough():
                await self._die_starting(doomed)
            await self._up(doomed)

    def _set_clock(self, bot: BotProcess) -> None:
        """Its next life may have a wrong clock: what it owes at once is due a little too late or too early."""
        if isinstance(bot, Nursling):
            bot.clock_off = self._chance.choice((0.0, self._chance.uniform(-CLOCK_OFF, CLOCK_OFF)))
            self.struck["clock_set"] += bot.clock_off != 0

    async def _die_starting(self, doomed: _Doomed) -> None:
        starting = asyncio.create_task(doomed.bot.start(within=READY_WITHIN))
        await asyncio.sleep(self._chance.uniform(0.1, 0.8))
        self.struck["deaths"] += _runs(doomed.bot)
        await doomed.kill()
        with suppress(NotReadyError):
            await starting

    async def _up(self, doomed: _Doomed) -> None:
        """Start it until it is ready; whoever killed it meanwhile is not its end."""
        ended = 0
        while not _runs(doomed.bot):
            doomed.dead.clear()
            try:
                await doomed.bot.start(within=READY_WITHIN)
            except NotReadyError:
                ended += not doomed.dead.is_set()
                if ended > 1:
                    raise
                self.struck["deaths"] += doomed.dead.is_set()

    async def _at_a_call(self, call: Call) -> None:
        for doomed in self._doomed:
            doomed.calls_left -= 1
            if doomed.calls_left == 0:
                await doomed.kill()

    async def _break_things(self, enough: Callable[[], bool]) -> None:
        while not enough():
            self._slack_fails()
            self._pagerduty_fails()
            if self._chance.random() < 0.2:
                async with Redis.from_url(self._redis.url()) as admin:
                    await admin.flushall()
                self.struck["redis_flushed"] += 1
            if self._chance.random() < 0.1:
                await asyncio.to_thread(self._postgres.pause)
                await asyncio.sleep(self._chance.uniform(0.2, 1.5))
                await asyncio.to_thread(self._postgres.resume)
                self.struck["postgres_restarted"] += 1
            await asyncio.sleep(self._chance.uniform(0.5, 2))

    def _slack_fails(self) -> None:
        kind = self._chance.choice(("limit", "break_", "lose", "lose", ""))
        if kind:
            order = getattr(self._it.sandbox.faults, kind)
            order(self._chance.choice(TROUBLED), nth=self._chance.randint(1, 4), times=self._chance.randint(1, 2))
            self.struck[f"slack_{kind.rstrip('_')}"] += 1

    def _pagerduty_fails(self) -> None:
        if self._chance.random() < 0.3:
            begins = self._chance.choice(("POST", "PUT", "GET"))
            status, acts = self._chance.choice(((429, False), (503, False), (0, True), (0, True)))
            self._pagerduty.troubles.append(Trouble(begins, status=status, acts=acts))
            self.struck["pagerduty_unheard" if acts else "pagerduty_refuses"] += 1


def _runs(bot: BotProcess) -> bool:
    try:
        return bot.pid > 0
    except LookupError:
        return False
