"""How the tests of the demo ask a database or wait for something to become true."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import asyncpg

from demo.storybook import Patient

PATIENCE = 40.0
"""Seconds; a machine may be busy with other things."""


async def ask(dsn: str, query: str) -> list[asyncpg.Record]:
    """Run one query over a connection of its own."""
    connection = await asyncpg.connect(dsn)
    try:
        rows: list[asyncpg.Record] = await connection.fetch(query)
        return rows
    finally:
        await connection.close()


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = PATIENCE) -> bool:
    """Whether it becomes true within this time."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if await holds():
            return True
        await asyncio.sleep(0.05)
    return await holds()


async def heals(patient: Patient) -> bool:
    """Whether the patient becomes healthy before long."""
    return await eventually(patient.healthy)
