"""Pulse AI Studio, a patient of the demo: its services run as tasks of an ECS that is small and real.

`Patient` starts it: backend, gateway and worker behind a load balancer, a real PostgreSQL and Redis, and an AWS API.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from demo.aws import AwsApi
from demo.postgres import RealPostgres
from demo.pulse.account import BACKEND, REGION
from demo.pulse.patient import Patient
from demo.redis import RealRedis
from demo.serving import running
from demo.system import Plot, System

__all__ = ["SYSTEM", "Patient"]


@asynccontextmanager
async def _start() -> AsyncIterator[Patient]:
    postgres, redis, aws = RealPostgres(), RealRedis(), AwsApi(REGION)
    async with running(postgres, redis, aws), Patient(postgres, redis, aws) as patient:
        yield patient


SYSTEM: Final = System(
    name="pulse-ai-studio",
    about="Pulse AI Studio, which makes pictures, videos and texts with AI",
    company="Pulse AI Studio",
    start=_start,
    plot=Plot(
        fault="given-up",
        broken="A wrong secret reached the backend; it was mended, but ECS had given the backend up.",
        remedy="start-tasks-anew",
        parameters={"service": BACKEND},
        update="The secret is right again; ECS was told to start the backend's tasks anew.",
        resolution="Deployed the backend anew after its secret was mended; its tasks run.",
    ),
)
