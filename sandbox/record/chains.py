"""The longest chain of calls that had to wait for one another.

A call waited for another when it started after the other's answer had left. With a constant latency for each call
(100 ms in the bench) two calls that were sent together overlap and count as one link; without latency, calls that did
not wait can look as if they had.
"""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar


class Timed(Protocol):
    """Something with a beginning and an end."""

    @property
    def start(self) -> float: ...

    @property
    def end(self) -> float | None: ...


T = TypeVar("T", bound=Timed)


def longest_chain(calls: Sequence[T], until: Sequence[Callable[[T], bool]] = ()) -> list[T]:
    """The longest chain among finished calls, ending with the latest-needed of `until` if conditions are given.

    Raises LookupError when no call meets one of the conditions.
    """
    ordered = sorted(calls, key=lambda call: call.start)
    length, before = _lengths(ordered)
    wanted = [_first(ordered, condition, number) for number, condition in enumerate(until, start=1)]
    ends = wanted or list(range(len(ordered)))
    return _walk(ordered, before, max(ends, key=lambda i: length[i], default=None))


def _lengths(ordered: Sequence[T]) -> tuple[list[int], list[int | None]]:
    """For each call in order of start: how long the chain that ends with it is, and which link comes before it."""
    ending = sorted(range(len(ordered)), key=lambda index: _ended(ordered[index]))
    length: list[int] = []
    before: list[int | None] = []
    best: int | None = None
    passed = 0
    for call in ordered:
        while passed < len(ending) and _ended(ordered[ending[passed]]) <= call.start:
            index = ending[passed]
            best = index if best is None or length[index] > length[best] else best
            passed += 1
        length.append(1 + (length[best] if best is not None else 0))
        before.append(best)
    return length, before


def _ended(call: Timed) -> float:
    return call.end if call.end is not None else float("inf")


def _first(calls: Sequence[T], condition: Callable[[T], bool], number: int) -> int:
    for index, call in enumerate(calls):
        if condition(call):
            return index
    raise LookupError(f"no call under this cause meets condition {number}: look at all(cause=…) for what was called")


def _walk(calls: Sequence[T], before: Sequence[int | None], last: int | None) -> list[T]:
    chain: list[T] = []
    while last is not None:
        chain.append(calls[last])
        last = before[last]
    return chain[::-1]
