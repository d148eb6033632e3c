"""Synesthesia, a patient of the demo: it makes story packs, and has faults to inject.

`Patient` starts it: an API and a worker, over a real PostgreSQL, Redis and NATS, each of them a container of a small
engine.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from demo.nats import RealNats
from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.serving import running
from demo.synesthesia.patient import Patient
from demo.system import Plot, System

__all__ = ["SYSTEM", "Patient"]


@asynccontextmanager
async def _start() -> AsyncIterator[Patient]:
    postgres, redis, nats = RealPostgres(), RealRedis(), RealNats()
    async with running(postgres, redis, nats), Patient(postgres, redis, nats) as patient:
        yield patient


SYSTEM: Final = System(
    name="synesthesia",
    about="Synesthesia, which makes story packs of text, pictures and sound",
    company="Synesthesia AI",
    start=_start,
    plot=Plot(
        fault="stuck-packs",
        broken="The narrative worker hangs on five story packs, and the queue behind it grows.",
        remedy="requeue-stuck-packs",
        update="The stuck story packs were set back; the worker takes them up again.",
        resolution="Set five stuck story packs back; the worker makes them, and what waited in NATS.",
    ),
)
