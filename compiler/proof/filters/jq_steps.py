"""What a filter of jq makes of a JSON value in memory: its steps from left to right, in process.

A filter can make no more values than the value holds; the one object that it may build holds parts of the value.
"""

import json
import operator
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from msgspec import Struct

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


class Misfit(ValueError):
    """The answer does not have the shape that the filter asks for; the message says where."""


class Field(Struct, frozen=True):
    """`.name` or `["name"]`: the value under a key; null when there is none."""

    name: str
    optional: bool = False


class Item(Struct, frozen=True):
    """`[0]` or `[-1]`: one element of an array; null beyond its ends."""

    index: int
    optional: bool = False


class Each(Struct, frozen=True):
    """`[]`: every element of an array, or every value of an object."""

    optional: bool = False


class Select(Struct, frozen=True):
    """`select(path OP literal)`: the value itself where the comparison holds, else nothing."""

    path: "Filter"
    comparison: str
    literal: Json


class Length(Struct, frozen=True):
    """`length`: elements, keys, characters, or the size of a number; null has 0."""


class Keys(Struct, frozen=True):
    """`keys`: the sorted keys of an object, or the indices of an array."""


class Object(Struct, frozen=True):
    """`{name, "key": .path}`: a new object of what stands at plain paths."""

    fields: "tuple[tuple[str, Filter], ...]"


Step: TypeAlias = Field | Item | Each | Select | Length | Keys | Object


class Filter(Struct, frozen=True):
    """The steps of a filter, taken from left to right; none is the identity `.`."""

    steps: tuple[Step, ...] = ()


_COMPARISONS: Mapping[str, Callable[[tuple[int, Json], tuple[int, Json]], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


def apply(chosen: Filter, value: Json) -> tuple[Json, ...]:
    """The values that the filter makes of `value`, in jq's order. Raises Misfit when the value has another shape."""
    values: tuple[Json, ...] = (value,)
    for step in chosen.steps:
        values = tuple(result for one in values for result in _take(step, one))
    return values


def _take(step: Step, value: Json) -> Iterator[Json]:
    match step:
        case Field() | Item():
            yield from _reach(step, value)
        case Each():
            yield from _each(step, value)
        case Select():
            yield from (value for found in apply(step.path, value) if _holds(step, found))
        case Length():
            yield _length(value)
        case Keys():
            yield _keys(value)
        case Object(fields=fields):
            yield {name: found for name, path in fields for found in apply(path, value)}


def _reach(step: Field | Item, value: Json) -> Iterator[Json]:
    if value is None:
        yield None
    elif isinstance(step, Field) and isinstance(value, dict):
        yield value.get(step.name)
    elif isinstance(step, Item) and isinstance(value, list):
        yield value[step.index] if -len(value) <= step.index < len(value) else None
    elif not step.optional:
        sought = f"the key {step.name!r}" if isinstance(step, Field) else f"element {step.index}"
        raise Misfit(f"{sought} was sought in {_kind(value)}")


def _each(step: Each, value: Json) -> Iterator[Json]:
    if isinstance(value, list):
        yield from value
    elif isinstance(value, dict):
        yield from value.values()
    elif not step.optional:
        raise Misfit(f"[] was sought in {_kind(value)}")


def _length(value: Json) -> Json:
    if value is None:
        return 0
    if isinstance(value, bool):
        raise Misfit(f"{_kind(value)} has no length")
    return abs(value) if isinstance(value, int | float) else len(value)


def _keys(value: Json) -> Json:
    if isinstance(value, dict):
        return [*sorted(value)]
    if isinstance(value, list):
        return [*range(len(value))]
    raise Misfit(f"{_kind(value)} has no keys")


def _holds(step: Select, found: Json) -> bool:
    if step.comparison == "truth":
        return found is not None and found is not False
    return _COMPARISONS[step.comparison](_ranked(found), _ranked(step.literal))


def _ranked(value: Json) -> tuple[int, Json]:
    """The value with its place in jq's order of kinds: null, false, true, numbers, strings, arrays, objects."""
    match value:
        case None:
            return 0, 0
        case bool():
            return 1 + value, 0
        case int() | float():
            return 3, value
        case str():
            return 4, value
        case list():
            return 5, json.dumps(value)
    return 6, json.dumps(value, sort_keys=True)


def _kind(value: Json) -> str:
    names = {
        bool: "a truth value",
        int: "a number",
        float: "a number",
        str: "a text",
        list: "an array",
        dict: "an object",
    }
    return names.get(type(value), "null")
