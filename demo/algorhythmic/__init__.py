"""Algorhythmic, a patient of the demo: it makes pictures with AI and counts credits, and has faults to inject.

`Patient` starts it: an HTTP API, a painter behind a circuit breaker, and a real PostgreSQL database.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from demo.algorhythmic.patient import Patient
from demo.postgres import RealPostgres
from demo.serving import running
from demo.system import Plot, System

__all__ = ["SYSTEM", "Patient"]


@asynccontextmanager
async def _start() -> AsyncIterator[Patient]:
    postgres = RealPostgres()
    async with running(postgres), Patient(postgres) as patient:
        yield patient


SYSTEM: Final = System(
    name="algorhythmic",
    about="Algorhythmic, which makes pictures in real time with AI",
    company="Algorhythmic",
    start=_start,
    plot=Plot(
        fault="breaker",
        broken="The circuit breaker stays open although DALL-E is well: no pictures are made.",
        remedy="close-breaker",
        update="DALL-E is well again; the circuit breaker was reset by hand.",
        resolution="Reset the circuit breaker, whose timer was lost; pictures are made again.",
    ),
)
