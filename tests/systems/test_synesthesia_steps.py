"""Every runnable step of Synesthesia's catalog runs against the real patient, and its remediations heal it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from demo.nats import RealNats
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.synesthesia import Patient
from incident.finding import OutcomeState
from tests.demo.asking import eventually
from tests.systems.stepping import Rounds, run_every_step, run_statistics
from tests.systems.ward import Ward, ward_of

ROUNDS = Rounds(
    given={"restart-service": {"service": "redis"}},
    faults={"restart-api": "api", "requeue-stuck-packs": "stuck-packs"},
)


@pytest.fixture
def nats() -> Iterator[RealNats]:
    server = RealNats()
    server.start()
    yield server
    server.stop()


@pytest.fixture
async def ward(postgres: RealPostgres, redis_server: RealRedis, nats: RealNats, tmp_path: Path) -> AsyncIterator[Ward]:
    """A patient without customers, and a quick worker."""
    async with (
        Patient(postgres, redis_server, nats, make_seconds=0.01, traffic_seconds=0) as patient,
        ward_of("synesthesia", patient, tmp_path) as ward,
    ):
        yield ward


async def test_every_runnable_step_runs(ward: Ward) -> None:
    await run_every_step(ward, ROUNDS)


async def test_the_steps_that_read_statistics_run_where_there_are_some(
    statistics_postgres: RealPostgres, redis_server: RealRedis, nats: RealNats, tmp_path: Path
) -> None:
    async with (
        Patient(statistics_postgres, redis_server, nats, traffic_seconds=0) as patient,
        ward_of("synesthesia", patient, tmp_path) as it,
    ):
        await run_statistics(it)


async def test_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        told = await ward.healthy(procedure.id)
        assert all(told.values()), (procedure.id, told)
    assert not await ward.patient.firing()


@pytest.mark.parametrize(
    ("fault", "seen_by"),
    [
        ("api", {"api-health"}),
        ("stuck-packs", {"stuck-packs"}),
        ("memory", {"memory-of-containers"}),
        ("full-disk", {"room-on-disks"}),
    ],
)
async def test_the_watches_see_the_fault_and_its_end(ward: Ward, fault: str, seen_by: set[str]) -> None:
    await ward.play_watches(fault, seen_by)


async def test_setting_stuck_packs_back_lets_the_worker_make_them(ward: Ward) -> None:
    """And what waited in the queue behind them."""
    await ward.patient.fault("stuck-packs", True)
    assert await ward.patient.firing() == {"StoryPacksStuck"}
    waiting = ward.procedure("workers-behind").step("waiting-messages")
    assert (await ward.look(waiting)).value in (29, 30), "the worker may have been asking for one"
    assert await ward.healthy("workers-behind") == {
        "worker-containers": True,
        "stuck-packs": False,
        "openai-for-workers": True,
    }
    assert (await ward.fix("workers-behind", "requeue-stuck-packs")).changed == 5
    assert all((await ward.healthy("workers-behind")).values())

    async def made() -> bool:
        counts = (await ward.patient.read()).counts
        return (await ward.look(waiting)).value == 0 and counts.pending == counts.processing == 0

    assert await eventually(made)
    assert not await ward.patient.firing()


async def test_restarting_the_api_heals_it(ward: Ward) -> None:
    await ward.patient.fault("api", True)

    async def alerted() -> bool:
        return await ward.patient.firing() == {"HighErrorRate"}

    assert await eventually(alerted)
    assert await ward.healthy("api-down") == {
        "api-containers": True,
        "api-health": False,
        "containers-use": True,
        "api-database-answers": True,
    }
    outcome = await ward.fix("api-down", "restart-api")
    assert (outcome.state, outcome.changed) == (OutcomeState.RAN, 1)
    assert all((await ward.healthy("api-down")).values())

    async def over() -> bool:
        return not await ward.patient.firing()

    assert await eventually(over)


async def test_restarting_the_worker_gives_its_memory_back(ward: Ward) -> None:
    await ward.patient.fault("memory", True)
    assert await ward.patient.firing() == {"MemoryRunsOut"}
    shown = ward.procedure("memory-runs-out").step("memory-of-containers")
    assert (await ward.look(shown)).value == 90.0
    assert await ward.healthy("memory-runs-out") == {"memory-of-containers": False}
    outcome = await ward.fix("memory-runs-out", "restart-service", service="narrative-worker")
    assert outcome.state is OutcomeState.RAN
    assert await ward.healthy("memory-runs-out") == {"memory-of-containers": True}
    assert not await ward.patient.firing()


async def test_more_workers_make_more_packs_and_go_again(ward: Ward) -> None:
    """Three are made like the first and take packs that it does not get to; scaled back, the first is left."""
    seen = await ward.fix("workers-behind", "scale-workers")
    assert (seen.state, seen.changed) == (OutcomeState.RAN, 3)
    containers = ward.procedure("workers-behind").step("worker-containers")
    assert (await ward.look(containers)).value == 4
    await ward.patient.fault("stuck-packs", True)

    async def made() -> bool:
        return (await ward.patient.read()).waiting == 0

    assert await eventually(made), "the first worker hangs, and the others take what waits"
    await ward.patient.fault("stuck-packs", False)
    assert (await ward.fix("workers-behind", "scale-workers", workers="1")).changed == 3
    assert (await ward.look(containers)).value == 1


async def test_an_outage_of_openai_is_seen_by_both_procedures_that_ask(ward: Ward) -> None:
    await ward.patient.fault("openai", True)
    assert (await ward.healthy("workers-behind"))["openai-for-workers"] is False
    assert (await ward.healthy("slow-api"))["openai-for-api"] is False


async def test_restarting_the_database_keeps_its_data(ward: Ward) -> None:
    assert (await ward.fix("database-unreachable", "restart-database")).state is OutcomeState.RAN

    async def back() -> bool:
        counts = (await ward.patient.read()).counts
        return counts is not None and counts.completed_last_hour > 0

    assert await eventually(back)
    assert all((await ward.healthy("database-unreachable")).values())


async def test_the_panel_shows_what_is_wrong_and_what_is_right_again(ward: Ward) -> None:
    await ward.patient.fault("memory", True)
    state = await ward.patient.state()
    assert (state["title"], state["health"]["status"]) == ("Synesthesia", "unhealthy")
    assert {"name": "Memory of the worker", "value": "90 %", "bad": True} in state["health"]["facts"]
    await ward.patient.fault("memory", False)
    assert (await ward.patient.state())["health"]["status"] == "healthy"
