"""What stands between a remediation and its run: the team's rules, hours, environments, frozen evidence, and the stop.

Rules are read as in an SSH client's configuration: each key is taken from the first rule that matches and names it,
and what no rule names takes the default. So the narrow rules stand first.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final, TypeVar

from msgspec import Struct, field

from incident import hours, refusal
from incident.approval_policy import ApprovalPolicy
from incident.hours import Hours
from incident.incident import Incident
from incident.plan import Plan
from incident.refusal import Refused
from incident.responder import Role, UserId, user_of
from incident.stop import Stop
from incident.verdict import Verdict

T = TypeVar("T")

ON_CALL: Final = "on-call"
ESCALATION: Final = "escalation"
PARTS: Final = (*(role.value for role in Role), ON_CALL, ESCALATION)
"""The words by which a rule names people by their part; everybody else is named by their id in the chat."""


class Case(Struct, frozen=True, kw_only=True):
    """What one remediation is, in the terms that a rule can match."""

    system: str
    severity: str
    procedure: str
    step: str
    tag: tuple[str, ...]
    target: str
    environment: str
    executor: str


class Match(Struct, frozen=True, kw_only=True):
    """Which remediations a rule is for: every key that it names must have one of its values."""

    system: tuple[str, ...] = ()
    severity: tuple[str, ...] = ()
    procedure: tuple[str, ...] = ()
    step: tuple[str, ...] = ()
    tag: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    executor: tuple[str, ...] = ()

    def takes(self, case: Case) -> bool:
        """True when the rule is for this remediation."""
        for key in self.__struct_fields__:
            wanted, is_so = getattr(self, key), getattr(case, key)
            known = (is_so,) if isinstance(is_so, str) else is_so
            if wanted and not set(wanted) & set(known):
                return False
        return True


class Rule(Struct, frozen=True, kw_only=True):
    """What the team demands of the remediations that it matches; None of what it leaves to others."""

    match: Match = field(default_factory=Match)
    ask: tuple[str, ...] | None = None
    approve: tuple[str, ...] | None = None
    approvals: int | None = None
    requester_may_approve: bool | None = None
    expires_after: timedelta | None = None
    cool_down: timedelta | None = None
    concurrency: int | None = None
    quiet_hours: tuple[Hours, ...] | None = None
    quiet_approvals: int | None = None
    window: tuple[Hours, ...] | None = None
    environments: tuple[str, ...] | None = None
    break_glass: bool | None = None


def demanded(rules: Sequence[Rule], case: Case, default: ApprovalPolicy) -> ApprovalPolicy:
    """The policy of one remediation. A rule may lengthen the cool-down that the step has of its own, not shorten it."""
    for_it = [rule for rule in rules if rule.match.takes(case)]

    def first(read: Callable[[Rule], T | None], otherwise: T) -> T:
        return next((value for rule in for_it if (value := read(rule)) is not None), otherwise)

    return ApprovalPolicy(
        askers=first(lambda rule: rule.ask, default.askers),
        approvers=first(lambda rule: rule.approve, default.approvers),
        approvals=first(lambda rule: rule.approvals, default.approvals),
        requester_may_approve=first(lambda rule: rule.requester_may_approve, default.requester_may_approve),
        expires_after=first(lambda rule: rule.expires_after, default.expires_after),
        cool_down=max(first(lambda rule: rule.cool_down, default.cool_down), default.cool_down),
        concurrency=first(lambda rule: rule.concurrency, default.concurrency),
        quiet_hours=first(lambda rule: rule.quiet_hours, default.quiet_hours),
        quiet_approvals=first(lambda rule: rule.quiet_approvals, default.quiet_approvals),
        window=first(lambda rule: rule.window, default.window),
        environments=first(lambda rule: rule.environments, default.environments),
        break_glass=first(lambda rule: rule.break_glass, default.break_glass),
    )


def people(
    names: Sequence[str], *, roles: Mapping[Role, UserId], on_call: Sequence[UserId], escalation: Sequence[UserId]
) -> tuple[str, ...]:
    """The people (``U…``) and groups (``S…``) that a rule's words mean as things stand: a part is whoever plays it."""
    parts: dict[str, Sequence[str]] = {role.value: [holder] for role, holder in roles.items()}
    parts |= {ON_CALL: on_call, ESCALATION: escalation}
    return tuple(dict.fromkeys(each for name in names for each in parts.get(name, () if name in PARTS else (name,))))


def check(incident: Incident, plan: Plan, policy: ApprovalPolicy, *, stop: Stop | None, now: datetime) -> None:
    """Whether this may be asked for, approved or begun now.

    Raises Stopped, EvidenceFrozen, WrongEnvironment, WindowClosed, QuietHours.
    """
    check_stop(stop)
    frozen = incident.evidence
    if frozen is not None and plan.verdict is not Verdict.READ_ONLY and frozen.holds(plan.step_id):
        raise refusal.EvidenceFrozen(step=plan.step_id, title=plan.title, reason=frozen.reason)
    if policy.environments and plan.environment not in policy.environments:
        raise refusal.WrongEnvironment(step=plan.title, environment=plan.environment, allowed=policy.environments)
    if policy.window and hours.ends(policy.window, now) is None:
        raise refusal.WindowClosed(step=plan.title, until=hours.begins(policy.window, now))
    quiet = hours.ends(policy.quiet_hours, now) if policy.quiet_approvals is None else None
    if quiet is not None:
        raise refusal.QuietHours(step=plan.title, until=quiet)


def check_evidence(plan: Plan, others: Sequence[Incident], reached: Callable[[str], Collection[str]]) -> None:
    """Whether another open incident keeps the evidence of the plan's target. Raises EvidenceKeptElsewhere.

    ``others`` are incidents that keep evidence; ``reached`` tells the targets of a system, all of which it covers.
    """
    for other in others:
        frozen = other.evidence
        if frozen is None or plan.verdict is Verdict.READ_ONLY or not frozen.holds(plan.step_id):
            continue
        if plan.target in reached(other.system):
            raise refusal.EvidenceKeptElsewhere(
                number=other.number, step=plan.step_id, title=plan.title, reason=frozen.reason
            )


def check_stop(stop: Stop | None) -> None:
    """Whether anything at all may be asked for, approved or begun. Raises Stopped."""
    if stop is not None:
        raise refusal.Stopped(by=user_of(stop.by), at=stop.at, reason=stop.reason)


def why(refused: Refused) -> str:
    """Why an approved remediation was not begun, for its record; empty when it was not the gate that refused it."""
    facts = refused.facts
    until = facts.get("until")
    time = f" until {until:%d %b %H:%M} UTC" if isinstance(until, datetime) else ""
    reason = f": {facts['reason']}" if facts.get("reason") else ""
    return {
        refusal.Ended: "The incident was resolved before it began.",
        refusal.Expired: "It could not begin in time after the yes, so the yes holds no longer: ask again.",
        refusal.CoolingDown: f"The same step ran on this target a moment ago; it must wait{time}.",
        refusal.Stopped: f"All remediations were stopped before it began{reason}.",
        refusal.RunbookChanged: "The runbook was changed since it was asked for: ask again for what it says now.",
        refusal.EvidenceFrozen: f"Evidence was frozen before it began{reason}.",
        refusal.EvidenceKeptElsewhere: f"INC-{facts.get('number')} keeps the evidence of its target{reason}.",
        refusal.WrongEnvironment: f"It may not run in {facts.get('environment')}.",
        refusal.WindowClosed: f"Its maintenance window closed before it began; closed{time}.",
        refusal.QuietHours: f"Quiet hours came before it began; quiet{time}.",
    }.get(type(refused), "")
