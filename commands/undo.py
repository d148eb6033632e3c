"""*Ask for the undo*: what a remediation did is taken back by the next one, behind the same gate."""

from collections.abc import Sequence

from msgspec.structs import replace

from commands.answers import Answer, Form, FormWanted
from commands.asked import Asked, procedure_of
from commands.deciding import with_approval
from commands.fix import fix_filled
from commands.ports import Ports
from incident import refusal, running
from incident.approval import Approval
from incident.incident import Incident
from incident.runbook import Procedure, Step


async def undo(asked: Asked, approval_id: str, *, ports: Ports) -> Answer:
    """Ask for the step that takes an ended one back, with what the target held before, for people to check.

    Raises NoWayBack, and as a fix does.
    """
    incident, request = await with_approval(ports.store, approval_id)
    step = undo_of(incident, request, await ports.store.approvals_of(incident.id), ports)
    procedure = procedure_of(incident, ports)
    if step is None or procedure is None:
        raise refusal.NoWayBack(step=request.plan.title, undo=request.plan.undo)
    about = replace(asked, about=incident)
    if not step.parameters:
        return await fix_filled(about, step_id=step.id, parameters={}, undoes=request.id, ports=ports)
    return FormWanted(form=Form.FIX_STEP, incident=incident, procedure=procedure, step=step, undoes=request.id)


def undo_of(incident: Incident, request: Approval, others: Sequence[Approval], ports: Ports) -> Step | None:
    """The step that can be asked for now to take back what a request did, or may have done.

    None while there is nothing to take back, while nobody has looked at what was cut short, once it is taken back or
    was done again (``others`` are the incident's requests), and where only words say how.
    """
    offered = incident.open and running.may_be_taken_back(request, others)
    return way_back(incident, request, ports) if offered else None


def way_back(incident: Incident, request: Approval, ports: Ports) -> Step | None:
    """The step that takes a request back, its values filled in as far as they are known; None: only words say how."""
    procedure = procedure_of(incident, ports)
    done = _step(procedure, request.plan.step_id)
    back = _step(procedure, done.undo_step) if done is not None else None
    if done is None or back is None or not back.runnable:
        return None
    values = {name: str(value) for name, value in request.plan.parameters.items()}
    seen = request.plan.promise.value
    if done.undo_takes and seen is not None:
        values[done.undo_takes] = seen
    filled = (replace(each, default=values.get(each.name, each.default)) for each in back.parameters)
    return replace(back, parameters=tuple(filled))


def _step(procedure: Procedure | None, step_id: str) -> Step | None:
    steps = procedure.remediations if procedure is not None else ()
    return next((step for step in steps if step.id == step_id), None)
