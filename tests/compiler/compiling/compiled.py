"""How the tests of this package compile a document."""

from collections.abc import Iterator, Mapping
from textwrap import dedent

from compiler.catalog import load
from compiler.catalog_text import catalog_text
from compiler.compiling.compiled import compile_runbook
from incident.digest import Json
from incident.runbook import Catalog

Entry = Mapping[str, Json]


def tree(text: str) -> Entry:
    """The catalog's tree of a text that is indented as the test is."""
    return compile_runbook(dedent(text).strip("\n"), system="shop").catalog


def procedures(text: str) -> list[Entry]:
    """The entries of the procedures."""
    return mappings(tree(text)["procedures"])


def steps(text: str) -> list[Entry]:
    """The entries of all steps, in the order of the catalog."""
    return [step for procedure in procedures(text) for step in mappings(procedure["steps"])]


def mappings(value: Json) -> list[Entry]:
    """A list of mappings, as the tree types it."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list | tuple) else []


def step_id(step: Entry) -> str:
    """The id of a step, whatever its kind."""
    return str(next(step[kind] for kind in ("diagnostic", "remediation", "manual") if kind in step))


def forms(text: str) -> dict[str, str]:
    """Every step's id → what of it an overlay's entry is written for: its form; for a manual one, its words."""
    return {step_id(each): str(each.get("form") or each.get("written") or each["title"]) for each in steps(text)}


def loaded(text: str, overlay: str = "") -> Catalog:
    """The catalog as the bot would load it."""
    return load(catalog_text(tree(text), "runbook.md"), "catalog.yaml", dedent(overlay))


def sections(names: Iterator[str] | list[str], commands: list[str]) -> str:
    """A runbook with one section for each name, which holds one of the commands."""
    parts = [f"## {name}\n\n```bash\n{command}\n```\n" for name, command in zip(names, commands, strict=True)]
    return "# Shop\n\n" + "\n".join(parts)
