"""Which step of a walk is meant by a button, a form or a word, and what the catalog says of that step."""

from commands.asked import procedure_of
from commands.ports import Ports
from incident import refusal
from incident.approval import Approval, ApprovalState, Part
from incident.course import Turn, place, placed
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


async def waiting(incident: Incident, walk: Walk, ports: Ports) -> tuple[Approval, ...]:
    """The open requests of a walk: that of its current step, and that for all of its changes."""
    found = (each for each in await ports.store.approvals_of(incident.id) if not each.state.final)
    return tuple(each for each in found if _of(each) == walk.id)


async def together(incident: Incident, request: Approval, ports: Ports) -> Approval | None:
    """The approval for a whole procedure that a step's request runs under, or that is open and has the step in it."""
    if request.under or not request.leg:
        return await ports.store.approval(request.under) if request.under else None
    open_ones = await waiting(incident, incident.walk(placed(request.leg)[0]), ports)
    return next((each for each in open_ones if request.leg in {part.leg for part in each.parts}), None)


async def covering(walk: Walk, index: int, ports: Ports) -> Part | None:
    """What the approval for the whole procedure that stands now says of a step; None: it asks for itself."""
    whole = await ports.store.approval(walk.whole) if walk.whole else None
    if whole is None or whole.state is not ApprovalState.APPROVED:
        return None
    return next((part for part in whole.parts if part.leg == place(walk, index)), None)


def _of(request: Approval) -> str:
    """The walk that a request is of; empty: of none."""
    leg = request.parts[0].leg if request.parts else request.leg
    return placed(leg)[0] if leg else ""
