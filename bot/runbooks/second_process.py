"""Parts of a long computation, shared with copies of this process that other processors work on meanwhile."""

import os
import pickle
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from heapq import heapreplace
from itertools import permutations
from typing import Final, NoReturn, TypeVar

from msgspec import Struct

T = TypeVar("T")
_MOST: Final = 3
"""Copies of this process: each takes its share of the memory, too."""
_FEW: Final = 6
_TURNS: Final = 256
"""A turn is one byte in a pipe; of more jobs than there are bytes, one turn is for several."""


class _Copy(Struct, frozen=True):
    """A running copy of this process, and where it will say what its jobs have made."""

    process: int
    out: int


def beside(jobs: Sequence[Callable[[], T]]) -> Callable[[], list[T]]:
    """Begin the jobs in copies of this process. Calling the answer helps with the rest, and waits for what all made.

    Whoever is free takes the next job. What they make is in the jobs' order, and can be pickled. Where a copy ended
    without an answer (somebody killed it, memory was short, a job raised), its jobs are done here and now.
    """
    turns = _turns(min(len(jobs), _TURNS))
    copies = [_copy(jobs, turns) for _ in range(_at_work(len(jobs)) - 1)]

    def answer() -> list[T]:
        try:
            made = dict(_done(jobs, turns))
        finally:
            # Nobody takes another turn, and no copy is left behind, if a job has raised here.
            os.close(turns)
            answers: list[dict[int, T]] = [_answer(copy) for copy in copies]
        for kept in answers:
            made |= kept
        return [made[number] if number in made else job() for number, job in enumerate(jobs)]

    return answer


def soonest_done(sizes: Sequence[int]) -> Sequence[int]:
    """The numbers of jobs of these sizes in the order in which all of them are done soonest.

    Longest first is never far from it; of a few jobs, whose last one is long, every order is tried.
    """
    longest_first = sorted(range(len(sizes)), key=lambda number: -sizes[number])
    if len(sizes) > _FEW:
        return longest_first
    at_work = _at_work(len(sizes))
    return min(permutations(longest_first), key=lambda order: _end([sizes[number] for number in order], at_work))


def _end(sizes: Iterable[int], at_work: int) -> int:
    """When the last of the jobs is done, where whoever is free takes the next."""
    ends = [0] * at_work
    for size in sizes:
        heapreplace(ends, ends[0] + size)
    return max(ends)


def _at_work(jobs: int) -> int:
    """How many processes share so many jobs, this one among them."""
    return max(1, min(jobs, _processors(), _MOST + 1))


def _processors() -> int:
    """Those that this process may use: in a container or a build they are often fewer than the machine has."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


def _turns(count: int) -> int:
    """A pipe that holds each turn once: whoever reads one has it."""
    turns, into = os.pipe()
    os.write(into, bytes(range(count)))
    os.close(into)
    return turns


def _done(jobs: Sequence[Callable[[], T]], turns: int) -> Iterator[tuple[int, T]]:
    """Do the jobs of every turn that this process gets, until there is none left."""
    while turn := os.read(turns, 1):
        for number in range(turn[0], len(jobs), _TURNS):
            yield number, jobs[number]()


def _copy(jobs: Sequence[Callable[[], object]], turns: int) -> _Copy:
    out, into = os.pipe()
    process = os.fork()
    if process == 0:
        os.close(out)
        _work(jobs, turns, into)
    os.close(into)
    return _Copy(process, out)


def _work(jobs: Sequence[Callable[[], object]], turns: int, into: int) -> NoReturn:
    """Write what the jobs make, and end without what this process would do at its end: that belongs to the other."""
    ended = 1
    try:
        with os.fdopen(into, "wb") as stream:
            # Each is packed as it is done, while the others work: at the end they would wait for it.
            packed = {number: pickle.dumps(made, pickle.HIGHEST_PROTOCOL) for number, made in _done(jobs, turns)}
            pickle.dump(packed, stream, pickle.HIGHEST_PROTOCOL)
        ended = 0
    finally:
        os._exit(ended)


def _answer(copy: _Copy) -> dict[int, T]:
    """What the jobs of a copy made, by their numbers; nothing where it has not ended well."""
    with os.fdopen(copy.out, "rb") as stream:
        kept = stream.read()
    _, ended = os.waitpid(copy.process, 0)
    # It comes from a copy of this process, by a pipe of its own.
    packed: dict[int, bytes] = pickle.loads(kept) if ended == 0 else {}  # noqa: S301
    return {number: pickle.loads(made) for number, made in packed.items()}  # noqa: S301
