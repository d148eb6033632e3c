"""Each fault makes the storybook really ill, and each way of healing it really heals."""

import asyncio

import aiohttp
import asyncpg
import pytest

from demo.fault import FaultError
from demo.storybook import Patient
from tests.demo.asking import ask, eventually, heals

STUCK = """
SELECT id, current_step, updated_at FROM jobs
WHERE status = 'running' AND updated_at < NOW() - INTERVAL '15 minutes'
"""
RECOVER = """
UPDATE jobs SET status = 'failed', error_code = 'MANUAL_RECOVERY'
WHERE status = 'running' AND updated_at < NOW() - INTERVAL '30 minutes'
RETURNING id
"""
BY_STATE = "SELECT state, count(*) FROM pg_stat_activity WHERE datname = 'storybook' GROUP BY state"
KILL_IDLE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = 'storybook' AND state = 'idle' AND query_start < NOW() - INTERVAL '{minutes} minutes'
"""


async def active(patient: Patient) -> list[str]:
    state = await patient.state()
    faults = state["faults"]
    assert isinstance(faults, list)
    return [fault["name"] for fault in faults if fault["active"]]


async def test_stuck_jobs_make_it_unhealthy(storybook: Patient, http: aiohttp.ClientSession) -> None:
    await storybook.fault("stuck-jobs", True)
    async with http.get("/health/detailed") as answer:
        body = await answer.json()
    assert body["status"] == "unhealthy"
    assert body["jobs"]["stuck"] > 5
    assert await storybook.firing() == {"StorybookJobsStuck"}


async def test_the_runbooks_query_lists_the_stuck_jobs(storybook: Patient) -> None:
    await storybook.fault("stuck-jobs", True)
    assert len(await ask(storybook.dsns["muster_diagnostic"], STUCK)) == 7


async def test_while_jobs_are_stuck_nobody_rescues_them_and_no_book_is_written(storybook: Patient) -> None:
    await storybook.fault("stuck-jobs", True)
    # The workers' last round may still be ending when the fault strikes.
    await asyncio.sleep(1)
    await ask(storybook.dsns["storybook"], "INSERT INTO jobs (user_key, topic) VALUES ('user_1', 'Rain')")
    await asyncio.sleep(1.5)
    seen = await storybook.read()
    assert seen.jobs
    assert (seen.jobs.stuck, seen.jobs.queued) == (7, 1)


async def test_the_runbooks_manual_recovery_heals_stuck_jobs(storybook: Patient) -> None:
    """The workers let go of what was taken from them, so the fault ends by itself and new books get written."""
    await storybook.fault("stuck-jobs", True)
    assert len(await ask(storybook.dsns["muster_remediation"], RECOVER)) == 7
    assert await storybook.healthy()

    async def over() -> bool:
        return await active(storybook) == []

    assert await eventually(over)
    await ask(storybook.dsns["storybook"], "INSERT INTO jobs (user_key, topic) VALUES ('user_1', 'Sun')")

    async def written() -> bool:
        query = "SELECT count(*) FROM jobs WHERE topic = 'Sun' AND status = 'completed'"
        return bool((await ask(storybook.dsns["muster_diagnostic"], query))[0]["count"])

    assert await eventually(written)


async def test_running_the_job_monitor_heals_stuck_jobs(storybook: Patient, http: aiohttp.ClientSession) -> None:
    """What it recovers goes back to the queue and is written after all."""
    await storybook.fault("stuck-jobs", True)
    token = {"Authorization": f"Bearer {storybook.write_token}"}
    async with http.post("/admin/job-monitor/run", headers=token) as answer:
        assert (answer.status, await answer.json()) == (200, {"recovered": 7})
    assert await heals(storybook)

    async def written() -> bool:
        jobs = (await storybook.read()).jobs
        return jobs is not None and jobs.completed_last_hour == 22

    assert await eventually(written)


async def test_a_job_that_gets_stuck_for_the_fourth_time_fails(storybook: Patient) -> None:
    await storybook.fault("stuck-jobs", True)
    await ask(storybook.dsns["storybook"], "UPDATE jobs SET recoveries = 3 WHERE status = 'running'")
    await storybook.fault("stuck-jobs", False)
    failed = "SELECT count(*) FROM jobs WHERE status = 'failed' AND error_code = 'JOB_TIMEOUT'"
    assert (await ask(storybook.dsns["muster_diagnostic"], failed))[0]["count"] == 7


async def test_a_connection_leak_makes_the_api_fail(storybook: Patient, http: aiohttp.ClientSession) -> None:
    await storybook.fault("connections", True)

    async def failing() -> bool:
        # One of the service's own connections may still be at work when the leak takes the last free one.
        async with http.get("/health/detailed") as answer:
            return answer.status == 503 and "too many connections" in (await answer.json())["error"]

    async def refused() -> bool:
        try:
            await (await asyncpg.connect(storybook.dsns["storybook"])).close()
        except asyncpg.TooManyConnectionsError:
            return True
        return False

    assert await eventually(failing)
    assert await eventually(refused)

    async def alerted() -> bool:
        return await storybook.firing() == {"StorybookConnectionsExhausted"}

    assert await eventually(alerted)


async def test_diagnostics_still_get_in_during_a_connection_leak(storybook: Patient) -> None:
    await storybook.fault("connections", True)

    async def full() -> bool:
        # The leak takes the last ones as the service's own let go of them.
        states = {row["state"]: row["count"] for row in await ask(storybook.dsns["muster_diagnostic"], BY_STATE)}
        return sum(states.values()) == 31 and states["idle"] >= 25

    assert await eventually(full)


async def test_killing_idle_connections_heals_a_leak(storybook: Patient) -> None:
    await storybook.fault("connections", True)
    killed = await ask(storybook.dsns["muster_remediation"], KILL_IDLE.format(minutes=0))
    assert len(killed) >= 25, "the leak's; one of the service's own may have been at work"
    assert await heals(storybook)

    async def over() -> bool:
        return await active(storybook) == []

    assert await eventually(over)


async def test_killing_only_old_connections_spares_a_young_leak(storybook: Patient) -> None:
    await storybook.fault("connections", True)
    assert await ask(storybook.dsns["muster_remediation"], KILL_IDLE.format(minutes=10)) == []
    assert await active(storybook) == ["connections"]
    assert not await storybook.healthy()


@pytest.mark.parametrize(
    ("fault", "alert"),
    [
        ("stuck-jobs", "StorybookJobsStuck"),
        ("connections", "StorybookConnectionsExhausted"),
        ("failures", "StorybookJobFailureRateHigh"),
        ("slow", "StorybookResponseTimeHigh"),
        ("cost", "StorybookCostSpike"),
    ],
)
async def test_a_fault_raises_its_alert_and_its_undo_heals(storybook: Patient, fault: str, alert: str) -> None:
    await storybook.fault(fault, True)

    async def alerted() -> bool:
        return alert in await storybook.firing()

    assert await eventually(alerted)
    assert await active(storybook) == [fault]
    await storybook.fault(fault, False)
    assert await heals(storybook)
    assert await active(storybook) == []


@pytest.mark.parametrize("fault", ["stuck-jobs", "connections", "cost"])
async def test_a_fault_asked_for_twice_happens_once(storybook: Patient, fault: str) -> None:
    await storybook.fault(fault, True)
    first = await storybook.read()
    await storybook.fault(fault, True)
    second = await storybook.read()
    assert (second.jobs, second.connections >= 30) == (first.jobs, first.connections >= 30)


async def test_an_unknown_fault_is_refused_with_those_there_are(storybook: Patient) -> None:
    with pytest.raises(FaultError, match="choose one of stuck-jobs, connections"):
        await storybook.fault("gremlins", True)


async def test_a_fault_that_another_one_prevents_says_so(storybook: Patient) -> None:
    await storybook.fault("connections", True)
    with pytest.raises(FaultError, match="undo the other fault first"):
        await storybook.fault("stuck-jobs", True)


async def test_the_panel_shows_what_is_wrong(storybook: Patient) -> None:
    await storybook.fault("stuck-jobs", True)
    state = await storybook.state()
    assert state["title"] == "AI Storybook"
    assert [set(fault) for fault in state["faults"]] == [{"name", "title", "active"}] * 5
    assert [set(alert) for alert in state["alerts"]] == [{"name", "title"}] * 6
    assert state["health"]["status"] == "unhealthy"
    assert {"name": "Jobs stuck", "value": "7", "bad": True} in state["health"]["facts"]
