"""Every runnable step of the storybook's catalog runs against the real patient, and its remediations heal it."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import aiohttp
import pytest

from bot.executors.http import Canary, HttpTarget
from bot.executors.postgres import PostgresTarget
from bot.executors.redis import RedisTarget
from bot.executors.redis_session import Login, Server
from bot.executors.registry import Registry
from bot.redaction import Redactor
from commands.outage import Outage
from compiler.catalog import load
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import Patient
from incident.digest import Json
from incident.finding import Outcome, OutcomeState, Sight
from incident.plan import Plan, draw_up
from incident.refusal import BadParameter
from incident.runbook import Catalog, GuardKind, Procedure, Step
from tests.bot.executors.conftest import Clock

RUNBOOK = Path(__file__).parents[3] / "runbooks" / "ai-storybook"


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

    def reached(self, name: str) -> list[Step]:
        """The procedure's diagnostics whose target is here: a provider's status page is not."""
        return [step for step in self.procedure(name).diagnostics if step.target in self.registry.targets]

    async def look(self, step: Step) -> Sight:
        return await self.registry.of(step.target or "").look(self.plan(step, {}))

    async def healthy(self, name: str) -> dict[str, bool | None]:
        """What each diagnostic of a procedure that can tell says."""
        told = {}
        for step in self.reached(name):
            sight = await self.look(step)
            if step.expects:
                told[step.id] = None if sight.error else step.expects.holds(sight.value)
        return told

    async def until(self, name: str, told: Mapping[str, bool]) -> None:
        """Wait until a procedure's diagnostics say this: a leak and its end take a moment to be felt."""
        async with asyncio.timeout(15):
            while await self.healthy(name) != told:
                await asyncio.sleep(0.1)

    async def value(self, procedure: str, step_id: str) -> Json:
        """What one diagnostic sees."""
        return (await self.look(self.procedure(procedure).step(step_id))).value

    async def order(self, user_key: str) -> int:
        """Order a book as a customer; the status of the answer."""
        headers = {"Authorization": f"Bearer {self.patient.book_token}"}
        order = {"user_key": user_key, "topic": "A whale in the library"}
        async with (
            aiohttp.ClientSession() as session,
            session.post(f"{self.patient.url}/books", json=order, headers=headers) as answer,
        ):
            return answer.status

    async def fix(self, procedure: str, step_id: str, **given: str) -> Outcome:
        """Preview, as for an approval, then run what was approved."""
        step = self.procedure(procedure).step(step_id)
        plan, executor = self.plan(step, given), self.registry.of(step.target or "")
        seen = (await executor.preview(plan)).count
        assert seen or plan.promise.kind is GuardKind.NONE
        return await executor.run(replace(plan, promise=replace(plan.promise, seen=seen, most=seen)))

    async def fix_if_seen(self, procedure: str, step_id: str) -> Outcome | None:
        """The same as soon as there is something to fix; None until then."""
        step = self.procedure(procedure).step(step_id)
        seen = (await self.registry.of(step.target or "").preview(self.plan(step, {}))).count
        return await self.fix(procedure, step_id) if seen else None

    async def faults(self) -> list[dict[str, object]]:
        """The patient's faults as the panel shows them."""
        faults = (await self.patient.state())["faults"]
        assert isinstance(faults, list)
        return faults


@pytest.fixture
async def ward(postgres: RealPostgres, redis_server: RealRedis, clock: Clock) -> AsyncIterator[Ward]:
    """A patient without customers, quick workers, and all targets proven."""
    async with Patient(postgres, redis_server, step_seconds=0.02, traffic_seconds=0) as patient:
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
            RedisTarget(
                name="storybook-redis",
                environment="production",
                server=Server(host="127.0.0.1", port=redis_server.port),
                diagnostic=Login(user="muster_diagnostic", password=patient.redis_passwords["muster_diagnostic"]),
                remediation=Login(user="muster_remediation", password=patient.redis_passwords["muster_remediation"]),
            ),
        )
        registry = Registry(targets, redactor=Redactor([*dsns.values(), patient.write_token]), clock=clock)
        texts = [(RUNBOOK / name).read_text(encoding="utf-8") for name in ("catalog.yaml", "overlay.yaml")]
        catalog = load(texts[0], "catalog.yaml", texts[1], "overlay.yaml")
        assert all([(await registry.of(name).attest()).proven for name in registry.targets])
        yield Ward(patient=patient, catalog=catalog, registry=registry)
        await registry.close()


async def test_every_diagnostic_answers_and_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        for step in ward.reached(procedure.id):
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


async def test_ending_the_slow_query_heals_a_slow_api(ward: Ward) -> None:
    await ward.patient.fault("slow", True)
    waiting = asyncio.create_task(ward.order("user_1001"))
    async with asyncio.timeout(15):
        while not await ward.value("slow-api", "slow-queries"):
            await asyncio.sleep(0.1)
        while (outcome := await ward.fix_if_seen("slow-api", "end-blocking-sessions")) is None:
            await asyncio.sleep(0.1)
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 1)
    assert await waiting == 202, "whoever waited for the lock was spared"
    await ward.until("slow-api", {"redis-answers": True, "slow-queries": True})
    assert [fault["active"] for fault in await ward.faults() if fault["name"] == "slow"] == [False]


async def test_a_cost_spike_is_seen_and_its_user_is_blocked_and_unblocked(ward: Ward) -> None:
    await ward.patient.fault("cost", True)
    assert await ward.healthy("cost-spike") == {"cost-of-day": False}
    assert "user_8841" in (await ward.look(ward.procedure("cost-spike").step("busiest-users"))).output
    assert (await ward.fix("cost-spike", "block-user", user_key="user_8841")).state is OutcomeState.RAN
    assert (await ward.order("user_8841"), await ward.order("user_1001")) == (403, 202)
    await ward.fix("cost-spike", "unblock-user", user_key="user_8841")
    assert await ward.order("user_8841") == 202


async def test_a_users_rate_limit_is_looked_up_by_name(ward: Ward) -> None:
    await ward.order("user_1001")
    assert await ward.value("cost-spike", "rate-limited-users") == 1
    step = ward.procedure("cost-spike").step("rate-limit-left")
    plan = ward.plan(step, {"user_key": "user_1001"})
    assert plan.shown == "TTL rate_limit:user_1001"
    seen = (await ward.registry.of("storybook-redis").look(plan)).value
    assert isinstance(seen, int)
    assert 0 < seen <= 60
    with pytest.raises(BadParameter):
        ward.plan(step, {"user_key": "user_1001 x"})


async def test_the_cost_emergency_is_worked_through_and_restored(ward: Ward) -> None:
    """Limit, doors, block, and then each of them back: every step tells what it changed."""
    emergency = "cost-emergency"
    lowered = await ward.fix(emergency, "minimum-rate-limit")
    assert '"before": 10' in lowered.output
    assert await ward.value(emergency, "rate-limit-now") == 1
    assert [await ward.order("user_1001") for _ in range(2)] == [202, 429]

    await ward.fix(emergency, "refuse-orders")
    assert await ward.value(emergency, "orders-accepted") is False
    assert await ward.order("user_1002") == 503
    await ward.fix(emergency, "block-costly-user", user_key="user_8841")

    await ward.fix(emergency, "accept-orders")
    await ward.fix(emergency, "raise-rate-limit")
    assert await ward.value(emergency, "rate-limit-now") == 10
    for _ in range(10):
        await ward.order("user_1001")
    assert await ward.order("user_1001") == 429
    assert (await ward.fix(emergency, "forget-one-count", user_key="user_1001")).changed == 1
    assert await ward.order("user_1001") == 202
    assert (await ward.fix(emergency, "forget-all-counts")).changed == 1
    assert await ward.order("user_8841") == 403


async def test_when_redis_is_gone_the_other_diagnostics_still_look(ward: Ward) -> None:
    ward.patient.redis.stop()
    sights = {step.id: await ward.look(step) for step in ward.procedure("slow-api").diagnostics}
    gone = "storybook-redis could not be reached: see whether the server is up and its address is right."
    assert {name: sight.error for name, sight in sights.items() if sight.error} == {
        "redis-clients": gone,
        "redis-answers": gone,
    }
    assert '"redis": "unhealthy"' in sights["health-details"].output


async def test_an_unknown_target_is_a_sentence(ward: Ward) -> None:
    with pytest.raises(Outage, match=r"No target redis is configured"):
        ward.registry.of("redis")
    assert ward.registry.attested("redis") is None
    assert ward.registry.attested("storybook-db")
    assert ward.registry.targets == ("storybook-db", "storybook-api", "storybook-redis")
