"""Every runnable step of the storybook's catalog runs against the real patient, and its remediations heal it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.executors.http import Canary, HttpTarget
from bot.executors.postgres import PostgresTarget
from bot.executors.registry import Registry
from bot.redaction import Redactor
from commands.ports import Outage
from compiler.catalog import load
from demo.postgres import RealPostgres
from demo.storybook import Patient
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan, draw_up
from incident.runbook import Catalog, Procedure, Step
from tests.bot.executors.conftest import Clock

CATALOG = Path(__file__).parents[3] / "runbooks" / "ai-storybook" / "catalog.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ward:
    """The patient, its runbook, and the executors that reach it."""

    patient: Patient
    catalog: Catalog
    registry: Registry

    def procedure(self, name: str) -> Procedure:
        procedure = self.catalog.procedure(name)
        assert procedure
        return procedure

    def plan(self, step: Step, given: Mapping[str, str]) -> Plan:
        return draw_up(step, given, catalog=self.catalog, environment=self.registry.environment(step.target or ""))

    async def look(self, step: Step) -> Sight:
        return await self.registry.of(step.target or "").look(self.plan(step, {}))

    async def healthy(self, name: str) -> dict[str, bool | None]:
        """What each diagnostic of a procedure that can tell says."""
        told = {}
        for step in self.procedure(name).diagnostics:
            sight = await self.look(step)
            if step.expects:
                told[step.id] = None if sight.error else step.expects.holds(sight.value)
        return told

    async def until(self, name: str, told: Mapping[str, bool]) -> None:
        """Wait until a procedure's diagnostics say this: a leak and its end take a moment to be felt."""
        async with asyncio.timeout(15):
            while await self.healthy(name) != told:
                await asyncio.sleep(0.1)

    async def fix(self, procedure: str, step_id: str, **given: str) -> Outcome:
        """Preview, as for an approval, then run what was approved."""
        step = self.procedure(procedure).step(step_id)
        plan, executor = self.plan(step, given), self.registry.of(step.target or "")
        seen = (await executor.preview(plan)).count
        assert seen
        return await executor.run(replace(plan, promise=replace(plan.promise, seen=seen, most=seen)))


@pytest.fixture
async def ward(postgres: RealPostgres, clock: Clock) -> AsyncIterator[Ward]:
    """A patient without customers, quick workers, and both targets proven."""
    async with Patient(postgres, step_seconds=0.02, traffic_seconds=0) as patient:
        dsns = patient.dsns
        targets = (
            PostgresTarget(
                name="storybook-db",
                environment="production",
                diagnostic_dsn=dsns["muster_diagnostic"],
                remediation_dsn=dsns["muster_remediation"],
                relations=frozenset({"public.jobs"}),
            ),
            HttpTarget(
                name="storybook-api",
                environment="production",
                base_url=patient.url,
                canary=Canary(method="POST", path="/admin/job-monitor/run"),
                remediation_token=patient.write_token,
            ),
        )
        registry = Registry(targets, redactor=Redactor([*dsns.values(), patient.write_token]), clock=clock)
        catalog = load(CATALOG.read_text(encoding="utf-8"), str(CATALOG))
        assert all([(await registry.of(name).attest()).proven for name in registry.targets])
        yield Ward(patient=patient, catalog=catalog, registry=registry)
        await registry.close()


async def test_every_diagnostic_answers_and_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        for step in procedure.diagnostics:
            sight = await ward.look(step)
            assert sight.error is None, (step.id, sight.error)
            assert sight.output, step.id
            if step.expects:
                assert step.expects.holds(sight.value), (step.id, sight.value)


async def test_giving_stuck_jobs_up_heals_them(ward: Ward) -> None:
    await ward.patient.fault("stuck-jobs", True)
    assert await ward.healthy("stuck-jobs") == {"stuck-count": False, "queue-length": True, "stuck-list": False}
    outcome = await ward.fix("stuck-jobs", "fail-stuck-jobs")
    assert outcome.state is OutcomeState.RAN
    assert outcome.changed == 7
    assert all((await ward.healthy("stuck-jobs")).values())
    assert await ward.healthy("job-failures") == {"success-rate": True}, "what was given up is no failure of this hour"


async def test_running_the_job_monitor_recovers_them_too(ward: Ward) -> None:
    await ward.patient.fault("stuck-jobs", True)
    outcome = await ward.fix("stuck-jobs", "run-job-monitor")
    assert outcome.state is OutcomeState.RAN
    assert outcome.changed == 7
    assert all((await ward.healthy("stuck-jobs")).values())


async def test_ending_idle_connections_heals_their_exhaustion(ward: Ward) -> None:
    """With all of the application's places taken, Muster's own looks still get through."""
    await ward.patient.fault("connections", True)
    await ward.until("connection-exhaustion", {"connection-count": False, "api-answers": False})
    with pytest.raises(AssertionError):
        await ward.fix("connection-exhaustion", "end-idle-connections")
    outcome = await ward.fix("connection-exhaustion", "end-idle-connections", idle_minutes="0")
    assert outcome.state is OutcomeState.RAN
    assert outcome.changed
    assert outcome.changed > 20
    await ward.until("connection-exhaustion", {"connection-count": True, "api-answers": True})


async def test_an_unknown_target_is_a_sentence(ward: Ward) -> None:
    with pytest.raises(Outage, match=r"No target redis is configured"):
        ward.registry.of("redis")
    assert ward.registry.attested("redis") is None
    assert ward.registry.attested("storybook-db")
    assert ward.registry.targets == ("storybook-db", "storybook-api")
