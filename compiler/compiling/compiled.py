"""A runbook compiled: its catalog, and every command that was found with its verdict."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta
from enum import Enum
from functools import lru_cache, partial
from itertools import chain
from pathlib import PurePath
from types import NoneType
from typing import Final

from msgspec import Struct
from msgspec.structs import replace

from compiler.beside import Beside, in_turn
from compiler.catalog import FACTS
from compiler.catalog_text import catalog_text, part
from compiler.compiling.entries import span_text
from compiler.compiling.parameters import Typed, typed, typed_rows
from compiler.compiling.passing import Missed
from compiler.compiling.procedures import Assembly, is_history, of_command, procedure_entry
from compiler.compiling.routes import routes
from compiler.compiling.watches import watches
from compiler.document import Document
from compiler.found import Found, in_order, in_pieces
from compiler.markdown import read
from compiler.recognise import Recognised, recognise
from compiler.recognise.facts import Level
from compiler.recognise.procedure import Procedure
from compiler.recognise.severities import one_for_each
from compiler.recognise.wording import named_alerts, title_of
from incident.digest import Facts, Json
from incident.severity import HOUSE

_SHARES: Final = 40
_NOT_KEPT: Final = frozenset({"path", "last"})
"""Fields of a fact that the catalog leaves out: its line says where it stands."""
_EMPTY: Final = (None, "", (), False)
_SCALARS: Final = (str, int, float, NoneType)
_NOT_WRITTEN: Final = re.compile(r"\b(?:no|not|none|never|optional)\b", re.IGNORECASE)
"""What a level says that asks for no post-mortem."""


class Compiled(Struct, frozen=True, kw_only=True):
    """What came of one runbook: ``catalog`` is the tree, and ``text`` that of its catalog.yaml.

    ``missed`` are the values that a step needs and an earlier one cannot give.
    """

    document: Document
    recognised: Recognised
    found: tuple[Found, ...]
    catalog: Facts
    text: str
    missed: tuple[Missed, ...] = ()


def compile_runbook(text: str, *, system: str, file: str = "runbook.md", beside: Beside = in_turn) -> Compiled:
    """The runbook in ``text``, compiled; ``system`` is the id of what it is about. Never raises, whatever the text."""
    document = read(text, title=" / ".join(named_alerts(PurePath(file).stem)), beside=beside)
    judged = beside([partial(in_pieces, document, numbers) for numbers in _shares(len(document.pieces))])
    recognised = recognise(document)
    facts = _facts(recognised)
    written = part(FACTS, facts)
    rows = typed_rows(document)
    found = tuple(_typed(each, rows) for each in in_order(document, chain.from_iterable(judged())))
    assembly = Assembly(left=[each for each in found if not is_history(each)])
    steps = _catalog(recognised, assembly, system, file)
    return Compiled(
        document=document,
        recognised=recognised,
        found=found,
        catalog={**steps, FACTS: facts},
        text=catalog_text(steps, file) + written,
        missed=tuple(assembly.missed),
    )


def _shares(count: int) -> list[range]:
    """The numbers of a document's pieces in about as many shares as make everybody end at the same time."""
    numbers, size = range(count), max(1, count // _SHARES)
    return [numbers[start : start + size] for start in range(0, count, size)]


def _typed(found: Found, rows: Sequence[Typed]) -> Found:
    if not (rows and found.proof.parameters):
        return found
    path = [heading.title for heading in found.headings]
    parameters = tuple(typed(each, path, rows) for each in found.proof.parameters)
    return replace(found, proof=replace(found.proof, parameters=parameters))


def _catalog(recognised: Recognised, assembly: Assembly, system: str, file: str) -> Facts:
    """The catalog but for the facts."""
    seen = watches(recognised.thresholds, assembly)
    made = [(each, procedure_entry(each, assembly)) for each in recognised.procedures]
    listed = [(each, entry) for each, entry in made if entry is not None]
    procedures = [entry for _, entry in listed] + ([seen] if seen else [])
    procedures += _loose(assembly)
    catalog: dict[str, Json] = {"system": system, "title": recognised.title or system, "source": {"file": file}}
    if levels := recognised.levels:
        catalog["policies"] = {severity.value: _policy(level) for severity, level in one_for_each(levels).items()}
    told = [(each, str(entry["id"])) for each, entry in listed]
    stem = PurePath(file).stem
    named = named_alerts(stem) or ((stem,) if stem == recognised.title else ())
    if leading := routes(recognised, procedures, told, named):
        catalog["routes"] = leading
    catalog["procedures"] = procedures
    return catalog


def _policy(level: Level) -> Facts:
    """What a level obliges people to; the house's deadlines where the runbook names none."""
    house = HOUSE[level.severity]
    acknowledge = (level.response and level.response.span) or house.acknowledge
    # The house waits for the level's own time to answer: so does it where that is longer.
    escalate = house.escalate if house.assess else max(house.escalate, acknowledge)
    spans = {
        "acknowledge": acknowledge,
        "assess": (level.assess.span if level.assess else None) or house.assess,
        "update": (level.update.span if level.update else None) or house.update,
        "escalate": (level.escalation.span if level.escalation else None) or escalate,
        "postmortem": (level.postmortem.span if level.postmortem else None) or house.postmortem,
    }
    if level.postmortem and _NOT_WRITTEN.search(level.postmortem.text):
        spans["postmortem"] = None
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
        "title": title_of(title),
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
