"""What can be made to go wrong with a patient."""

from collections.abc import Sequence
from contextlib import suppress
from typing import Protocol


class FaultError(Exception):
    """A fault could not be brought about or undone; the message says why and what to do."""


class Fault(Protocol):
    """One thing that can go wrong; `active` turns false by itself when somebody heals it."""

    name: str
    title: str

    @property
    def active(self) -> bool: ...

    async def begin(self) -> None:
        """Bring it about; returns when its effect is there."""

    async def end(self) -> None:
        """Undo it and what it left behind."""


class Faults:
    """A patient's faults by name. `title` is the patient's; `outages` is how its servers say that they are away."""

    def __init__(self, title: str, faults: Sequence[Fault], outages: tuple[type[Exception], ...]) -> None:
        self._title = title
        self._faults = {fault.name: fault for fault in faults}
        self._outages = outages

    async def set(self, name: str, on: bool) -> None:
        """Bring a fault about, or undo it; nothing happens when it is so already. Raises FaultError."""
        if name not in self._faults:
            raise FaultError(f"{self._title} has no fault {name!r}: choose one of {', '.join(self._faults)}.")
        fault = self._faults[name]
        if fault.active == on:
            return
        try:
            await (fault.begin() if on else fault.end())
        except self._outages as outage:
            raise FaultError(
                f"What {self._title} runs on is out of reach ({outage}): undo the other fault first."
            ) from outage

    async def end(self) -> None:
        """Undo those that are active, as far as what the patient runs on still answers."""
        for fault in self._faults.values():
            if fault.active:
                with suppress(*self._outages):
                    await fault.end()

    def state(self) -> list[dict[str, object]]:
        """What the demo's panel shows of them."""
        return [{"name": each.name, "title": each.title, "active": each.active} for each in self._faults.values()]
