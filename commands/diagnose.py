"""``/incident diagnose``: look again, with one or all of the runbook's read-only diagnostics."""

from commands.answers import Looking
from commands.asked import Asked, procedure_of
from commands.ports import Ports
from incident import refusal
from incident.change import Change
from incident.finding import Phase
from incident.job import JobName, owe


async def diagnose(asked: Asked, *, ports: Ports) -> Looking:
    """Run the diagnostics side by side; ``words`` may name one. Raises NoProcedure, NoSuchStep, NotReadOnly."""
    incident = asked.incident
    procedure = procedure_of(incident, ports)
    if procedure is None or not procedure.diagnostics:
        raise refusal.NoProcedure(number=incident.number)
    wanted = asked.words.strip()
    steps = procedure.diagnostics
    if wanted:
        named = next((each for each in procedure.steps if each.id == wanted), None)
        if named is None:
            raise refusal.NoSuchStep(asked=wanted, offered=tuple(each.id for each in steps))
        if named not in steps:
            raise refusal.NotReadOnly(step=named.title, reason=named.reason)
        steps = (named,)
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
