"""Every runnable step of SwipeSavvy's catalog runs against the real patient, and its remediations heal it.

Its Kubernetes steps run against a cluster's API that keeps what is changed.
"""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from demo.postgres import RealPostgres
from demo.swipesavvy import Patient
from incident.finding import OutcomeState
from tests.demo.asking import eventually
from tests.fakes.kubernetes import FIXER, LOOKER, FakeCluster
from tests.systems.stepping import Rounds, run_every_step
from tests.systems.ward import Ward, ward_of

pytestmark = pytest.mark.asyncio(loop_scope="module")
SERVICES = ("concierge", "rag", "guardrails")
RAG = {"service": "rag"}
THREE = {"replicas": "3"}


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def cluster() -> AsyncIterator[FakeCluster]:
    made = FakeCluster(SERVICES)
    await made.start()
    yield made
    await made.stop()


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def ward(
    postgres: RealPostgres, cluster: FakeCluster, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Ward]:
    """A patient without customers. Each test leaves it well; the last one runs everything."""
    targets = {
        "swipesavvy-cluster": {
            "kind": "kubernetes",
            "environment": "production",
            "url": cluster.url,
            "namespaces": ["swipesavvy"],
            "diagnostic_token_env": "CLUSTER_LOOK",
            "remediation_token_env": "CLUSTER_FIX",
        },
    }
    async with (
        Patient(postgres, traffic_seconds=0) as patient,
        ward_of(
            "swipesavvy",
            patient,
            tmp_path_factory.mktemp("swipesavvy"),
            targets=targets,
            environment={"CLUSTER_LOOK": LOOKER, "CLUSTER_FIX": FIXER},
        ) as ward,
    ):
        yield ward


async def test_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        assert all((await ward.healthy(procedure.id)).values()), procedure.id


@pytest.mark.parametrize(
    ("fault", "seen_by"),
    [
        ("rag-broken", {"rag-well"}),
        ("rag-grows", {"rag-memory"}),
        ("full-disk", {"room-on-disks"}),
    ],
)
async def test_the_watches_see_the_fault_and_its_end(ward: Ward, fault: str, seen_by: set[str]) -> None:
    await ward.play_watches(fault, seen_by)


async def test_restarting_rag_mends_its_broken_pool(ward: Ward) -> None:
    procedure = ward.procedure("service-unhealthy")
    await ward.patient.fault("rag-broken", True)
    assert await ward.healthy(procedure.id) == {"concierge-well": True, "rag-well": False, "guardrails-well": True}
    assert await ward.patient.firing() == {"ServiceDown"}
    assert await ward.patient.ask("card", "s-1") == 503
    assert '"ConnectionError' in (await ward.look(ward.procedure("many-requests-fail").step("known-errors"))).output
    assert (await ward.fix(procedure.id, "restart-service", **RAG)).state is OutcomeState.RAN
    assert all((await ward.healthy(procedure.id)).values())
    assert await ward.patient.ask("card", "s-2") == 200
    assert not await ward.patient.firing()


async def test_ending_idle_connections_lets_the_services_in_again(ward: Ward) -> None:
    """With all of the application's places taken, Muster's own looks still get through."""
    procedure = ward.procedure("database-unreachable")
    await ward.patient.fault("connections", True)

    async def told() -> bool:
        seen = await ward.healthy(procedure.id)
        return seen == {"postgres-container": True, "refused-passwords": True, "connection-count": False}

    async def well() -> bool:
        return all((await ward.healthy(procedure.id)).values()) and await ward.patient.healthy()

    assert await eventually(told)
    assert await ward.patient.firing() == {"DatabaseDown"}
    outcome = await ward.fix(procedure.id, "end-idle-connections", idle_minutes="0")
    assert outcome.state is OutcomeState.RAN
    assert outcome.changed
    assert outcome.changed > 60
    assert await eventually(well)


async def test_restarting_rag_gives_its_memory_back(ward: Ward) -> None:
    procedure = ward.procedure("memory-grows")
    await ward.patient.fault("rag-grows", True)
    assert await ward.healthy(procedure.id) == {
        "concierge-memory": True,
        "rag-memory": False,
        "guardrails-memory": True,
    }
    assert await ward.patient.firing() == {"MemoryWarning"}
    assert "an answer was kept" in (await ward.look(procedure.step("memory-log"))).output
    assert (await ward.fix(procedure.id, "restart-grown-service", **RAG)).state is OutcomeState.RAN
    assert all((await ward.healthy(procedure.id)).values())
    assert not await ward.patient.firing()


async def test_concierge_gets_as_many_containers_as_were_approved(ward: Ward) -> None:
    procedure = ward.procedure("scale-a-service")
    outcome = await ward.fix(procedure.id, "scale-concierge-containers", replicas="2")
    assert (outcome.state, outcome.output) == (
        OutcomeState.RAN,
        "swipesavvy-concierge-2: made like swipesavvy-concierge-1, and started",
    )
    assert (await ward.look(procedure.step("concierge-containers"))).value == 2
    outcome = await ward.fix(procedure.id, "scale-concierge-containers", replicas="1")
    assert outcome.output == "swipesavvy-concierge-2: stopped and removed"
    assert await ward.patient.ask("card", "s-5") == 200


async def test_a_restart_of_postgres_keeps_what_is_in_it(ward: Ward) -> None:
    assert (await ward.fix("database-unreachable", "restart-postgres")).state is OutcomeState.RAN
    assert await eventually(ward.patient.healthy)
    assert await ward.patient.ask("card", "s-3") == 200


@pytest.mark.parametrize("fault", ["rag-broken", "connections", "rag-grows"])
async def test_each_fault_can_be_taken_back(ward: Ward, fault: str) -> None:
    await ward.patient.fault(fault, True)
    assert await ward.patient.firing()
    await ward.patient.fault(fault, False)
    assert await eventually(ward.patient.healthy)


async def test_every_runnable_step_runs(ward: Ward, cluster: FakeCluster) -> None:
    async def talk() -> None:
        await ward.patient.ask("card", "s-4")

    async def roll_out() -> None:
        """What the cluster's controllers do after a change."""
        wished, told = cluster.deployment["spec"]["replicas"], cluster.deployment["status"]
        told.update(dict.fromkeys(("replicas", "updatedReplicas", "availableReplicas"), wished))
        told["observedGeneration"] = cluster.deployment["metadata"]["generation"]

    rounds = Rounds(
        given={
            **dict.fromkeys(("restart-service", "restart-instances", "restart-grown-service", "restart-pools"), RAG),
            **dict.fromkeys(("restart-without-gap", "restart-under-compose", "undo-deployment"), RAG),
            **dict.fromkeys(("scale-concierge", "scale-concierge-containers"), THREE),
            "end-idle-connections": {"idle_minutes": "0"},
        },
        faults={"end-idle-connections": "connections"},
        before={"together-latency": talk, "restart-done": roll_out, "rollback-done": roll_out},
    )
    await run_every_step(ward, rounds)
