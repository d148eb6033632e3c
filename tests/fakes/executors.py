"""Targets in memory: what a diagnostic sees is what a test says, and a remediation is only counted."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from commands.outage import Outage
from commands.ports import Attestation, Executor, Executors, Heard, Stopped, Target, unheard
from incident.approval import Preview
from incident.digest import Json
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan


@dataclass
class FakeExecutor(Executor):
    """One target. ``sees`` says what each diagnostic sees, by its step; ``heals`` what it sees once something ran."""

    target: str
    clock: Callable[[], datetime]
    sees: dict[str, Json] = field(default_factory=dict)
    heals: dict[str, Json] = field(default_factory=dict)
    touches: int | None = 3
    value: str | None = None
    """What a fingerprint's probe shows."""
    outcome: OutcomeState = OutcomeState.RAN
    in_vain: bool = False
    proven: bool = True
    blind: Outage | None = None
    """What previews fail with."""
    attested: int = 0
    """How often its proof was asked for."""
    looked: list[Plan] = field(default_factory=list)
    previewed: list[Plan] = field(default_factory=list)
    ran: list[Plan] = field(default_factory=list)
    prints: str = ""
    stops_as: OutcomeState = OutcomeState.CANCELLED
    """How a run ends that is cancelled while it waits for the gate."""
    heard: Heard = unheard
    """What listens to the newest run."""
    gate: asyncio.Event | None = None
    """Runs wait for it, so that a test can look at one that has begun."""

    async def attest(self) -> Attestation:
        self.attested += 1
        return self.attestation

    @property
    def attestation(self) -> Attestation:
        proof = "the diagnostic role may not write" if self.proven else "the diagnostic role may write to orders"
        return Attestation(target=self.target, proven=self.proven, proof=proof, at=self.clock())

    async def look(self, plan: Plan) -> Sight:
        self.looked.append(plan)
        seen = self.sees.get(plan.step_id)
        if isinstance(seen, str) and seen.startswith("error:"):
            return Sight(output="", error=seen.removeprefix("error:").strip())
        single = not isinstance(seen, list | None)
        return Sight(output=str(seen), value=seen, rows=1, receipt={"transaction": "read only"}, single=single)

    async def preview(self, plan: Plan) -> Preview:
        self.previewed.append(plan)
        if self.blind is not None:
            raise self.blind
        return Preview(sentence=f"{self.touches} rows of orders", count=self.touches, value=self.value)

    async def run(self, plan: Plan, *, heard: Heard = unheard) -> Outcome:
        started_at = self.clock()
        self.ran.append(plan)
        self.heard = heard
        if self.gate is not None:
            try:
                await self.gate.wait()
            except asyncio.CancelledError as cancelled:
                known = Outcome(state=self.stops_as, sentence="It was stopped.", output=self.prints)
                raise Stopped(known) from cancelled
        if self.outcome is OutcomeState.RAN:
            self.sees |= self.heals
        ended_at = self.clock()
        sentence = f"{self.touches} rows were changed."
        return Outcome(
            state=self.outcome,
            sentence=sentence,
            output=self.prints,
            in_vain=self.in_vain,
            started_at=started_at,
            ended_at=ended_at,
        )


class FakeExecutors(Executors):
    """The executors of some targets."""

    def __init__(self, *executors: FakeExecutor) -> None:
        self._executors = {each.target: each for each in executors}

    def of(self, target: str) -> FakeExecutor:
        return self._executors[target]

    def environment(self, target: str) -> str:
        return "production"

    @property
    def standing(self) -> tuple[Target, ...]:
        return tuple(
            Target(
                name=name,
                executor="postgres",
                environment=self.environment(name),
                changes=True,
                attestation=executor.attestation,
            )
            for name, executor in self._executors.items()
        )

    def attested(self, target: str) -> Attestation | None:
        executor = self._executors[target]
        proof = "the diagnostic role may not write"
        return Attestation(target=target, proven=True, proof=proof, at=executor.clock()) if executor.proven else None
