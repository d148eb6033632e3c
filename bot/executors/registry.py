"""The executors of all configured targets, by name."""

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeAlias

from bot.executors.aws import AwsTarget, AwsTool
from bot.executors.docker import DockerTarget, DockerTool
from bot.executors.host import HostTarget, HostTool
from bot.executors.http import HttpExecutor, HttpTarget
from bot.executors.kubernetes import KubernetesTarget, KubernetesTool
from bot.executors.nats import NatsTarget, NatsTool
from bot.executors.postgres import PostgresExecutor, PostgresTarget
from bot.executors.redis import RedisExecutor, RedisTarget
from bot.executors.tool import ToolExecutor
from bot.redaction import Redactor
from commands.outage import Outage
from commands.ports import Attestation

Target: TypeAlias = (
    PostgresTarget | HttpTarget | RedisTarget | NatsTarget | AwsTarget | DockerTarget | HostTarget | KubernetesTarget
)
AnyExecutor: TypeAlias = PostgresExecutor | HttpExecutor | RedisExecutor | ToolExecutor


class Registry:
    """Fulfils the port Executors. Nothing is connected to before the first attestation, look or run."""

    def __init__(self, targets: Iterable[Target], *, redactor: Redactor, clock: Callable[[], datetime]) -> None:
        self._executors = {target.name: _executor(target, redactor, clock) for target in targets}

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of all targets, as configured."""
        return tuple(self._executors)

    def of(self, target: str) -> AnyExecutor:
        """The executor of a target. Raises Outage when none of that name is configured."""
        executor = self._executors.get(target)
        if executor is None:
            raise Outage(f"No target {target} is configured: add it under `targets` in muster.yaml.", retry=False)
        return executor

    def environment(self, target: str) -> str:
        """The environment that a target belongs to. Raises Outage when it is not configured."""
        return self.of(target).environment

    def attested(self, target: str) -> Attestation | None:
        """The target's newest attestation that still counts; None before the first, or for an unknown target."""
        executor = self._executors.get(target)
        return executor.attestation if executor else None

    async def close(self) -> None:
        """Give all connections back."""
        await asyncio.gather(*(executor.close() for executor in self._executors.values()))


def _executor(target: Target, redactor: Redactor, clock: Callable[[], datetime]) -> AnyExecutor:
    match target:
        case PostgresTarget():
            return PostgresExecutor(target, redactor=redactor, clock=clock)
        case HttpTarget():
            return HttpExecutor(target, redactor=redactor, clock=clock)
        case RedisTarget():
            return RedisExecutor(target, redactor=redactor, clock=clock)
        case NatsTarget():
            return ToolExecutor(NatsTool(target), redactor=redactor, clock=clock)
        case AwsTarget():
            return ToolExecutor(AwsTool(target, clock=clock), redactor=redactor, clock=clock)
        case KubernetesTarget():
            return ToolExecutor(KubernetesTool(target, clock=clock), redactor=redactor, clock=clock)
        case DockerTarget():
            return ToolExecutor(DockerTool(target, clock=clock), redactor=redactor, clock=clock)
        case HostTarget():
            return ToolExecutor(HostTool(target, clean=redactor.clean), redactor=redactor, clock=clock)
