"""What the team's rules demand of one remediation, and whether a person is one of those whom a rule names."""

from collections.abc import Sequence
from functools import partial

from commands.outage import Outage
from commands.ports import Ports
from incident import gate, refusal
from incident.approval_policy import ApprovalPolicy
from incident.gate import Case
from incident.incident import Incident
from incident.plan import Plan, is_as_written
from incident.responder import UserId
from incident.runbook import Catalog, Step


def policy_of(incident: Incident, step: Step, plan: Plan, *, catalog: Catalog, ports: Ports) -> ApprovalPolicy:
    """What must be met before this plan of the step may run; what no rule names takes the defaults.

    The step's procedure need not be the one that the incident follows: another one may be walked. It is found by the
    step's id, because a walk fills in values of its own.
    """
    procedures = (each.id for each in catalog.procedures if step.id in {one.id for one in each.steps})
    case = Case(
        system=incident.system,
        severity=incident.severity.value,
        procedure=next(procedures, ""),
        step=step.id,
        tag=step.tags,
        target=plan.target,
        environment=plan.environment,
        executor=plan.executor,
    )
    default = ApprovalPolicy(
        approvers=ports.settings.approvers(incident.system),
        expires_after=ports.settings.approval_expires_after,
        cool_down=step.cool_down,
    )
    return gate.demanded(ports.settings.rules, case, default)


def check_runbook(incident: Incident, plan: Plan, *, ports: Ports) -> None:
    """Whether the plan is still what the runbook says. Raises RunbookChanged."""
    environment = ports.executors.environment(plan.target)
    if not is_as_written(plan, ports.runbooks.catalog(incident.system), environment):
        raise refusal.RunbookChanged(step=plan.title)


async def check_evidence(incident: Incident, plan: Plan, *, ports: Ports) -> Sequence[Incident]:
    """The incidents that keep evidence, none of which keeps that of the plan's target. Raises EvidenceKeptElsewhere.

    What the incident itself keeps is not asked here: ``gate.check`` sees to that.
    """
    keeping = await ports.store.incidents_with_evidence()
    gate.check_evidence(plan, [each for each in keeping if each.id != incident.id], partial(_reached, ports))
    return keeping


def _reached(ports: Ports, system: str) -> frozenset[str]:
    """The targets of all steps of a system."""
    catalog = ports.runbooks.catalog(system)
    steps = (step for procedure in catalog.procedures for step in procedure.steps) if catalog else ()
    return frozenset(step.target for step in steps if step.target is not None)


async def is_named(user: UserId, names: Sequence[str], incident: Incident, *, ports: Ports) -> bool:
    """Whether a rule's words mean this person now, by id, by part or by group. Raises UnknownApprovers."""
    return await _is_one_of(user, meant(names, incident, ports=ports), ports)


def meant(names: Sequence[str], incident: Incident, *, ports: Ports) -> tuple[str, ...]:
    """The people and groups that a rule's words mean in this incident now."""
    settings, system, now = ports.settings, incident.system, ports.clock()
    on_call, escalation = settings.on_call(system, now), settings.escalation(system, now)
    return gate.people(names, roles=incident.roles, on_call=on_call, escalation=escalation)


async def may_stop(user: UserId, *, ports: Ports) -> bool:
    """Whether a person may stop all remediations: whoever is called for any system, or approves its remediations."""
    settings, now = ports.settings, ports.clock()
    called: list[str] = []
    for system in ports.runbooks.systems:
        called += (*settings.on_call(system, now), *settings.escalation(system, now), *settings.approvers(system))
    return await _is_one_of(user, called, ports)


async def _is_one_of(user: UserId, people: Sequence[str], ports: Ports) -> bool:
    if user in people:
        return True
    try:
        for group in dict.fromkeys(name for name in people if name.startswith("S")):
            if user in await ports.chat.members_of(group):
                return True
    except Outage as outage:
        raise refusal.UnknownApprovers(reason=outage.sentence) from outage
    return False
