"""The demo's side panel: what an embedder supplies so that the page can break a patient and fire alerts."""

from typing import Protocol

from sandbox.wire import Json


class Panel(Protocol):
    """Faults to inject, alerts to fire, and how the patient is."""

    async def state(self) -> Json:
        """`{"title", "faults": [{"name", "title", "active"}], "alerts": [{"name", "title"}], "health": {…}}`."""

    async def fault(self, name: str, on: bool) -> None:
        """Put a fault in or take it out. Raises LookupError for a name it does not have."""

    async def alert(self, name: str) -> None:
        """Fire an alert. Raises LookupError for a name it does not have."""
