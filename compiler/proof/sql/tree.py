"""PostgreSQL's own reading of a statement, as a plain tree. The one module that knows the parser library.

The library hands out protocol-buffer messages of the server's raw parse tree. They become `Node` values here: the name
of the node, and the fields that are set. Positions are left out, because nothing is decided by them.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from typing import Protocol, TypeAlias, cast

import postgast
from msgspec import Struct

MAX_CHARACTERS = 10_000
"""Longest statement that is read. The parser recurses in C on chains such as 1+1+1…, and a chain ten times longer ends
the process instead of raising: 10,000 characters need less than 2 MB of stack."""

_POSITIONS = frozenset({"location", "stmt_location", "stmt_len", "list_start", "list_end"})
_POSITIONS |= {"rexpr_list_start", "rexpr_list_end"}

_PLAIN = (str, int, float)
Value: TypeAlias = "Node | str | int | float | bool | tuple[Node, ...]"


class Unreadable(ValueError):
    """PostgreSQL would not take this text as SQL; the message says why."""


class Node(Struct, frozen=True):
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
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            for value in reversed(tuple(node.fields.values())):
                if isinstance(value, Node):
                    waiting.append(value)
                elif isinstance(value, tuple):
                    waiting.extend(reversed(value))


class _Named(Hashable, Protocol):
    name: str


class _Enum(Protocol):
    values_by_number: Mapping[int, _Named]


class _Field(Hashable, Protocol):
    name: str
    enum_type: _Enum | None
    is_repeated: bool


class _Message(Protocol):
    """The part of a protocol-buffer message that is used."""

    DESCRIPTOR: _Named

    def ListFields(self) -> Sequence[tuple[_Field, "_FieldValue"]]: ...  # noqa: N802  (protobuf's own name)

    def WhichOneof(self, group: str) -> str | None: ...  # noqa: N802  (protobuf's own name)


_FieldValue: TypeAlias = str | int | float | _Message | Iterable[_Message]


class _Shape(Struct, frozen=True):
    """What a field of the library's messages is: asking the library each time would take as long as the parsing."""

    name: str
    names: Mapping[int, str]
    """An enum's."""
    is_position: bool
    is_list: bool


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
        result: _Message = postgast.parse(text)
    except postgast.PgQueryError as fault:
        raise Unreadable(str(fault)) from fault
    except Exception as fault:
        raise Unreadable("nested too deeply to be read") from fault
    return tuple(statement for raw in _node(result).children("stmts") if (statement := raw.child("stmt")))


def _node(message: _Message) -> Node:
    return Node(_kind(message.DESCRIPTOR), dict(_fields(message)))


def _fields(message: _Message) -> Iterator[tuple[str, Value]]:
    for field, value in message.ListFields():
        shape = _shape(field)
        if shape.is_position:
            continue
        if shape.is_list:
            listed = map(_unwrapped, cast(Iterable[_Message], value))
            yield shape.name, tuple(node for node in listed if node is not None)
        elif isinstance(value, _PLAIN):
            yield shape.name, shape.names[value] if shape.names and isinstance(value, int) else value
        else:
            yield shape.name, _unwrapped(cast(_Message, value)) or Node("Nothing", {})


@cache
def _shape(field: _Field) -> _Shape:
    names = {number: each.name for number, each in field.enum_type.values_by_number.items()} if field.enum_type else {}
    return _Shape(field.name, names, field.name in _POSITIONS, field.is_repeated)


@cache
def _kind(descriptor: _Named) -> str:
    return descriptor.name


def _unwrapped(message: _Message) -> Node | None:
    """The node itself: every child comes in a message called Node that holds one of some 270 kinds, or none."""
    if _kind(message.DESCRIPTOR) != "Node":
        return _node(message)
    held = message.WhichOneof("node")
    return _node(getattr(message, held)) if held else None
