"""From the words of an AWS command line to the values that its call takes, each by the shape that its model has."""

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from bot.executors.tool.answer import NotAllowed
from compiler.proof.aws.additions import RENAMED
from compiler.proof.aws.call import Call, Value

_CLOSING: Final = {"[": "]", "{": "}"}
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_.:/-]+)\s*=")


def parameters_of(call: Call, model: Any) -> dict[str, Any]:  # the library's models carry no types
    """The call's keyword arguments. ``model`` is the operation's model. Raises NotAllowed."""
    from botocore import xform_name

    shapes = model.input_shape.members if model.input_shape is not None else {}
    named = {_option(call, xform_name(member, "-")): member for member in shapes}
    made: dict[str, Any] = {}
    for option, given in call.parameters.items():
        positive = option.removeprefix("no-") if option not in named else option
        if positive not in named:
            raise NotAllowed(f"Nothing was sent: --{option} is no parameter of {call.service} {call.operation.name}.")
        shape = shapes[named[positive]]
        made[named[positive]] = _given(shape, given if positive == option else False, option)
    return made


def _option(call: Call, name: str) -> str:
    return RENAMED.get(f"{call.service} {call.operation.name} {name}", name)


def _given(shape: Any, given: Value, option: str) -> Any:
    """What the words after one option mean."""
    try:
        if isinstance(given, bool):
            return {"Value": given} if shape.type_name == "structure" else given
        words = [given] if isinstance(given, str) else list(given)
        if shape.type_name == "list":
            return _list(shape, words)
        return _one(shape, " ".join(words))
    except (ValueError, TypeError, AttributeError, RecursionError) as fault:
        raise NotAllowed(f"Nothing was sent: what --{option} is given is no {shape.type_name}: {fault}.") from fault


def _list(shape: Any, words: list[str]) -> list[Any]:
    if len(words) == 1 and words[0].lstrip().startswith("["):
        return [_typed(shape.member, each) for each in json.loads(words[0])]
    return [_one(shape.member, word) for word in words]


def _one(shape: Any, text: str) -> Any:
    if shape.type_name not in ("structure", "map", "list"):
        return _typed(shape, text)
    if text.lstrip().startswith(("{", "[")):
        return _typed(shape, json.loads(text))
    return _typed(shape, _Shorthand(text).whole())


def _typed(shape: Any, value: Any) -> Any:
    """The value as the shape has it: shorthand knows only texts, lists and maps."""
    match shape.type_name:
        case "structure":
            return {key: _typed(shape.members[_member(shape, key)], each) for key, each in value.items()}
        case "map":
            return {str(key): _typed(shape.value, each) for key, each in value.items()}
        case "list":
            return [_typed(shape.member, each) for each in (value if isinstance(value, list) else [value])]
        case "integer" | "long":
            return int(value)
        case "float" | "double":
            return float(value)
        case "boolean":
            return _truth(value)
        case "blob":
            raise ValueError("bytes cannot be written in a command")
        case _:
            return str(value)


def _member(shape: Any, key: str) -> str:
    if key not in shape.members:
        raise ValueError(f"{key[:40]} is not one of its members")
    return key


def _truth(value: Any) -> bool:
    if value in (True, False):
        return bool(value)
    if str(value).lower() not in ("true", "false"):
        raise ValueError(f"{str(value)[:40]} is neither true nor false")
    return str(value).lower() == "true"


class _Shorthand:
    """The tool's short form of a map, ``Name=a,Values=b,c,Inner={x=1,y=[2,3]}``. Raises ValueError."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def whole(self) -> Mapping[str, Any]:
        """The text, to its end."""
        found = self._map("")
        if self._at < len(self._text):
            raise ValueError(f"{self._text[self._at :][:40]!r} has no place")
        return found

    def _map(self, end: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while True:
            key = _KEY.match(self._text, self._at)
            if key is None:
                raise ValueError(f"{self._text[self._at :][:40]!r} is no Key=Value")
            self._at = key.end()
            values = [self._value(end)]
            while self._ahead(",") and _KEY.match(self._text, self._at + 1) is None:
                self._at += 1
                values.append(self._value(end))
            found[key[1]] = values[0] if len(values) == 1 else values
            if not self._ahead(","):
                return found
            self._at += 1

    def _value(self, end: str) -> Any:
        opening = self._text[self._at : self._at + 1]
        if opening in _CLOSING:
            self._at += 1
            found = self._list() if opening == "[" else self._map(_CLOSING[opening])
            if not self._ahead(_CLOSING[opening]):
                raise ValueError(f"a {_CLOSING[opening]} is missing")
            self._at += 1
            return found
        if opening in ("'", '"') and opening:
            close = self._text.find(opening, self._at + 1)
            if close < 0:
                raise ValueError("a quote is not closed")
            start, self._at = self._at + 1, close + 1
            return self._text[start:close]
        stop = re.compile(rf"[,{re.escape(end)}]" if end else ",").search(self._text, self._at)
        start, self._at = self._at, stop.start() if stop else len(self._text)
        return self._text[start : self._at].strip()

    def _list(self) -> list[Any]:
        if self._ahead("]"):
            return []
        found = [self._value("]")]
        while self._ahead(","):
            self._at += 1
            found.append(self._value("]"))
        return found

    def _ahead(self, character: str) -> bool:
        return self._text.startswith(character, self._at)
