"""``python -m chaos``: one JSON object on stdout; how far it is, and each failure as it comes, on stderr.

It ends when its time is over. Ctrl+C or SIGTERM ends it sooner, and it prints what it has.
"""

import argparse
import json
import logging
import random
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from itertools import chain, count
from typing import Final

from chaos import matrix, replicas
from chaos import points as cuts
from chaos.cores import cores, spread
from chaos.patience import Patience, ends_when_told
from chaos.plays import FLOWS
from chaos.simulation import simulate
from chaos.tally import Tally, tell
from chaos.traps import Point

SECONDS: Final = 1500.0
SIMULATING, CUTTING, POINTING = 0.3, 0.2, 0.5
"""The share of the time that is simulated; that of what is left then in which simulated flows are cut; that of what is
left then in which real ones are. The rest kills at random."""
ADDED: Final = ("runs", "kills", "faults", "lost", "doubled", "broken")


def simulated(first: int, workers: int, patience: Patience) -> Tally:
    """Seeds from ``first`` on."""
    total = Tally(what="simulated")
    tell(f"simulating from seed {first} for {patience.left:.0f} s, {workers} at once")
    for seed, outcome in spread(simulate, count(first), workers=workers, patience=patience):
        again = f"python -m chaos --seed {seed} --tell"
        total.add(f"seed {seed}", outcome.verdict, outcome.struck, outcome.calls, again=again)
    return total.end()


def cut(every: int, first: int, workers: int, patience: Patience) -> Tally:
    """The crash matrix, or each so many of its cells: in an order of chance, so that what fits in is of everywhere."""
    total = Tally(what="matrix")
    cells = list(chain.from_iterable(matrix.cells(flow, every=every) for flow in FLOWS))
    random.Random(first).shuffle(cells)  # noqa: S311  (nothing secret hangs on it)
    tell(f"cutting {len(FLOWS)} flows at {len(cells)} points for {patience.left:.0f} s at most")
    for cell, outcome in spread(matrix.cut, cells, workers=workers, patience=patience):
        again = f"python -m chaos --cell {cell} --tell"
        total.add(f"cell {cell}", outcome.verdict, outcome.struck, outcome.calls, again=again)
        total.struck["lost_answer"] += cell.cut is matrix.Cut.LOST_ANSWER
    return total.end()


def pointed(every: Sequence[Point], patience: Patience) -> Tally:
    """Real processes, killed at chosen points of each flow."""
    total = Tally(what="points")
    tell(f"killing real processes at {len(every)} points of {len(cuts.FLOWS)} flows, for {patience.left:.0f} s at most")
    for some, each in cuts.cut_really(every, patience):
        names = " ".join(map(str, some))
        runs = sum(number for name, number in each.verdict.played.items() if name.startswith("cuts_"))
        again = f"python -m chaos --point {names}"
        total.add(f"points {names}", each.verdict, each.struck, each.calls, runs=runs, again=again)
        total.say()
    return total.end()


def killed(kills: int, first: int, patience: Patience) -> Tally:
    """Real processes, killed at random."""
    total = Tally(what="real")
    tell(f"killing real processes {kills} times, for {patience.left:.0f} s at most")
    for each in replicas.rounds(kills, first, patience):
        again = f"python -m chaos --round {each.seed} --kills {replicas.KILLS_A_ROUND}"
        total.add(f"round {each.seed}", each.verdict, each.struck, each.calls, again=again)
        total.say()
    return total.end()


def everything(asked: argparse.Namespace) -> int:
    """All four parts, one after the other; 0 when nothing was lost, nothing doubled and nothing broken."""
    began, patience, parts = time.monotonic(), Patience(asked.seconds), dict[str, Tally]()
    tell(f"from seed {asked.first}, for {asked.seconds / 60:.0f} minutes at most; Ctrl+C ends it sooner")
    plays: dict[str, Callable[[], Tally]] = {
        "simulated": lambda: simulated(asked.first, asked.workers, patience.share(SIMULATING)),
        "matrix": lambda: cut(asked.every, asked.first, asked.workers, patience.share(CUTTING)),
        "points": lambda: pointed(cuts.points(asked.first), patience.share(POINTING)),
        "real": lambda: killed(asked.kills, asked.first, patience),
    }
    with ends_when_told(patience):
        for name, play in plays.items():
            if not patience.over:
                parts[name] = play()
    told = {name: part.told() for name, part in parts.items()}
    sums = {name: sum(int(str(part[name])) for part in told.values()) for name in ADDED}
    failures = [name for part in parts.values() for name in part.failures]
    seconds = round(time.monotonic() - began, 1)
    answer = {"first": asked.first, **sums, "failures": failures, "seconds": seconds, **told}
    print(json.dumps(answer, indent=2))
    return 1 if failures else 0


def replay(seed: int | None, cell: str | None, *, tells: bool) -> int:
    """One run again, exactly as it was."""
    logging.disable(logging.CRITICAL)
    told = partial(print, file=sys.stderr) if tells else None
    outcome = simulate(seed, told=told) if seed is not None else matrix.cut(matrix.cell_of(cell or ""), told=told)
    total = Tally(what="replayed")
    total.add(cell or f"seed {seed}", outcome.verdict, outcome.struck, outcome.calls)
    print(json.dumps({**total.told(), "trace": outcome.trace}, indent=2))
    return 0 if outcome.verdict.good else 1


def main() -> int:
    """Play what was asked for."""
    asked = _arguments()
    if asked.seed is not None or asked.cell is not None:
        return replay(asked.seed, asked.cell, tells=asked.tell)
    if asked.round is not None or asked.point:
        patience = Patience(asked.seconds)
        with ends_when_told(patience):
            chosen = [cuts.point_of(name) for name in asked.point]
            total = pointed(chosen, patience) if chosen else killed(asked.kills, asked.round, patience)
        print(json.dumps(total.told(), indent=2))
        return 1 if total.failures else 0
    return everything(asked)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m chaos", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="how long, all in all")
    parser.add_argument("--kills", type=int, default=400, help="how often to kill real processes, at most")
    parser.add_argument("--first", type=int, default=1, help="the first seed to play")
    parser.add_argument(
        "--workers", type=int, default=cores(), help="how many runs at once; as many as there are cores"
    )
    parser.add_argument("--every", type=int, default=1, help="cut at every so many points only")
    parser.add_argument("--seed", type=int, help="play the simulated run of this seed again, and nothing else")
    parser.add_argument("--cell", help="play one cell of the crash matrix again, e.g. opening:death:117")
    parser.add_argument("--point", nargs="+", default=[], help="kill real processes there, e.g. opening:call:7")
    parser.add_argument("--round", type=int, help="play real rounds from this seed on, and nothing else")
    parser.add_argument("--tell", action="store_true", help="with a seed or a cell: every step on stderr")
    return parser.parse_args()


def to_the_end() -> int:
    """The same; whoever presses Ctrl+C twice waits for nothing."""
    try:
        return main()
    except KeyboardInterrupt:
        tell("ended at once: what was under way is not told")
        return 130


if __name__ == "__main__":
    sys.exit(to_the_end())
