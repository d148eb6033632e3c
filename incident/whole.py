"""One approval for all changes of a procedure: asked with every command on one card, used by each step in its turn.

A step still passes the gate, its guard, and the look at what it would touch. What is then not as it was approved voids
the approval for the rest, and each step asks for itself again.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from incident import approval, course, gate, refusal, remedy
from incident.approval import Approval, ApprovalState, Part, Preview
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.digest import identifier
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.plan import Plan
from incident.responder import UserId
from incident.runbook import GuardKind, Step, StepKind
from incident.stop import Stop
from incident.timeline import Event, Kind
from incident.verdict import Verdict
from incident.walk import Leg, LegState, Walk

MOST_CHANGES: Final = 8
MOST_SHOWN: Final = 2_500
"""Characters of all commands together: a card holds no more that a person could still read."""


def changes(title: str, legs: Sequence[Leg], steps: Mapping[str, Step]) -> tuple[int, ...]:
    """The places of all changes that are still to come, where each can be rendered now. Raises NotAtOnce."""
    ahead = [index for index, leg in enumerate(legs) if not leg.state.settled and leg.state is not LegState.HOLDING]
    for index in ahead:
        reason = _unready(legs, index, steps)
        if reason:
            raise refusal.NotAtOnce(title=title, reason=reason)
    found = tuple(index for index in ahead if legs[index].kind is StepKind.REMEDIATION)
    if len(found) < 2:
        raise refusal.NotAtOnce(title=title, reason="fewer than two of its changes are still to come")
    if len(found) > MOST_CHANGES:
        raise refusal.NotAtOnce(title=title, reason=f"one card holds {MOST_CHANGES} changes, and it has {len(found)}")
    return found


def _unready(legs: Sequence[Leg], index: int, steps: Mapping[str, Step]) -> str:
    """Why nobody can tell now what a step will run; empty when one can."""
    leg, step = legs[index], steps.get(legs[index].step)
    if step is None:
        return f"the runbook has “{leg.title}” no longer"
    if leg.state is LegState.RUNNING:
        return f"“{leg.title}” is under way"
    if leg.kind is StepKind.MANUAL:
        unbound = step.kind is StepKind.REMEDIATION
        return f"“{leg.title}” is a change that Muster cannot run" if unbound else _told(leg)
    passed_on = {each.gives for each in legs[:index] if each.gives}
    if leg.kind is StepKind.REMEDIATION and any(each.taken_from or each.name in passed_on for each in step.parameters):
        return f"“{leg.title}” takes a value from an earlier step"
    if leg.kind is StepKind.REMEDIATION and step.unfilled:
        return f"“{leg.title}” needs a value that a person gives"
    return ""


def _told(leg: Leg) -> str:
    return f"“{leg.title}” gives a value that only a person knows" if leg.gives else ""


def strictest(title: str, policies: Sequence[ApprovalPolicy]) -> ApprovalPolicy:
    """What all the steps demand together. Hours and places are looked at for each step. Raises NotAtOnce.

    Whoever may approve is named for every step, and the glass may be broken where each step lets it.
    """
    first, *others = policies
    approvers = tuple(name for name in first.approvers if all(name in each.approvers for each in others))
    if not approvers:
        raise refusal.NotAtOnce(title=title, reason="no one is named to approve all of its changes")
    quiet = [each.quiet_approvals for each in policies if each.quiet_approvals is not None]
    return ApprovalPolicy(
        approvers=approvers,
        expires_after=min(each.expires_after for each in policies),
        requester_may_approve=all(each.requester_may_approve for each in policies),
        approvals=max(each.approvals for each in policies),
        break_glass=all(each.break_glass for each in policies),
        quiet_hours=tuple(dict.fromkeys(each for policy in policies for each in policy.quiet_hours)) if quiet else (),
        quiet_approvals=max(quiet, default=None),
        cool_down=timedelta(0),
    )


def request(
    incident: Incident,
    walk: Walk,
    parts: tuple[Part, ...],
    *,
    by: UserId,
    stop: Stop | None,
    cause: str,
    now: datetime,
    before: Incident,
    begun: Sequence[Event] = (),
) -> Change:
    """Somebody wants all changes of a walk approved at once: Muster looks first at what each would touch.

    ``before`` is the incident as it was when the walk was not ``begun``. Raises Ended, NotAtOnce, and whatever the gate
    refuses for any of the steps.
    """
    incident.check_open()
    for part in parts:
        gate.check(incident, part.plan, part.policy, stop=stop, now=now)
    if sum(len(part.plan.shown) for part in parts) > MOST_SHOWN:
        raise refusal.NotAtOnce(title=walk.title, reason="its commands are too long for one card")
    asked = approval.ask(
        identifier("app", cause),
        incident_id=incident.id,
        procedure_id=walk.procedure,
        plan=_plan(walk.title, parts),
        requester=by,
        policy=strictest(walk.title, [part.policy for part in parts]),
        now=now,
        parts=parts,
    )
    job = owe(JobName.PREVIEW, incident.id, now, subject=asked.id, urgency=incident.severity.rank)
    return remedy.with_request(incident, asked, cause, now, *begun, jobs=(job,), before=before)


def _plan(title: str, parts: Sequence[Part]) -> Plan:
    """What stands for all of them: its digest covers theirs, in order."""
    return Plan(
        step_id="",
        title=f"{title}: all {len(parts)} changes",
        verdict=Verdict.MUTATING,
        executor="",
        target="",
        environment="",
        command={"steps": [part.plan.digest for part in parts], "legs": [part.leg for part in parts]},
        shown="\n".join(part.plan.shown for part in parts),
        parameters={},
        catalog=parts[0].plan.catalog,
    )


def put_up(incident: Incident, asked: Approval, seen: Sequence[Preview], *, settles: Claim, now: datetime) -> Change:
    """What each would touch is known: the one card goes up."""
    if not incident.open:
        reason = "the incident was resolved meanwhile"
        return remedy.call_off(incident, asked, reason=reason, settles=settles, now=now)
    parts: list[Part] = []
    for part, preview in zip(asked.parts, seen, strict=True):
        try:
            plan = replace(part.plan, promise=approval.kept(part.plan, preview))
        except (refusal.NothingToChange, refusal.GuardBroken) as unclear:
            why = unclear.facts.get("reason", "it would change nothing now")
            reason = f"“{part.plan.title}”: {why}"
            return remedy.call_off(incident, asked, reason=reason, settles=settles, now=now)
        parts.append(replace(part, plan=plan, preview=preview))
    title = asked.plan.title.rpartition(": all ")[0]
    plan = _plan(title, parts)
    ready = replace(
        asked,
        parts=tuple(parts),
        plan=plan,
        digest=plan.digest,
        state=ApprovalState.ASKED,
        asked_at=now,
        expires_at=now + asked.policy.expires_after,
    )
    return remedy.ask_people(incident, ready, None, settles=settles, now=now)


def take(
    incident: Incident, asked: Approval, preview: Preview, whole: Approval, *, settles: Claim, now: datetime
) -> Change:
    """A step's turn, under the approval for all of them: it is to run, if it is still as it was approved.

    If it is not, that approval is void for the rest, and the step asks for itself.
    """
    part = next((each for each in whole.parts if each.leg == asked.leg), None)
    alone = replace(asked, under="")
    if whole.state is not ApprovalState.APPROVED or part is None:
        return remedy.put_up(incident, alone, preview, settles=settles, now=now)
    until = course.begins_before(incident, whole, asked.leg)
    reason = _changed(incident, asked, part, preview, whole) or ("its time was over" if now >= until else "")
    if reason or not incident.open:
        void = approval.withdraw(whole, reason=reason or "the incident was resolved", now=now)
        return remedy.put_up(incident, alone, preview, settles=settles, now=now, beside=(void,))
    covered = replace(
        asked,
        plan=part.plan,
        digest=part.plan.digest,
        preview=preview,
        state=ApprovalState.APPROVED,
        yes=whole.yes,
        asked_at=whole.asked_at,
        decided_by=whole.decided_by,
        decided_at=whole.decided_at,
        broke_glass=whole.broke_glass,
        reason=whole.reason,
        expires_at=until,
    )
    event = Event(
        kind=Kind.COVERED,
        at=now,
        facts={
            **remedy.named(covered),
            "whole": whole.plan.title,
            "by": whole.decided_by,
            "alone": whole.broke_glass,
            "digest": covered.digest,
        },
        evidence=(f"approval:{covered.id}", f"approval:{whole.id}"),
    )
    job = remedy.run_of(incident, covered, now)
    return remedy.with_request(incident, covered, settles.cause, now, event, jobs=(job,), settles=settles)


def _changed(incident: Incident, asked: Approval, part: Part, preview: Preview, whole: Approval) -> str:
    """What is not as it was when all of it was approved; empty when everything is."""
    for earlier in whole.parts[: whole.parts.index(part)]:
        walk_id, index = course.placed(earlier.leg)
        leg = incident.walk(walk_id).legs[index]
        if leg.state is not LegState.DONE:
            return f"“{leg.title}” was not done"
    promise = part.plan.promise
    now = replace(asked.plan, promise=replace(asked.plan.promise, most=promise.most, value=promise.value))
    if now.digest != part.plan.digest:
        return f"the runbook says something else of “{part.plan.title}” now"
    if promise.kind is GuardKind.FINGERPRINT:
        same = preview.value == promise.value
    elif promise.kind is GuardKind.NONE:
        same = True
    else:
        same = preview.count is not None and 0 < preview.count <= (promise.most or 0)
    return "" if same else f"what “{part.plan.title}” would touch is not what was approved"


def skipped(requests: Sequence[Approval], leg: str, title: str, now: datetime) -> tuple[Approval, ...]:
    """What becomes of a walk's open requests when a step is skipped: one for all changes, that among them, is void."""
    reason = f"“{title}” was skipped"
    for_all = (each for each in requests if leg in {part.leg for part in each.parts})
    return tuple(approval.withdraw(each, reason=reason, now=now) for each in for_all)


def after(whole: Approval | None, ended: Approval, now: datetime) -> tuple[Approval, ...]:
    """What becomes of the approval for all of them when one has ended: nothing while others are to come.

    A step that asked for itself before that was approved counts, too.
    """
    if whole is None or whole.state.final or not ended.state.final:
        return ()
    if ended.state is not ApprovalState.RAN:
        return (approval.withdraw(whole, reason=f"“{ended.plan.title}” did not come to its end", now=now),)
    if ended.leg != whole.parts[-1].leg:
        return ()
    if whole.state is ApprovalState.APPROVED:
        return (replace(whole, state=ApprovalState.RAN),)
    return (approval.withdraw(whole, reason="each of its changes was approved by itself", now=now),)
