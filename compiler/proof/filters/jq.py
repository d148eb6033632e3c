"""The part of jq that runs in process: paths, `.[]`, `select` with one comparison, `length`, `keys`, joined by `|`.

jq itself is a language with the environment in reach, and is never run. A filter of this part is read into steps, and
`apply` takes them over a JSON value that is already in memory; it can make no more values than the value holds.
"""

import json
import operator
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TypeAlias

from msgspec import Struct

from compiler.proof.secret_names import names_a_secret
from incident.verdict import Judgement, Verdict

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


Step: TypeAlias = Field | Item | Each | Select | Length | Keys


class Filter(Struct, frozen=True):
    """The steps of a filter, taken from left to right; none is the identity `.`."""

    steps: tuple[Step, ...] = ()


MAX_CHARACTERS = 500
_STRING = r'"(?:[^"\\]|\\[^(])*"'
_ACCESS = re.compile(
    rf"\.?\[\s*(?:(?P<index>-?\d{{1,9}})|(?P<key>{_STRING}))?\s*\](?P<optional>\??)"
    rf"|\.(?P<name>[A-Za-z_]\w*|{_STRING})(?P<optional_name>\??)",
    re.ASCII,
)
_LITERAL = re.compile(rf"{_STRING}|-?\d{{1,30}}(?:\.\d{{1,30}})?|true|false|null|\[\]|\{{\}}", re.ASCII)
_SELECT = re.compile(
    r"select\(\s*(?P<path>\.[^\s=!<>()|]*)\s*(?:(?P<comparison>==|!=|<=|>=|<|>)\s*(?P<literal>.+?)\s*)?\)"
)
_STAGE = re.compile(rf'(?:[^|"]|{_STRING})+')
_COMPARISONS: Mapping[str, Callable[[tuple[int, Json], tuple[int, Json]], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_FLAGS = frozenset("rcMCSja")
_LONG_FLAGS = frozenset({"--raw-output", "--compact-output", "--monochrome-output", "--color-output", "--sort-keys"})


def parse(text: str) -> Filter | Judgement:
    """The filter in `text`, or the refusal of everything that is not in this part of jq. Never raises."""
    if len(text) > MAX_CHARACTERS:
        return _refused(f"longer than {MAX_CHARACTERS} characters")
    stages = _STAGE.findall(text)
    if "|".join(stages) != text:
        return _refused("it has an open string, or nothing between two bars")
    steps: list[Step] = []
    for stage in stages:
        found = _stage(stage.strip())
        if found is None:
            return _refused(f"{stage.strip()[:60]!r} is not a path, select(.key == value), length or keys")
        steps += found
    if secret := next((name for name in _names(steps) if names_a_secret(name)), None):
        return _refused(f"{secret!r} is named as a secret, and the result would be shown")
    return Filter(tuple(steps))


def _names(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Field):
            yield step.name
        elif isinstance(step, Select):
            yield from _names(step.path.steps)


def from_argv(argv: Sequence[str]) -> Filter | Judgement:
    """The filter of a jq command line that reads its input from a pipe, `argv[0]` being `jq`; or the refusal."""
    words = list(argv[1:])
    flags = [word for word in words if word.startswith("-")]
    filters = [word for word in words if not word.startswith("-")]
    unknown = [flag for flag in flags if flag not in _LONG_FLAGS and not _is_cluster(flag)]
    if list(argv[:1]) != ["jq"] or unknown:
        return _refused(f"{unknown[0] if unknown else ''} is not one of jq's output options")
    if len(filters) > 1:
        return _refused("it reads a file: only what comes through the pipe is read")
    return parse(filters[0] if filters else ".")


def apply(chosen: Filter, value: Json) -> tuple[Json, ...]:
    """The values that the filter makes of `value`, in jq's order. Raises Misfit when the value has another shape."""
    values: tuple[Json, ...] = (value,)
    for step in chosen.steps:
        values = tuple(result for one in values for result in _take(step, one))
    return values


def _refused(reason: str) -> Judgement:
    return Judgement(Verdict.REFUSED, f"jq: {reason}")


def _is_cluster(flag: str) -> bool:
    return len(flag) > 1 and set(flag[1:]) <= _FLAGS


def _stage(stage: str) -> list[Step] | None:
    """The steps between two bars; None when they are not in this part of jq."""
    if stage == "length":
        return [Length()]
    if stage == "keys":
        return [Keys()]
    if stage.startswith("select("):
        return _select(stage)
    return _path(stage)


def _path(text: str) -> list[Step] | None:
    if text == ".":
        return []
    steps: list[Step] = []
    position = 0
    while position < len(text):
        access = _ACCESS.match(text, position)
        step = _access(access) if access and text.startswith(".") else None
        if access is None or step is None:
            return None
        steps.append(step)
        position = access.end()
    return steps or None


def _access(access: re.Match[str]) -> Step | None:
    optional = bool(access["optional"] or access["optional_name"])
    if access["index"]:
        return Item(int(access["index"]), optional)
    name = access["name"] or access["key"]
    if name is None:
        return Each(optional)
    plain = _string(name) if name.startswith('"') else name
    return None if plain is None else Field(plain, optional)


def _string(written: str) -> str | None:
    """The text of a JSON string; None when it is not one."""
    try:
        text = json.loads(written)
    except ValueError:
        return None
    return text if isinstance(text, str) else None


def _select(stage: str) -> list[Step] | None:
    match = _SELECT.fullmatch(stage)
    path = _path(match["path"]) if match else None
    if match is None or path is None:
        return None
    if match["comparison"] is None:
        return [Select(Filter(tuple(path)), "truth", None)]
    if not _LITERAL.fullmatch(match["literal"]):
        return None
    try:
        return [Select(Filter(tuple(path)), match["comparison"], json.loads(match["literal"]))]
    except ValueError:
        return None


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
