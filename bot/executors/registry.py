"""The executors of all configured targets, by name."""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Protocol

from bot.redaction.redactor import Redactor
from commands import ports
from commands.outage import Outage
from commands.ports import Attestation, Executor


class TargetExecutor(Executor, Protocol):
    """What runs the steps of one target, with what is known of that target."""

    @property
    def kind(self) -> str:
        """The executor's name in plans, such as *postgres*."""
        ...

    @property
    def environment(self) -> str:
        """The environment that the target belongs to."""
        ...

    @property
    def changes(self) -> bool:
        """Whether it has an identity for remediations."""
        ...

    @property
    def attestation(self) -> Attestation | None:
        """What is known of the diagnostic identity."""
        ...

    async def close(self) -> None:
        """Give everything back."""
        ...


class Target(Protocol):
    """One target as it is configured, of whatever kind."""

    @property
    def name(self) -> str:
        """What steps and people call it."""
        ...

    def executor(self, *, redactor: Redactor, clock: Callable[[], datetime]) -> TargetExecutor:
        """What runs its steps. Raises Outage when the extra that it needs is not installed."""
        ...


class Registry:
    """Fulfils the port Executors. Nothing is connected to before the first attestation, look or run.

    ``stricter`` has the targets in whose answers more is hidden than in the others'.
    """

    def __init__(
        self,
        targets: Iterable[Target],
        *,
        redactor: Redactor,
        clock: Callable[[], datetime],
        stricter: Mapping[str, Redactor] = MappingProxyType({}),
    ) -> None:
        self._executors = {
            target.name: target.executor(redactor=stricter.get(target.name, redactor), clock=clock)
            for target in targets
        }

    @property
    def targets(self) -> tuple[str, ...]:
        """The names of all targets, as configured."""
        return tuple(self._executors)

    @property
    def standing(self) -> tuple[ports.Target, ...]:
        """All targets, as configured, and how each stands now."""
        return tuple(
            ports.Target(
                name=name,
                executor=executor.kind,
                environment=executor.environment,
                changes=executor.changes,
                attestation=executor.attestation,
            )
            for name, executor in self._executors.items()
        )

    def of(self, target: str) -> TargetExecutor:
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
