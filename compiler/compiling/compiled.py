"""A runbook compiled: its catalog, and every command that was found with its verdict."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from enum import Enum
from functools import lru_cache
from types import NoneType
from typing import Final, Protocol, TypeVar

from msgspec import Struct
from msgspec.structs import replace

from compiler.compiling.entries import span_text
from compiler.compiling.parameters import Typed, typed, typed_rows
from compiler.compiling.passing import Missed
from compiler.compiling.procedures import Assembly, of_command, procedure_entry
from compiler.compiling.routes import routes
from compiler.compiling.watches import watches
from compiler.document import Document
from compiler.found import Found, in_order, in_pieces
from compiler.markdown import read
from compiler.recognise import Recognised, recognise
from compiler.recognise.facts import Level
from compiler.recognise.procedure import Procedure
from incident.digest import Facts, Json
from incident.severity import HOUSE

T = TypeVar("T")
_NOT_KEPT: Final = frozenset({"path", "last"})
"""Fields of a fact that the catalog leaves out: its line says where it stands."""
_EMPTY: Final = (None, "", (), False)
_SCALARS: Final = (str, int, float, NoneType)


class Compiled(Struct, frozen=True, kw_only=True):
    """What came of one runbook. ``catalog`` is the tree that ``catalog_text`` writes.

    ``missed`` are the values that a step needs and an earlier one cannot give.
    """

    document: Document
    recognised: Recognised
    found: tuple[Found, ...]
    catalog: Facts
    missed: tuple[Missed, ...] = ()


class Beside(Protocol):
    """How a part of the work is done beside the rest: it is begun now, and what it answers waits for its end."""

    def __call__(self, work: Callable[[], T]) -> Callable[[], T]: ...


def in_turn(work: Callable[[], T]) -> Callable[[], T]:
    """Nothing is done beside anything: the part is done when it is asked for."""
    return work


def compile_runbook(text: str, *, system: str, file: str = "runbook.md", beside: Beside = in_turn) -> Compiled:
    """The runbook in ``text``, compiled; ``system`` is the id of what it is about. Never raises, whatever the text."""
    document = read(text)
    numbers = range(len(document.pieces))
    # To recognise what is no command takes about as long as to judge half of the commands.
    here = len(numbers) // 4
    others = beside(lambda: in_pieces(document, numbers[here:]))
    recognised = recognise(document)
    rows = typed_rows(document)
    judged = in_order(document, [*in_pieces(document, numbers[:here]), *others()])
    found = tuple(_typed(each, rows) for each in judged)
    assembly = Assembly(left=list(found))
    catalog = _catalog(recognised, assembly, system, file)
    return Compiled(
        document=document, recognised=recognised, found=found, catalog=catalog, missed=tuple(assembly.missed)
    )


def _typed(found: Found, rows: Sequence[Typed]) -> Found:
    if not (rows and found.proof.parameters):
        return found
    path = [heading.title for heading in found.headings]
    parameters = tuple(typed(each, path, rows) for each in found.proof.parameters)
    return replace(found, proof=replace(found.proof, parameters=parameters))


def _catalog(recognised: Recognised, assembly: Assembly, system: str, file: str) -> Facts:
    seen = watches(recognised.thresholds, assembly)
    listed = [procedure_entry(each, assembly) for each in recognised.procedures]
    procedures = [each for each in listed if each is not None] + ([seen] if seen else [])
    procedures += _loose(assembly)
    catalog: dict[str, Json] = {"system": system, "title": recognised.title or system, "source": {"file": file}}
    if levels := recognised.levels:
        catalog["policies"] = {each.severity.value: _policy(each) for each in levels}
    if listed_routes := routes(recognised, procedures):
        catalog["routes"] = listed_routes
    catalog["procedures"] = procedures
    catalog["facts"] = _facts(recognised)
    return catalog


def _policy(level: Level) -> Facts:
    """What a level obliges people to; the house's deadlines where the runbook names none."""
    house = HOUSE[level.severity]
    spans = {
        "acknowledge": (level.response and level.response.span) or house.acknowledge,
        "assess": house.assess,
        "update": (level.update.span if level.update else None) or house.update,
        "escalate": (level.escalation.span if level.escalation else None) or house.escalate,
        "postmortem": house.postmortem,
    }
    return {"line": level.line} | {key: span_text(span) for key, span in spans.items() if span is not None}


def _loose(assembly: Assembly) -> list[dict[str, Json]]:
    """Commands that stand in no procedure, by their heading."""
    by_path: dict[tuple[str, ...], list[Found]] = {}
    for each in assembly.left:
        by_path.setdefault(tuple(heading.title for heading in each.headings), []).append(each)
    return [_loose_entry(path, own, assembly) for path, own in by_path.items()]


def _loose_entry(path: tuple[str, ...], found: Sequence[Found], assembly: Assembly) -> dict[str, Json]:
    title = path[-1] if path else "Commands"
    name = assembly.name(title, path[:-1])
    steps = assembly.passed_on([of_command(each, None, assembly.ids.of(name, path, each.text)) for each in found])
    heading = " › ".join(path) or title
    return {
        "id": name,
        "title": title,
        "heading": heading,
        "line": found[0].line,
        "purpose": "operation",
        "steps": steps,
    }


def _facts(recognised: Recognised) -> Facts:
    """Every fact that is no procedure, by its kind."""
    kinds: dict[str, list[Json]] = {}
    for fact in recognised.facts:
        if not isinstance(fact, Procedure):
            kinds.setdefault(_kind(type(fact).__name__), []).append(_plain(fact))
    return kinds


@lru_cache(maxsize=64)
def _kept(kind: type) -> tuple[str, ...]:
    """The fields of a fact that the catalog keeps; none of what is no fact."""
    fields = kind.__struct_fields__ if issubclass(kind, Struct) else ()
    return tuple(name for name in fields if name not in _NOT_KEPT)


@lru_cache(maxsize=64)
def _kind(name: str) -> str:
    """``error_code`` for ErrorCode."""
    return re.sub(r"(?<=.)(?=[A-Z])", "_", name).lower()


def _plain(value: object) -> Json:
    """A fact as plain values; what is empty is left out."""
    if isinstance(value, Enum):
        return str(value.value)
    if isinstance(value, _SCALARS):
        return value
    if isinstance(value, timedelta):
        return span_text(value)
    if isinstance(value, date | time):
        return value.isoformat()
    kind: type = type(value)
    if names := _kept(kind):
        held = ((name, getattr(value, name)) for name in names)
        return {name: _plain(each) for name, each in held if each not in _EMPTY}
    if isinstance(value, Mapping):
        return {str(name): _plain(each) for name, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, Iterable) else str(value)
