"""What a look's answer comes to: the value that was asked for, or how many there are."""

from incident.finding import Sight


def amount(sight: Sight) -> str:
    """The value of a look that has one."""
    if isinstance(sight.value, bool):
        return "true" if sight.value else "false"
    return f"{sight.value} found" if sight.counts else str(sight.value)
