"""What SwipeSavvy's monitors see, when each alert fires, and what the demo's panel shows of it."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

import aiohttp
from msgspec import Struct

from demo.alertmanager import rule
from demo.database import OUTAGES, Database, visit
from demo.postgres import RealPostgres
from demo.swipesavvy.boxes import LIMIT, Box
from demo.system import Fact

SERVICE_DOWN: Final = "ServiceDown"
DATABASE_DOWN: Final = "DatabaseDown"
MEMORY: Final = "MemoryWarning"
FULL: Final = 80.0
"""Per cent of a container's memory past which it is told."""

NAMES: Final = {"concierge": "Concierge", "rag": "RAG", "guardrails": "Guardrails"}

_rule = partial(rule, system="swipesavvy", service="swipesavvy-agents")

RULES: Final = (
    _rule(
        SERVICE_DOWN,
        "critical",
        "A service of the agents is down",
        "up == 0",
        "A service has not been healthy for more than 1 minute.",
    ),
    _rule(
        DATABASE_DOWN,
        "critical",
        "The agents' database takes no connections",
        "pg_up == 0",
        "The services cannot connect to PostgreSQL.",
    ),
    _rule(
        MEMORY,
        "warning",
        "A service of the agents grows",
        "container_memory_percent > 80",
        "A container uses more than 80 % of the memory that it may use.",
    ),
)


class Reading(Struct, frozen=True, kw_only=True):
    """What is seen at one moment. ``well`` and ``memory`` (in per cent) are of each service."""

    well: Mapping[str, bool]
    memory: Mapping[str, float]
    connectable: bool
    connections: int
    most: int


CONDITIONS: Final[Mapping[str, Callable[[Reading], bool]]] = {
    # Without a database they cannot be well, and that is told already.
    SERVICE_DOWN: lambda seen: seen.connectable and not all(seen.well.values()),
    DATABASE_DOWN: lambda seen: not seen.connectable,
    MEMORY: lambda seen: any(used > FULL for used in seen.memory.values()),
}


class Monitor:
    """Looks at the services and the database from outside."""

    def __init__(self, boxes: Sequence[Box], records: Database, postgres: RealPostgres, *, dsn: str) -> None:
        self._boxes = boxes
        self._records = records
        self._postgres = postgres
        self._dsn = dsn

    async def read(self) -> Reading:
        """Look once; an ill patient raises nothing."""
        timeout = aiohttp.ClientTimeout(total=20)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            well = {box.name: await _well(session, box) for box in self._boxes}
        return Reading(
            well=well,
            memory={box.name: round(100 * box.memory() / LIMIT, 1) for box in self._boxes},
            connectable=await self._connectable(),
            connections=await self._connections(),
            most=self._records.connections,
        )

    async def _connectable(self) -> bool:
        """Whether the services' own role gets in."""
        try:
            async with visit(self._dsn):
                return True
        except OUTAGES:
            return False

    async def _connections(self) -> int:
        try:
            return await self._records.count_connections(self._postgres)
        except OUTAGES:
            return 0


def firing(seen: Reading) -> frozenset[str]:
    """The names of the alerts whose condition holds."""
    return frozenset(name for name, holds in CONDITIONS.items() if holds(seen))


def status(seen: Reading) -> str:
    """One word for all of it."""
    if not seen.connectable or not any(seen.well.values()):
        return "down"
    return "unhealthy" if firing(seen) else "healthy"


def facts(seen: Reading) -> list[Fact]:
    """The lines of the panel: what could be read, what is past its threshold marked as bad."""
    lines = [
        Fact(name=NAMES[name], value="healthy" if well else "not healthy", bad=not well)
        for name, well in seen.well.items()
    ]
    lines += [
        Fact(name=f"Memory of {NAMES[name]}", value=f"{used:.0f} %", bad=used > FULL)
        for name, used in seen.memory.items()
    ]
    held = f"{seen.connections} of {seen.most}"
    return [*lines, Fact(name="Database connections", value=held, bad=not seen.connectable)]


async def _well(session: aiohttp.ClientSession, box: Box) -> bool:
    try:
        async with session.get(f"{box.url}/health") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError):
        return False
