"""Everything about one incident for machines and audits, names included, in one JSON document of a stated version."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Final

from msgspec import Struct

from incident.digest import Json
from incident.postmortem import Draft, Record

SCHEMA: Final = "muster.postmortem"
VERSION: Final = 1
"""Raised when a key is renamed, removed or means something else; new keys do not raise it."""


def export(record: Record, draft: Draft) -> bytes:
    """The draft and the whole record as UTF-8 JSON, the same bytes for the same incident.

    Keys stand in the order of the values they come from, free ones sorted.
    """
    document = {
        "schema": SCHEMA,
        "version": VERSION,
        "units": {"times": "ISO 8601, UTC", "durations": "seconds"},
        "draft": _plain(draft),
        "record": _plain(record),
    }
    # A lone half of a character cannot be UTF-8; as \uXXXX it is JSON and survives.
    return (json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode(
        errors="backslashreplace"
    )


def _plain(value: object) -> Json:
    if isinstance(value, Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, Mapping):
        return {_name(key): _plain(value[key]) for key in sorted(value, key=_name)}
    if isinstance(value, (list, tuple)):
        return [_plain(each) for each in value]
    return _atom(value)


def _name(key: object) -> str:
    return str(key.value) if isinstance(key, Enum) else str(key)


def _atom(value: object) -> Json:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    return value if value is None or isinstance(value, (bool, int, float, str)) else str(value)
