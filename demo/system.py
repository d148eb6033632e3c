"""What a demo needs of a system: how its small real version is started, broken and watched, and the story it plays."""

from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from msgspec import Struct, field
from msgspec.structs import asdict

from demo.alertmanager import AlertRule
from demo.fault import Faults


class Patient(Protocol):
    """A small real version of a system, running on loopback, with faults to inject."""

    @property
    def rules(self) -> Sequence[AlertRule]:
        """The alerts that its monitors may send."""

    @property
    def targets(self) -> Mapping[str, Mapping[str, object]]:
        """What the bot's configuration says under ``targets:``; secrets stand in ``environment``."""

    @property
    def environment(self) -> Mapping[str, str]:
        """The variables with the secrets that the targets name."""

    async def fault(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""

    async def firing(self) -> Set[str]:
        """The names of the alerts that its monitors would raise now."""

    async def state(self) -> dict[str, object]:
        """What the demo's panel shows: title, faults, alerts that can be sent, health with facts."""


class Plot(Struct, frozen=True, kw_only=True):
    """What the story that plays itself does: a fault, the remediation that heals it, and what people say."""

    fault: str
    broken: str
    """What is wrong, as a sentence."""
    remedy: str
    """The id of the remediation's step."""
    parameters: Mapping[str, str] = field(default_factory=dict)
    update: str
    resolution: str


class System(Struct, frozen=True, kw_only=True):
    """One system that the demo can show. ``name`` is its folder in runbooks/, too."""

    name: str
    about: str
    """Its name and what it does, as in *AI Storybook, a service that writes books*."""
    company: str
    """Whose Slack workspace it is."""
    start: Callable[[], AbstractAsyncContextManager[Patient]]
    """Starts the patient with the servers that it needs; they end with the block."""
    plot: Plot


class Fact(Struct, frozen=True, kw_only=True):
    """One line of the demo's panel."""

    name: str
    value: str
    bad: bool


def panel(
    title: str, faults: Faults, rules: Sequence[AlertRule], status: str, facts: Sequence[Fact]
) -> dict[str, object]:
    """What the demo's panel shows of a patient."""
    return {
        "title": title,
        "faults": faults.state(),
        "alerts": [{"name": rule.name, "title": rule.title} for rule in rules],
        "health": {"status": status, "facts": [asdict(fact) for fact in facts]},
    }
