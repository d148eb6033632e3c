"""Whether filters leave one value of what goes through them: one line, whatever the answer was."""

import re
from collections.abc import Sequence
from typing import Final

from compiler.proof.filters import awk, jq
from compiler.proof.filters.verdict import Filter, Lines

_COUNTED: Final = frozenset({"-l", "--lines", "-w", "--words", "-c", "--bytes", "-m", "--chars"})
_MANY: Final = frozenset({"nl"})
_FIRST: Final = {"-n", "--lines", "-#", "-m", "--max-count"}


def leaves_one(chain: Sequence[Filter], *, one: bool) -> bool:
    """True when at most one line is left that is the value itself; ``one`` says that what goes in is one value."""
    for each in chain:
        one = _leaves_one(each, one)
    return one


def narrows(chosen: Filter) -> bool:
    """True for a filter that leaves at most one line of any number: the line is what was looked for."""
    return _leaves_one(chosen, False)


def _leaves_one(chosen: Filter, one: bool) -> bool:
    match chosen.step:
        case Lines(tool="wc", options=options):
            return len(options) == 1 and options[0][0] in _COUNTED
        case Lines(tool="grep" | "egrep" | "fgrep", options=options):
            names = {name for name, _ in options}
            return not names.isdisjoint(("-c", "--count")) or _keeps_first(options) or (one and "-n" not in names)
        case Lines(tool="head" | "tail", options=options):
            return one or _keeps_first(options)
        case Lines(tool=tool):
            return one and tool not in _MANY
        case awk.Program():
            return one
        case jq.Filter(steps=steps):
            return not any(isinstance(step, jq.Each | jq.Keys) for step in steps)


def _keeps_first(options: Sequence[tuple[str, str | None]]) -> bool:
    """`-n 1`, `-1`, `-m 1`: one line and no more. `tail -n +1` is all of them."""
    return any(name in _FIRST and re.fullmatch(r"-?0*1", value or "") for name, value in options)
