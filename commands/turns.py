"""Which step of a walk is meant by a button, a form or a word, and what the catalog says of that step."""

from dataclasses import dataclass, replace

from commands.ports import Ports
from incident import refusal
from incident.approval import Approval
from incident.incident import Incident
from incident.runbook import Catalog, Procedure, Step
from incident.walk import Leg, Walk


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One step of one walk. ``tries`` is how often it had been begun when the person saw it; None: whatever is so."""

    walk: str
    index: int
    tries: int | None = None

    def among(self, incident: Incident) -> tuple[Walk, Leg]:
        """The walk and the leg. Raises NoSuchWalk, NotItsTurn."""
        walk = incident.walk(self.walk)
        if not 0 <= self.index < len(walk.legs):
            raise refusal.NotItsTurn(step="", state="", by=None)
        return walk, walk.legs[self.index]


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


def step_at(walk: Walk, index: int, catalog: Catalog | None) -> Step | None:
    """The catalog's step at a place of a walk, with what earlier steps gave as its parameters' defaults.

    None for what is only told in words, and when the runbook was changed and has the step no longer.
    """
    procedure = walked(walk, catalog)
    steps = procedure.steps if procedure is not None else ()
    step = next((each for each in steps if each.id == walk.legs[index].step), None)
    return replace(step, parameters=walk.parameters(index, step)) if step is not None else None


async def pending(walk: Walk, ports: Ports) -> Approval | None:
    """The request that the walk's current step waits for."""
    leg = walk.legs[walk.next] if walk.next is not None else None
    return await ports.store.approval(leg.approval) if leg is not None and leg.approval is not None else None
