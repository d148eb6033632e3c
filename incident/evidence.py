"""Evidence that must not be lost: while it is frozen, only those changes run that the commander let through."""

from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from incident.responder import Actor, UserId
from incident.timeline import Event, Kind


class Lift(Struct, frozen=True, kw_only=True):
    """The commander let one step run although evidence is frozen, for a reason."""

    step_id: str
    by: UserId
    at: datetime
    reason: str


class EvidenceFreeze(Struct, frozen=True, kw_only=True):
    """An incident's evidence is kept as it is. ``lifted`` are the steps that may run nevertheless."""

    by: Actor
    at: datetime
    reason: str
    lifted: tuple[Lift, ...] = ()

    def holds(self, step_id: str) -> bool:
        """Whether it keeps this step from running."""
        return step_id not in {each.step_id for each in self.lifted}

    def with_lift(self, lift: Lift) -> "EvidenceFreeze":
        """The same with one more step let through."""
        return replace(self, lifted=(*self.lifted, lift))

    @property
    def event(self) -> Event:
        """The fact that it was frozen."""
        return Event(kind=Kind.EVIDENCE_FROZEN, at=self.at, actor=self.by, facts={"reason": self.reason})
