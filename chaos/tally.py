"""What many runs came to: added up while they come in, and said on stderr, so that nobody has to wait for the end."""

import sys
import time
from collections import Counter
from typing import Final

from msgspec import Struct, field

from chaos.judging import Verdict

SHOWN: Final = 50
"""So many failures are named in the answer."""
SENTENCES: Final = 5
"""So many sentences of each kind are said of one failure."""
EVERY: Final = 10.0
"""Seconds between two lines that say how far it is."""


class Tally(Struct, kw_only=True):
    """The runs of one part. ``failures`` names those to play again."""

    what: str
    runs: int = 0
    calls: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    played: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def add(
        self, name: str, verdict: Verdict, struck: Counter[str], calls: int, *, runs: int = 1, again: str = ""
    ) -> None:
        """One more run, or more of them in one place; ``again`` is how to play it again."""
        self.runs += runs
        self.calls += calls
        self.struck.update(struck)
        self.played.update(verdict.played)
        self.lost += len(verdict.lost)
        self.doubled += len(verdict.doubled)
        self.broken += len(verdict.broken)
        if not verdict.good:
            self.failures.append(name)
            _complain(name, verdict, again)
        if time.monotonic() - self.said > EVERY:
            self.say()

    def say(self) -> None:
        """How far it is, in one line."""
        self.said = time.monotonic()
        bad = f"{self.lost} lost, {self.doubled} doubled, {self.broken} broken"
        tell(f"{self.what}: {self.runs} runs, {self.struck['deaths']} kills, {self._faults} faults; {bad}")

    def end(self) -> "Tally":
        """Nothing more is added: its time is over."""
        self.ended = time.monotonic()
        self.say()
        return self

    def told(self) -> dict[str, object]:
        """As it is printed."""
        return {
            "runs": self.runs,
            "kills": self.struck["deaths"],
            "faults": self._faults,
            "faults_by_kind": dict(sorted(self._by_kind.items())),
            "played": dict(sorted(self.played.items())),
            "slack_calls": self.calls,
            "lost": self.lost,
            "doubled": self.doubled,
            "broken": self.broken,
            "failures": self.failures[:SHOWN],
            "seconds": round((self.ended or time.monotonic()) - self.began, 1),
        }

    @property
    def _by_kind(self) -> dict[str, int]:
        return {name: number for name, number in self.struck.items() if name not in ("death", "deaths") and number}

    @property
    def _faults(self) -> int:
        return sum(self._by_kind.values())


def tell(line: str) -> None:
    """One line for whoever watches."""
    print(line, file=sys.stderr, flush=True)


def _complain(name: str, verdict: Verdict, again: str) -> None:
    for kind in ("lost", "doubled", "broken"):
        for sentence in getattr(verdict, kind)[:SENTENCES]:
            tell(f"{name}: {kind}: {sentence}")
    if again:
        tell(f"{name}: to look at it again: {again}")
