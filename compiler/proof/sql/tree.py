"""PostgreSQL's own reading of a statement, as a plain tree. The one module that knows the parser library.

The library hands out protocol-buffer messages of the server's raw parse tree. They become `Node` values here: the name
of the node, and the fields that are set. Positions are left out, because nothing is decided by them.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import postgast

MAX_CHARACTERS = 10_000
"""Longest statement that is read. The parser recurses in C on chains such as 1+1+1…, and a chain ten times longer ends
the process instead of raising: 10,000 characters need less than 2 MB of stack."""

_POSITIONS = frozenset({"location", "stmt_location", "stmt_len", "list_start", "list_end"})
_POSITIONS |= {"rexpr_list_start", "rexpr_list_end"}

Value: TypeAlias = "Node | str | int | float | bool | tuple[Node, ...]"


class Unreadable(ValueError):
    """PostgreSQL would not take this text as SQL; the message says why."""


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the parse tree: what it is called and the fields that are set, enums by their names."""

    kind: str
    fields: Mapping[str, Value]

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
        return tuple(item.text("sval") for item in self.children(field) if item.kind == "String")

    def below(self) -> "Iterator[Node]":
        """The direct children, in the order of the tree."""
        for value in self.fields.values():
            if isinstance(value, Node):
                yield value
            elif isinstance(value, tuple):
                yield from value

    def walk(self) -> "Iterator[Node]":
        """This node and everything under it, parents first."""
        yield self
        for node in self.below():
            yield from node.walk()


class _EnumValue(Protocol):
    name: str


class _Enum(Protocol):
    values_by_number: Mapping[int, _EnumValue]


class _Field(Protocol):
    name: str
    enum_type: _Enum | None


class _Kind(Protocol):
    name: str


class _Message(Protocol):
    """The part of a protocol-buffer message that is used."""

    DESCRIPTOR: _Kind

    def ListFields(self) -> Sequence[tuple[_Field, "_FieldValue"]]: ...  # noqa: N802  (protobuf's own name)


_FieldValue: TypeAlias = str | int | float | _Message | Iterable[_Message]


def parse(text: str) -> tuple[Node, ...]:
    """The statements in `text`, in order; comments and empty statements are not among them.

    Raises Unreadable for anything the server's grammar does not take, and for text too long or too nested to read.
    """
    if len(text) > MAX_CHARACTERS:
        raise Unreadable(f"longer than {MAX_CHARACTERS:,} characters")
    if "\0" in text:
        raise Unreadable("a NUL character ends the text for the parser, not for the server")
    try:
        result: _Message = postgast.parse(text)
    except postgast.PgQueryError as fault:
        raise Unreadable(str(fault)) from fault
    except Exception as fault:
        raise Unreadable("nested too deeply to be read") from fault
    return tuple(statement for raw in _node(result).children("stmts") if (statement := raw.child("stmt")))


def _node(message: _Message) -> Node:
    return Node(message.DESCRIPTOR.name, dict(_fields(message)))


def _fields(message: _Message) -> Iterator[tuple[str, Value]]:
    for field, value in message.ListFields():
        if field.name in _POSITIONS:
            continue
        if field.enum_type is not None and isinstance(value, int):
            yield field.name, field.enum_type.values_by_number[value].name
        else:
            yield field.name, _value(value)


def _value(value: _FieldValue) -> Value:
    if isinstance(value, str | int | float):
        return value
    if isinstance(value, Iterable):
        return tuple(node for item in value if (node := _unwrapped(item)) is not None)
    return _unwrapped(value) or Node("Nothing", {})


def _unwrapped(message: _Message) -> Node | None:
    """The node itself: every child comes in a message called Node that holds one of some 270 kinds, or none."""
    if message.DESCRIPTOR.name != "Node":
        return _node(message)
    inner = [value for _, value in message.ListFields() if not isinstance(value, str | int | float | Iterable)]
    return _node(inner[0]) if inner else None
