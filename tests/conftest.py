"""What every test may ask for: a real PostgreSQL, one for each test process, and a fresh empty database in it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from demo.postgres import RealPostgres


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--pg-bin", type=Path, help="folder with the initdb and postgres to test against")


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
