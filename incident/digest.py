"""One way to name content by what it says, so that an approval or a timeline line cannot be swapped unseen."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final, TypeAlias

# Python 3.11 has no recursive alias that can be evaluated, and whoever reads annotations at run time must evaluate it.
if TYPE_CHECKING:
    Json: TypeAlias = "bool | int | float | str | Sequence[Json] | Mapping[str, Json] | None"
else:
    Json: TypeAlias = object
Facts: TypeAlias = Mapping[str, Json]

LONGEST_NAME: Final = 500
"""Characters of a name: the store looks things up by it, and a database's index takes no more than some 2,700 bytes."""

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def canonical(value: Json) -> str:
    """The same text for the same value on every machine: sorted keys, no spaces, UTF-8 as it is."""
    return _ENCODER.encode(value)


def digest(value: Json) -> str:
    """SHA-256 of the canonical JSON, in hexadecimal (64 characters)."""
    return digest_of(canonical(value))


def digest_of(text: str) -> str:
    """The digest of a value whose canonical JSON is at hand."""
    return hashlib.sha256(text.encode()).hexdigest()


def short_name(name: str) -> str:
    """A name that a monitor gave, cut where no store could look it up; the digest of it all still tells it apart."""
    if len(name) <= LONGEST_NAME:
        return name
    mark = f"~{digest_of(name)[:20]}"
    return name[: LONGEST_NAME - len(mark)] + mark


def identifier(prefix: str, *parts: str) -> str:
    """An id that the same cause always yields again, e.g. ``inc_3f9c…``: a repeat meets itself instead of a twin."""
    return f"{prefix}_{hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:20]}"
