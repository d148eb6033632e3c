"""The stop of all remediations: while one stands, nothing is asked for, approved or begun, in any incident."""

from dataclasses import dataclass
from datetime import datetime

from incident.responder import Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One stop, from the word that set it to the word that lifted it. Only one stands at a time."""

    id: str
    by: Actor
    at: datetime
    reason: str = ""
    lifted_by: Actor | None = None
    lifted_at: datetime | None = None
    lifted_because: str = ""

    @property
    def stands(self) -> bool:
        """True until it is lifted."""
        return self.lifted_at is None
