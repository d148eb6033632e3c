"""A target whose steps are a tool's words: judged again, sent without the tool, capped, cleaned and receipted.

What speaks to the target is a `Tool`: it knows one protocol and nothing of plans. Everything that must hold for every
such target is here, once.
"""

import asyncio
import logging
import shlex
import traceback
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final, Protocol

from bot.executors.attestation import NotReached, Standing
from bot.executors.caps import Caps
from bot.executors.tool_answer import Answer, Denied, GuardBroken, NotAllowed, Run, Unanswered, chain_of, sight_of
from bot.redaction import Redactor
from commands.outage import Outage
from commands.ports import Attestation
from compiler.proof import runnable
from incident.approval import Preview
from incident.digest import Facts
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan
from incident.runbook import GuardKind
from incident.verdict import Judgement, Verdict

_LOG: Final = logging.getLogger(__name__)
_PROOF_SECONDS: Final = 60.0
_UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError)
"""What reading an answer of another shape ends in; it is told and logged, and never goes on to the incident."""


class Tool(Protocol):
    """What speaks one protocol to one target, with two identities. Its faults are Denied and Unanswered."""

    @property
    def kind(self) -> str:
        """The executor's name in plans, such as *nats*."""
        ...

    @property
    def name(self) -> str:
        """The target's name."""
        ...

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        ...

    @property
    def caps(self) -> Caps:
        """How much one look or run may take."""
        ...

    @property
    def changes(self) -> bool:
        """Whether it has an identity for remediations."""
        ...

    def judge(self, argv: Sequence[str]) -> Judgement:
        """The verdict for the words."""
        ...

    async def prove(self) -> str:
        """A sentence that proves the diagnostic identity unable to write. Raises NotProven or NotReached."""
        ...

    async def look(self, argv: Sequence[str]) -> Answer:
        """Ask as the diagnostic identity."""
        ...

    async def before(self, argv: Sequence[str]) -> str:
        """What the change would replace, as a sentence, seen by the diagnostic identity; empty when unknown."""
        ...

    async def change(self, argv: Sequence[str], run: Run) -> Answer:
        """Make the approved change as the other identity; ``run.sent`` is set just before it may take effect."""
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...


class ToolExecutor:
    """Runs the steps of one such target."""

    def __init__(self, tool: Tool, *, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._tool = tool
        self._redactor = redactor
        self._clock = clock
        self._standing = Standing(tool.name, self._prove, clock=clock)
        self._places = asyncio.Semaphore(tool.caps.parallel)

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        return self._tool.environment

    @property
    def attestation(self) -> Attestation | None:
        """What is known of the diagnostic identity."""
        return self._standing.attestation

    async def attest(self) -> Attestation:
        """Prove that the diagnostic identity cannot write, or say why that could not be proven."""
        return await self._standing.renew()

    async def look(self, plan: Plan) -> Sight:
        """Run a read-only command under caps. Never raises: what went wrong is the sight's ``error``."""
        return await self._seen(plan.command)

    async def preview(self, plan: Plan) -> Preview:
        """What a remediation would touch: the step's own count, and what stands there before the change."""
        try:
            argv = self._judged_change(plan.command)
            async with asyncio.timeout(self._seconds(self._tool.caps.look_seconds)):
                before = await self._tool.before(argv)
        except NotAllowed as gate:
            raise Outage(f"It could not run even with an approval. {gate}", retry=False) from gate
        except (Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            raise Outage(self._sentence(fault, self._tool.caps.look_seconds), retry=False) from fault
        before = self._redactor.clean(before)
        if plan.promise.kind is GuardKind.NONE or plan.promise.probe is None:
            return Preview(sentence=before or "It is not counted what it touches.")
        sight = await self._seen(plan.promise.probe)
        if sight.error or not isinstance(sight.value, int):
            raise Outage(sight.error or "What it would touch could not be counted.", retry=False)
        touched = "1 would be touched now." if sight.value == 1 else f"{sight.value} would be touched now."
        return Preview(sentence=f"{touched} {before}".strip(), count=sight.value)

    async def run(self, plan: Plan) -> Outcome:
        """Run an approved change once, its guard checked on the way. Never raises but CancelledError."""
        started = self._clock()
        outcome = await self._run(plan)
        return replace(
            outcome,
            sentence=self._redactor.clean(outcome.sentence),
            started_at=started,
            ended_at=self._clock(),
        )

    async def close(self) -> None:
        """Give everything back."""
        await self._tool.close()

    async def _prove(self) -> str:
        try:
            async with asyncio.timeout(_PROOF_SECONDS):
                return await self._tool.prove()
        except (TimeoutError, *_UNREADABLE) as fault:
            raise NotReached(self._sentence(fault, _PROOF_SECONDS)) from fault

    async def _seen(self, command: Facts) -> Sight:
        """The judge comes first, then the attestation, then the target."""
        started, seconds = self._clock(), self._tool.caps.look_seconds
        try:
            argv, chain = self._judged_read(command), chain_of(command.get("filters"))
            if objection := await self._standing.objection():
                raise NotAllowed(objection)
            async with self._places, asyncio.timeout(self._seconds(seconds)):
                answer = await self._tool.look(argv)
        except (NotAllowed, Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            return Sight(output="", error=self._sentence(fault, seconds))
        clean = self._redactor.clean
        sight = sight_of(answer, chain, clean=clean, characters=self._tool.caps.characters)
        receipt: Facts = {"sent": clean(shlex.join(argv)), **answer.receipt}
        return replace(sight, receipt=receipt, seconds=(self._clock() - started).total_seconds())

    def _judged_read(self, command: Facts) -> list[str]:
        """The words that may be sent, bounded: judged here and now whatever the plan says. Raises NotAllowed."""
        argv = _words(command)
        judgement = self._tool.judge(argv)
        if judgement.verdict is not Verdict.READ_ONLY:
            raise NotAllowed(f"Nothing was sent, because this is {judgement.verdict.value}: {judgement.reason}.")
        return self._able(runnable.final(argv, judgement))

    def _judged_change(self, command: Facts) -> list[str]:
        """The words of a change that an approval may let through. Raises NotAllowed."""
        if not self._tool.changes:
            raise NotAllowed(f"Nothing was sent: {self._tool.name} has no identity for remediations; configure one.")
        argv = _words(command)
        judgement = self._tool.judge(argv)
        if judgement.verdict is not Verdict.MUTATING:
            why = judgement.reason if judgement.verdict is Verdict.REFUSED else "it changes nothing"
            raise NotAllowed(f"Nothing was sent: {why}.")
        return self._able(argv)

    def _able(self, argv: list[str]) -> list[str]:
        if objection := runnable.objection(self._tool.kind, argv):
            raise NotAllowed(f"Nothing was sent. {objection}")
        return argv

    async def _run(self, plan: Plan) -> Outcome:
        run, seconds = Run(), self._tool.caps.run_seconds
        try:
            argv, chain = self._judged_change(plan.command), chain_of(plan.command.get("filters"))
            await self._check_guard(plan)
            async with asyncio.timeout(self._seconds(seconds)):
                answer = await self._tool.change(argv, run)
        except GuardBroken as broken:
            return Outcome(state=OutcomeState.VOID, sentence=str(broken))
        except NotAllowed as gate:
            return Outcome(state=OutcomeState.FAILED, sentence=str(gate))
        except (Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            return _failed(fault, self._sentence(fault, seconds), run)
        except asyncio.CancelledError as cancelled:
            cancelled.add_note("It may have been sent." if run.sent else "It was cut short before it was sent.")
            raise
        sight = sight_of(answer, chain, clean=self._redactor.clean, characters=self._tool.caps.characters)
        receipt: Facts = {"sent": self._redactor.clean(shlex.join(argv)), **answer.receipt}
        told = "It ran." if answer.changed is None else f"It ran and changed {answer.changed}."
        return Outcome(
            state=OutcomeState.RAN, sentence=told, output=sight.output, changed=answer.changed, receipt=receipt
        )

    async def _check_guard(self, plan: Plan) -> None:
        """Raises GuardBroken, or NotAllowed when it cannot be told."""
        promise = plan.promise
        if promise.kind is GuardKind.NONE:
            return
        if promise.kind is not GuardKind.COUNT or promise.probe is None or promise.most is None:
            raise NotAllowed("Nothing was sent: the step's guard is none that this target can keep.")
        sight = await self._seen(promise.probe)
        if sight.error or not isinstance(sight.value, int):
            raise NotAllowed(f"Nothing was sent, because its guard could not be checked. {sight.error or ''}".strip())
        if sight.value > promise.most:
            raise GuardBroken(f"Nothing was sent: {sight.value} are touched now, approved were at most {promise.most}.")

    def _seconds(self, seconds: float) -> float:
        return self._tool.caps.connect_seconds + seconds

    def _sentence(self, fault: BaseException, seconds: float) -> str:
        if isinstance(fault, TimeoutError):
            return (
                f"{self._tool.name} did not answer within {self._seconds(seconds):g} s: see whether it is overloaded."
            )
        if isinstance(fault, _UNREADABLE):
            trace = self._redactor.clean("".join(traceback.format_exception(fault)))
            _LOG.error("%s answered what cannot be read: %s", self._tool.name, trace)
            return f"{self._tool.name} answered something that Muster cannot read: see Muster's log, and do it by hand."
        return self._redactor.clean(str(fault))


def _words(command: Facts) -> list[str]:
    argv = command.get("argv")
    if not isinstance(argv, list | tuple) or not argv or not all(isinstance(word, str) for word in argv):
        raise NotAllowed("Nothing was sent: the step holds no words of a command.")
    return [str(word) for word in argv]


def _failed(fault: BaseException, sentence: str, run: Run) -> Outcome:
    if not run.sent or isinstance(fault, Denied):
        return Outcome(state=OutcomeState.FAILED, sentence=f"Nothing was changed. {sentence}")
    unknown = "Nobody knows whether it took effect: run the diagnostics before doing it again."
    return Outcome(state=OutcomeState.UNKNOWN, sentence=f"{sentence} {unknown}")
