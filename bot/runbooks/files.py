"""A runbook on disk: the document, its compiled catalog and the team's overlay, which stand beside one another."""

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from msgspec import Struct

from bot.runbooks import second_process
from compiler.catalog import load
from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import Compiled, compile_runbook, in_turn
from compiler.compiling.entries import slug
from compiler.found import Found
from compiler.overlay import FORM_LENGTH
from incident.digest import Facts, Json
from incident.runbook import Catalog, Parameter, StepKind

DOCUMENT: Final = "runbook.md"
CATALOG: Final = "catalog.yaml"
OVERLAY: Final = "overlay.yaml"
_LARGEST: Final = 20_000_000
_LARGE: Final = 200_000
"""Longer texts are worth a second process, which takes a while to begin."""


class Unreadable(Exception):
    """A file that cannot be read; the text is one sentence."""


class Compilation(Struct, frozen=True, kw_only=True):
    """One runbook, compiled; with an overlay also loaded as the bot would load it."""

    path: Path
    text: str
    compiled: Compiled
    catalog_text: str
    catalog: Catalog | None
    """None without an overlay: nothing is bound then, and nothing could run."""

    @property
    def object(self) -> Facts:
        """What ``compile --json`` prints."""
        recognised = self.compiled.recognised
        return {
            "system": str(self.compiled.catalog["system"]),
            "title": recognised.title,
            "file": str(self.path),
            "commands": commands(self.compiled, self.catalog),
            "procedures": self.compiled.catalog["procedures"],
            "routes": self.compiled.catalog.get("routes", []),
            "policies": self.compiled.catalog.get("policies", {}),
            "facts": self.compiled.catalog["facts"],
            "unrecognised": [{"line": each.line, "heading": each.title} for each in recognised.unrecognised],
            "remarks": list(self.catalog.remarks) if self.catalog is not None else [],
        }


def compilation(path: Path, *, bound: bool = False) -> Compilation:
    """The runbook at ``path`` with the overlay beside it. Raises Unreadable, and CatalogError for a wrong overlay.

    ``bound``: load the catalog without an overlay too, although nothing in it could run.
    """
    text = read_text(path)
    system = slug(path.resolve().parent.name if path.name == DOCUMENT else path.stem)
    large = len(text) > _LARGE and (os.cpu_count() or 1) > 1
    compiled = compile_runbook(text, system=system, file=path.name, beside=second_process.beside if large else in_turn)
    written = catalog_text(compiled.catalog, path.name)
    overlay = path.parent / OVERLAY
    overlay_text = read_text(overlay) if path.name == DOCUMENT and overlay.exists() else ""
    catalog = load(written, CATALOG, overlay_text, str(overlay)) if bound or overlay_text.strip() else None
    return Compilation(path=path, text=text, compiled=compiled, catalog_text=written, catalog=catalog)


def is_current(made: Compilation) -> bool:
    """Whether the catalog beside a runbook is what it compiles to. Raises Unreadable."""
    return read_text(made.path.parent / CATALOG) == made.catalog_text


def places(made: Sequence[Compilation], folder: Path) -> Mapping[Path, str]:
    """Where each catalog is written: into the folder, of several into the folder of its system within.

    Raises Unreadable where one would be written over another.
    """
    if len(made) == 1:
        return {folder / CATALOG: made[0].catalog_text}
    found = {folder / str(each.compiled.catalog["system"]) / CATALOG: each.catalog_text for each in made}
    if len(found) < len(made):
        raise Unreadable("Two of these runbooks are of a system of the same name: compile them one by one.")
    return found


def documents(paths: Sequence[Path]) -> list[Path]:
    """The runbooks that people named: files as they are, of folders every ``runbook.md``, else every Markdown file.

    Raises Unreadable for a folder without any: a build that looks at nothing must not pass.
    """
    found: list[Path] = []
    for path in paths:
        inside = [path]
        if path.is_dir():
            inside = sorted(path.rglob(DOCUMENT)) or sorted(path.rglob("*.md"))
        if not inside:
            raise Unreadable(f"{path} holds no runbook: name a folder with Markdown files in it, or a file.")
        found += inside
    return list(dict.fromkeys(found))


def read_text(path: Path) -> str:
    """The file's text. Raises Unreadable."""
    try:
        if path.stat().st_size > _LARGEST:
            raise Unreadable(f"{path} is larger than {_LARGEST // 1_000_000} MB: a runbook is a text that people read.")
        return path.read_bytes().decode("utf-8")
    except OSError as error:
        raise Unreadable(f"{path} cannot be read ({error.strerror}): name a runbook's Markdown file.") from None
    except UnicodeDecodeError:
        raise Unreadable(f"{path} is not UTF-8 text: save it as UTF-8.") from None


def commands(compiled: Compiled, catalog: Catalog | None) -> list[Json]:
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


def overlay_draft(compilation: Compilation) -> str:
    """An overlay that names every step which could run, with the place for what people add."""
    parts = [
        "# What this team adds to catalog.yaml: see docs/runbooks.md. `for` names the form that a step had then.\n"
    ]
    parts.append("targets: []  # such as {target: shop-db, executor: postgres, service: postgres}\nsteps:\n")
    listed = compilation.compiled.catalog["procedures"]
    for procedure in listed if isinstance(listed, list) else ():
        parts += [_draft(step, procedure["heading"]) for step in procedure["steps"] if "form" in step]
    return "".join(parts)


def _in_a_comment(text: str) -> str:
    """One line that YAML takes: what does not show is left out."""
    return "".join(each for each in " ".join(text.split()) if each.isprintable())


def _draft(step: Mapping[str, Json], heading: str) -> str:
    kind = "diagnostic" if "diagnostic" in step else "remediation"
    return (
        f"  # {_in_a_comment(heading)}, line {step['line']}: {_in_a_comment(str(step['title']))}\n"
        f"  #   {_in_a_comment(str(step['written']))}\n"
        f"  {step[kind]}:\n    for: '{str(step['form'])[:FORM_LENGTH]}'\n"
    )
