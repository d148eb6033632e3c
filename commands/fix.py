"""``/incident fix``: one of the runbook's remediations, with its parameters, for a second person to approve."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from commands.answers import Answer, AtOnce, Form, FormWanted, Preparing
from commands.asked import Asked, procedure_of, step_named, unquoted
from commands.deciding import anew, known
from commands.gating import check_evidence, is_named, policy_of
from commands.ports import Ports
from commands.store import Saved
from incident import asked_twice, gate, giving, refusal, remedy, whole
from incident.approval import Approval
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.incident import Incident
from incident.plan import Plan, draw_up
from incident.responder import UserId
from incident.runbook import Procedure, Step, StepKind
from incident.stop import Stop
from incident.walk import leg_of


async def fix(asked: Asked, *, ports: Ports) -> Answer:
    """The form to choose from; ``words`` may name the step, which is then asked for its parameters, if it has any.

    They may also name a procedure: then all of its changes can be approved at once.
    """
    wanted = unquoted(asked.words)
    # Nobody fills in a form for what could not even be asked.
    gate.check_stop(await ports.store.stopped())
    chosen = at_once(asked, wanted, ports)
    if chosen is not None:
        return chosen
    procedure = _procedure(asked, ports)
    if not wanted:
        return FormWanted(form=Form.FIX, incident=asked.incident, procedure=procedure)
    step = await with_values(
        asked.incident, procedure, _remediation(procedure, step_named(wanted, procedure.steps)), ports=ports
    )
    if step.parameters:
        return FormWanted(form=Form.FIX_STEP, incident=asked.incident, procedure=procedure, step=step)
    return await fix_filled(asked, step_id=step.id, parameters={}, ports=ports)


def at_once(asked: Asked, words: str, ports: Ports) -> AtOnce | None:
    """A procedure that somebody names whole, by its title or id, whose changes can be approved at once; None: none.

    Raises NotAtOnce where they cannot.
    """
    catalog = ports.runbooks.catalog(asked.incident.system)
    every = catalog.procedures if catalog is not None else ()
    meant = next((each for each in every if words.casefold() in (each.id, each.title.casefold())), None)
    if meant is None:
        return None
    legs, steps = [leg_of(step) for step in meant.steps], {step.id: step for step in meant.steps}
    titles = tuple(meant.steps[index].title for index in whole.changes(meant.title, legs, steps))
    return AtOnce(incident=asked.incident, procedure=meant, changes=titles)


async def fix_filled(
    asked: Asked, *, step_id: str, parameters: Mapping[str, str], undoes: str = "", ports: Ports
) -> Preparing:
    """Ask for one remediation. Nothing runs; what it would touch is looked at, then the card goes up.

    ``undoes`` is the request that it takes back.

    Raises NoProcedure, NoSuchStep, NotRunnable, BadParameter, MayNotAsk, UnknownApprovers, CoolingDown, AskedAlready,
    AskedElsewhere, Ended, and whatever the gate refuses.
    """
    procedure = _procedure(asked, ports)
    step = await with_values(asked.incident, procedure, _remediation(procedure, step_id), ports=ports)
    await ask_for(asked, step, parameters, partial(remedy.request, undoes=undoes), ports=ports)
    return Preparing(incident=asked.incident, title=step.title)


async def with_values(incident: Incident, procedure: Procedure, step: Step, *, ports: Ports) -> Step:
    """The step, with what the incident's diagnostics saw as the defaults of the parameters that take it."""
    if not step.parameters:
        return step
    return giving.taking(step, giving.found(await ports.store.findings_of(incident.id), procedure.steps))


class Decision(Protocol):
    """What makes a request of a plan: ``remedy.request``, or that of a walk's step."""

    def __call__(
        self,
        incident: Incident,
        *,
        plan: Plan,
        policy: ApprovalPolicy,
        by: UserId,
        stop: Stop | None,
        cause: str,
        now: datetime,
    ) -> Change: ...


async def ask_for(
    asked: Asked, step: Step, parameters: Mapping[str, str], decision: Decision, *, ports: Ports
) -> Saved:
    """Put one remediation through the gate, as ``decision`` makes a request of its plan.

    Raises NoProcedure, NotRunnable, BadParameter, MayNotAsk, UnknownApprovers, CoolingDown, AskedAlready,
    AskedElsewhere, and what the decision and the gate refuse.
    """
    catalog = ports.runbooks.catalog(asked.incident.system)
    if catalog is None:
        raise refusal.NoProcedure(number=asked.incident.number)
    environment = ports.executors.environment(step.target) if step.target else ""
    plan = draw_up(step, parameters, catalog=catalog, environment=environment)
    policy = policy_of(asked.incident, step, plan, catalog=catalog, ports=ports)
    if policy.askers and not await is_named(asked.by, policy.askers, asked.incident, ports=ports):
        raise refusal.MayNotAsk(step=step.title, askers=policy.askers)
    until = await cooling_until(step.id, plan.target, policy.cool_down, ports)
    if until is not None:
        raise refusal.CoolingDown(until=until, step=step.title)
    await check_evidence(asked.incident, plan, ports=ports)
    stop = await ports.store.stopped()

    async def attempt() -> Saved:
        it = await known(ports.store, asked.incident.id)
        change = decision(it, plan=plan, policy=policy, by=asked.by, stop=stop, cause=asked.cause, now=asked.at)
        await check_asked(it, change.approvals[0], asked, ports)
        return await ports.store.save(change)

    return await anew(attempt)


def _procedure(asked: Asked, ports: Ports) -> Procedure:
    procedure = procedure_of(asked.incident, ports)
    if procedure is None or not procedure.remediations:
        raise refusal.NoProcedure(number=asked.incident.number)
    return procedure


def _remediation(procedure: Procedure, step_id: str) -> Step:
    """The step of that id, which must be one that changes something: what only looks needs nobody's approval."""
    offered = tuple(each.id for each in procedure.remediations)
    if step_id not in {each.id for each in procedure.steps if each.kind is not StepKind.DIAGNOSTIC}:
        raise refusal.NoSuchStep(asked=step_id, offered=offered)
    return procedure.step(step_id)


async def check_asked(incident: Incident, new: Approval, asked: Asked, ports: Ports) -> None:
    """Whether the same is asked for already, here or in another incident: two yeses would run it twice.

    Raises AskedAlready, AskedElsewhere.
    """
    # Read after the incident: whoever asks here at the same moment changes its version, and one of the two tries anew.
    # Two incidents have no version in common. Where they ask in the same moment, each run still checks its guard.
    own = await ports.store.approvals_of(incident.id)
    asked_twice.check(new, own, asked.at)
    if any(each.id == new.id for each in own):
        return
    others = [each for each in await ports.store.approvals_under_way() if each.incident_id != incident.id]
    there = asked_twice.standing(new, others, asked.at)
    if there is not None:
        request = there.request
        elsewhere = await known(ports.store, request.incident_id)
        raise refusal.AskedElsewhere(
            step=there.step,
            number=elsewhere.number,
            by=request.requester,
            at=request.asked_at,
            state=request.state.value,
        )


async def cooling_until(step_id: str, target: str, cool_down: timedelta, ports: Ports) -> datetime | None:
    """Until when a step must not run on its target again; None when it may now."""
    last = await ports.store.last_run(step_id, target) if cool_down else None
    return last + cool_down if last is not None and ports.clock() < last + cool_down else None
