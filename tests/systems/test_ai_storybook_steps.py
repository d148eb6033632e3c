"""Every runnable step of AI Storybook's catalog runs against the real patient."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import Patient
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
    async def order() -> None:
        """An order counts in Redis: that of the user whom no step has blocked."""
        headers = {"Authorization": f"Bearer {ward.patient.book_token}"}
        book = {"user_key": "user_1001", "topic": "A whale in the library"}
        async with aiohttp.ClientSession(headers=headers) as session:
            await (await session.post(f"{ward.patient.url}/books", json=book)).read()

    async def a_report_holds_the_table() -> None:
        step = ward.procedure("slow-api").step("end-blocking-sessions")
        orders.append(asyncio.create_task(order()))

        async def blocking() -> bool:
            return bool((await ward.registry.of("storybook-db").preview(ward.plan(step, {}))).count)

        assert await eventually(blocking)

    orders: list[asyncio.Task[None]] = []
    rounds = Rounds(
        given={
            "end-idle-connections": {"idle_minutes": "0"},
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
            "forget-one-count": order,
            "forget-all-counts": order,
            "end-blocking-sessions": a_report_holds_the_table,
        },
    )
    await run_every_step(ward, rounds)
    await asyncio.gather(*orders)
