"""PostgreSQL as a target: diagnostics under one role that is proven to only look, remediations under another."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from bot.executors.attestation import NotReached, Standing
from bot.executors.caps import Caps
from bot.executors.postgres_look import LeftATrace, NotAllowed, judged, look
from bot.executors.postgres_plan import plan_of
from bot.executors.postgres_proof import prove_read_only
from bot.executors.postgres_run import Remediation
from bot.executors.postgres_session import FAULTS, MARGIN_SECONDS, Sessions, opening, sentence_of, undo
from bot.redaction import Redactor
from commands.outage import Outage
from commands.ports import Attestation
from compiler.proof import sql
from incident.approval import Preview
from incident.digest import Facts
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan
from incident.runbook import GuardKind
from incident.verdict import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresTarget:
    """One database as it is configured. The two URLs hold passwords: they are connected with and never shown.

    ``relations`` are the tables and views, as ``schema.name``, that a diagnostic may read beside PostgreSQL's own.
    """

    name: str
    environment: str
    diagnostic_dsn: str = field(repr=False)
    remediation_dsn: str | None = field(default=None, repr=False)
    relations: frozenset[str] = frozenset()
    caps: Caps = field(default_factory=Caps)

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> "PostgresExecutor":
        """What runs its steps."""
        return PostgresExecutor(self, redactor=redactor, clock=clock)


class PostgresExecutor:
    """Runs the steps of one database."""

    def __init__(self, target: PostgresTarget, *, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._target = target
        self._redactor = redactor
        self._clock = clock
        caps = target.caps
        self._readers = Sessions(target.diagnostic_dsn, caps=caps, size=caps.parallel, name="muster diagnostics")
        writers_dsn = target.remediation_dsn
        self._writers = Sessions(writers_dsn, caps=caps, size=2, name="muster remediations") if writers_dsn else None
        self._standing = Standing(target.name, self._prove, clock=clock)

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        return self._target.environment

    @property
    def attestation(self) -> Attestation | None:
        """What is known of the diagnostic role."""
        return self._standing.attestation

    async def attest(self) -> Attestation:
        """Prove that the diagnostic role cannot write, or say why that could not be proven."""
        return await self._standing.renew()

    async def look(self, plan: Plan) -> Sight:
        """Run a read-only plan under caps. Never raises: what went wrong is the sight's ``error``.

        ``value`` is the single value of an answer of one row and one column, else the number of rows; an answer cut
        off at the cap counts one row more than is shown.
        """
        return self._clean(await self._seen(plan.command))

    async def preview(self, plan: Plan) -> Preview:
        """What a remediation would touch: the step's own count through the diagnostic role, and the planner's guess."""
        guess = await self._guess(plan.command)
        probe = plan.promise.probe
        if plan.promise.kind is GuardKind.NONE or probe is None:
            return Preview(sentence=self._redactor.clean(f"It is not counted what it touches. {guess}"))
        sight = self._clean(await self._seen(probe))
        if sight.error or not isinstance(sight.value, int) or sight.truncated:
            raise Outage(sight.error or "What it would touch could not be counted.", retry=False)
        touched = "1 would be touched now." if sight.value == 1 else f"{sight.value} would be touched now."
        return Preview(sentence=touched, count=sight.value)

    async def run(self, plan: Plan) -> Outcome:
        """Run an approved remediation once, its guard checked on the way. Never raises but CancelledError."""
        started = self._clock()
        if self._writers is None:
            sentence = f"Nothing was run: {self._target.name} has no remediation DSN; configure one."
            return Outcome(state=OutcomeState.FAILED, sentence=sentence, started_at=started, ended_at=started)
        outcome = await Remediation(self._writers, target=self._target.name, caps=self._target.caps).run(plan)
        return replace(
            outcome,
            sentence=self._redactor.clean(outcome.sentence),
            output=self._redactor.clean(outcome.output),
            started_at=started,
            ended_at=self._clock(),
        )

    async def close(self) -> None:
        """End all connections."""
        await self._readers.close()
        if self._writers is not None:
            await self._writers.close()

    async def _prove(self) -> str:
        try:
            async with self._limit(), self._readers.session() as connection:
                return await prove_read_only(connection)
        except FAULTS as fault:
            raise NotReached(self._sentence(fault)) from fault

    async def _seen(self, command: Facts) -> Sight:
        """A look before redaction. The judge comes first, then the attestation, then the database."""
        try:
            query = judged(command)
            if objection := await self._standing.objection():
                raise NotAllowed(objection)
            async with self._limit(), self._readers.session() as connection:
                return await look(connection, query, relations=self._target.relations, caps=self._target.caps)
        except NotAllowed as gate:
            return Sight(output="", error=str(gate))
        except LeftATrace as trace:
            self._standing.void(f"{trace} Diagnostics stay off until the role's rights were looked into.")
            return Sight(output="", error=str(trace))
        except FAULTS as fault:
            return Sight(output="", error=self._sentence(fault))

    async def _guess(self, command: Facts) -> str:
        """What the planner expects, asked with the remediation role, which may plan what it may run."""
        if self._writers is None:
            raise Outage(f"{self._target.name} has no remediation DSN: configure one.", retry=False)
        judgement = sql.judge(str(command.get("sql", "")))
        if judgement.verdict is Verdict.REFUSED:
            raise Outage(f"It could not run even with an approval: {judgement.reason}.", retry=False)
        caps = self._target.caps
        arguments = command.get("arguments", [])
        assert isinstance(arguments, list | tuple)
        try:
            async with self._limit(), self._writers.session() as connection:
                await connection.execute(opening("READ ONLY", caps, seconds=caps.look_seconds))
                try:
                    return (await plan_of(connection, str(command.get("sql", "")), arguments)).sentence
                finally:
                    await undo(connection)
        except FAULTS as fault:
            raise Outage(self._sentence(fault), retry=isinstance(fault, OSError)) from fault

    def _limit(self) -> asyncio.Timeout:
        caps = self._target.caps
        return asyncio.timeout(caps.connect_seconds + caps.look_seconds + MARGIN_SECONDS)

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
