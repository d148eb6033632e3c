"""What a method is called with: query, form and JSON merged, checked against the method's own list.

A list is written in one line, `channel! text blocks:json limit:int! title<256`: `!` marks what must be there, `:kind`
what it is (string when nothing is said), and `<n` the most characters.
"""

import json
import re
from collections.abc import Mapping
from typing import Literal, cast

from msgspec import Struct

from sandbox.wire import Json, SlackError

Kind = Literal["str", "bool", "int", "json", "ids"]
_ITEM = re.compile(r"(?P<name>[a-z_]+)(:(?P<kind>str|bool|int|json|ids))?(?P<required>!)?(<(?P<most>\d+))?")
_TRUE = frozenset({"1", "true", "True"})
_FALSE = frozenset({"0", "false", "False", ""})


class Argument(Struct, frozen=True, kw_only=True):
    """One argument of a method."""

    name: str
    kind: Kind = "str"
    required: bool = False
    most: int | None = None


def arguments(line: str) -> dict[str, Argument]:
    """Read a method's list of arguments. Raises ValueError for an item that is not of the form above."""
    found: dict[str, Argument] = {}
    for item in line.split():
        match = _ITEM.fullmatch(item)
        if match is None:
            raise ValueError(f"{item!r} is no argument: write name, name!, name:int or name<256")
        most = match["most"]
        found[match["name"]] = Argument(
            name=match["name"], kind=cast(Kind, match["kind"] or "str"), required=bool(match["required"]),
            most=int(most) if most else None,
        )  # fmt: skip
    return found


class Arguments:
    """The checked arguments of one call; what was not given is absent."""

    def __init__(self, values: Json) -> None:
        self._values = values

    def __contains__(self, name: str) -> bool:
        return name in self._values

    def text(self, name: str, default: str = "") -> str:
        """A string argument."""
        return str(self._values.get(name, default))

    def maybe(self, name: str) -> str | None:
        """A string argument, or None when it was not given or is empty."""
        return str(self._values[name]) if self._values.get(name) else None

    def flag(self, name: str, default: bool = False) -> bool:
        """A boolean argument."""
        return bool(self._values.get(name, default))

    def number(self, name: str, default: int) -> int:
        """An integer argument."""
        return int(self._values.get(name, default))

    def json(self, name: str) -> object:
        """A JSON argument as it was parsed, or None."""
        return self._values.get(name)

    def ids(self, name: str) -> list[str]:
        """A comma-separated list of ids."""
        return list(self._values.get(name, []))

    def everything(self) -> Json:
        """All of it, for the record of calls."""
        return self._values


def checked(spec: Mapping[str, Argument], given: Mapping[str, object]) -> Arguments:
    """The call's arguments by the method's list. Raises `invalid_arguments` naming each one that is wrong.

    Arguments a method does not know are ignored, as Slack ignores them.
    """
    values: Json = {}
    faults: list[str] = []
    for argument in spec.values():
        raw = given.get(argument.name)
        if raw is None or (raw == "" and argument.kind != "str"):
            if argument.required:
                faults.append(f"[ERROR] missing required field: {argument.name}")
            continue
        try:
            values[argument.name] = _value(argument, raw)
        except ValueError as wrong:
            faults.append(f"[ERROR] {wrong} [json-pointer:/{argument.name}]")
    if faults:
        raise SlackError("invalid_arguments", messages=faults)
    return Arguments(values)


def _value(argument: Argument, raw: object) -> object:
    match argument.kind:
        case "str":
            return _text(argument, raw)
        case "bool":
            return _flag(raw)
        case "int":
            return _number(raw)
        case "ids":
            return _ids(raw)
        case "json":
            return _parsed(raw)


def _text(argument: Argument, raw: object) -> str:
    if isinstance(raw, dict | list):
        raise ValueError("must be a string")
    value = str(raw)
    if argument.most is not None and len(value) > argument.most:
        raise ValueError(f"must be less than {argument.most + 1} characters")
    return value


def _flag(raw: object) -> bool:
    if isinstance(raw, bool):
        return raw
    if str(raw) in _TRUE:
        return True
    if str(raw) in _FALSE:
        return False
    raise ValueError("must be a boolean")


def _number(raw: object) -> int:
    try:
        return int(str(raw))
    except ValueError:
        raise ValueError("must be an integer") from None


def _ids(raw: object) -> list[str]:
    items = raw if isinstance(raw, list) else str(raw).split(",")
    return [str(item).strip() for item in items if str(item).strip()]


def _parsed(raw: object) -> object:
    if not isinstance(raw, str):
        return raw
    try:
        return json.loads(raw)
    except ValueError:
        raise ValueError("must be valid JSON") from None
