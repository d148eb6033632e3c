"""Every runnable step of a system's catalog is run once: the diagnostics answer, the remediations end as *ran*."""

from collections.abc import Awaitable, Callable, Mapping

import pytest
from msgspec import Struct, field

from bench.coverage_parts import STATISTICS
from incident.finding import OutcomeState
from incident.runbook import Step, StepKind
from tests.systems.ward import Ward, runnable


class Rounds(Struct, frozen=True, kw_only=True):
    """What steps need. ``given``: step → parameters; ``before``: step → what makes something for it to see or change.

    A fault's name under ``faults`` is brought about before a remediation, and undone after it.
    """

    given: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    faults: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Callable[[], Awaitable[object]]] = field(default_factory=dict)


async def run_every_step(ward: Ward, rounds: Rounds) -> None:
    """Run them all but those that read statistics, which `run_statistics` runs."""
    statistics = STATISTICS.get(ward.system, frozenset())
    every = list(runnable(ward.catalog))
    assert statistics <= {step.id for step in every}
    chosen = [step for step in every if step.id not in statistics and step.target not in ward.strong]
    for step in chosen:
        await _run(ward, rounds, step)
    assert ward.ran >= {step.id for step in chosen}
    for name, proof in ward.strong.items():
        pytest.skip(f"all but the steps of {name} ran: {proof}")


async def run_statistics(ward: Ward) -> None:
    """Run the steps that read pg_stat_statements, on a PostgreSQL that has it."""
    for step in runnable(ward.catalog):
        if step.id in STATISTICS[ward.system]:
            await _run(ward, Rounds(), step)
    assert ward.ran == STATISTICS[ward.system]


async def _run(ward: Ward, rounds: Rounds, step: Step) -> None:
    given = rounds.given.get(step.id, {})
    if fault := rounds.faults.get(step.id):
        await ward.patient.fault(fault, True)
    if prepare := rounds.before.get(step.id):
        await prepare()
    if step.kind is StepKind.DIAGNOSTIC:
        sight = await ward.look(step, given)
        assert sight.error is None, (step.id, sight.error)
        assert sight.output or sight.value == 0, step.id
        return
    outcome = await ward.remedy(step, given)
    if outcome.state is OutcomeState.VOID:
        # What goes on in the patient may break a guard; a person asks again, as here.
        outcome = await ward.remedy(step, given)
    assert outcome.state is OutcomeState.RAN, (step.id, outcome.sentence)
    if fault:
        await ward.patient.fault(fault, False)
