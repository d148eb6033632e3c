"""The part of jq that runs in process: paths, `.[]`, `select` with one comparison, `{a, b}`, `length`, `keys`, and `|`.

jq itself is a language with the environment in reach, and is never run. A filter of this part is read into steps, which
`jq_steps` takes over a JSON value that is already in memory.
"""

import json
import re
from collections.abc import Iterator, Sequence

from compiler.proof.filters.jq_steps import Each, Field, Filter, Item, Keys, Length, Object, Select, Step
from compiler.proof.secret_names import names_a_secret
from incident.verdict import Judgement, Verdict

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
_ENTRY = re.compile(
    rf"\s*(?P<key>[A-Za-z_]\w*|{_STRING})(?:\s*:\s*(?P<path>\.(?:{_STRING}|[^\s,{{}}|\"])+))?\s*[,}}]", re.ASCII
)
_OBJECT = re.compile(rf"\{{(?:{re.sub(r'[?]P<[a-z]+>', '?:', _ENTRY.pattern)})+(?<=\}})", re.ASCII)
_STAGE = re.compile(rf'(?:[^|"]|{_STRING})+')
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
            return _refused(f"{stage.strip()[:60]!r} is not a path, select(.key == value), {{a, b}}, length or keys")
        steps += found
    if sum(isinstance(step, Object) for step in steps) > 1:
        return _refused("it builds objects of objects")
    if secret := next((name for name in _names(steps) if names_a_secret(name)), None):
        return _refused(f"{secret!r} is named as a secret, and the result would be shown")
    return Filter(tuple(steps))


def _names(steps: Sequence[Step]) -> Iterator[str]:
    for step in steps:
        if isinstance(step, Field):
            yield step.name
        elif isinstance(step, Select):
            yield from _names(step.path.steps)
        elif isinstance(step, Object):
            yield from (name for key, path in step.fields for name in (key, *_names(path.steps)))


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
    if stage.startswith("{"):
        return _object(stage)
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


def _object(stage: str) -> list[Step] | None:
    """`{a, b: .c.d, "e f": .g[0]}`; what a path has many values of would make many objects, and is none of this."""
    if not _OBJECT.fullmatch(stage):
        return None
    fields: list[tuple[str, Filter]] = []
    for entry in _ENTRY.finditer(stage):
        key = _string(entry["key"]) if entry["key"].startswith('"') else entry["key"]
        if key is None:
            return None
        path = _path(entry["path"]) if entry["path"] else [Field(key)]
        if not path or any(not isinstance(step, Field | Item) or step.optional for step in path):
            return None
        fields.append((key, Filter(tuple(path))))
    return [Object(tuple(fields))]
