"""Who is on call now, system by system: for whoever asks, and for whoever opens Muster's home in Slack."""

from datetime import datetime

from msgspec import Struct

from commands.ports import Ports
from incident.rota import Shift


class OnCall(Struct, frozen=True, kw_only=True):
    """The people who are called for one system (its title), first one first, and until when each."""

    system: str
    shifts: tuple[Shift, ...]


def on_call(at: datetime, *, ports: Ports) -> tuple[OnCall, ...]:
    """Every system's people at a moment."""
    systems = ports.runbooks.systems.items()
    return tuple(OnCall(system=title, shifts=ports.settings.shifts(system, at)) for system, title in systems)
