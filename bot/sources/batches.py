"""Bodies that hold one thing, or a list of such: Amazon's pipes, queues and forwarders send several at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from bot.sources.reading import loaded, one_table
from commands.outage import Unreadable
from incident.alert import Alert

Reads = Callable[[Mapping[str, object]], Iterable[Alert]]
"""The alerts of one thing. Raises Unreadable."""


def alerts_in(body: bytes, reads: Reads) -> tuple[Alert, ...]:
    """The alerts of a body, or of each of those in the list that it is. Raises Unreadable."""
    whole = loaded(body)
    return of_each(whole, reads) if isinstance(whole, list) else tuple(reads(one_table(whole)))


def of_each(entries: Sequence[object], reads: Reads) -> tuple[Alert, ...]:
    """The alerts of a list's entries, in its order. One odd entry never loses the rest.

    Raises Unreadable when none of them is a table, and what was wrong first when nothing could be told.
    """
    tables = [each for each in entries if isinstance(each, Mapping)]
    if entries and not tables:
        raise Unreadable("no entry of the list is an alert")
    told: list[Alert] = []
    problems = []
    for each in tables:
        try:
            told.extend(reads(each))
        except Unreadable as problem:
            problems.append(problem)
    if problems and not told:
        raise problems[0]
    return tuple(told)
