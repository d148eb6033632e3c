"""What a team's pattern means, behind ``=~`` or for a parameter: RE2's, matched in time that grows with its text only.

RE2 has no backreferences and looks neither ahead nor behind: those are what lets a pattern take for ever on a hostile
text. It is loaded with the first pattern, so that whoever writes none does not wait for it.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Protocol

_MOST_MEMORY: Final = 1 << 20
"""Bytes for one pattern; a larger one is refused. It bounds the time for a text as well."""
_REASONS: Final[Mapping[str, str]] = {
    r"invalid escape sequence: \\[1-9]": "it refers back to one of its groups, which patterns here cannot",
    r"invalid perl operator: \(\?(=|!|<=|<!)": "it looks ahead or behind, which patterns here cannot: write what the"
    " value is (in a matcher, use !~ for what it is not)",
    "invalid perl operator": "{at} means nothing here",
    "invalid escape sequence": "{at} means nothing here",
    "invalid repetition size": "it repeats something more than 1000 times",
    "bad repetition operator": "{at} repeats a repetition",
    "no argument for repetition operator": "nothing stands before {at}; for any text, write .*",
    "pattern too large": "it is too large",
}
"""What RE2 says → what it means to whoever wrote the pattern."""


class Unreadable(ValueError):
    """A text that is no pattern; the message says why, as the end of a sentence."""


class Pattern(Protocol):
    """A pattern that was read."""

    def fullmatch(self, text: bytes, /) -> object | None:
        """None when the whole text is not what the pattern says."""
        ...


@lru_cache(maxsize=1000)
def pattern(written: str) -> Pattern:
    """The pattern that a text says. Raises Unreadable."""
    import re2  # 10 ms, which a start without patterns does not spend

    options = re2.Options()
    options.dot_nl, options.log_errors, options.max_mem = True, False, _MOST_MEMORY
    try:
        read: Pattern = re2.compile(_bytes(written), options)
    except re2.error as error:
        raise Unreadable(_reason(error.args[0].decode(errors="replace"))) from None
    return read


def matches(read: Pattern, text: str) -> bool:
    """Whether the whole text is what the pattern says."""
    return read.fullmatch(_bytes(text)) is not None


def _bytes(text: str) -> bytes:
    return text.encode(errors="replace")


def _reason(said: str) -> str:
    at = f"“{said.partition(': ')[2]}”"
    return next((why.format(at=at) for what, why in _REASONS.items() if re.match(what, said)), said)
