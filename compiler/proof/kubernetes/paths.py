"""Plain field paths into an object, as kubectl takes them: `.status.phase`, `{.items[*].metadata.name}`.

A path is names, indices and `[*]`; ranges and tests are left to jq behind a pipe.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, TypeAlias

from incident.digest import Json

Path: TypeAlias = tuple[str | int, ...]
"""Names and indices; `*` is every one of a list."""

_STEP: Final = re.compile(
    r"\.(?P<name>(?:[A-Za-z_]|\\[./])(?:[\w/-]|\\[./])*)"
    r"|\[(?:(?P<all>\*)|(?P<index>-?\d{1,6})|(?P<quote>['\"])(?P<quoted>[\w./:-]+)(?P=quote))\]",
    re.ASCII,
)
_PART: Final = re.compile(r"\{([^{}]*)\}|([^{}]+)")
_QUOTED: Final = re.compile(r"\s*(?:\"([^\"]*)\"|'([^']*)')\s*")
_ESCAPES: Final = {"\\n": "\n", "\\t": "\t"}


def path(text: str) -> Path | None:
    """The steps of a path, with or without braces and its first dot; None when it is no plain one."""
    text = text.strip().removeprefix("{").removesuffix("}").removeprefix("$").removeprefix("@")
    text = text if text.startswith((".", "[")) else f".{text}"
    steps, at = list[str | int](), 0
    while at < len(text):
        step = _STEP.match(text, at)
        if step is None:
            return None
        if step["index"] is not None:
            steps.append(int(step["index"]))
        else:
            steps.append(step["all"] or step["quoted"] or re.sub(r"\\([./])", r"\1", step["name"] or ""))
        at = step.end()
    return tuple(steps)


def template(text: str) -> tuple[str | Path, ...] | None:
    """The texts and paths of a jsonpath template, in their order; None when it holds more than that."""
    parts = list[str | Path]()
    for block, plain in _PART.findall(text):
        quoted = _QUOTED.fullmatch(block)
        if plain or quoted:
            written = plain or (quoted[1] or quoted[2] or "" if quoted else "")
            parts.append(re.sub(r"\\[nt]", lambda escape: _ESCAPES[escape[0]], written))
            continue
        found = path(block)
        if found is None:
            return None
        parts.append(found)
    return tuple(parts)


def is_one_path(text: str) -> bool:
    """Whether a jsonpath template shows one field of one object."""
    found = [part for part in template(text) or () if not isinstance(part, str)]
    return len(found) == 1 and "*" not in found[0]


def columns(text: str) -> tuple[tuple[str, Path], ...] | None:
    """The heads and paths of `NAME:.metadata.name,…`; None when one is no plain path."""
    pairs = [column.partition(":") for column in text.split(",")]
    read = [(head, path(written)) for head, _, written in pairs]
    return tuple((head, steps) for head, steps in read if steps is not None) if all(s for _, s in read) else None


def find(value: Json, steps: Path) -> Iterator[Json]:
    """Everything that a path leads to."""
    if not steps:
        yield value
        return
    first, rest = steps[0], steps[1:]
    if first == "*":
        each_of = value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ()
        for each in each_of:
            yield from find(each, rest)
    elif isinstance(first, int):
        if isinstance(value, list | tuple) and -len(value) <= first < len(value):
            yield from find(value[first], rest)
    elif isinstance(value, Mapping) and first in value:
        yield from find(value[first], rest)
