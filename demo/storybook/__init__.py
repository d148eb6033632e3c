"""AI Storybook, a patient of the demo: a small real service that writes picture books, with faults to inject.

`Patient` starts it: an HTTP API, three workers and a job monitor over a real PostgreSQL database and a real Redis,
all of them containers of a small engine.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from demo.postgres import RealPostgres
from demo.redis import RealRedis
from demo.serving import running
from demo.storybook.patient import Patient
from demo.system import Plot, System

__all__ = ["SYSTEM", "Patient"]


@asynccontextmanager
async def _start() -> AsyncIterator[Patient]:
    postgres, redis = RealPostgres(), RealRedis()
    async with running(postgres, redis), Patient(postgres, redis) as patient:
        yield patient


SYSTEM: Final = System(
    name="ai-storybook",
    about="AI Storybook, a service that writes books",
    company="Storybook Inc",
    start=_start,
    plot=Plot(
        fault="stuck-jobs",
        broken="The storybook's workers hang: book jobs are stuck.",
        remedy="fail-stuck-jobs",
        update="Stuck jobs were failed by hand; workers take new ones.",
        resolution="Failed the stuck jobs; the workers are back.",
    ),
)
