"""What AWS could not do of a change that it answered with a success: many calls take a batch and name what failed."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from incident.digest import Json

_NAMED: Final = re.compile(
    r"(?:[Ff]ailed|[Uu]nprocessed|[Uu]nsuccessful|[Ii]nvalid)(?:[A-Z]\w*)?|[Ee]rror(?:Entries|List|DetailList)"
    r"|(?:\w+E|[Ee])rrors|(?:\w+F|[Ff])ailures"
)
"""The lists, maps and counts of an answer that hold what failed, as AWS's own models name them."""
_FUNCTION: Final = "FunctionError"
"""Says, where there is such a text, that the function itself failed that was called."""
_WHY: Final = re.compile(r"(?:error|failure|status)?(?:reason|message|code)|error", re.IGNORECASE)


def undone(said: Mapping[str, Any]) -> tuple[int, str]:
    """How many things the answer says were not done, and the reason of the first, empty where it gives none."""
    if said.get(_FUNCTION):
        return 1, str(said[_FUNCTION])
    found = [value for key, value in said.items() if _NAMED.fullmatch(str(key)) and not isinstance(value, str)]
    return max(map(_count, found), default=0), next((why for value in found for why in _reasons(value)), "")


def _count(value: Json) -> int:
    """How many things a member holds. A map has, for each table or resource, either what failed there or its list."""
    if isinstance(value, Mapping):
        return sum(len(each) if isinstance(each, list) else 1 for each in value.values())
    if isinstance(value, list):
        return len(value)
    return value if isinstance(value, int) else 0


def _reasons(value: Json) -> Iterator[str]:
    """What it says of why, the outermost and first to come first."""
    if isinstance(value, list):
        yield from (why for each in value for why in _reasons(each))
    elif isinstance(value, Mapping):
        yield from (each for key, each in value.items() if _WHY.fullmatch(str(key)) and isinstance(each, str) and each)
        yield from (why for each in value.values() for why in _reasons(each))
