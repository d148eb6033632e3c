"""How parts of a long piece of work are done beside one another: whoever has the processors for it says how."""

from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")


class Beside(Protocol):
    """How jobs are done beside the rest: they are begun now, and what it answers waits for what they make."""

    def __call__(self, jobs: Sequence[Callable[[], T]]) -> Callable[[], list[T]]: ...


def in_turn(jobs: Sequence[Callable[[], T]]) -> Callable[[], list[T]]:
    """Nothing is done beside anything: the jobs are done when they are asked for."""
    return lambda: [job() for job in jobs]
