"""The plain templates of `docker --format` that Muster fills in itself: text with fields in it, and no more."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct

from incident.digest import Json

_ACTION: Final = re.compile(
    r"\{\{-?\s*(?P<json>json\s+)?(?P<path>(?:\.[A-Za-z]\w*)+|\.)\s*(?P<piped>\|\s*json\s*)?-?\}\}", re.ASCII
)
_ESCAPES: Final = {r"\t": "\t", r"\n": "\n"}


class Field(Struct, frozen=True):
    """One field by its path, empty for the whole object; `as_json` writes it as JSON."""

    path: tuple[str, ...]
    as_json: bool


class Template(Struct, frozen=True):
    """A template in pieces; `headed` where it begins with `table`, which puts the fields' names on top."""

    pieces: tuple[str | Field, ...]
    headed: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """Its fields, in their order."""
        return tuple(piece for piece in self.pieces if isinstance(piece, Field))


def parse(text: str) -> Template | None:
    """The template, or None when it is more than text and fields."""
    if text == "json":
        return Template((Field((), True),))
    body = text.removeprefix("table ")
    pieces: list[str | Field] = []
    end = 0
    for action in _ACTION.finditer(body):
        pieces.append(_unescaped(body[end : action.start()]))
        path = tuple(part for part in action["path"].split(".") if part)
        pieces.append(Field(path, bool(action["json"] or action["piped"])))
        end = action.end()
    pieces.append(_unescaped(body[end:]))
    if any(isinstance(piece, str) and "{{" in piece for piece in pieces):
        return None
    return Template(tuple(piece for piece in pieces if piece != ""), headed=body != text)


def is_one_field(text: str) -> bool:
    """Whether a template shows one field of an object, and not the object."""
    template = parse(text)
    return template is not None and len(template.fields) == 1 and bool(template.fields[0].path)


def filled(template: Template, values: Json) -> str:
    """The template with an object's fields in their places; a field that is not there is `<no value>`."""
    return "".join(piece if isinstance(piece, str) else _shown(piece, values) for piece in template.pieces)


def table(template: Template, rows: Sequence[Mapping[str, Json]]) -> str:
    """One line for each row, below the fields' names where the template asks for them."""
    head = "".join(piece if isinstance(piece, str) else ".".join(piece.path) for piece in template.pieces)
    return "\n".join([*([head] if template.headed else []), *(filled(template, row) for row in rows)])


def _shown(field: Field, values: Json) -> str:
    value = values
    for name in field.path:
        value = _member(value, name)
    if field.as_json or isinstance(value, Mapping | list | tuple | bool):
        return json.dumps(value, ensure_ascii=False, default=str)
    return "<no value>" if value is None else str(value)


def _member(value: Json, name: str) -> Json:
    """A member by its name; the engine writes some names (`Id`) in other letters than its templates (`ID`)."""
    if not isinstance(value, Mapping):
        return None
    if name in value:
        return value[name]
    return next((inner for key, inner in value.items() if key.lower() == name.lower()), None)


def _unescaped(text: str) -> str:
    return re.sub(r"\\[tn]", lambda found: _ESCAPES[found[0]], text)
