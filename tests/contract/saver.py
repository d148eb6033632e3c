"""A process that saves without end and says what was acknowledged, one cause a line, until somebody kills it."""

import asyncio
import sys
from datetime import UTC, datetime

from msgspec.structs import replace

from commands.store import Store
from tests.contract import making
from tests.contract.stores import open_store, parse


async def save_on(store: Store, name: str) -> None:
    """Declare an incident, then change it again and again, each change with an event, a finding and a job."""
    incident = making.incident(name)
    for turn in range(1_000_000):
        cause = f"{name}-{turn}"
        change = making.change(
            cause,
            incident=replace(incident, summary=cause),
            events=(making.event(cause), making.event("again")),
            findings=(making.finding(cause, incident_id=name),),
            jobs=(making.job(cause, incident_id=name),),
        )
        saved = await store.save(change)
        assert saved.incident is not None
        incident = saved.incident
        print(cause, flush=True)


async def main(address: str) -> None:
    store = await open_store(parse(address), lambda: datetime.now(UTC))
    await asyncio.gather(*(save_on(store, f"inc_{n}") for n in range(5)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
