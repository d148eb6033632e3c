"""Keeps room in a worker: of the jobs that wait for PagerDuty, or for a target, only so many run at once.

Either may hang, and most surely while much else fails. People are called and channels opened meanwhile.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from commands.outage import NotYet
from incident.job import JobName

_PAGER: Final = frozenset({JobName.CALL_PAGER, JobName.TELL_PAGER, JobName.NOTE_PAGER, JobName.SUMMON})
_LOOKS: Final = frozenset({JobName.DIAGNOSE, JobName.VERIFY, JobName.WATCH, JobName.WATCH_HOLD})
MOST: Final[Mapping[frozenset[JobName], int]] = {_PAGER: 8, _LOOKS: 32}
"""So many of each kind in one process, out of all that it does at once."""
AGAIN_AFTER: Final = timedelta(seconds=1)


class Turnstile:
    """Counts who is inside."""

    def __init__(self) -> None:
        self._inside: Counter[frozenset[JobName]] = Counter()

    @contextmanager
    def through(self, name: JobName) -> Iterator[None]:
        """Inside while the block lasts. Raises NotYet when there is no room for more of its kind."""
        kind = next((each for each in MOST if name in each), None)
        if kind is None:
            yield
            return
        if self._inside[kind] >= MOST[kind]:
            raise NotYet(f"{MOST[kind]} of its kind are under way", after=AGAIN_AFTER)
        self._inside[kind] += 1
        try:
            yield
        finally:
            self._inside[kind] -= 1
