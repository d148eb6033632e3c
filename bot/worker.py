"""What does what is owed: it claims jobs that are due, runs them side by side, and keeps or loses its leases.

This loop and the intake (commands/take_alerts.py, take_change.py, bot/web/collector.py) catch everything: what went
wrong is recorded and said.
"""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Final

from bot.telemetry.logs import about
from bot.telemetry.traces import span
from bot.turnstile import Turnstile
from bot.words.sentences import refusal
from commands.deciding import decide
from commands.duties import DUTIES, GIVE_UP, give_up
from commands.outage import BudgetSpent, Conflict, LostClaim, NotYet, Outage
from commands.ports import Ports
from commands.run_remediation import settle_cut_short
from incident import looking
from incident.change import Change
from incident.incident import Incident
from incident.job import TELL_AFTER, Claim, JobMode, JobName, retry_after
from incident.refusal import Refused

LEASE: Final = timedelta(seconds=10)
"""After a death, another worker takes over within this time: HOLD and GRACE are parts of it."""
HOLD: Final = 0.75
"""So long a claim holds without renewal."""
RENEWED: Final = 0.15
"""So long after a renewal all claims are renewed again, and whoever lost one finds out and hangs up."""
GRACE: Final = 0.25
"""So long what was taken from somebody silent is left alone: where only a clock was set forward, its holder lives and
may just be calling, and whoever looked for what that call does would find nothing yet."""
LONGEST_SLEEP: Final = 1.0
SHORTEST_SLEEP: Final = 0.05
"""What is due by this process's clock need not be by the store's: whoever finds nothing asks again ever more seldom."""
MOST_AT_ONCE: Final = 64
MOST_KEYS: Final = 1000
"""So many incidents' keys are remembered for the log."""

log = logging.getLogger(__name__)


class Worker:
    """One worker of one process. ``wake`` makes it look at once; ``stop`` lets what runs finish, up to a deadline."""

    def __init__(
        self,
        ports: Ports,
        *,
        name: str,
        lease: timedelta = LEASE,
        chance: Callable[[], float] = random.random,
        counted: Callable[[JobName, str], None] = lambda name, outcome: None,
    ) -> None:
        self._ports = ports
        self._name = name
        self._hold, self._renewed, self._grace = lease * HOLD, lease * RENEWED, lease * GRACE
        self._chance = chance
        self._counted = counted
        self._turnstile = Turnstile()
        self._keys: dict[str, str] = {}
        self._woken = asyncio.Event()
        self._running: dict[tuple[int, int], tuple[Claim, asyncio.Task[None]]] = {}
        self._stopping = False
        self._patience = 0.0
        self._away = False
        self._pause = SHORTEST_SLEEP
        self._ended = asyncio.Event()
        self._ended.set()

    def wake(self) -> None:
        """Something is owed now. Safe to call from the event loop's own thread only."""
        self._woken.set()

    async def run(self) -> None:
        """Work until stopped. Raises nothing: a store that is away is waited for."""
        self._ended.clear()
        renewing = asyncio.create_task(self._keep_leases())
        try:
            while not self._stopping:
                self._woken.clear()
                claimed = await self._claim()
                for claim in claimed or ():
                    await self._start(claim)
                if claimed:
                    self._pause = SHORTEST_SLEEP
                else:
                    await self._sleep(LONGEST_SLEEP if claimed is None else await self._until_due())
            await self._drain()
        finally:
            renewing.cancel()
            await self._let_go(renewing)
            self._ended.set()

    async def stop(self, *, within: float = 10.0) -> None:
        """Claim nothing more and wait for what runs; what does not end in time is left to its lease."""
        self._patience = within
        self._stopping = True
        self._woken.set()
        await self._ended.wait()

    async def _drain(self) -> None:
        tasks = [task for _, task in self._running.values()]
        if tasks:
            await asyncio.wait(tasks, timeout=self._patience)

    async def _let_go(self, renewing: asyncio.Task[None]) -> None:
        tasks = [task for _, task in self._running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(renewing, *tasks, return_exceptions=True)

    async def _claim(self) -> tuple[Claim, ...] | None:
        """What is due, as far as there is room; None when the store could not say."""
        room = MOST_AT_ONCE - len(self._running)
        if room <= 0:
            return ()
        try:
            for claim in await self._cut_short():
                await self._tell_cut_short(claim)
            claimed = await self._ports.store.claim(self._name, limit=room, lease=self._hold, grace=self._grace)
            if self._away:
                log.info("store back")
            self._away = False
            return claimed
        except Outage as outage:
            if not self._away:
                # Once, not every second: the log's last lines are to say more than this.
                log.warning("store away", extra={"error": outage.sentence})
            self._away = True
        except Exception:
            log.exception("claiming failed")
        return None

    async def _cut_short(self) -> tuple[Claim, ...]:
        """Runs whose worker went silent.

        After a pause of the whole process this worker's own would look so, too: they are renewed in the same breath.
        """
        own = [claim for claim, _ in self._running.values() if claim.job.mode is JobMode.ONCE]
        if not own:
            return await self._ports.store.cut_short()
        _, found = await asyncio.gather(self._ports.store.renew(own, lease=self._hold), self._ports.store.cut_short())
        return found

    async def _tell_cut_short(self, claim: Claim) -> None:
        try:
            await settle_cut_short(claim, ports=self._ports)
        except (LostClaim, Refused) as problem:
            log.warning("cut short, and could not be told", extra={"job": claim.job.key, "error": str(problem)})

    async def _until_due(self) -> float:
        if len(self._running) >= MOST_AT_ONCE:
            return LONGEST_SLEEP
        try:
            due = await self._ports.store.next_due()
        except Outage:
            return LONGEST_SLEEP
        left = LONGEST_SLEEP if due is None else (due - self._ports.clock()).total_seconds()
        if left > 0:
            return left
        self._pause = min(self._pause * 2, LONGEST_SLEEP)
        return self._pause

    async def _sleep(self, seconds: float) -> None:
        # Not wait_for: Python 3.11's loses a cancellation that comes together with the wake-up.
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(min(max(seconds, SHORTEST_SLEEP), LONGEST_SLEEP)):
                await self._woken.wait()

    async def _start(self, claim: Claim) -> None:
        if self._stopping:
            await self._put_off(claim, timedelta(0), "", count=False)
            return
        for held, task in list(self._running.values()):
            if held.id == claim.id:
                # Its lease lapsed while it ran here: what it decides can no longer be saved.
                task.cancel()
        task = asyncio.create_task(self._do(claim), name=claim.job.key)
        self._running[claim.id, claim.fence] = (claim, task)
        task.add_done_callback(lambda _: self._done(claim))

    def _done(self, claim: Claim) -> None:
        self._running.pop((claim.id, claim.fence), None)
        self._woken.set()

    async def _do(self, claim: Claim) -> None:
        with about(job=claim.job.key, incident=await self._key(claim.job.incident_id)):
            with span(f"job {claim.job.name.value}") as told:
                outcome = await self._attempt(claim)
                told.tell("outcome", outcome)
            self._counted(claim.job.name, outcome)

    async def _key(self, incident_id: str | None) -> str | None:
        """What people call the incident, for the log; None when there is none, or the store cannot say."""
        if incident_id is None:
            return None
        if incident_id not in self._keys:
            if len(self._keys) >= MOST_KEYS:
                self._keys.clear()
            with contextlib.suppress(Outage):
                incident = await self._ports.store.incident(incident_id)
                if incident is not None:
                    self._keys[incident_id] = incident.key
        return self._keys.get(incident_id)

    async def _attempt(self, claim: Claim) -> str:
        """Do it; how that went, in a word."""
        try:
            with self._turnstile.through(claim.job.name):
                await DUTIES[claim.job.name](claim, ports=self._ports)
        except LostClaim:
            log.warning("claim lost")
            return "lost"
        except (BudgetSpent, NotYet) as wait:
            await self._put_off(claim, wait.after or timedelta(seconds=1), wait.sentence, count=False)
            return "put_off"
        except Outage as outage:
            return await self._failed(claim, outage.sentence, retry=outage.retry, after=outage.after)
        except Refused as refused:
            return await self._failed(claim, refusal(refused), retry=False)
        except Exception:
            log.exception("job failed")
            return await self._failed(claim, "of a fault of Muster's own, which is in its log", retry=True)
        return "done"

    async def _failed(self, claim: Claim, error: str, *, retry: bool, after: timedelta | None = None) -> str:
        log.warning("job failed", extra={"attempt": claim.attempts, "error": error, "retry": retry})
        wait = retry_after(claim.attempts, self._chance()) if retry else None
        if wait is None or claim.attempts == TELL_AFTER:
            await self._say(claim, error, given_up=wait is None)
        try:
            if wait is None:
                await GIVE_UP.get(claim.job.name, give_up)(claim, error, ports=self._ports)
            else:
                await self._put_off(claim, max(wait, after or timedelta(0)), error, count=True)
        except (Outage, LostClaim, Conflict):
            log.warning("job left to its lease")
        return "given_up" if wait is None else "failed"

    async def _put_off(self, claim: Claim, wait: timedelta, error: str, *, count: bool) -> None:
        with contextlib.suppress(Outage, LostClaim):
            await self._ports.store.put_off(claim, wait=wait, error=error, count=count)

    async def _say(self, claim: Claim, error: str, *, given_up: bool) -> None:
        """What is late or cannot be done is said in the channel: silence would look like success."""
        incident_id = claim.job.incident_id
        if incident_id is None or claim.job.key.startswith("tell:"):
            return

        def troubled(incident: Incident) -> Change:
            cause = f"trouble:{claim.id}:{claim.fence}:{given_up}"
            what = claim.job.name.value.replace("_", " ")
            now = self._ports.clock()
            return looking.trouble(incident, what=what, error=error, given_up=given_up, cause=cause, now=now)

        try:
            await decide(self._ports.store, incident_id, troubled)
        except (Outage, Refused, Conflict) as problem:
            log.warning("trouble could not be recorded", extra={"error": str(problem)})

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(self._renewed.total_seconds())
            with contextlib.suppress(Outage):
                await self._renew()

    async def _renew(self) -> None:
        claims = [claim for claim, _ in self._running.values()]
        held = await self._ports.store.renew(claims, lease=self._hold) if claims else frozenset()
        for claim in claims:
            running = self._running.get((claim.id, claim.fence))
            if claim.id not in held and claim.job.mode is not JobMode.ONCE and running is not None:
                running[1].cancel()
