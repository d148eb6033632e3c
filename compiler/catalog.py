"""A catalog.yaml, with its overlay.yaml, as a Catalog: each command is judged again, whatever a file claims."""

from collections.abc import Mapping, Sequence, Set
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from compiler.overlay import Overlay, read_overlay
from compiler.section import CatalogError, Section, read
from compiler.step import generated_id, identifier, step_of
from compiler.watch import watch_routes
from incident.digest import digest
from incident.runbook import Catalog, GuardKind, Origin, Parameter, Procedure, Route, Step
from incident.severity import Policy, Severity

__all__ = ["CatalogError", "load"]

_SEVERITIES: Final = {severity.value: severity for severity in Severity}
FACTS: Final = "facts"
"""What the runbook states besides its procedures, for people and for lint; the bot does not read it."""


def load(text: str, file: str, overlay_text: str = "", overlay_file: str = "overlay.yaml") -> Catalog:
    """The catalog in ``text`` with the overlay beside it. Raises CatalogError, one sentence with file, line and key.

    ``file`` and ``overlay_file`` are the names that errors give them. A verdict in either is a claim: one that is
    looser than the judge's is refused, a stricter one is kept.
    """
    return catalog_of(read(text, file), overlay_text, overlay_file)


def catalog_of(top: Section, overlay_text: str = "", overlay_file: str = "overlay.yaml") -> Catalog:
    """The catalog in a document that was read, or made here; as ``load`` otherwise."""
    overlay = read_overlay(overlay_text, overlay_file)
    procedures = tuple(_procedure(section, overlay) for section in top.sections("procedures"))
    if not procedures:
        raise top.wrong("procedures", "must name at least one procedure")
    _check_ids(top, procedures, overlay)
    _check_undo(procedures, overlay)
    overlay.leftover(frozenset(_generated_ids(top)))
    policies = {**_policies(top.section("policies")), **_policies(overlay.policies)}
    catalog = Catalog(
        system=identifier(top, "system"),
        title=top.text("title"),
        digest=digest([top.plain, overlay_text] if overlay_text.strip() else top.plain),
        procedures=procedures,
        routes=(
            *(_route(each, procedures, overlay) for each in (*overlay.routes, *top.sections("routes"))),
            *watch_routes(procedures, overlay, top.text("system")),
        ),
        policies=policies,
        runbook_url=top.optional_text("url"),
        remarks=tuple(overlay.remarks),
    )
    top.ignore("source", FACTS)
    top.done()
    return catalog


def _procedure(section: Section, overlay: Overlay) -> Procedure:
    heading = section.text("heading")
    procedure_id = identifier(section, "id")
    entry = overlay.procedures.get(procedure_id)
    name = overlay.name_of(procedure_id)
    titled = entry if entry is not None and "title" in entry else section
    escalated = entry if entry is not None and "escalate_after" in entry else section
    entries = section.sections("steps")
    steps = tuple(step_of(each, heading, overlay) for each in entries)
    renamed = {generated_id(each): step.id for each, step in zip(entries, steps, strict=True)}
    procedure = Procedure(
        id=identifier(entry, "name") if entry is not None and name != procedure_id else procedure_id,
        title=titled.text("title"),
        purpose=section.text("purpose", "incident"),
        severity=section.word("severity", _SEVERITIES) if "severity" in section else None,
        origin=Origin(heading=heading, line=section.whole("line")),
        symptoms=section.texts("symptoms"),
        steps=_handed_on(steps, renamed, overlay),
        checklist=section.texts("checklist"),
        escalate_after=escalated.span("escalate_after"),
        prevention=section.texts("prevention"),
    )
    if entry is not None:
        entry.ignore("name")
        entry.done()
    section.ignore("title", "escalate_after", "escalation")
    section.done()
    return procedure


def _handed_on(steps: Sequence[Step], renamed: Mapping[str, str], overlay: Overlay) -> tuple[Step, ...]:
    """The steps with each parameter's giver by the id that people use; one that nothing gives takes nothing."""
    giving: set[str] = set()
    handed = []
    for step in steps:
        handed.append(
            replace(step, parameters=tuple(_taking(each, step, renamed, giving, overlay) for each in step.parameters))
        )
        if step.gives:
            giving.add(step.id)
    return tuple(handed)


def _taking(
    parameter: Parameter, step: Step, renamed: Mapping[str, str], giving: Set[str], overlay: Overlay
) -> Parameter:
    giver = renamed.get(parameter.taken_from, parameter.taken_from)
    if giver and giver not in giving:
        overlay.remarks.append(
            f"“{step.id}” takes {parameter.name} from “{giver}”, and no earlier step of its procedure gives a value "
            "under that id: people fill it in."
        )
        giver = ""
    return replace(parameter, taken_from=giver)


def _generated_ids(top: Section) -> Sequence[str]:
    """The ids that the catalog itself gives its steps."""
    return [generated_id(step) for procedure in top.sections("procedures") for step in procedure.sections("steps")]


def _route(section: Section, procedures: Sequence[Procedure], overlay: Overlay) -> Route:
    labels = section.mapping("labels")
    if not labels:
        raise section.wrong("labels", "must name at least one label with its value")
    written = section.text("procedure")
    procedure = overlay.name_of(written)
    if procedure not in {each.id for each in procedures}:
        raise section.wrong("procedure", f"is “{written}”, and there is no procedure of that id")
    severity = section.word("severity", _SEVERITIES) if "severity" in section else None
    section.ignore("line")
    section.done()
    return Route(labels={name: str(value) for name, value in labels.items()}, procedure=procedure, severity=severity)


def _policies(section: Section | None) -> Mapping[Severity, Policy]:
    if section is None:
        return {}
    found = {}
    for name, severity in _SEVERITIES.items():
        if levels := section.section(name):
            found[severity] = _policy(levels)
    section.done()
    return found


def _policy(section: Section) -> Policy:
    acknowledge, escalate = section.span("acknowledge"), section.span("escalate")
    if acknowledge is None or escalate is None:
        raise section.wrong("acknowledge", "and “escalate” must both be there, e.g. “15 minutes”")
    policy = Policy(
        acknowledge=acknowledge,
        assess=section.span("assess"),
        update=section.span("update"),
        escalate=escalate,
        postmortem=section.span("postmortem"),
        watch=section.span("watch") or timedelta(minutes=30),
    )
    section.ignore("line")
    section.done()
    return policy


def _check_undo(procedures: Sequence[Procedure], overlay: Overlay) -> None:
    """Remark on steps that are taken back by a step which is not there, or which a person does."""
    for procedure in procedures:
        runnable = {step.id for step in procedure.remediations}
        overlay.remarks.extend(
            f"“{step.id}” is taken back by “{step.undo_step}”, which Muster cannot run in “{procedure.id}”."
            for step in procedure.steps
            if step.undo_step and step.undo_step not in runnable
        )
        overlay.remarks.extend(
            f"“{step.id}” gives “{step.undo_takes}” to its undo, which needs a guard with a fingerprint "
            f"and a parameter of that name in “{step.undo_step or 'undo_step'}”."
            for step in procedure.steps
            if step.undo_takes and not _gives_back(step, procedure)
        )


def _gives_back(step: Step, procedure: Procedure) -> bool:
    """Whether the value that the guard showed before is one that the step's undo takes."""
    takes = {each.name for undo in procedure.steps if undo.id == step.undo_step for each in undo.parameters}
    return step.guard.kind is GuardKind.FINGERPRINT and step.undo_takes in takes


def _check_ids(top: Section, procedures: Sequence[Procedure], overlay: Overlay) -> None:
    seen: set[str] = set()
    for name in [*(each.id for each in procedures), *(step.id for each in procedures for step in each.steps)]:
        if name in seen:
            if (naming := overlay.naming(name)) is not None:
                raise naming.wrong(
                    "name", f"is {name}, and so is another procedure's or step's: give it a name of its own"
                )
            raise top.wrong("procedures", f"use the id {name} twice: each procedure and step has its own")
        seen.add(name)
