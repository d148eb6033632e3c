"""What the people of a round know: what they were told is done, and what they did themselves."""

from collections import Counter

from msgspec import Struct, field


class Known(Struct, kw_only=True):
    """What was answered as done; and what people did in PagerDuty."""

    declared: set[str] = field(default_factory=set)
    accepted: Counter[str] = field(default_factory=Counter)
    said: set[str] = field(default_factory=set)
    """Texts of notes, updates, fixes and reasons, each of which was used once."""
    there: Counter[tuple[str, str]] = field(default_factory=Counter)
    """By PagerDuty's incident and state: how often people brought it there."""
    played: Counter[str] = field(default_factory=Counter)
