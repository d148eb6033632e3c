"""What is wrong with a setting and what to write instead, in people's words where the checker speaks in its own."""

from collections.abc import Mapping
from typing import Final

from pydantic_core import ErrorDetails

_NUMBER: Final = "write a number"
_WHOLE: Final = "write a whole number"
_TRUTH: Final = "write true or false"
_WORDS: Final[Mapping[str, str]] = {
    "too_short": "name at least one",
    "dict_type": "write keys under it",
    "model_type": "write keys under it",
    "path_type": "write a path",
    "tuple_type": "write a list",
    "greater_than": "write more than nothing",
    "string_type": "write a text, in quotes where it looks like something else",
    "int_type": _WHOLE,
    "int_parsing": _WHOLE,
    "int_from_float": _WHOLE,
    "float_type": _NUMBER,
    "float_parsing": _NUMBER,
    "bool_type": _TRUTH,
    "bool_parsing": _TRUTH,
}
_BOUNDS: Final[Mapping[str, tuple[str, str]]] = {
    "greater_than_equal": ("ge", "at least"),
    "less_than_equal": ("le", "at most"),
    "less_than": ("lt", "less than"),
}


def reason(error: ErrorDetails) -> str:
    """What stands behind the key: no capital at its beginning, and no full stop at its end."""
    kind, facts = error["type"], error.get("ctx", {})
    if kind in _BOUNDS:
        name, words = _BOUNDS[kind]
        return f"write {words} {facts[name]}"
    if kind in {"literal_error", "enum"}:
        return f"write {facts['expected']}".replace("'", "")
    said = _WORDS.get(kind) or error["msg"].removeprefix("Value error, ")
    return said[0].lower() + said[1:]
