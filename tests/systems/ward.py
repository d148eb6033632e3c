"""A patient with its catalog and the real executors that reach it: how tests run the steps of a system."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import yaml
from msgspec import Struct
from msgspec.structs import replace

from bot import config
from bot.executors.registry import Registry
from bot.redaction.redactor import Redactor
from bot.targets import targets_of
from compiler.catalog import load
from demo.system import Patient
from incident.digest import Json
from incident.finding import Outcome, Sight
from incident.measure import measured
from incident.plan import Plan, draw_up
from incident.runbook import Catalog, GuardKind, Procedure, Step

ROOT = Path(__file__).parents[2]
PATIENCE = 40.0
"""Seconds; a machine may be busy with other things."""
ROUNDS = 100
"""How often it is looked for something to change, a tenth of a second apart."""


class Ward(Struct, frozen=True, kw_only=True):
    """The patient, its runbook, and the executors that reach it. ``ran`` holds the ids of the steps that were run.

    ``strong`` holds the hosts whose account could change something, each with what was said of it.
    """

    system: str
    patient: Patient
    catalog: Catalog
    registry: Registry
    strong: Mapping[str, str]
    ran: set[str]

    def procedure(self, name: str) -> Procedure:
        procedure = self.catalog.procedure(name)
        assert procedure
        return procedure

    def plan(self, step: Step, given: Mapping[str, str]) -> Plan:
        return draw_up(step, given, catalog=self.catalog, environment=self.registry.environment(step.target or ""))

    async def look(self, step: Step, given: Mapping[str, str] | None = None) -> Sight:
        """What a diagnostic sees, with the value as it is measured."""
        self.ran.add(step.id)
        sight = await self.registry.of(step.target or "").look(self.plan(step, given or {}))
        if step.measure is None or sight.error:
            return sight
        return replace(sight, value=measured(step.measure, sight.output, datetime.now(UTC)))

    async def healthy(self, procedure: str) -> dict[str, bool | None]:
        """What each diagnostic of a procedure says that can tell; None for one that got no answer."""
        told = {}
        for step in self.procedure(procedure).diagnostics:
            if step.expects and step.target not in self.strong:
                sight = await self.look(step)
                told[step.id] = None if sight.error else step.expects.holds(sight.value)
        return told

    async def beyond(self) -> set[str]:
        """The watches whose value is beyond their bound, or who see nothing."""
        watched = [step for each in self.catalog.procedures for step in each.diagnostics if step.watch is not None]
        looks = [(step, step.threshold, await self.look(step)) for step in watched]
        return {step.id for step, bound, sight in looks if sight.error or bound is None or not bound.holds(sight.value)}

    async def play_watches(self, fault: str, seen_by: set[str]) -> None:
        """On a well patient every watch sees that it is; a fault is seen by these, and its end by all."""
        await self._until_beyond(set())
        await self.patient.fault(fault, True)
        await self._until_beyond(seen_by)
        await self.patient.fault(fault, False)
        await self._until_beyond(set())

    async def _until_beyond(self, wanted: set[str]) -> None:
        deadline = time.monotonic() + PATIENCE
        while (beyond := await self.beyond()) != wanted:
            assert time.monotonic() < deadline, f"beyond their bounds are {beyond}, not {wanted}"
            await asyncio.sleep(0.1)

    async def value(self, procedure: str, step_id: str) -> Json:
        """What one diagnostic sees."""
        return (await self.look(self.procedure(procedure).step(step_id))).value

    async def until(self, procedure: str, told: Mapping[str, bool]) -> None:
        """Wait until a procedure's diagnostics say this: a leak and its end take a moment to be felt."""
        async with asyncio.timeout(PATIENCE):
            while await self.healthy(procedure) != told:
                await asyncio.sleep(0.1)

    async def fix(self, procedure: str, step_id: str, **given: str) -> Outcome:
        """Preview, as for an approval, then run what was approved."""
        return await self.remedy(self.procedure(procedure).step(step_id), given)

    async def remedy(self, step: Step, given: Mapping[str, str]) -> Outcome:
        """The same for a step at hand. There must be something to change before long, or no guard."""
        self.ran.add(step.id)
        plan, executor = self.plan(step, given), self.registry.of(step.target or "")
        seen = await executor.preview(plan)
        for _ in range(ROUNDS):
            if seen.count or seen.value or plan.promise.kind is GuardKind.NONE:
                break
            # What an earlier step removed comes back while the patient works.
            await asyncio.sleep(0.1)
            seen = await executor.preview(plan)
        else:
            raise AssertionError(f"{step.id} has nothing to change")
        promise = replace(plan.promise, seen=seen.count, most=seen.count, value=seen.value)
        return await executor.run(replace(plan, promise=promise))


def runnable(catalog: Catalog) -> Iterator[Step]:
    """Every step of a catalog that Muster may run."""
    for procedure in catalog.procedures:
        yield from (*procedure.diagnostics, *procedure.remediations)


def catalog_of(system: str) -> Catalog:
    """A system's catalog with what its people added."""
    folder = ROOT / "runbooks" / system
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("catalog.yaml", "overlay.yaml")]
    return load(texts[0], "catalog.yaml", texts[1], "overlay.yaml")


def may_be_strong(target: Mapping[str, object]) -> bool:
    """Whether it is a host whose programs run as whoever runs the tests, who may be an administrator."""
    return target["kind"] == "host" and os.geteuid() != 0


@asynccontextmanager
async def ward_of(
    system: str,
    patient: Patient,
    folder: Path,
    *,
    targets: Mapping[str, Mapping[str, object]] | None = None,
    environment: Mapping[str, str] | None = None,
) -> AsyncIterator[Ward]:
    """The ward of a patient that runs, each of its targets proven, as its own configuration has them.

    ``targets`` and ``environment`` are those that only the test has.
    """
    settings = {
        "slack": {"announcements": "C0"},
        "systems": {system: {"runbook": str(ROOT / "runbooks" / system), "on_call": ["U0"], "approvers": ["U0"]}},
        "targets": {name: dict(target) for name, target in {**patient.targets, **(targets or {})}.items()},
    }
    file = folder / "muster.yaml"
    file.write_text(yaml.safe_dump(settings), encoding="utf-8")
    tokens = {"MUSTER_SLACK_BOT_TOKEN": "xoxb-1", "MUSTER_SLACK_APP_TOKEN": "xapp-1"}
    configuration = config.load(file, {**tokens, **patient.environment, **(environment or {})})
    redactor = Redactor(configuration.every_secret())
    strong: dict[str, str] = {}
    registry = Registry(targets_of(configuration), redactor=redactor, clock=lambda: datetime.now(UTC))
    try:
        for name in registry.targets:
            attestation = await registry.of(name).attest()
            if not attestation.proven and may_be_strong(settings["targets"][name]):
                strong[name] = attestation.proof
            else:
                assert attestation.proven, (name, attestation)
        catalog = catalog_of(system)
        yield Ward(system=system, patient=patient, catalog=catalog, registry=registry, strong=strong, ran=set())
    finally:
        await registry.close()
