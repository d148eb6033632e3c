"""Every runnable step of AI Storybook's catalog runs against the real patient, and its remediations heal it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from commands.outage import Outage
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import Patient
from incident.finding import OutcomeState
from incident.refusal import BadParameter
from tests.demo.asking import eventually
from tests.fakes.github import VARIABLES, running_github
from tests.systems.stepping import Rounds, run_every_step
from tests.systems.ward import Ward, ward_of

ONE_USER = {"user_key": "user_8841"}


@pytest.fixture
async def ward(postgres: RealPostgres, redis_server: RealRedis, tmp_path: Path) -> AsyncIterator[Ward]:
    """A patient without customers and quick workers."""
    async with (
        Patient(postgres, redis_server, step_seconds=0.02, traffic_seconds=0) as patient,
        running_github() as github,
        ward_of(
            "ai-storybook",
            patient,
            tmp_path,
            targets={"storybook-github": github.target("demo")},
            environment=VARIABLES,
        ) as ward,
    ):
        yield ward


async def test_every_runnable_step_runs(ward: Ward) -> None:
    async def count_an_order() -> None:
        """In Redis, for the user whom no step has blocked."""
        await order(ward, "user_1001")

    async def a_report_holds_the_table() -> None:
        orders.append(asyncio.create_task(order(ward, "user_1001")))
        await blocked(ward)

    orders: list[asyncio.Task[int]] = []
    rounds = Rounds(
        given={
            "end-idle-connections": {"idle_minutes": "0"},
            "scale-api": {"servers": "2"},
            **dict.fromkeys(["rate-limit-left", "block-user", "unblock-user", "block-costly-user"], ONE_USER),
            "forget-one-count": {"user_key": "user_1001"},
        },
        faults={
            "fail-stuck-jobs": "stuck-jobs",
            "run-job-monitor": "stuck-jobs",
            "end-idle-connections": "connections",
            "end-blocking-sessions": "slow",
        },
        before={
            "forget-one-count": count_an_order,
            "forget-all-counts": count_an_order,
            "end-blocking-sessions": a_report_holds_the_table,
        },
    )
    await run_every_step(ward, rounds)
    await asyncio.gather(*orders)


async def order(ward: Ward, user_key: str) -> int:
    """Order a book as a customer; the status of the answer."""
    headers = {"Authorization": f"Bearer {ward.patient.book_token}"}
    book = {"user_key": user_key, "topic": "A whale in the library"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{ward.patient.url}/books", json=book) as answer,
    ):
        return answer.status


async def blocked(ward: Ward) -> None:
    """Wait until somebody waits for a lock that somebody else holds."""
    step = ward.procedure("slow-api").step("end-blocking-sessions")

    async def blocking() -> bool:
        return bool((await ward.registry.of("storybook-db").preview(ward.plan(step, {}))).count)

    assert await eventually(blocking)


async def test_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        told = await ward.healthy(procedure.id)
        assert all(told.values()), (procedure.id, told)


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
    waiting = asyncio.create_task(order(ward, "user_1001"))
    async with asyncio.timeout(40):
        while not await ward.value("slow-api", "slow-queries"):
            await asyncio.sleep(0.1)
    await blocked(ward)
    outcome = await ward.fix("slow-api", "end-blocking-sessions")
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 1)
    assert await waiting == 202, "whoever waited for the lock was spared"
    await ward.until("slow-api", {"redis-answers": True, "slow-queries": True})
    assert [fault["active"] for fault in (await ward.patient.state())["faults"] if fault["name"] == "slow"] == [False]


async def test_a_cost_spike_is_seen_and_its_user_is_blocked_and_unblocked(ward: Ward) -> None:
    await ward.patient.fault("cost", True)
    assert await ward.healthy("cost-spike") == {"cost-of-day": False}
    assert "user_8841" in (await ward.look(ward.procedure("cost-spike").step("busiest-users"))).output
    assert (await ward.fix("cost-spike", "block-user", user_key="user_8841")).state is OutcomeState.RAN
    assert (await order(ward, "user_8841"), await order(ward, "user_1001")) == (403, 202)
    await ward.fix("cost-spike", "unblock-user", user_key="user_8841")
    assert await order(ward, "user_8841") == 202


async def test_a_users_rate_limit_is_looked_up_by_name(ward: Ward) -> None:
    await order(ward, "user_1001")
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
    assert [await order(ward, "user_1001") for _ in range(2)] == [202, 429]

    await ward.fix(emergency, "refuse-orders")
    assert await ward.value(emergency, "orders-accepted") is False
    assert await order(ward, "user_1002") == 503
    await ward.fix(emergency, "block-costly-user", user_key="user_8841")

    await ward.fix(emergency, "accept-orders")
    await ward.fix(emergency, "raise-rate-limit")
    assert await ward.value(emergency, "rate-limit-now") == 10
    for _ in range(10):
        await order(ward, "user_1001")
    assert await order(ward, "user_1001") == 429
    assert (await ward.fix(emergency, "forget-one-count", user_key="user_1001")).changed == 1
    assert await order(ward, "user_1001") == 202
    assert (await ward.fix(emergency, "forget-all-counts")).changed == 1
    assert await order(ward, "user_8841") == 403


async def test_restarting_each_part_brings_the_service_back(ward: Ward) -> None:
    for step in ("outage-restart-database", "outage-restart-redis", "outage-restart-api"):
        assert (await ward.fix("everything-is-down", step)).state is OutcomeState.RAN

    async def well() -> bool:
        return all((await ward.healthy("everything-is-down")).values()) and await ward.patient.healthy()

    assert await eventually(well)
    assert await order(ward, "user_1001") == 202


async def test_two_more_workers_write_books_when_the_first_hangs(ward: Ward) -> None:
    assert (await ward.fix("containers", "scale-workers")).changed == 2
    assert await ward.value("stuck-jobs", "worker-containers") == 3
    await ward.patient.fault("stuck-jobs", True)
    assert await order(ward, "user_1001") == 202

    async def written() -> bool:
        return await ward.value("stuck-jobs", "queue-length") == 0

    assert await eventually(written)


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
