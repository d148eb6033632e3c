"""``python -m chaos``: one JSON object on stdout; what is being done, and each failure as it comes, on stderr."""

import argparse
import json
import logging
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from functools import partial
from itertools import chain, count, islice
from typing import Final, TypeVar

from msgspec import Struct, field

from chaos import matrix, replicas
from chaos.judging import Verdict
from chaos.matrix import FLOWS
from chaos.simulation import Outcome, simulate

T = TypeVar("T")

CORES: Final = 2
SHOWN: Final = 50
"""So many failures are named in the answer."""


class Sum(Struct, kw_only=True):
    """What many runs came to. ``failures`` names those to play again."""

    runs: int = 0
    calls: int = 0
    struck: Counter[str] = field(default_factory=Counter)
    lost: int = 0
    doubled: int = 0
    broken: int = 0
    failures: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)

    def add(self, name: str, verdict: Verdict, struck: Counter[str], calls: int) -> None:
        """One more run."""
        self.runs += 1
        self.calls += calls
        self.struck.update(struck)
        self.lost += len(verdict.lost)
        self.doubled += len(verdict.doubled)
        self.broken += len(verdict.broken)
        if not verdict.good:
            self.failures.append(name)
            say(name, verdict)

    def told(self) -> dict[str, object]:
        """As it is printed."""
        faults = {name: number for name, number in sorted(self.struck.items()) if name not in ("death", "deaths")}
        return {
            "runs": self.runs,
            "kills": self.struck["deaths"],
            "faults": sum(faults.values()),
            "faults_by_kind": faults,
            "slack_calls": self.calls,
            "lost": self.lost,
            "doubled": self.doubled,
            "broken": self.broken,
            "failures": self.failures[:SHOWN],
            "seconds": round(time.monotonic() - self.began, 1),
        }


def say(name: str, verdict: Verdict) -> None:
    """One failure, as it comes."""
    for kind in ("lost", "doubled", "broken"):
        for sentence in getattr(verdict, kind)[:5]:
            print(f"{name}: {kind}: {sentence}", file=sys.stderr, flush=True)


def spread(does: Callable[[T], Outcome], over: Iterable[T], *, seconds: float) -> Iterator[tuple[T, Outcome]]:
    """What ``does`` makes of each, on all cores, until there are no more or the time is over."""
    until, each = time.monotonic() + seconds, iter(over)
    with ProcessPoolExecutor(CORES, initializer=logging.disable, initargs=(logging.CRITICAL,)) as pool:
        waiting: dict[Future[Outcome], T] = {pool.submit(does, one): one for one in islice(each, CORES * 2)}
        while waiting:
            done, _ = wait(waiting, return_when=FIRST_COMPLETED)
            for future in done:
                yield waiting.pop(future), future.result()
                if time.monotonic() < until and (following := next(each, None)) is not None:
                    waiting[pool.submit(does, following)] = following


def simulated(first: int, seconds: float) -> Sum:
    """Seeds from ``first`` on, for so long."""
    print(f"simulating from seed {first} for {seconds:.0f} s …", file=sys.stderr, flush=True)
    total = Sum()
    for seed, outcome in spread(simulate, count(first), seconds=seconds):
        total.add(f"seed {seed}", outcome.verdict, outcome.struck, outcome.calls)
    return total


def cut(seconds: float, every: int) -> Sum:
    """The crash matrix, or each so many of its cells."""
    print("cutting every flow at every point …", file=sys.stderr, flush=True)
    total = Sum()
    every_cell = chain.from_iterable(matrix.cells(flow, every=every) for flow in FLOWS)
    for cell, outcome in spread(matrix.cut, every_cell, seconds=seconds):
        total.add(str(cell), outcome.verdict, outcome.struck, outcome.calls)
        total.struck["lost_answer"] += cell.cut is matrix.Cut.LOST_ANSWER
    return total


def killed(kills: int, seed: int) -> Sum:
    """Real processes, really killed."""
    print(f"killing real processes {kills} times …", file=sys.stderr, flush=True)
    total = Sum()
    for each in replicas.rounds(kills, seed):
        total.add(each.name, each.verdict, each.struck, each.calls)
    return total


def main() -> int:
    """Play what was asked for; 0 when nothing was lost, nothing doubled and nothing broken."""
    asked = _arguments()
    if asked.seed is not None or asked.cell is not None:
        return replay(asked.seed, asked.cell, tells=asked.tell)
    began = time.monotonic()
    parts = {
        "simulated": simulated(asked.first, asked.seconds),
        "matrix": cut(asked.matrix_seconds, asked.every),
        "real": killed(asked.kills, asked.first),
    }
    told = {name: part.told() for name, part in parts.items()}
    sums = {name: sum(int(str(part[name])) for part in told.values()) for name in ADDED}
    failures = [name for part in parts.values() for name in part.failures]
    print(json.dumps({**sums, "failures": failures, "seconds": round(time.monotonic() - began, 1), **told}, indent=2))
    return 1 if failures else 0


ADDED: Final = ("runs", "kills", "faults", "lost", "doubled", "broken")


def replay(seed: int | None, cell: str | None, *, tells: bool) -> int:
    """One run again, exactly as it was."""
    logging.disable(logging.CRITICAL)
    told = partial(print, file=sys.stderr) if tells else None
    outcome = simulate(seed, told=told) if seed is not None else matrix.cut(matrix.cell_of(cell or ""), told=told)
    total = Sum()
    total.add(cell or f"seed {seed}", outcome.verdict, outcome.struck, outcome.calls)
    print(json.dumps({**total.told(), "trace": outcome.trace}, indent=2))
    return 0 if outcome.verdict.good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seed", type=int, help="play the simulated run of this seed again, and nothing else")
    parser.add_argument("--cell", help="play one cell of the crash matrix again, e.g. opening:death:117")
    parser.add_argument("--tell", action="store_true", help="with those two: every step on stderr")
    parser.add_argument("--first", type=int, default=1, help="the first seed to play")
    parser.add_argument("--seconds", type=float, default=300, help="how long to simulate")
    parser.add_argument("--matrix-seconds", type=float, default=600, help="how long to cut flows, at most")
    parser.add_argument("--every", type=int, default=1, help="cut at every so many points only")
    parser.add_argument("--kills", type=int, default=200, help="how often to kill real processes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
