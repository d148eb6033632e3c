"""How much one look or one run may take, so that Muster is never the second incident."""

from msgspec import Struct


class Caps(Struct, frozen=True, kw_only=True):
    """The limits of one target. Seconds are wall-clock time; ``cost`` and ``planned_rows`` (the
    most rows at any point of the plan) are the planner's guesses."""

    connect_seconds: float = 5.0
    look_seconds: float = 5.0
    run_seconds: float = 60.0
    lock_seconds: float = 2.0
    """How long a statement may wait for a lock: a look must not queue before the application's own work."""
    rows: int = 100
    characters: int = 64 * 1024
    """The longest answer that is kept."""
    cost: float = 1_000_000.0
    planned_rows: int = 10_000_000
    parallel: int = 10
    """How many looks may be on their way at once: as many as a procedure has diagnostics for one target, as a rule."""
