"""YAML 1.2 as a tree that remembers the line of every key, so that whatever is wrong is told where it stands.

Read with libyaml, fifteen times as fast as a parser in Python: the catalogs are read before the first alert is taken.
libyaml knows nothing of types here; the core schema below decides them, so that ``no`` stays a text and ``0777`` a
number. What would hide something from a reviewer is refused: tags, anchors, merges and keys written twice.
"""

import math
import re
from collections.abc import Mapping
from typing import Final, cast

from yaml import CBaseLoader, MappingNode, Node, ScalarNode, SequenceNode, YAMLError
from yaml.resolver import BaseResolver

from compiler.yaml_faults import told

_TEXT: Final = BaseResolver.DEFAULT_SCALAR_TAG
_PLAIN: Final = "plain"
_TAGS: Final = {_TEXT, _PLAIN, BaseResolver.DEFAULT_MAPPING_TAG, BaseResolver.DEFAULT_SEQUENCE_TAG}
_WORDS: Final[Mapping[str, bool | None]] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_WHOLE: Final = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DECIMAL: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_ENDLESS: Final = {f"{sign}.{name}": f"{sign}{name}" for sign in ("", "+", "-") for name in ("inf", "Inf", "INF")}
_DEEPEST: Final = 50

Leaf = str | int | float | bool | None


class NotYaml(Exception):
    """The text cannot be read; ``line`` is 1-based, ``problem`` one clause without a full stop."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(line, problem)
        self.line = line
        self.problem = problem


class Branch(dict[str, "Branch | Row | Leaf"]):
    """A mapping. ``lines`` holds each key's 1-based line, ``line`` the mapping's own first one."""

    def __init__(self, line: int) -> None:
        super().__init__()
        self.line = line
        self.lines: dict[str, int] = {}


class Row(list["Branch | Row | Leaf"]):
    """A list. ``lines`` holds each entry's 1-based line."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[int] = []


class _Reader(CBaseLoader):
    """libyaml's events composed to nodes; a scalar without quotes or a tag is marked as plain."""

    def resolve(self, kind: type[Node], value: str | None, implicit: tuple[bool, bool] | bool) -> str:
        if kind is ScalarNode:
            return _PLAIN if isinstance(implicit, tuple) and implicit[0] else _TEXT
        return BaseResolver.DEFAULT_MAPPING_TAG if kind is MappingNode else BaseResolver.DEFAULT_SEQUENCE_TAG

    def descend_resolver(self, current_node: Node | None, current_index: object) -> None:
        """Nothing is resolved by its path."""

    def ascend_resolver(self) -> None:
        """Nothing is resolved by its path."""


def read_yaml(text: str) -> "Branch | Row | Leaf":
    """The one document in ``text``. Raises NotYaml."""
    try:
        node = _Reader(text).get_single_node()
    except (YAMLError, ValueError, RecursionError) as fault:
        raise NotYaml(*told(fault, text)) from fault
    return None if node is None else _grown(node, set(), 0)


def _grown(node: Node, seen: set[int], depth: int) -> "Branch | Row | Leaf":
    line = node.start_mark.line + 1
    if depth > _DEEPEST:
        raise NotYaml(line, f"this is nested more than {_DEEPEST} levels deep")
    if id(node) in seen:
        raise NotYaml(line, "this is used again by an alias (*…): write it out where it belongs")
    if node.tag not in _TAGS:
        raise NotYaml(line, f"the tag {node.tag.removeprefix('tag:yaml.org,2002:')} is not allowed: put it in quotes")
    if isinstance(node, ScalarNode):
        return leaf(cast(str, node.value), line) if node.tag == _PLAIN else cast(str, node.value)
    seen.add(id(node))
    return _row(node, seen, depth) if isinstance(node, SequenceNode) else _branch(node, seen, depth)


def _row(node: Node, seen: set[int], depth: int) -> Row:
    row = Row()
    for entry in cast(list[Node], node.value):
        row.append(_grown(entry, seen, depth + 1))
        row.lines.append(entry.start_mark.line + 1)
    return row


def _branch(node: Node, seen: set[int], depth: int) -> Branch:
    branch = Branch(node.start_mark.line + 1)
    for name, value in cast(list[tuple[Node, Node]], node.value):
        line = name.start_mark.line + 1
        if not isinstance(name, ScalarNode):
            raise NotYaml(line, "a key is a text, and this is a list or a mapping")
        key = cast(str, name.value)
        if key == "<<" and name.tag == _PLAIN:
            raise NotYaml(line, "a merge (<<) is not allowed: write the keys out")
        if key in branch:
            first = branch.lines[key]
            raise NotYaml(line, f"“{key}” stands here once more, as in line {first}: make one of both")
        branch[key] = _grown(value, seen, depth + 1)
        branch.lines[key] = line
    return branch


def leaf(text: str, line: int = 1) -> Leaf:
    """What a scalar without quotes means by the core schema. Raises NotYaml for a number that is absurdly long."""
    if text in _WORDS:
        return _WORDS[text]
    if _WHOLE.fullmatch(text):
        if len(text) > 40:
            raise NotYaml(line, "this number is too long")
        return int(text, 0) if text[:2] in ("0o", "0x") else int(text)
    if _DECIMAL.fullmatch(text):
        return float(text)
    return float(_ENDLESS[text]) if text in _ENDLESS else math.nan if text in (".nan", ".NaN", ".NAN") else text
