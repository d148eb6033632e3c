"""The stop of all remediations: while one stands, nothing is asked for, approved or begun, in any incident."""

from datetime import datetime

from msgspec import Struct

from incident.responder import Actor


class Stop(Struct, frozen=True, kw_only=True):
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
