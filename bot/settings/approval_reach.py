"""Whether enough people could ever say yes: two rules that together want more than there are would stop every fix."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from msgspec import Struct

from bot.config import Written, WrongSetting, line_of
from bot.settings.approvals import rule_of
from bot.settings.rota import Called, layers_of
from bot.settings.sections import SystemSection
from incident import gate
from incident.approval_policy import ApprovalPolicy
from incident.gate import Case, Rule
from incident.rota import Rotation
from incident.runbook import Catalog, Procedure, Step
from incident.severity import Severity


class _Many(Struct, frozen=True):
    """How many people some words can mean at most: those who are named, and others who come by their part.

    ``uncounted``: a group is among them, and only the chat knows how many are in it.
    """

    named: frozenset[str]
    others: int
    uncounted: bool


def check_reach(configuration: Written, catalogs: Iterable[Catalog]) -> None:
    """Raises WrongSetting, with file and line, for the first remediation that nobody could ever let run."""
    rules = tuple(rule_of(each) for each in configuration.file.approvals.rules)
    for catalog in catalogs if rules else ():
        section = configuration.file.systems[catalog.system]
        for procedure in catalog.procedures:
            for step in procedure.remediations:
                for severity in Severity:
                    _check(configuration, rules, section, (catalog, procedure, step, severity))


def _check(
    configuration: Written,
    rules: Sequence[Rule],
    section: SystemSection,
    place: tuple[Catalog, Procedure, Step, Severity],
) -> None:
    catalog, procedure, step, severity = place
    case = _case(configuration, catalog, procedure, step, severity)
    policy = gate.demanded(rules, case, ApprovalPolicy(approvers=section.approvers, expires_after=timedelta(1)))
    wanted, able = max(policy.approvals, policy.quiet_approvals or 1), _able(policy, section)
    if able is None or able >= wanted:
        return
    number = _demanding(rules, case)
    line = line_of(configuration.path, ["approvals", "rules", number])
    raise WrongSetting(
        f"{configuration.path}, line {line}: the rules together want {wanted} to approve “{step.title}” "
        f"({catalog.system}, {severity.value}), and {_told(able)} could: name more people "
        "or a group in “approve”, or want fewer."
    )


def _told(able: int) -> str:
    return "nobody" if able < 1 else "only 1 person" if able == 1 else f"at most {able} people"


def _case(configuration: Written, catalog: Catalog, procedure: Procedure, step: Step, severity: Severity) -> Case:
    target = configuration.file.targets.get(step.target or "")
    return Case(
        system=catalog.system,
        severity=severity.value,
        procedure=procedure.id,
        step=step.id,
        tag=step.tags,
        target=step.target or "",
        environment=target.environment if target else "",
        executor=step.executor or "",
    )


def _able(policy: ApprovalPolicy, section: SystemSection) -> int | None:
    """How many could say yes at most, whoever asks; None when nobody can count them."""
    many, askers = _meant(policy.approvers, section), _meant(policy.askers, section)
    if many.uncounted:
        return None
    some_other_asks = not policy.askers or askers.uncounted or askers.others or askers.named - many.named
    own = 0 if policy.requester_may_approve or some_other_asks else 1
    return len(many.named) + many.others - own


def _meant(names: Sequence[str], section: SystemSection) -> _Many:
    named = {name for name in names if name not in gate.PARTS and not name.startswith("S")}
    called: list[Called] = [section.on_call] if gate.ON_CALL in names else []
    called += [section.escalation or section.on_call] if gate.ESCALATION in names else []
    layers = [layer for each in called for layer in layers_of(each)]
    rotations = sum(isinstance(each, Rotation) for each in layers)
    roles = len(set(names) & (set(gate.PARTS) - {gate.ON_CALL, gate.ESCALATION}))
    people = named | {each for each in layers if not isinstance(each, Rotation)}
    return _Many(frozenset(people), rotations + roles, any(name.startswith("S") for name in names))


def _demanding(rules: Sequence[Rule], case: Case) -> int:
    """The number of the rule that says how many must approve, or else who."""
    for_it = [number for number, rule in enumerate(rules) if rule.match.takes(case)]
    counting = (number for number in for_it if rules[number].approvals or rules[number].quiet_approvals)
    naming = (number for number in for_it if rules[number].approve or rules[number].ask)
    return next(counting, next(naming, 0))
