"""What every test may ask for: a real PostgreSQL and a real Redis, one of each for each test process, and empty."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from redis.asyncio import Redis

from demo.postgres import RealPostgres
from demo.redis import ADMIN, RealRedis

UNHURRIED = {"deadline": None, "suppress_health_check": [HealthCheck.too_slow]}
"""How long an example takes says something of the machine alone."""
settings.register_profile("same", derandomize=True, **UNHURRIED)
"""The same examples in each run: what is red is red again. `--hypothesis-profile=seeking` looks for others."""
settings.register_profile("seeking", **UNHURRIED)
settings.load_profile("same")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pg-bin", type=Path, help="folder with the initdb and postgres to test against")
    parser.addoption("--screenshots", type=Path, help="folder for the pictures that the story in the browser leaves")


@pytest.fixture(scope="session")
def postgres(pytestconfig: pytest.Config) -> Iterator[RealPostgres]:
    """A running PostgreSQL; every worker of pytest-xdist has its own."""
    with RealPostgres(pg_bin=pytestconfig.getoption("--pg-bin")) as server:
        yield server


@pytest.fixture
async def database(postgres: RealPostgres) -> AsyncIterator[str]:
    """The superuser's connection URL to an empty database that only this test knows."""
    name = f"test_{uuid4().hex}"
    yield await postgres.create_database(name)
    await postgres.drop_database(name)


@pytest.fixture(scope="session")
def redis_process() -> Iterator[RealRedis]:
    """A running Redis; every worker of pytest-xdist has its own."""
    with RealRedis() as server:
        yield server


@pytest.fixture
async def redis_server(redis_process: RealRedis) -> AsyncIterator[RealRedis]:
    """The same for one test: running, whoever stopped it, and empty, without another user than the administrator."""
    redis_process.start()
    yield redis_process
    redis_process.start()
    async with Redis.from_url(redis_process.url()) as admin:
        await admin.flushall()
        for user in await admin.acl_users():
            if user not in ("default", ADMIN):
                await admin.acl_deluser(user)
