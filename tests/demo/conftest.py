"""A storybook for each test: quick workers, and no customers but the test itself."""

from collections.abc import AsyncIterator

import aiohttp
import pytest

from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.storybook import Patient


@pytest.fixture
async def storybook(postgres: RealPostgres, redis_server: RealRedis) -> AsyncIterator[Patient]:
    async with Patient(postgres, redis_server, step_seconds=0.02, traffic_seconds=0) as patient:
        yield patient


@pytest.fixture
async def http(storybook: Patient) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(storybook.url) as session:
        yield session
