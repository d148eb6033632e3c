"""The systems that the demo can show, by name."""

from collections.abc import Mapping
from importlib import import_module
from typing import Final

from demo.system import System

MODULES: Final[Mapping[str, str]] = {
    "ai-storybook": "demo.storybook",
    "algorhythmic": "demo.algorhythmic",
    "pulse-ai-studio": "demo.pulse",
    "swipesavvy": "demo.swipesavvy",
    "synesthesia": "demo.synesthesia",
}
"""Where each one's ``SYSTEM`` is. Imported when it is asked for: no demo waits for what another one needs."""


def find(name: str) -> System:
    """The system of that name. Raises LookupError with those there are."""
    if name not in MODULES:
        raise LookupError(f"There is no demo of {name!r}; choose one of: {', '.join(MODULES)}.")
    system = import_module(MODULES[name]).SYSTEM
    assert isinstance(system, System)
    return system
