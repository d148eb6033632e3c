"""How much there is to do, as whoever operates Muster wants to know it: numbers that are cheap to ask for."""

from collections.abc import Mapping
from datetime import timedelta

from msgspec import Struct

from incident.job import JobState


class Standing(Struct, frozen=True, kw_only=True):
    """The jobs of one state: how many, and how long the one that was due first has been due."""

    jobs: int
    age: timedelta


class Figures(Struct, frozen=True, kw_only=True):
    """What the store holds now, for all processes that share it."""

    jobs: Mapping[JobState, Standing]
    """Those that have not ended; a state that no job is in is left out."""
    due: int
    """How many owed jobs should have begun by now."""
    dead_letters: int
