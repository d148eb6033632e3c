"""``/incident diagnose``: look again, with one or all of the runbook's read-only diagnostics."""

from commands.answers import Looking
from commands.asked import Asked, procedure_of, step_named
from commands.ports import Ports
from incident import refusal
from incident.change import Change
from incident.finding import Phase
from incident.job import JobName, owe
from incident.runbook import Procedure, Step, StepKind


async def diagnose(asked: Asked, *, ports: Ports) -> Looking:
    """Run the diagnostics side by side; ``words`` may name one.

    Raises NoProcedure, NoSuchStep, NotReadOnly, NotRunnable.
    """
    incident = asked.incident
    procedure = procedure_of(incident, ports)
    if procedure is None or not procedure.diagnostics:
        raise refusal.NoProcedure(number=incident.number)
    wanted = step_named(asked.words, procedure.steps)
    steps = (_named(procedure, wanted),) if wanted else procedure.diagnostics
    rank = incident.severity.rank
    jobs = tuple(
        owe(
            JobName.DIAGNOSE,
            incident.id,
            asked.at,
            subject=f"{Phase.ASKED.value}/{step.id}",
            urgency=rank,
            again=asked.cause,
        )
        for step in steps
    )
    await ports.store.save(Change(cause=asked.cause, at=asked.at, jobs=jobs))
    return Looking(incident=incident, titles=tuple(step.title for step in steps))


def _named(procedure: Procedure, wanted: str) -> Step:
    """The diagnostic of that id, or the one that it waits for: it is looked at behind that one."""
    steps = procedure.diagnostics
    named = next((each for each in procedure.steps if each.id == wanted), None)
    if named is None:
        raise refusal.NoSuchStep(asked=wanted, offered=tuple(each.id for each in steps))
    first = next((each for each in steps if named in (each, *procedure.waiting_for(each.id))), None)
    if first is not None:
        return first
    if named.runnable and named.kind is StepKind.DIAGNOSTIC:
        needed = ", ".join(each.label for each in named.unfilled)
        raise refusal.NotRunnable(step=named.title, reason=f"it needs a value for {needed}, which no step gives")
    raise refusal.NotReadOnly(step=named.title, reason=named.reason)
