"""The ``watch`` of an overlay's entry: how often its diagnostic looks by itself, and when that is an alert."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from msgspec.structs import replace

from compiler.overlay import Overlay
from compiler.section import Section
from incident.runbook import Procedure, Route, Step, StepKind
from incident.severity import Severity
from incident.verdict import Verdict
from incident.watch import Bound, Watch

_BOUNDS: Final = {bound.value: bound for bound in Bound}
_SEVERITIES: Final = {severity.value: severity for severity in Severity}


def watched(step: Step, entry: Section, kind: StepKind) -> Step:
    """The step with its watch, where people wrote one. Raises CatalogError unless it only looks and has the bound."""
    written = entry.section("watch")
    if written is None:
        return step
    if kind is not StepKind.DIAGNOSTIC or step.verdict is not Verdict.READ_ONLY:
        raise entry.wrong(
            "watch", f"is for diagnostics that are proven read-only, and {step.id} is {step.verdict.value}"
        )
    made = replace(step, watch=_watch(written))
    if step.runnable and made.threshold is None:
        raise entry.wrong("watch", f"needs the bound of {step.id}: write “expects” or “critical” beside it")
    return made


def _watch(section: Section) -> Watch:
    every = section.span("every")
    if every is None:
        raise section.wrong("every", "is missing: say how often it looks, e.g. “1 minute”")
    watch = Watch(
        every=every,
        lasting=section.span("for") or timedelta(0),
        bound=section.word("bound", _BOUNDS) if "bound" in section else Bound.EXPECTS,
        severity=section.word("severity", _SEVERITIES) if "severity" in section else None,
        procedure=section.optional_text("procedure"),
    )
    section.done()
    return watch


def watch_routes(procedures: Sequence[Procedure], overlay: Overlay, system: str) -> tuple[Route, ...]:
    """Where the alert of each watch leads: to the procedure that it names, else to the one that its step stands in.

    What names no procedure of the catalog, and what Muster cannot look at, is remarked on.
    """
    known = {each.id for each in procedures}
    routes = []
    for procedure in procedures:
        for step in procedure.steps:
            if step.watch is None:
                continue
            leads_to = overlay.name_of(step.watch.procedure or procedure.id)
            if leads_to not in known:
                overlay.remarks.append(
                    f"The watch of “{step.id}” leads to “{leads_to}”, and there is no procedure of that id: its alert "
                    f"leads to “{procedure.id}”."
                )
                leads_to = procedure.id
            if not step.runnable:
                overlay.remarks.append(f"“{step.id}” is watched, but Muster cannot look: {step.reason}")
            labels = {"system": system, "watch": step.id}
            routes.append(Route(labels=labels, procedure=leads_to, severity=step.watch.severity))
    return tuple(routes)
