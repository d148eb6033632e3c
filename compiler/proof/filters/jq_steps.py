"""What a filter of jq makes of a JSON value in memory: its steps from left to right, in process."""

import json
import operator
from collections.abc import Callable, Iterator, Mapping
from math import prod
from typing import Any, TypeAlias

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


class Comparison(Struct, frozen=True):
    """`path OP literal`, or `path` alone: whether what stands there compares so, or is neither null nor false."""

    path: "Filter"
    sign: str
    literal: Json


class Condition(Struct, frozen=True):
    """Comparisons that hold together: each inner group with `and`, the groups with `or`."""

    groups: tuple[tuple[Comparison, ...], ...]


class Select(Struct, frozen=True):
    """`select(condition)`: the value itself where the condition holds, else nothing."""

    condition: Condition


class Holds(Struct, frozen=True):
    """A condition by itself, `.status == "ok"`: whether it holds."""

    condition: Condition


class Length(Struct, frozen=True):
    """`length`: elements, keys, characters, or the size of a number; null has 0."""


class Keys(Struct, frozen=True):
    """`keys`: the sorted keys of an object, or the indices of an array."""


class Several(Struct, frozen=True):
    """`.a, .b`: what each makes of the value, one after the other."""

    filters: tuple["Filter", ...]


class Made(Struct, frozen=True):
    """`{id, state: .phase}`: an object of these keys, each with the one value that its filter makes."""

    members: tuple[tuple[str, "Filter"], ...]


class Gathered(Struct, frozen=True):
    """`[.a[].id]`: all that the filter makes, as one array; `map(.id)` is `[.[] | .id]`."""

    filter: "Filter"


class Text(Struct, frozen=True):
    """`"\\(.name) is \\(.state)"`: a text with the one value that each filter in it makes."""

    parts: tuple["str | Filter", ...]


Step: TypeAlias = Field | Item | Each | Select | Holds | Length | Keys | Several | Made | Gathered | Text


class Filter(Struct, frozen=True):
    """The steps of a filter, taken from left to right; none is the identity `.`."""

    steps: tuple[Step, ...] = ()


def names(chosen: Filter) -> Iterator[str]:
    """Every key that the filter reaches for or makes, however deep."""
    for step in chosen.steps:
        if isinstance(step, Field):
            yield step.name
        elif isinstance(step, Made):
            yield from (name for name, _ in step.members)
        for inner in _within(step):
            yield from names(inner)


def copies(chosen: Filter) -> int:
    """How many times as large as the value the filter's results may be: bars multiply what commas add up."""
    return prod(_copies(step) for step in chosen.steps)


def _copies(step: Step) -> int:
    match step:
        case Several() | Made() | Gathered() | Text():
            return max(sum(copies(inner) for inner in _within(step)), 1)
        case _:
            return 1


def _within(step: Step) -> Iterator[Filter]:
    match step:
        case Select() | Holds():
            yield from (one.path for group in step.condition.groups for one in group)
        case Several():
            yield from step.filters
        case Made():
            yield from (made for _, made in step.members)
        case Gathered():
            yield step.filter
        case Text():
            yield from (part for part in step.parts if isinstance(part, Filter))


_Ranked: TypeAlias = tuple[int, Any]
_COMPARISONS: Mapping[str, Callable[[_Ranked, _Ranked], bool]] = {
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
            yield from (value for holds in _truths(step.condition, value) if holds)
        case Holds():
            yield from _truths(step.condition, value)
        case Length():
            yield _length(value)
        case Keys():
            yield _keys(value)
        case _:
            yield from _made(step, value)


def _made(step: Several | Made | Gathered | Text, value: Json) -> Iterator[Json]:
    match step:
        case Several():
            yield from (found for one in step.filters for found in apply(one, value))
        case Made():
            yield {name: _only(one, value) for name, one in step.members}
        case Gathered():
            yield [*apply(step.filter, value)]
        case Text():
            yield "".join(part if isinstance(part, str) else _written(_only(part, value)) for part in step.parts)


def _only(chosen: Filter, value: Json) -> Json:
    found = apply(chosen, value)
    if len(found) != 1:
        raise Misfit(f"one value was sought and {len(found)} were found")
    return found[0]


def _written(value: Json) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))


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


def _truths(condition: Condition, value: Json) -> Iterator[bool]:
    """Whether the condition holds: once for each value that its only path finds, and once where it has several."""
    if len(condition.groups) == len(condition.groups[0]) == 1:
        only = condition.groups[0][0]
        yield from (_holds(only, found) for found in apply(only.path, value))
    else:
        yield any(all(_holds(one, _only(one.path, value)) for one in group) for group in condition.groups)


def _holds(comparison: Comparison, found: Json) -> bool:
    if comparison.sign == "truth":
        return found is not None and found is not False
    return _COMPARISONS[comparison.sign](_ranked(found), _ranked(comparison.literal))


def _ranked(value: Json) -> _Ranked:
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
            return 5, [_ranked(one) for one in value]
    return 6, [[*sorted(value)], [_ranked(value[key]) for key in sorted(value)]]


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
