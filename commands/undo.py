"""*Ask for the undo*: what a remediation did is taken back by the next one, behind the same gate."""

from msgspec.structs import replace

from commands.answers import Answer, Form, FormWanted
from commands.asked import Asked, procedure_of
from commands.deciding import with_approval
from commands.fix import fix_filled
from commands.ports import Ports
from incident import refusal
from incident.approval import Approval, ApprovalState
from incident.incident import Incident
from incident.runbook import Parameter, Step


async def undo(asked: Asked, approval_id: str, *, ports: Ports) -> Answer:
    """Ask for the step that takes an ended one back; its parameters are what that one ran with, for people to check.

    Raises NoWayBack, and as a fix does.
    """
    incident, request = await with_approval(ports.store, approval_id)
    step = undo_of(incident, request, ports)
    procedure = procedure_of(incident, ports)
    if step is None or procedure is None:
        raise refusal.NoWayBack(step=request.plan.title, undo=request.plan.undo)
    about = replace(asked, about=incident)
    if not step.parameters:
        return await fix_filled(about, step_id=step.id, parameters={}, ports=ports)
    given = replace(step, parameters=tuple(_as_it_ran(each, request) for each in step.parameters))
    return FormWanted(form=Form.FIX_STEP, incident=incident, procedure=procedure, step=given)


def undo_of(incident: Incident, request: Approval, ports: Ports) -> Step | None:
    """The step that takes back what a request did; None while there is nothing to take back, or only words say how."""
    procedure = procedure_of(incident, ports)
    if procedure is None or request.state is not ApprovalState.RAN or not incident.open:
        return None
    named = {step.id: step.undo_step for step in procedure.steps}.get(request.plan.step_id, "")
    return next((step for step in procedure.remediations if step.id == named), None)


def _as_it_ran(parameter: Parameter, request: Approval) -> Parameter:
    ran_with = request.plan.parameters.get(parameter.name)
    return parameter if ran_with is None else replace(parameter, default=str(ran_with))
