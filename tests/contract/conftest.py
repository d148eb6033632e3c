"""A fresh store of every kind, and as many processes' worth of openings of it as a test wants."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from uuid import uuid4

import pytest

from commands.store import Store
from demo.postgres import RealPostgres
from tests.contract.stores import KINDS, Address, MovedClock, open_store

Opener = Callable[[], Awaitable[Store]]


@pytest.fixture
def clock() -> MovedClock:
    """The clock that decides leases and what is due."""
    return MovedClock()


@pytest.fixture(params=KINDS)
async def address(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Address]:
    """Where this test's store is; empty."""
    kind: str = request.param
    if kind == "sqlite":
        yield Address(kind=kind, place=str(tmp_path / "data" / "muster.db"))
        return
    # Started only for the tests that want it.
    server: RealPostgres = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex}"
    yield Address(kind=kind, place=await server.create_database(name))
    await server.drop_database(name)


@pytest.fixture
async def opener(address: Address, clock: MovedClock) -> AsyncIterator[Opener]:
    """Opens the test's store once more, as another process would."""
    opened: list[Store] = []

    async def open_one() -> Store:
        store = await open_store(address, clock)
        opened.append(store)
        return store

    yield open_one
    for store in opened:
        await store.close()


@pytest.fixture
async def store(opener: Opener) -> Store:
    """An empty store."""
    return await opener()
