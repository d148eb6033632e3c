"""A fresh store of every kind, and as many processes' worth of openings of it as a test wants."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

from commands.store import Store
from tests.contract.stores import KINDS, Address, MovedClock, open_store

Opener = Callable[[], Awaitable[Store]]


@pytest.fixture
def clock() -> MovedClock:
    """The clock that decides leases and what is due."""
    return MovedClock()


@pytest.fixture(params=KINDS)
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Address:
    """Where this test's store is; empty."""
    kind: str = request.param
    return Address(kind=kind, place=str(tmp_path / "data" / "muster.db"))


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
