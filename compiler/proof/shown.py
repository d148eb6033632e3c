"""What a reading command shows, and the bounded form of one that would not end, or would show too much."""

import shlex
from collections.abc import Sequence

from msgspec import Struct

from compiler.proof.go_flags import Line


class Shown(Struct, frozen=True, kw_only=True):
    """What a reading command shows; the options that its bounded form goes without, and those it has instead."""

    reason: str
    dropped: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    instead: tuple[str, ...] = ()
    """The words of another command that shows as much of it as may be seen."""


def rewritten(start: Sequence[str], command: Sequence[str], line: Line, shown: Shown) -> str | None:
    """The bounded form; None when the command runs as it stands. `start` is the tool with its own options."""
    if shown.instead:
        return shlex.join([*start, *shown.instead])
    if not shown.dropped and not shown.added:
        return None
    return shlex.join([*start, *command, *line.operands, *line.written(without=shown.dropped), *shown.added])


def is_within(count: str | None, most: int) -> bool:
    """Whether a count, as it is written, is a plain number up to `most`."""
    return count is not None and count.isascii() and count.isdigit() and len(count) < 10 and int(count) <= most
