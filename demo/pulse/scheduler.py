"""What ECS itself does with its services: it starts tasks until as many run as are wished for.

A service whose tasks keep failing is given up until it is deployed anew. The API tells what is done here, and what
somebody changes by the API is done here.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Final, Protocol
from uuid import uuid4

from moto.ecs.models import EC2ContainerServiceBackend, ecs_backends
from moto.ecs.models import Service as Kept

from demo.aws import ACCOUNT
from demo.pulse.account import CLUSTER, REGION
from demo.pulse.logs import Logs

EVERY: Final = 0.2
ATTEMPTS: Final = 3
"""How many tasks in a row may fail to start before their service is given up."""
REPLACED: Final = "Scaling activity initiated by a new deployment"


class Task(Protocol):
    """One running copy of a service."""

    async def start(self) -> None:
        """Read what it needs and begin. Raises whatever kept it from that."""

    async def stop(self) -> None:
        """End it."""


class Service:
    """One service with its running tasks, each by the id that the API gives it."""

    def __init__(self, name: str, make: Callable[[], Task]) -> None:
        self.name = name
        self.make = make
        self.tasks: dict[str, Task] = {}
        self.deployed: tuple[str, str] | None = None
        self.failures = 0

    @property
    def given_up(self) -> bool:
        """Whether nothing more is started before it is deployed anew."""
        return self.failures >= ATTEMPTS


class Scheduler:
    """Keeps all services as they are wished for. `wished` tells of each how many tasks that are."""

    def __init__(self, services: list[Service], logs: Logs) -> None:
        self.services = {service.name: service for service in services}
        self._logs = logs
        self._acting = asyncio.Lock()

    @property
    def _ecs(self) -> EC2ContainerServiceBackend:
        backend: EC2ContainerServiceBackend = ecs_backends[ACCOUNT][REGION]
        return backend

    def wished(self, name: str) -> int:
        """How many tasks of a service are wished for now."""
        return self._kept(name).desired_count

    async def run(self) -> None:
        """Tend the services until cancelled."""
        while True:
            await self.tend()
            await asyncio.sleep(EVERY)

    async def tend(self) -> None:
        """Look at each service once, and do what is missing."""
        async with self._acting:
            for service in self.services.values():
                await self._tend(service)

    async def crash(self, name: str, reason: str) -> None:
        """All tasks of a service end by themselves."""
        async with self._acting:
            await self._end(self.services[name], list(self.services[name].tasks), reason)

    def deploy_anew(self, name: str) -> None:
        """What *force new deployment* does."""
        self._ecs.update_service({"cluster": CLUSTER, "service": name, "force_new_deployment": True})

    async def stop(self) -> None:
        """End every task."""
        for service in self.services.values():
            await self._end(service, list(service.tasks), "The cluster ends")

    async def _tend(self, service: Service) -> None:
        kept = self._kept(service.name)
        deployed = (str(kept.deployments[0]["id"]), str(kept.task_definition))
        old = list(service.tasks) if service.deployed not in (None, deployed) else []
        if service.deployed != deployed:
            service.deployed, service.failures = deployed, 0
        while len(service.tasks) - len(old) < kept.desired_count and not service.given_up:
            await self._start(service, kept)
        if not service.given_up:
            await self._end(service, old, REPLACED)
        surplus = list(service.tasks)[kept.desired_count :]
        await self._end(service, surplus, "Scaling activity initiated by a smaller desired count")
        self._tell_counts(service, kept)

    async def _start(self, service: Service, kept: Kept) -> None:
        (shown,) = self._ecs.run_task(
            CLUSTER, str(kept.task_definition), 1, None, "ecs-svc", None, "FARGATE", None, f"service:{service.name}"
        )
        task = service.make()
        try:
            await task.start()
        # Whatever keeps a task from starting ends it, as the exit code of a container does.
        except Exception as fault:  # noqa: BLE001
            await self._failed(service, kept, shown.task_arn, fault)
            return
        service.failures = 0
        service.tasks[shown.task_arn] = task
        _note(kept, f"(service {service.name}) has started 1 tasks: (task {shown.task_arn.rpartition('/')[2]}).")

    async def _failed(self, service: Service, kept: Kept, arn: str, fault: Exception) -> None:
        service.failures += 1
        self._ecs.stop_task(CLUSTER, arn, "Essential container in task exited")
        self._logs.say(service.name, f"ERROR could not start: {' '.join(str(fault).split())}")
        if service.given_up:
            _note(kept, f"(service {service.name}) is unable to consistently start tasks successfully.")

    async def _end(self, service: Service, arns: list[str], reason: str) -> None:
        for arn in arns:
            task = service.tasks.pop(arn)
            # A task whose servers are away cannot say goodbye to them.
            with suppress(Exception):
                await task.stop()
            self._ecs.stop_task(CLUSTER, arn, reason)

    def _tell_counts(self, service: Service, kept: Kept) -> None:
        kept.running_count = len(service.tasks)
        kept.pending_count = max(kept.desired_count - kept.running_count, 0)
        state = "FAILED" if service.given_up else "COMPLETED" if not kept.pending_count else "IN_PROGRESS"
        kept.deployments[0].update(
            desiredCount=kept.desired_count,
            runningCount=kept.running_count,
            pendingCount=kept.pending_count,
            failedTasks=service.failures,
            rolloutState=state,
        )

    def _kept(self, name: str) -> Kept:
        kept: Kept = self._ecs.services[f"{CLUSTER}:{name}"]
        return kept


def _note(kept: Kept, message: str) -> None:
    kept.events.insert(0, {"id": str(uuid4()), "createdAt": datetime.now(UTC), "message": message})
