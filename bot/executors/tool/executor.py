"""The one frame of all targets: judged again, sent, capped, cleaned, receipted, and always ended in a sentence.

What speaks to the target is a `Tool`. Everything that must hold for every target, whatever it is, is here, once.
"""

import asyncio
import logging
import time
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Generic

from msgspec.structs import replace

from bot.executors.attestation import NotProven, NotReached, Standing
from bot.executors.hearing import Hearing
from bot.executors.tool import guard as tool_guard
from bot.executors.tool.answer import (
    Answer,
    Denied,
    EndedBadly,
    GuardBroken,
    LeftATrace,
    NotAllowed,
    Run,
    Unanswered,
    chain_of,
    sight_of,
    stopped,
)
from bot.executors.tool.kind import Asked, Tool
from bot.executors.tool.legible import legible
from bot.redaction.redactor import Redactor
from bot.telemetry.traces import span
from commands.outage import Outage
from commands.ports import Attestation, Heard, Stopped, unheard
from compiler.proof.filters.verdict import Filter
from incident.approval import Preview
from incident.digest import Facts
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan, Promise

_LOG: Final = logging.getLogger(__name__)
_LOOKS_A_PROOF: Final = 4
"""A proof asks many things, one after the other: it may take as long as this many looks."""
_LONGEST: Final = 600
_LONGEST_END: Final = 200
"""Characters of a sentence, and of its end that stays where it is longer: what to do stands there."""
_UNREADABLE: Final = (LookupError, TypeError, ValueError, AttributeError, OverflowError, RecursionError)
"""What reading an answer of another shape ends in; it is told and logged, and never goes on to the incident."""


class ToolExecutor(Generic[Asked]):
    """Runs the steps of one target."""

    def __init__(self, tool: Tool[Asked], *, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._tool = tool
        self._name = tool.target.name
        self._caps = tool.target.caps
        self._redactor = redactor
        self._clock = clock
        self._standing = Standing(self._name, self._prove, clock=clock)
        self._places = asyncio.Semaphore(self._caps.parallel)

    @property
    def kind(self) -> str:
        """The executor's name in plans, such as *postgres*."""
        return self._tool.kind

    @property
    def changes(self) -> bool:
        """Whether it has an identity for remediations."""
        return self._tool.changes

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        return self._tool.target.environment

    @property
    def attestation(self) -> Attestation | None:
        """What is known of the diagnostic identity."""
        return self._standing.attestation

    async def attest(self) -> Attestation:
        """Prove that the diagnostic identity cannot write, or say why that could not be proven."""
        return await self._standing.renew()

    async def look(self, plan: Plan) -> Sight:
        """Run a read-only command under caps. Never raises: what went wrong is the sight's ``error``."""
        with span("look", target=plan.target, step=plan.step_id):
            sight, _ = await self._seen(plan.command)
        return sight

    async def preview(self, plan: Plan) -> Preview:
        """What a remediation would touch: the step's own count, and what stands there before the change."""
        try:
            asked = self._judged_change(plan.command)
            async with asyncio.timeout(self._seconds(self._caps.look_seconds)):
                before = await self._tool.before(asked)
        except NotAllowed as gate:
            raise Outage(f"It could not run even with an approval. {self._said(str(gate))}", retry=False) from gate
        except (Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            raise Outage(self._sentence(fault, self._caps.look_seconds), retry=False) from fault
        return await tool_guard.preview(plan.promise, self._clean(before), self._seen)

    async def run(self, plan: Plan, *, heard: Heard = unheard) -> Outcome:
        """Run an approved change once, its guard checked on the way. Raises nothing but Stopped."""
        started, hearing = self._clock(), Hearing(self._redactor, heard)
        run = Run(promise=plan.promise, heard=hearing.take, compare=partial(self._compare, plan.promise))
        try:
            with span("change", target=plan.target, step=plan.step_id):
                outcome = await self._run(plan, run)
        except asyncio.CancelledError as cancelled:
            known = replace(stopped(run), output=hearing.cut, started_at=started, ended_at=self._clock())
            raise Stopped(known) from cancelled
        finally:
            hearing.end()
        return replace(
            outcome,
            sentence=self._said(outcome.sentence),
            output=outcome.output or hearing.whole,
            in_vain=outcome.state is OutcomeState.FAILED and not run.sent,
            receipt={**run.receipt, **outcome.receipt},
            started_at=started,
            ended_at=self._clock(),
        )

    async def close(self) -> None:
        """Give everything back."""
        await self._tool.close()

    async def _prove(self) -> str:
        seconds = self._caps.look_seconds * _LOOKS_A_PROOF
        try:
            async with asyncio.timeout(self._seconds(seconds)):
                return await self._tool.prove()
        except NotProven as weakness:
            raise NotProven(self._said(str(weakness))) from weakness
        except (Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            raise NotReached(self._sentence(fault, seconds)) from fault

    async def _seen(self, command: Facts) -> tuple[Sight, bool]:
        """What is seen, and whether nothing is missing from its value. Never raises.

        The judge comes first, then the attestation, then the target.
        """
        started, seconds = time.perf_counter(), self._caps.look_seconds
        try:
            asked, chain = self._tool.judged_read(command), chain_of(command.get("filters"))
            if objection := await self._standing.objection():
                raise NotAllowed(objection)
            async with self._places, asyncio.timeout(self._seconds(seconds)):
                answer = await self._tool.look(asked)
        except LeftATrace as trace:
            self._standing.void(f"{trace} Diagnostics stay off until the identity's rights were looked into.")
            return Sight(output="", error=str(trace)), False
        except (NotAllowed, Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            return Sight(output="", error=self._sentence(fault, seconds)), False
        sight = sight_of(answer, chain, clean=self._redactor.clean, characters=self._caps.characters)
        took = round(time.perf_counter() - started, 4)
        return replace(sight, receipt=self._receipt(asked, answer), seconds=took), _whole(answer, chain)

    def _compare(self, promise: Promise, answer: Answer) -> None:
        chain = chain_of((promise.probe or {}).get("filters"))
        sight = sight_of(answer, chain, clean=self._redactor.clean, characters=self._caps.characters)
        tool_guard.compare(promise, sight, _whole(answer, chain))

    def _judged_change(self, command: Facts) -> Asked:
        """Raises NotAllowed."""
        if not self._tool.changes:
            raise NotAllowed(f"Nothing was sent: {self._name} has no identity for remediations; configure one.")
        return self._tool.judged_change(command)

    async def _run(self, plan: Plan, run: Run) -> Outcome:
        seconds = self._caps.run_seconds
        try:
            asked, chain = self._judged_change(plan.command), chain_of(plan.command.get("filters"))
            if plan.promise.kind not in self._tool.keeps:
                await tool_guard.check(plan.promise, self._seen)
            async with asyncio.timeout(self._seconds(seconds) + self._tool.margin_seconds):
                answer = await self._tool.change(asked, run)
        except GuardBroken as broken:
            return Outcome(state=OutcomeState.VOID, sentence=str(broken))
        except NotAllowed as gate:
            return Outcome(state=OutcomeState.FAILED, sentence=str(gate))
        except EndedBadly as ended:
            shown = sight_of(Answer(text=ended.text), (), clean=self._redactor.clean, characters=self._caps.characters)
            return Outcome(state=ended.state, sentence=str(ended), output=shown.output)
        except (Denied, Unanswered, TimeoutError, *_UNREADABLE) as fault:
            return _failed(fault, self._sentence(fault, seconds), run)
        return self._ran(asked, answer, chain)

    def _ran(self, asked: Asked, answer: Answer, chain: Sequence[Filter]) -> Outcome:
        sight = sight_of(answer, chain, clean=self._redactor.clean, characters=self._caps.characters)
        told = "It ran." if answer.changed is None else f"It ran and changed {answer.changed}."
        return Outcome(
            state=OutcomeState.RAN,
            sentence=answer.told or told,
            output=sight.output,
            changed=answer.changed,
            value=sight.given,
            receipt=self._receipt(asked, answer),
        )

    def _receipt(self, asked: Asked, answer: Answer) -> Facts:
        receipt: Facts = {"sent": self._tool.sent(asked), **answer.receipt}
        return {key: self._clean(fact) if isinstance(fact, str) else fact for key, fact in receipt.items()}

    def _seconds(self, seconds: float) -> float:
        return self._caps.connect_seconds + seconds

    def _sentence(self, fault: BaseException, seconds: float) -> str:
        if isinstance(fault, TimeoutError):
            return f"{self._name} did not answer within {self._seconds(seconds):g} s: see whether it is overloaded."
        if isinstance(fault, _UNREADABLE):
            trace = self._redactor.clean("".join(traceback.format_exception(fault)))
            _LOG.error("%s answered what cannot be read: %s", self._name, trace)
            return f"{self._name} answered something that Muster cannot read: see Muster's log, and do it by hand."
        return self._said(str(fault))

    def _clean(self, text: str) -> str:
        return legible(self._redactor.clean(text))

    def _said(self, sentence: str) -> str:
        """Cleaned, and only then cut: half a secret is not known for one."""
        clean = self._clean(sentence)
        if len(clean) <= _LONGEST:
            return clean
        return f"{clean[: _LONGEST - _LONGEST_END].rstrip()} … {clean[-_LONGEST_END:].lstrip()}"


def _whole(answer: Answer, chain: Sequence[Filter]) -> bool:
    """Whether nothing is missing from its value."""
    return not (answer.more or (chain and answer.is_part(chain)))


def _failed(fault: BaseException, sentence: str, run: Run) -> Outcome:
    if not run.sent or (isinstance(fault, Denied) and not run.so_far):
        return Outcome(state=OutcomeState.FAILED, sentence=f"Nothing was changed. {sentence}")
    unknown = "Nobody knows whether it took effect: run the diagnostics before doing it again."
    return Outcome(state=OutcomeState.UNKNOWN, sentence=" ".join(filter(None, (sentence, run.so_far, unknown))))
