"""Every runnable step of Algorhythmic's catalog runs against the real patient, and its remediations heal it."""

from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from demo.algorhythmic import Patient
from demo.postgres import RealPostgres
from incident.finding import OutcomeState
from tests.demo.asking import ask, eventually
from tests.systems.stepping import Rounds, run_every_step, run_statistics
from tests.systems.ward import Ward, ward_of

ONE_USER = {"user_id": "user-1007"}
ROUNDS = Rounds(
    given={
        "call-recalculation": ONE_USER,
        "lift-to-quota": ONE_USER,
        "set-balance": ONE_USER,
        "grant-credits": {**ONE_USER, "grant_key": "INC-1"},
    },
    faults={
        "close-breaker": "breaker",
        "reset-breaker": "breaker",
        "fail-stuck-jobs": "queue",
        "call-recalculation": "credits",
        "lift-to-quota": "credits",
        "set-balance": "credits",
    },
)


RESTORED = "algorhythmic_restored"
RESTORING = """
CREATE TABLE users (id text PRIMARY KEY);
INSERT INTO users VALUES ('user-1001');
REVOKE EXECUTE ON FUNCTION lo_create(oid), lo_creat(integer), lo_from_bytea(oid, bytea) FROM PUBLIC;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON DATABASE algorhythmic_restored FROM PUBLIC;
GRANT CONNECT ON DATABASE algorhythmic_restored TO muster_diagnostic;
GRANT SELECT ON users TO muster_diagnostic;
"""


@pytest.fixture
async def ward(postgres: RealPostgres, tmp_path: Path) -> AsyncIterator[Ward]:
    """A patient without customers, a quick painter, and a backup that was restored beside the live database."""
    async with Patient(postgres, paint_seconds=0.02, traffic_seconds=0) as patient:
        connection = await asyncpg.connect(await postgres.create_database(RESTORED))
        await connection.execute(RESTORING)
        await connection.close()
        live = patient.dsns["muster_diagnostic"]
        target = {
            "kind": "postgres",
            "environment": "production",
            "diagnostic_dsn_env": "RESTORED_DSN",
            "relations": ["public.users"],
        }
        environment = {"RESTORED_DSN": f"{live.rsplit('/', 1)[0]}/{RESTORED}"}
        targets = {"algorhythmic-restored": target}
        async with ward_of("algorhythmic", patient, tmp_path, targets=targets, environment=environment) as ward:
            yield ward
    await postgres.drop_database(RESTORED)


async def test_every_runnable_step_runs(ward: Ward) -> None:
    await run_every_step(ward, ROUNDS)


async def test_the_steps_that_read_statistics_run_where_there_are_some(
    statistics_postgres: RealPostgres, tmp_path: Path
) -> None:
    async with (
        Patient(statistics_postgres, traffic_seconds=0) as patient,
        ward_of("algorhythmic", patient, tmp_path) as it,
    ):
        await run_statistics(it)
        assert (await it.healthy("many-requests-fail"))["slow-statements"], "no statement takes longer than a second"


async def test_a_well_patient_is_healthy(ward: Ward) -> None:
    for procedure in ward.catalog.procedures:
        told = await ward.healthy(procedure.id)
        assert all(healthy for name, healthy in told.items() if name != "slow-statements"), (procedure.id, told)


@pytest.mark.parametrize(
    ("fault", "seen_by"),
    [
        ("breaker", {"breaker-state"}),
        ("queue", {"stuck-jobs", "threshold-queue"}),
    ],
)
async def test_the_watches_see_the_fault_and_its_end(ward: Ward, fault: str, seen_by: set[str]) -> None:
    await ward.play_watches(fault, seen_by)


async def test_resetting_the_breaker_heals_it(ward: Ward) -> None:
    await ward.patient.fault("breaker", True)
    assert await ward.healthy("breaker-open") == {
        "openai-for-breaker": True,
        "breaker-state": False,
        "breaker-stays-closed": False,
    }
    assert (await ward.fix("breaker-open", "close-breaker")).state is OutcomeState.RAN
    assert all((await ward.healthy("breaker-open")).values())
    assert not await ward.patient.firing()


async def test_failing_stuck_jobs_frees_the_painter(ward: Ward) -> None:
    await ward.patient.fault("queue", True)
    assert await ward.healthy("queue-backlog") == {"stuck-jobs": False, "breaker-of-queue": True}
    # One of the twelve may be just about to end by itself.
    assert (await ward.fix("queue-backlog", "fail-stuck-jobs")).changed in {11, 12}
    assert all((await ward.healthy("queue-backlog")).values())
    job = await ward.patient.jobs.order("user-1001")

    async def painted() -> bool:
        query = f"SELECT status FROM generation_jobs WHERE id = '{job}'"
        return (await ask(ward.patient.dsns["muster_diagnostic"], query))[0]["status"] == "completed"

    assert await eventually(painted)


@pytest.mark.parametrize(
    ("procedure", "step"), [("credits-wrong", "call-recalculation"), ("recalculate-balance", "set-balance")]
)
async def test_working_a_balance_out_anew_puts_credits_right(ward: Ward, procedure: str, step: str) -> None:
    await ward.patient.fault("credits", True)
    wrong = {"double-bookings": True, "negative-balances": False, "differing-balances": False}
    assert await ward.healthy("credits-wrong") == wrong
    assert (await ward.fix(procedure, step, user_id="user-1007")).state is OutcomeState.RAN
    assert all((await ward.healthy("credits-wrong")).values())
    assert not await ward.patient.firing()


async def test_a_grant_is_booked_once_for_each_key(ward: Ward) -> None:
    given = {"user_id": "user-1007", "grant_key": "INC-7"}
    assert (await ward.fix("grant-credits-in-an-emergency", "grant-credits", **given)).changed == 1
    assert await ward.healthy("credits-wrong") == {
        "double-bookings": True,
        "negative-balances": True,
        "differing-balances": True,
    }
    with pytest.raises(AssertionError, match="nothing to change"):
        await ward.fix("grant-credits-in-an-emergency", "grant-credits", **given)


async def test_a_reset_does_not_last_while_dalle_is_down(ward: Ward) -> None:
    """The runbook says to wait: the breaker does what it is for."""
    await ward.patient.fault("dalle", True)
    ill = {"openai-for-breaker": False, "breaker-state": False, "breaker-stays-closed": False}
    assert await ward.healthy("breaker-open") == ill
    await ward.fix("breaker-open", "close-breaker")
    for number in range(3):
        await ward.patient.jobs.order(f"user-{1001 + number}")
    await ward.until("breaker-open", ill)
    await ward.patient.fault("dalle", False)
    assert all((await ward.healthy("breaker-open")).values())


async def test_the_panel_shows_what_is_wrong_and_what_is_right_again(ward: Ward) -> None:
    await ward.patient.fault("credits", True)
    state = await ward.patient.state()
    assert (state["title"], state["health"]["status"]) == ("Algorhythmic", "unhealthy")
    assert {"name": "Balances that differ", "value": "1", "bad": True} in state["health"]["facts"]
    await ward.fix("recalculate-balance", "set-balance", user_id="user-1007")
    state = await ward.patient.state()
    assert state["health"]["status"] == "healthy"
    assert [fault["active"] for fault in state["faults"]] == [False] * 4
