"""Part of a long computation in a process of its own, which another processor works on meanwhile."""

import os
import pickle
from collections.abc import Callable
from typing import NoReturn, TypeVar

T = TypeVar("T")


def beside(work: Callable[[], T]) -> Callable[[], T]:
    """Begin ``work`` in a copy of this process. Calling the answer waits for what came of it, which can be pickled.

    Where the copy ended without an answer (somebody killed it, memory was short), the work is done here and now.
    """
    out, into = os.pipe()
    copy = os.fork()
    if copy == 0:
        os.close(out)
        _answer(work, into)
    os.close(into)

    def answer() -> T:
        with os.fdopen(out, "rb") as stream:
            kept = stream.read()
        _, ended = os.waitpid(copy, 0)
        if ended != 0:
            return work()
        made: T = pickle.loads(kept)  # noqa: S301  (it comes from a copy of this process, by a pipe of its own)
        return made

    return answer


def _answer(work: Callable[[], object], into: int) -> NoReturn:
    """Write what the work makes, and end without what this process would do at its end: that belongs to the other."""
    ended = 1
    try:
        with os.fdopen(into, "wb") as stream:
            pickle.dump(work(), stream, pickle.HIGHEST_PROTOCOL)
        ended = 0
    finally:
        os._exit(ended)
