"""PostgreSQL's own reading of a statement, as a plain tree.

The server's raw parse tree becomes `Node` values here: the name of the node, and the fields that are set. Positions are
left out, because nothing is decided by them.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import Final, TypeAlias

from msgspec import DecodeError, Struct, json

from compiler.proof.sql.fields import KIND_OF
from compiler.proof.sql.library import NotSql, parse_tree

MAX_CHARACTERS = 10_000
"""Longest statement that is read. The parser recurses in C on chains such as 1+1+1…, and a chain ten times longer ends
the process instead of raising: 10,000 characters need less than 2 MB of stack."""
_DEEPEST: Final = 100
_TOO_DEEP: Final = "nested too deeply to be read"
_POSITIONS: Final = frozenset(
    {"location", "stmt_location", "stmt_len", "list_start", "list_end", "rexpr_list_start", "rexpr_list_end"}
)
_Json: TypeAlias = "str | int | float | bool | list[Mapping[str, _Json]] | dict[str, _Json]"
Value: TypeAlias = "Node | str | int | float | bool | tuple[Node, ...]"


class Unreadable(ValueError):
    """PostgreSQL would not take this text as SQL; the message says why."""


class Node(Struct, frozen=True):
    """One node of the parse tree: what it is called and the fields that are set, enums by their names."""

    kind: str
    fields: Mapping[str, Value]
    inner: "tuple[Node, ...]" = ()
    """The nodes among the fields, and those in their lists: the direct children, in the order of the tree."""

    def text(self, field: str) -> str:
        """The field as text, or an empty string when it is unset or not text."""
        value = self.fields.get(field)
        return value if isinstance(value, str) else ""

    def child(self, field: str) -> "Node | None":
        """The node in this field, or None."""
        value = self.fields.get(field)
        return value if isinstance(value, Node) else None

    def children(self, field: str) -> "tuple[Node, ...]":
        """The nodes of a list field, empty when it is unset."""
        value = self.fields.get(field)
        return value if isinstance(value, tuple) else ()

    def strings(self, field: str) -> tuple[str, ...]:
        """The texts of a list of String nodes, such as the parts of a qualified name; other nodes are skipped."""
        return tuple([item.text("sval") for item in self.children(field) if item.kind == "String"])

    def walk(self) -> "Iterator[Node]":
        """This node and everything under it, parents first."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting += node.inner[::-1]


@lru_cache(maxsize=64)
def parse(text: str) -> tuple[Node, ...]:
    """The statements in `text`, in order; comments and empty statements are not among them.

    Raises Unreadable for anything the server's grammar does not take, and for text too long or too nested to read.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"longer than {MAX_CHARACTERS:,} characters")
    if "\0" in text:
        raise Unreadable("a NUL character ends the text for the parser, not for the server")
    try:
        tree: Mapping[str, _Json] = json.decode(parse_tree(text))
    except NotSql as fault:
        raise Unreadable(str(fault)) from fault
    except (UnicodeEncodeError, DecodeError) as fault:
        raise Unreadable("it holds what is no character") from fault
    except RecursionError as fault:
        raise Unreadable(_TOO_DEEP) from fault
    result = _node("ParseResult", tree, 0)
    return tuple(statement for raw in result.children("stmts") if (statement := raw.child("stmt")))


def _node(kind: str, written: Mapping[str, _Json], depth: int) -> Node:
    if depth > _DEEPEST:
        raise Unreadable(_TOO_DEEP)
    fields: dict[str, Value] = {}
    inner: list[Node] = []
    for name, value in written.items():
        if name in _POSITIONS:
            continue
        field = _field(name)
        if isinstance(value, list):
            listed = [_held(kind, field, each, depth + 1) for each in value]
            fields[field] = nodes = tuple([node for node in listed if node is not None])
            inner += nodes
        elif isinstance(value, dict):
            fields[field] = node = _held(kind, field, value, depth + 1) or Node("Nothing", {})
            inner.append(node)
        elif value:
            fields[field] = value
    return Node(kind, fields, tuple(inner))


def _held(around: str, field: str, written: Mapping[str, _Json], depth: int) -> Node | None:
    """The node in a field: under its kind's name, or without where the field has no other kind; None for an empty one.

    Raises Unreadable for a node whose kind nothing tells: nobody has read what it would do.
    """
    for kind, fields in written.items():
        if kind[0].isupper() and isinstance(fields, dict):
            return _node(kind, fields, depth + 1)
    if known := KIND_OF.get(field) or KIND_OF.get(f"{around}.{field}"):
        return _node(known, written, depth)
    if written:
        raise Unreadable(f"{around} with {field} has not been reviewed")
    return None


@cache
def _field(name: str) -> str:
    """`from_clause` for fromClause."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
