"""What a person found at the target after a run whose end nobody knew: only somebody who looked can tell."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from incident.responder import UserId


class Effect(StrEnum):
    """Whether the change is there."""

    WHOLE = "whole"
    PARTLY = "partly"
    NONE = "none"
    """Nothing was changed, so there is nothing to take back."""


class Found(Struct, frozen=True, kw_only=True):
    """A person's word on one run; ``note`` says what they looked at and saw."""

    effect: Effect
    note: str
    by: UserId
    at: datetime
