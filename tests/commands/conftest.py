"""A world for every test of a command."""

from collections.abc import AsyncIterator

import pytest

from tests.fakes.world import World, opened_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """Empty, at nine o'clock; everything works."""
    async with opened_world() as made:
        yield made
