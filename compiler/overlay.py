"""What a team adds to its compiled catalog: targets, guards, bounds, names. People write it; compiling never does.

Each step's entry names the form of the step that it was written for (``for``). When the runbook changes that step, the
entry is void until somebody has looked at both again: the step is then done by hand, and nothing else is touched.
"""

from collections.abc import Mapping
from typing import Final

from msgspec import Struct, field

from compiler.section import Section, read

FORM_LENGTH: Final = 8
"""Characters of a step's form that an entry names: enough to tell two forms of one step apart."""


class Binding(Struct, frozen=True, kw_only=True):
    """Which steps reach a target: those of this executor whose command names all these places."""

    target: str
    executor: str
    names: Mapping[str, str]
    environment: str | None = None


class Overlay(Struct, kw_only=True):
    """The file, entry by entry. ``remarks`` collects what no longer fits the catalog, one sentence each."""

    bindings: tuple[Binding, ...] = ()
    steps: Mapping[str, Section] = field(default_factory=dict)
    procedures: Mapping[str, Section] = field(default_factory=dict)
    routes: tuple[Section, ...] = ()
    policies: Section | None = None
    remarks: list[str] = field(default_factory=list)

    def binding(self, executor: str, names: Mapping[str, str]) -> Binding | None:
        """The first binding that a command with these names meets."""
        for each in self.bindings:
            if each.executor == executor and all(names.get(name) == value for name, value in each.names.items()):
                return each
        return None

    def entry(self, step_id: str, form: str) -> Section | None:
        """The entry of a step in this form; None, with a remark, when it was written for another form."""
        entry = self.steps.get(step_id)
        if entry is None:
            return None
        written_for = entry.text("for")
        if written_for == form[:FORM_LENGTH]:
            return entry
        self.remarks.append(
            f"{entry.place('for')}: “{step_id}” has changed since this was written for {written_for}, so that a person "
            f"does it: compare both, then write “for: {form[:FORM_LENGTH]}”."
        )
        return None

    def name_of(self, procedure_id: str) -> str:
        """The name that people gave a procedure; its own id where they gave none."""
        entry = self.procedures.get(procedure_id)
        return entry.text("name") if entry is not None and "name" in entry else procedure_id

    def naming(self, name: str) -> Section | None:
        """The last entry that gives a step or a procedure this name; None where people gave it to none."""
        entries = (*self.steps.values(), *self.procedures.values())
        return next((each for each in reversed(entries) if "name" in each and each.text("name") == name), None)

    def leftover(self, known: frozenset[str]) -> None:
        """Remark on every entry whose step is gone."""
        for step_id, entry in self.steps.items():
            if step_id not in known:
                self.remarks.append(f"{entry.place('for')}: the runbook has no step “{step_id}” any more.")


def read_overlay(text: str, file: str) -> Overlay:
    """The overlay in ``text``; ``file`` is the name that errors give it. Raises CatalogError."""
    top = read(text, file) if text.strip() else None
    if top is None:
        return Overlay()
    overlay = Overlay(
        bindings=tuple(_binding(each) for each in top.sections("targets")),
        steps=_entries(top.section("steps")),
        procedures=_entries(top.section("procedures")),
        routes=top.sections("routes"),
        policies=top.section("policies"),
    )
    top.done()
    return overlay


def _entries(section: Section | None) -> Mapping[str, Section]:
    if section is None:
        return {}
    found = {}
    for key in section.keys:
        entry = section.section(key)
        if entry is None:
            raise section.wrong(key, "must be a mapping of keys to values")
        found[key] = entry
    return found


def _binding(section: Section) -> Binding:
    names = {key: section.text(key) for key in section.keys if key not in ("target", "executor", "environment")}
    binding = Binding(
        target=section.text("target"),
        executor=section.text("executor"),
        names=names,
        environment=section.optional_text("environment"),
    )
    section.done()
    return binding
