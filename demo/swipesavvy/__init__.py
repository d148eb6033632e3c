"""SwipeSavvy AI Agents, a patient of the demo: Concierge, RAG and Guardrails in containers of a small engine.

`Patient` starts them over a real PostgreSQL; the engine's API is Docker's.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from demo.postgres import RealPostgres
from demo.serving import running
from demo.swipesavvy.patient import Patient
from demo.system import Plot, System

__all__ = ["SYSTEM", "Patient"]


@asynccontextmanager
async def _start() -> AsyncIterator[Patient]:
    postgres = RealPostgres()
    async with running(postgres), Patient(postgres) as patient:
        yield patient


SYSTEM: Final = System(
    name="swipesavvy",
    about="SwipeSavvy AI Agents, which answer bank customers",
    company="SwipeSavvy",
    start=_start,
    plot=Plot(
        fault="rag-broken",
        broken="RAG's connection pool is broken for good: customers get no answers.",
        remedy="restart-service",
        parameters={"service": "rag"},
        update="RAG was restarted; its pool is new, and customers get answers.",
        resolution="Restarted RAG, whose connection pool had broken.",
    ),
)
