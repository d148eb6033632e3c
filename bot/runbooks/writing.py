"""What `muster runbook compile` makes of a runbook: the catalog's text, and all that it found as one JSON object."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from msgspec import Struct

from bot.json_lines import json_line
from bot.runbooks.files import CATALOG, Compilation, Unreadable, read_text
from compiler.compiling.compiled import Compiled
from compiler.found import Found
from incident.digest import Facts, Json
from incident.runbook import Catalog, Parameter, StepKind


class Written(Struct, frozen=True, kw_only=True):
    """A runbook as ``compile`` gives it on; ``remarks`` tell what of its overlay no longer fits."""

    path: Path
    system: str
    catalog: str
    json: str
    """Empty where nobody asked for it."""
    remarks: tuple[str, ...]


def written(made: Compilation, *, as_json: bool) -> Written:
    """What is given on of a compiled runbook."""
    return Written(
        path=made.path,
        system=str(made.compiled.catalog["system"]),
        catalog=made.compiled.text,
        json=json_line(as_object(made)) if as_json else "",
        remarks=made.catalog.remarks if made.catalog is not None else (),
    )


def is_current(made: Written) -> bool:
    """Whether the catalog beside a runbook is what it compiles to. Raises Unreadable."""
    return read_text(made.path.parent / CATALOG) == made.catalog


def places(made: Sequence[Written], folder: Path) -> Mapping[Path, str]:
    """Where each catalog is written: into the folder, of several into the folder of its system within.

    Raises Unreadable where one would be written over another.
    """
    if len(made) == 1:
        return {folder / CATALOG: made[0].catalog}
    found = {folder / each.system / CATALOG: each.catalog for each in made}
    if len(found) < len(made):
        raise Unreadable("Two of these runbooks are of a system of the same name: compile them one by one.")
    return found


def as_object(made: Compilation) -> Facts:
    """What ``compile --json`` prints."""
    recognised, catalog = made.compiled.recognised, made.compiled.catalog
    return {
        "system": str(catalog["system"]),
        "title": recognised.title,
        "file": str(made.path),
        "commands": _commands(made.compiled, made.catalog),
        "procedures": catalog["procedures"],
        "routes": catalog.get("routes", []),
        "policies": catalog.get("policies", {}),
        "facts": catalog["facts"],
        "unrecognised": [{"line": each.line, "heading": each.title} for each in recognised.unrecognised],
        "remarks": list(made.catalog.remarks) if made.catalog is not None else [],
    }


def _commands(compiled: Compiled, catalog: Catalog | None) -> list[Json]:
    """Every command that was found, in the order of the lines."""
    ids = {(step["line"], step.get("written")): _id(step) for step in _entries(compiled)}
    if catalog is not None:
        loaded = [step for procedure in catalog.procedures for step in procedure.steps]
        ids |= {(step.origin.line, step.written): (step.id, step.runnable) for step in loaded}
    return [_command(found, *ids.get((found.line, found.text), (None, False))) for found in compiled.found]


def _entries(compiled: Compiled) -> Iterator[Mapping[str, Json]]:
    """The steps of the compiled catalog."""
    listed = compiled.catalog["procedures"]
    for procedure in listed if isinstance(listed, list) else ():
        yield from procedure["steps"]


def _id(step: Mapping[str, Json]) -> tuple[str, bool]:
    """A step's generated id; nothing runs without an overlay."""
    return next(str(step[kind.value]) for kind in StepKind if kind.value in step), False


def _command(found: Found, step_id: str | None, runnable: bool) -> Facts:
    proof = found.proof
    return {
        "line": found.line,
        "command": found.text,
        "kind": proof.kind.value,
        "verdict": proof.judgement.verdict.value,
        "reason": proof.judgement.reason,
        "bounded": proof.judgement.rewrite,
        "runnable": runnable,
        "step": step_id,
        "heading": " › ".join(heading.title for heading in found.headings),
        "parameters": [_parameter(each) for each in proof.parameters],
    }


def _parameter(parameter: Parameter) -> Facts:
    return {"name": parameter.name, "label": parameter.label, "kind": parameter.kind.value}
