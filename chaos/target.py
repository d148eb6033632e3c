"""The database that remediations change, simulated: it remembers every run that reached it, whoever heard of it."""

import asyncio
from collections import Counter
from datetime import UTC, datetime
from typing import Final

from chaos.slack import Caught
from chaos.team import WATCHED
from chaos.weather import Weather
from commands.outage import Outage
from commands.ports import Attestation, Executor, Executors, Heard, Stopped, unheard
from commands.ports import Target as Standing
from incident.approval import Preview
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan
from tests.fakes.runbooks import DATABASE

PROOF: Final = "the diagnostic role may not write"


class Target:
    """The database itself. ``runs`` counts by the plan's digest what reached it; ``wrong`` is what its watch sees."""

    def __init__(self, weather: Weather) -> None:
        self.weather = weather
        self.runs: Counter[str] = Counter()
        self.stuck = 7
        self.wrong = 0

    def change(self, plan: Plan) -> None:
        """Do what a plan says."""
        self.runs[plan.digest] += 1
        if self.weather.chance.random() < 0.5:
            self.stuck = 0


class _Line(Executor):
    """The way of one process to it."""

    def __init__(self, target: Target, process: Caught) -> None:
        self._target = target
        self._process = process

    async def attest(self) -> Attestation:
        return _attested()

    async def look(self, plan: Plan) -> Sight:
        await self._process.reach("target look")
        if self._target.weather.strikes("target_away"):
            return Sight(output="", error="the database does not answer")
        await self._pass()
        seen = self._target.wrong if plan.step_id == WATCHED else self._target.stuck
        return Sight(output=str(seen), value=seen, rows=1, receipt={}, single=True)

    async def preview(self, plan: Plan) -> Preview:
        await self._process.reach("target preview")
        if self._target.weather.strikes("target_away"):
            raise Outage("the database does not answer", retry=True)
        await self._pass()
        return Preview(sentence="3 rows of orders", count=3)

    async def run(self, plan: Plan, *, heard: Heard = unheard) -> Outcome:
        await self._process.reach("target run")
        unknown = self._target.weather.strikes("target_unknown")
        try:
            heard("looking for orders\n")
            await self._pass()
            self._target.change(plan)
            heard("3 rows were changed\n")
            await self._process.hear("target run")
            await self._pass()
        except asyncio.CancelledError as cancelled:
            known = Outcome(state=OutcomeState.UNKNOWN, sentence="It was stopped in the middle of it.")
            raise Stopped(known) from cancelled
        if unknown:
            return Outcome(state=OutcomeState.UNKNOWN, sentence="The answer never came.")
        return Outcome(state=OutcomeState.RAN, sentence="3 rows were changed.", output="3 rows were changed\n")

    async def _pass(self) -> None:
        await asyncio.sleep(self._target.weather.chance.uniform(0.01, 1.5))


class Targets(Executors):
    """The one target, as one process reaches it."""

    def __init__(self, target: Target, process: Caught) -> None:
        self._line = _Line(target, process)

    @property
    def standing(self) -> tuple[Standing, ...]:
        attested = self.attested(DATABASE)
        return (
            Standing(
                name=DATABASE, executor="postgres", environment="production", changes=True, attestation=attested
            ),
        )  # fmt: skip

    def of(self, target: str) -> Executor:
        return self._line

    def environment(self, target: str) -> str:
        return "production"

    def attested(self, target: str) -> Attestation | None:
        return _attested()


def _attested() -> Attestation:
    return Attestation(target=DATABASE, proven=True, proof=PROOF, at=datetime(2026, 3, 14, tzinfo=UTC))
