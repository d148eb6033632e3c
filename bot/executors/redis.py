"""Redis as a target: diagnostics as a user that is proven to only look, remediations as another."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.executors import redis_look, redis_run
from bot.executors.attestation import NotProven, NotReached, Standing
from bot.executors.caps import Caps
from bot.executors.redis_look import NotAllowed, words_of
from bot.executors.redis_proof import prove_read_only
from bot.executors.redis_run import GuardBroken, Run
from bot.executors.redis_session import FAULTS, Login, Refused, Server, Session, sentence_of, session
from bot.redaction import Redactor
from commands.outage import Outage
from commands.ports import Attestation
from incident.approval import Preview
from incident.digest import Facts
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan
from incident.runbook import GuardKind


@dataclass(frozen=True, slots=True, kw_only=True)
class RedisTarget:
    """One Redis as it is configured."""

    name: str
    environment: str
    server: Server
    diagnostic: Login
    remediation: Login | None = None
    caps: Caps = field(default_factory=Caps)

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "RedisExecutor":
        """What runs its steps."""
        return RedisExecutor(self, redactor=redactor, clock=clock)


class RedisExecutor:
    """Runs the steps of one Redis."""

    def __init__(self, target: RedisTarget, *, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._target = target
        self._redactor = redactor
        self._clock = clock
        self._standing = Standing(target.name, self._prove, clock=clock)
        self._places = asyncio.Semaphore(target.caps.parallel)

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        return self._target.environment

    @property
    def attestation(self) -> Attestation | None:
        """What is known of the diagnostic user."""
        return self._standing.attestation

    async def attest(self) -> Attestation:
        """Prove that the diagnostic user is refused every kind of change, or say why that could not be proven."""
        return await self._standing.renew()

    async def look(self, plan: Plan) -> Sight:
        """Send a read-only command under caps. Never raises: what went wrong is the sight's ``error``."""
        return self._clean(await self._seen(plan.command))

    async def preview(self, plan: Plan) -> Preview:
        """What a remediation would touch: the step's own count, and a setting's value before the change."""
        try:
            redis_run.judged(plan.command)
        except NotAllowed as gate:
            raise Outage(f"It could not run even with an approval. {gate}", retry=False) from gate
        before = await self._before(plan.command)
        probe = plan.promise.probe
        if plan.promise.kind is GuardKind.NONE or probe is None:
            return Preview(sentence=f"It is not counted what it touches. {before}".strip())
        sight = self._clean(await self._seen(probe))
        if sight.error or not isinstance(sight.value, int):
            raise Outage(sight.error or "What it would touch could not be counted.", retry=False)
        touched = "1 would be touched now." if sight.value == 1 else f"{sight.value} would be touched now."
        return Preview(sentence=f"{touched} {before}".strip(), count=sight.value)

    async def run(self, plan: Plan) -> Outcome:
        """Run an approved change once, its guard checked on the way. Never raises but CancelledError."""
        started = self._clock()
        outcome = await self._run(plan)
        clean = self._redactor.clean
        return replace(
            outcome,
            sentence=clean(outcome.sentence),
            output=clean(outcome.output)[: self._target.caps.characters],
            started_at=started,
            ended_at=self._clock(),
        )

    async def close(self) -> None:
        """Nothing is kept open between two steps."""

    async def _prove(self) -> str:
        target = self._target
        if target.remediation is not None and target.remediation.user == target.diagnostic.user:
            raise NotProven(f"{target.name} runs diagnostics and remediations as one user: give each its own.")
        try:
            async with self._session(target.diagnostic, seconds=target.caps.look_seconds) as opened:
                return await prove_read_only(opened, target.diagnostic.user)
        except FAULTS as fault:
            raise NotReached(self._sentence(fault)) from fault

    async def _seen(self, command: Facts) -> Sight:
        """A look before redaction. The judge comes first, then the attestation, then the server."""
        target, started = self._target, self._clock()
        try:
            redis_look.judged(command)
            if objection := await self._standing.objection():
                raise NotAllowed(objection)
            async with self._places, self._session(target.diagnostic, seconds=target.caps.look_seconds) as opened:
                sight = await redis_look.look(opened, command, caps=target.caps)
                receipt = redis_look.receipt(opened, command, target.server, target.diagnostic)
            return replace(sight, receipt=receipt, seconds=(self._clock() - started).total_seconds())
        except NotAllowed as gate:
            return Sight(output="", error=str(gate))
        except FAULTS as fault:
            return Sight(output="", error=self._sentence(fault))

    async def _before(self, command: Facts) -> str:
        """The value of a setting that is to be changed, as a sentence; empty for anything else."""
        words = words_of(command)
        if [word.upper() for word in words[:2]] != ["CONFIG", "SET"] or len(words) < 3:
            return ""
        sight = self._clean(await self._seen({"redis": ["CONFIG", "GET", words[2]]}))
        return f"Before the change: {sight.output.splitlines()[-1]}." if not sight.error else ""

    async def _run(self, plan: Plan) -> Outcome:
        target, run = self._target, Run()
        if target.remediation is None:
            sentence = f"Nothing was sent: {target.name} has no remediation user; configure one."
            return Outcome(state=OutcomeState.FAILED, sentence=sentence)
        try:
            redis_run.judged(plan.command)
            await self._check_guard(plan)
            async with self._session(target.remediation, seconds=target.caps.run_seconds) as opened:
                await redis_run.change(opened, plan, run)
        except GuardBroken as broken:
            return Outcome(state=OutcomeState.VOID, sentence=str(broken))
        except NotAllowed as gate:
            return Outcome(state=OutcomeState.FAILED, sentence=str(gate))
        except FAULTS as fault:
            return self._failed(fault, run)
        except asyncio.CancelledError as cancelled:
            cancelled.add_note("It may have been sent." if run.sent else "It was cut short before it was sent.")
            raise
        return self._outcome(OutcomeState.RAN, _told(run), run)

    async def _check_guard(self, plan: Plan) -> None:
        """Raises GuardBroken, or NotAllowed when it cannot be told."""
        promise = plan.promise
        if promise.kind is GuardKind.NONE:
            return
        if promise.kind is not GuardKind.COUNT or promise.probe is None or promise.most is None:
            raise NotAllowed("Nothing was sent: the step's guard is none that a Redis target can keep.")
        sight = await self._seen(promise.probe)
        if sight.error or not isinstance(sight.value, int):
            raise NotAllowed(f"Nothing was sent, because its guard could not be checked. {sight.error or ''}".strip())
        if sight.value > promise.most:
            raise GuardBroken(f"Nothing was sent: {sight.value} are touched now, approved were at most {promise.most}.")

    def _failed(self, fault: BaseException, run: Run) -> Outcome:
        sentence = sentence_of(fault, self._target.name, seconds=self._target.caps.run_seconds)
        if not run.sent or (isinstance(fault, Refused) and not run.changed):
            return self._outcome(OutcomeState.FAILED, f"Nothing was changed. {sentence}", run)
        unknown = "Nobody knows whether it took effect: run the diagnostics before doing it again."
        return self._outcome(OutcomeState.UNKNOWN, f"{sentence} {unknown}", run)

    def _outcome(self, state: OutcomeState, sentence: str, run: Run) -> Outcome:
        login = self._target.remediation
        receipt: Facts = {"server": str(self._target.server), "user": login.user if login else "", "sent": run.sent}
        ran = state is OutcomeState.RAN
        return Outcome(
            state=state,
            sentence=sentence,
            output=run.answer if ran else "",
            changed=run.changed if ran else None,
            receipt=receipt,
        )

    @asynccontextmanager
    async def _session(self, login: Login, *, seconds: float) -> AsyncIterator[Session]:
        caps = self._target.caps
        async with asyncio.timeout(caps.connect_seconds + seconds), session(self._target.server, login, caps) as opened:
            yield opened

    def _sentence(self, fault: BaseException) -> str:
        return self._redactor.clean(sentence_of(fault, self._target.name, seconds=self._target.caps.look_seconds))

    def _clean(self, sight: Sight) -> Sight:
        clean = self._redactor.clean
        return replace(
            sight,
            output=clean(sight.output),
            value=clean(sight.value) if isinstance(sight.value, str) else sight.value,
            error=None if sight.error is None else clean(sight.error),
        )


def _told(run: Run) -> str:
    if run.changed is None:
        return f"It ran; the server answered {run.answer or 'nothing'}."
    return "It ran and changed 1." if run.changed == 1 else f"It ran and changed {run.changed}."
