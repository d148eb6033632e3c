"""Every runnable step of Pulse AI Studio's catalog runs against the real patient, and its remediations heal it."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest
import pytest_asyncio

from demo.aws import AwsApi
from demo.postgres import RealPostgres
from demo.pulse import Patient
from demo.pulse.account import OPERATOR, REGION
from demo.redis import RealRedis
from demo.redis_users import open_client
from demo.serving import running
from incident.finding import OutcomeState
from tests.demo.asking import ask, eventually
from tests.fakes.github import VARIABLES, running_github
from tests.systems.stepping import Rounds, run_every_step
from tests.systems.ward import Ward, ward_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
PAID = {"user_id": "u-2204"}
OF_ONE_USER = ("throttle-busy-user", "throttle-user", "unblock-user", "activate-subscription")
OF_ONE_USER += ("switch-account-off", "switch-account-on")
NETWORK = {"subnet_group": "default", "security_group": "sg-0123456789abcdef0"}
SNAPSHOT = {"snapshot": "ai-studio-daily", **NETWORK}
STAMP = {"stamp": "20251110-0200"}
THREE = {"tasks": "3"}
INSTANCE = {"instance_class": "db.serverless"}
RESTORED = "ai-studio-db-restored"


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def ward(
    postgres: RealPostgres, redis_process: RealRedis, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ward]:
    """A patient without users, and quick workers. Each test leaves it well; the last one runs everything."""
    redis_process.start()
    aws = AwsApi(REGION)
    async with (
        running(aws),
        Patient(postgres, redis_process, aws, job_seconds=0.02, traffic_seconds=0) as patient,
        running_github() as github,
        ward_of(
            "pulse-ai-studio",
            patient,
            tmp_path_factory.mktemp("pulse"),
            targets={"pulse-github": github.target("demo")},
            environment=VARIABLES,
        ) as ward,
    ):
        yield ward


async def test_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        if procedure.id != "restore-a-snapshot":
            assert all((await ward.healthy(procedure.id)).values()), procedure.id


@pytest.mark.parametrize(
    ("fault", "seen_by"),
    [
        ("lost-jobs", {"threshold-stuck"}),
    ],
)
async def test_the_watches_see_the_fault_and_its_end(ward: Ward, fault: str, seen_by: set[str]) -> None:
    await ward.play_watches(fault, seen_by)


async def test_a_restore_is_given_what_the_steps_before_it_found(ward: Ward) -> None:
    """The newest snapshot, and the cluster's subnets: nobody copies them. What is not there is given to nobody."""
    steps = {step.id: step for step in ward.procedure("restore-a-snapshot").steps}
    found = {
        each.name: (await ward.look(steps[each.taken_from])).given for each in steps["restore-snapshot"].parameters
    }
    assert found == {"snapshot": "ai-studio-daily", "subnet_group": "default", "security_group": None}


async def test_starting_the_tasks_anew_heals_a_service_that_was_given_up(ward: Ward) -> None:
    procedure = ward.procedure("service-does-not-start")
    await ward.patient.fault("given-up", True)
    assert await ward.healthy(procedure.id) == {"running-tasks": False, "backend-well": False}
    assert await ward.patient.firing() == {"ECS Unhealthy Tasks"}
    assert "unable to consistently start tasks" in (await ward.look(procedure.step("service-events"))).output

    async def refused() -> bool:
        log = (await ward.look(procedure.step("backend-log"))).output
        return 'password authentication failed for user "pulse"' in log

    assert await eventually(refused)
    outcome = await ward.fix(procedure.id, "start-tasks-anew", service="ai-studio-backend")
    assert outcome.state is OutcomeState.RAN

    async def well() -> bool:
        return all((await ward.healthy(procedure.id)).values())

    assert await eventually(well)
    assert await ward.patient.healthy()


async def test_a_service_that_was_given_up_is_not_started_by_waiting(ward: Ward) -> None:
    """The secret is right again, but nobody told ECS."""
    await ward.patient.fault("given-up", True)
    await asyncio.sleep(1)
    assert not (await ward.patient.read()).running["ai-studio-backend"]
    await ward.patient.fault("given-up", False)


async def test_setting_lost_jobs_back_has_them_done(ward: Ward) -> None:
    await ward.patient.fault("lost-jobs", True)
    assert await ward.healthy("jobs-are-stuck") == {"stuck-list": False, "stuck-count": False}
    assert await ward.patient.firing() == {"Jobs Stuck"}
    before = await _completed(ward)
    assert (await ward.fix("jobs-are-stuck", "requeue-stuck-jobs")).changed == 6
    assert all((await ward.healthy("jobs-are-stuck")).values())

    async def done() -> bool:
        return await _completed(ward) == before + 6

    assert await eventually(done)
    assert not await ward.patient.firing()


async def _completed(ward: Ward) -> int:
    query = "SELECT count(*) FROM jobs WHERE status = 'completed'"
    return int((await ask(ward.patient.dsns["muster_diagnostic"], query))[0]["count"])


async def test_blocking_a_greedy_user_relieves_redis(ward: Ward) -> None:
    procedure = ward.procedure("redis-busy")
    await ward.patient.fault("greedy-user", True)

    async def busy() -> bool:
        return await ward.healthy(procedure.id) == {"redis-answers": True, "redis-commands-a-second": False}

    async def told() -> bool:
        return "rate_limit user=u-2207" in (await ward.look(procedure.step("rate-limited-users"))).output

    async def relieved() -> bool:
        return all((await ward.healthy(procedure.id)).values())

    assert await eventually(busy)
    assert await eventually(told)
    assert "Redis CPU" in await ward.patient.firing()
    assert (await ward.fix(procedure.id, "throttle-busy-user", user_id="u-2207")).state is OutcomeState.RAN
    assert await eventually(relieved)
    assert await eventually(ward.patient.healthy)
    await ward.fix("throttle-a-user", "unblock-user", user_id="u-2207")


@pytest.mark.parametrize("fault", ["given-up", "lost-jobs", "greedy-user"])
async def test_each_fault_can_be_taken_back(ward: Ward, fault: str) -> None:
    await ward.patient.fault(fault, True)
    await ward.patient.fault(fault, False)
    assert await eventually(ward.patient.healthy)


async def test_every_runnable_step_runs(ward: Ward) -> None:
    rds = ward.patient.aws.client("rds", ward.patient.keys[OPERATOR])

    async def restore() -> None:
        await ward.fix("restore-a-snapshot", "restore-snapshot", **SNAPSHOT)
        await ward.fix("restore-a-snapshot", "instance-for-restored-cluster", **INSTANCE)

    async def cached() -> None:
        async with open_client(ward.patient.redis.url()) as client:
            await client.set("cache:prices", "1")

    rounds = Rounds(
        given={
            "start-tasks-anew": {"service": "ai-studio-gateway"},
            "raise-database-capacity": {"min_acu": "1", "max_acu": "16"},
            **dict.fromkeys(OF_ONE_USER, PAID),
            "roll-back-backend": {"revision": "1"},
            **dict.fromkeys(("scale-gateway", "raise-least-tasks", "start-backend", "start-worker"), THREE),
            "set-autoscaling-policy": {"cpu_percent": "60"},
            **dict.fromkeys(("take-snapshot", "snapshot-before-migration"), STAMP),
            "restore-snapshot": SNAPSHOT,
            "instance-for-restored-cluster": INSTANCE,
            "restore-point-in-time": {"restore_time": "2025-11-10T01:55:00Z", **NETWORK},
        },
        faults={"requeue-stuck-jobs": "lost-jobs", "fail-stuck-jobs": "lost-jobs"},
        before={
            "empty-cache": cached,
            "restored-instance-there": restore,
            "restore-snapshot": partial(_without_restored, rds),
            "restore-point-in-time": partial(_without_restored, rds),
        },
    )
    await run_every_step(ward, rounds)


async def _without_restored(rds: Any) -> None:
    """What was restored is deleted, with the snapshots that were made of it at once."""

    def deleted() -> None:
        rds.delete_db_instance(DBInstanceIdentifier=f"{RESTORED}-1", SkipFinalSnapshot=True)
        rds.delete_db_cluster(DBClusterIdentifier=RESTORED, SkipFinalSnapshot=True)
        for each in rds.describe_db_cluster_snapshots(DBClusterIdentifier=RESTORED)["DBClusterSnapshots"]:
            rds.delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=each["DBClusterSnapshotIdentifier"])

    await asyncio.to_thread(deleted)
