"""What goes wrong, and when: every fault of a run is drawn from its one seed, until the weather turns calm."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from random import Random
from typing import Final

from msgspec import Struct


class Fault(StrEnum):
    """How one call of something outside goes wrong."""

    LIMITED = "limited"
    """Slack says *too many* and does nothing."""
    BROKEN = "broken"
    """It answers with an error of its own and did nothing."""
    UNREACHED = "unreached"
    """It never heard of it, and the caller waits in vain."""
    UNHEARD = "unheard"
    """It did what was asked, and the answer was lost."""


class Climate(Struct, frozen=True, kw_only=True):
    """How often each thing goes wrong: the chance for one call, for one await, or for one second."""

    slack_limited: float = 0.0
    slack_broken: float = 0.0
    slack_unreached: float = 0.0
    slack_unheard: float = 0.0
    slack_slow: float = 0.0
    store_away: float = 0.0
    store_unheard: float = 0.0
    pager_away: float = 0.0
    pager_unheard: float = 0.0
    target_away: float = 0.0
    target_unknown: float = 0.0
    death: float = 0.0
    """For each await of a process at which it touches the outside."""
    clock_steps: float = 0.0
    """For each second."""


WORST: Final = Climate(
    slack_limited=0.10,
    slack_broken=0.10,
    slack_unreached=0.05,
    slack_unheard=0.15,
    slack_slow=0.05,
    store_away=0.03,
    store_unheard=0.03,
    pager_away=0.15,
    pager_unheard=0.15,
    target_away=0.2,
    target_unknown=0.3,
    death=0.01,
    clock_steps=0.05,
)


def drawn(chance: Random) -> Climate:
    """Few faults or many, each as bad as chance has it: many runs with few of them find more than one with all."""
    share = chance.choice((0.15, 0.15, 0.5))
    return Climate(
        **{
            each: getattr(WORST, each) * chance.random() if chance.random() < share else 0.0
            for each in Climate.__struct_fields__
        }
    )


class Weather:
    """The one source of chance of a run, and the count of what went wrong."""

    def __init__(self, seed: int, climate: Climate | None = None) -> None:
        self.chance = Random(seed)  # noqa: S311  (nothing secret hangs on it: it must be foreseeable)
        self.climate = drawn(self.chance) if climate is None else climate
        self.struck: Counter[str] = Counter()
        self.calm = False
        self._slack_gone = 0
        self._store_gone = 0

    def strikes(self, name: str) -> bool:
        """Whether this goes wrong now; counted when it does."""
        likely = getattr(self.climate, name)
        if self.calm or not likely or self.chance.random() >= likely:
            return False
        self.struck[name] += 1
        return True

    def slack(self) -> Fault | None:
        """What happens to one call of Slack."""
        if self._slack_gone:
            return Fault.UNREACHED
        return next((fault for fault in Fault if self.strikes(f"slack_{fault.value}")), None)

    @contextmanager
    def slack_away(self) -> Iterator[None]:
        """Slack answers nobody meanwhile."""
        self.struck["slack_away"] += 1
        self._slack_gone += 1
        try:
            yield
        finally:
            self._slack_gone -= 1

    @property
    def store_gone(self) -> bool:
        """Whether no process reaches the store now."""
        return self._store_gone > 0

    @contextmanager
    def store_away(self) -> Iterator[None]:
        """Nobody reaches the store meanwhile."""
        self.struck["store_gone"] += 1
        self._store_gone += 1
        try:
            yield
        finally:
            self._store_gone -= 1
