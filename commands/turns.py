"""Which step of a walk is meant by a button, a form or a word, and what the catalog says of that step."""

from commands.asked import procedure_of
from commands.ports import Ports
from incident import refusal
from incident.approval import Approval
from incident.course import Turn
from incident.incident import Incident
from incident.runbook import Catalog, Procedure, Step
from incident.walk import Walk


def turn_now(incident: Incident) -> Turn:
    """The step whose turn it is in the walk that goes on. Raises NoSuchWalk."""
    walk = incident.going
    if walk is None or walk.next is None:
        raise refusal.NoSuchWalk()
    return Turn(walk=walk.id, index=walk.next)


def catalog_of(incident: Incident, ports: Ports) -> Catalog:
    """The runbook of the incident's system. Raises NoProcedure."""
    catalog = ports.runbooks.catalog(incident.system)
    if catalog is None:
        raise refusal.NoProcedure(number=incident.number)
    return catalog


def walked(walk: Walk, catalog: Catalog | None) -> Procedure | None:
    """The procedure of a walk; None when the runbook was changed and has it no longer."""
    return catalog.procedure(walk.procedure) if catalog is not None else None


def watching(incident: Incident, walk: Walk, ports: Ports) -> Procedure | None:
    """The procedure whose diagnostics watch a walk's holds: its own, or the incident's where it has none."""
    own = walked(walk, ports.runbooks.catalog(incident.system))
    return own if own is not None and own.diagnostics else procedure_of(incident, ports)


def step_at(walk: Walk, index: int, catalog: Catalog | None) -> Step | None:
    """The catalog's step at a place of a walk, with what earlier steps gave as its parameters' defaults.

    None for what is only told in words, and when the runbook was changed and has the step no longer.
    """
    procedure = walked(walk, catalog)
    steps = procedure.steps if procedure is not None else ()
    step = next((each for each in steps if each.id == walk.legs[index].step), None)
    return walk.taking(index, step) if step is not None else None


async def pending(walk: Walk, ports: Ports) -> Approval | None:
    """The request that the walk's current step waits for."""
    leg = walk.legs[walk.next] if walk.next is not None else None
    return await ports.store.approval(leg.approval) if leg is not None and leg.approval is not None else None
