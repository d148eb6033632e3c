"""A runbook on disk: the document, its compiled catalog and the team's overlay, which stand beside one another."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from operator import itemgetter
from pathlib import Path
from typing import Final, TypeVar

from msgspec import Struct

from bot.runbooks import second_process
from compiler.beside import in_turn
from compiler.catalog import CatalogError, catalog_of
from compiler.compiling.compiled import Compiled, compile_runbook
from compiler.compiling.entries import slug
from compiler.overlay import FORM_LENGTH
from compiler.section import made
from incident.digest import Json
from incident.runbook import Catalog

T = TypeVar("T")
DOCUMENT: Final = "runbook.md"
CATALOG: Final = "catalog.yaml"
OVERLAY: Final = "overlay.yaml"
_LARGEST: Final = 20_000_000
_LARGE: Final = 200_000
"""Longer texts are worth a second process each, which takes a while to begin."""


class Unreadable(Exception):
    """A file that cannot be read; the text is one sentence."""


class Compilation(Struct, frozen=True, kw_only=True):
    """One runbook, compiled; with an overlay also loaded as the bot would load it."""

    path: Path
    text: str
    compiled: Compiled
    catalog: Catalog | None
    """None without an overlay: nothing is bound then, and nothing could run."""


def compilation(path: Path, *, bound: bool = False) -> Compilation:
    """The runbook at ``path`` with the overlay beside it. Raises Unreadable, and CatalogError for a wrong overlay.

    ``bound``: load the catalog without an overlay too, although nothing in it could run.
    """
    text = read_text(path)
    system = slug(path.resolve().parent.name if path.name == DOCUMENT else path.stem)
    beside = second_process.beside if len(text) > _LARGE else in_turn
    compiled = compile_runbook(text, system=system, file=path.name, beside=beside)
    overlay = path.parent / OVERLAY
    overlay_text = read_text(overlay) if path.name == DOCUMENT and overlay.exists() else ""
    catalog = None
    if bound or overlay_text.strip():
        # Its text is not read back for that: it reads as what it was made of.
        catalog = catalog_of(made(compiled.catalog, CATALOG), overlay_text, str(overlay))
    return Compilation(path=path, text=text, compiled=compiled, catalog=catalog)


def of_each(paths: Sequence[Path], work: Callable[[Compilation], T]) -> list[T]:
    """What ``work`` makes of each of the runbooks, in their order; several are compiled beside one another.

    Raises what ``compilation`` does, for the first of them that is wrong.
    """
    beside = second_process.beside if len(paths) > 1 else in_turn
    order = second_process.soonest_done([_size(path) for path in paths])
    outcomes = beside([partial(_outcome, paths[number], work) for number in order])()
    results: list[T] = []
    for _, outcome in sorted(zip(order, outcomes, strict=True), key=itemgetter(0)):
        if isinstance(outcome, Unreadable | CatalogError):
            raise outcome
        results.append(outcome)
    return results


def _size(path: Path) -> int:
    """Bytes; 0 for what is not there, which whoever reads it tells."""
    return path.stat().st_size if path.is_file() else 0


def _outcome(path: Path, work: Callable[[Compilation], T]) -> T | Unreadable | CatalogError:
    try:
        return work(compilation(path))
    except (Unreadable, CatalogError) as error:
        return error


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
