"""Bodies that hold one thing, or a list of such: Amazon's pipes, queues and forwarders send several at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from bot.sources.reading import loaded, one_table
from commands.outage import Unreadable
from incident.alert import Alert

MOST: Final = 5000
"""Alerts in one body, far more than any monitor sends: whoever else knocks waits while they are read."""
TOO_MANY: Final = f"of its body, which is too long to be read whole: {MOST:,} were taken in"
"""Why some are left out."""

Reads = Callable[[Mapping[str, object]], Iterable[Alert]]
"""The alerts of one thing. Raises Unreadable."""


def alerts_in(body: bytes, reads: Reads) -> tuple[Alert, ...]:
    """The alerts of a body, or of each of those in the list that it is. Raises Unreadable."""
    whole = loaded(body)
    return of_each(whole, reads) if isinstance(whole, list) else tuple(reads(one_table(whole)))


def of_each(entries: Sequence[object], reads: Reads) -> tuple[Alert, ...]:
    """The alerts of a list's entries, in its order. One odd entry never loses the rest; of more than MOST one says so.

    Raises Unreadable when none of them is a table, and what was wrong first when nothing could be told.
    """
    tables = [each for each in entries if isinstance(each, Mapping)]
    if entries and not tables:
        raise Unreadable("no entry of the list is an alert")
    told: list[Alert] = []
    problems = []
    for each in tables[:MOST]:
        try:
            told.extend(reads(each))
        except Unreadable as problem:
            problems.append(problem)
    if problems and not told:
        raise problems[0]
    return with_more(told, len(tables) - MOST, TOO_MANY)


def with_more(alerts: Sequence[Alert], left_out: int, why: str) -> tuple[Alert, ...]:
    """The alerts; where more were left out, the first one says how many, and why."""
    if not alerts or left_out <= 0:
        return tuple(alerts)
    first, *others = alerts
    said = f"{first.description}\nand {left_out} more alerts {why}".strip()
    return (replace(first, description=said), *others)
