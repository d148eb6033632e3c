"""What people do in a walk: begin it, take its steps in order or skip them for a reason, abort it, take it back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from msgspec.structs import replace

from incident import approval, checklist, course, giving, looking, refusal, remedy, whole
from incident.approval import Approval, ApprovalState
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.course import facts, place, taken
from incident.digest import Facts, identifier
from incident.finding import Finding
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.owing import decided
from incident.plan import Plan
from incident.responder import UserId, person
from incident.runbook import Procedure, StepKind
from incident.stop import Stop
from incident.timeline import Event, Kind
from incident.typed import visible
from incident.walk import Leg, LegState, Walk, WalkState, leg_of

_CAN_BE_WITHDRAWN: Final = frozenset({ApprovalState.PREPARING, ApprovalState.ASKED, ApprovalState.APPROVED})


def begin(incident: Incident, procedure: Procedure, *, by: UserId, cause: str, now: datetime) -> Change:
    """Somebody starts to walk a procedure. Nothing of it runs yet. Raises Ended, WalkGoesOn, NothingToWalk."""
    after, event = begun(incident, walk_of(procedure, by=by, cause=cause, now=now), now)
    return decided(cause, now, after, event, before=incident)


def walk_of(procedure: Procedure, *, by: UserId, cause: str, now: datetime) -> Walk:
    """A walk of a procedure, all of it ahead. Raises NothingToWalk."""
    legs = tuple(leg_of(step) for step in procedure.steps)
    if not legs:
        raise refusal.NothingToWalk(title=procedure.title)
    return Walk(
        id=identifier("walk", cause), procedure=procedure.id, title=procedure.title, by=by, begun_at=now, legs=legs
    )


def run(
    incident: Incident,
    walk: Walk,
    index: int,
    *,
    given: Mapping[str, str],
    tries: int | None,
    by: UserId,
    cause: str,
    now: datetime,
) -> Change:
    """A diagnostic's turn: it looks at once. Raises Ended, WalkEnded, NotItsTurn."""
    incident.check_open()
    leg = walk.turn(index, tries)
    looks = replace(
        leg,
        state=LegState.RUNNING,
        tries=leg.tries + 1,
        by=by,
        at=now,
        given=dict(given),
        note="",
        finding=None,
        healthy=None,
    )
    after, _ = taken(incident, walk, index, looks, now)
    rank = incident.severity.rank
    job = owe(JobName.RUN_LEG, incident.id, now, subject=place(walk, index), urgency=rank, again=str(looks.tries))
    event = Event(kind=Kind.STEP_BEGUN, at=now, actor=person(by), facts=facts(walk, index))
    return decided(cause, now, after, event, before=incident, jobs=(job,))


def looked(incident: Incident, walk: Walk, index: int, finding: Finding, *, settles: Claim, now: datetime) -> Change:
    """A diagnostic of the walk saw something, or could not look: then it can be run again, or be skipped."""
    error, sight = finding.sight.error, finding.sight
    leg = replace(
        walk.legs[index],
        state=LegState.DONE if error is None else LegState.FAILED,
        at=now,
        finding=finding.id,
        healthy=finding.healthy,
        value=giving.kept(sight.given),
        note=error or "",
    )
    after, events = taken(incident, walk, index, leg, now)
    return looking.find(after, finding, *events, cause=settles.cause, now=now, settles=settles, before=incident)


def not_looked(incident: Incident, walk: Walk, index: int, *, why: str, settles: Claim, now: datetime) -> Change:
    """A diagnostic of the walk could not even be begun, for the reason given."""
    failed = replace(walk.legs[index], state=LegState.FAILED, at=now, note=why)
    after, events = taken(incident, walk, index, failed, now)
    return decided(settles.cause, now, after, *events, before=incident, settles=settles)


def request(
    incident: Incident,
    *,
    walk_id: str,
    index: int,
    tries: int | None,
    plan: Plan,
    policy: ApprovalPolicy,
    by: UserId,
    stop: Stop | None,
    cause: str,
    now: datetime,
    under: str = "",
) -> Change:
    """A remediation's turn: it goes through the same gate as any other, or ``under`` the approval for all of them.

    Raises Ended, NoSuchWalk, WalkEnded, NotItsTurn, and whatever the gate refuses.
    """
    walk = incident.walk(walk_id)
    if walk.legs[index].approval != identifier("app", cause):
        # The same delivery again finds its own request made: the store will call it a repeat.
        walk.turn(index, tries)
    leg = place(walk, index)
    return remedy.request(
        incident,
        plan=plan,
        policy=policy,
        by=by,
        stop=stop,
        cause=cause,
        now=now,
        procedure=walk.procedure,
        leg=leg,
        under=under,
    )


def done(
    incident: Incident,
    walk: Walk,
    index: int,
    *,
    note: str,
    value: str,
    tries: int | None,
    by: UserId,
    cause: str,
    now: datetime,
) -> Change:
    """A person did a manual step, and says how. One that only waits begins its hold, and needs no word.

    Raises Ended, WalkEnded, NotItsTurn, NotManual, NothingSaid.
    """
    incident.check_open()
    leg = walk.turn(index, tries)
    if leg.kind is not StepKind.MANUAL:
        raise refusal.NotManual(step=leg.title)
    if not leg.only_waits and not visible(note):
        raise refusal.NothingSaid(what="note")
    if leg.gives and not visible(value):
        raise refusal.NothingSaid(what="value")
    kept = giving.kept(value.strip()) if leg.gives else None
    ended = replace(leg, state=LegState.DONE, tries=leg.tries + 1, by=by, at=now, note=note.strip(), value=kept)
    after, events = taken(incident, walk, index, ended, now)
    if walk.procedure == incident.procedure and leg.step:
        after = replace(after, checklist=checklist.tick_step(after.checklist, leg.step, by, now))
    told: Facts = {**facts(walk, index), "note": note.strip(), "gives": leg.gives, "value": kept}
    event = Event(kind=Kind.STEP_DONE, at=now, actor=person(by), facts=told)
    return decided(cause, now, after, event, *events, before=incident)


def skip(
    incident: Incident,
    walk: Walk,
    index: int,
    *,
    reason: str,
    tries: int | None,
    waiting: Sequence[Approval],
    by: UserId,
    cause: str,
    now: datetime,
) -> Change:
    """A step is not done, or its hold is cut short, for a reason. Raises Ended, WalkEnded, NotItsTurn, NothingSaid.

    ``waiting`` are the walk's open requests: one for all of its changes holds no longer without this one.
    """
    incident.check_open()
    leg = walk.turn(index, tries, holding=True)
    if not visible(reason):
        raise refusal.NothingSaid(what="reason")
    held = leg.state is LegState.HOLDING
    state = LegState.DONE if held else LegState.SKIPPED
    ended = replace(leg, state=state, tries=leg.tries + 1, by=by, at=now, note=reason.strip())
    after, events = taken(incident, walk, index, ended, now)
    told: Facts = {**facts(walk, index), "reason": reason.strip(), "held": held}
    event = Event(kind=Kind.STEP_SKIPPED, at=now, actor=person(by), facts=told)
    void = () if held else whole.skipped(waiting, place(walk, index), leg.title, now)
    for each in void:
        after, _ = course.follow(after, each, now)
    voided = (remedy.voided(each, now) for each in void)
    return decided(cause, now, after, event, *events, *voided, before=incident, approvals=void)


def abort(
    incident: Incident, walk: Walk, *, reason: str, waiting: Sequence[Approval], by: UserId, cause: str, now: datetime
) -> Change:
    """The walk is ended. A request of it that has not begun to run is void; one that runs goes on.

    ``waiting`` are the open requests of its steps. Raises WalkEnded, NothingSaid.
    """
    walk.check_going()
    if not visible(reason):
        raise refusal.NothingSaid(what="reason")
    return _ended(incident, walk, reason=reason.strip(), waiting=waiting, by=by, cause=cause, now=now)


def roll_back(
    incident: Incident,
    walk: Walk,
    legs: Sequence[Leg],
    *,
    reason: str,
    waiting: Sequence[Approval],
    by: UserId,
    cause: str,
    now: datetime,
) -> Change:
    """What a walk did is taken back, the last step first, as a walk of its own. One that goes on is ended first.

    ``legs`` say how (see ``walk.way_back``). Raises Ended, WalkGoesOn, NothingToTakeBack, NothingSaid, and NotItsTurn
    while a change of it runs, which could not be taken back yet.
    """
    for each in waiting:
        if each.state is ApprovalState.RUNNING:
            raise refusal.NotItsTurn(step=each.plan.title, state=LegState.RUNNING.value, by=each.requester)
    if not visible(reason):
        raise refusal.NothingSaid(what="reason")
    if not legs:
        raise refusal.NothingToTakeBack(title=walk.title)
    back = Walk(
        id=identifier("walk", cause),
        procedure=walk.procedure,
        title=f"Roll back “{walk.title}”",
        by=by,
        begun_at=now,
        legs=tuple(legs),
        takes_back=walk.id,
    )
    if walk.state is not WalkState.GOING:
        after, event = begun(incident, back, now)
        return decided(cause, now, after, event, before=incident)
    ended = _ended(incident, walk, reason=reason.strip(), waiting=waiting, by=by, cause=cause, now=now)
    after, event = begun(ended.incident or incident, back, now)
    return decided(cause, now, after, *ended.events, event, before=incident, approvals=ended.approvals)


def show_card(incident: Incident, walk: Walk, *, message: str, settles: Claim, now: datetime) -> Change:
    """It is posted; nothing further is owed for that."""
    after = incident.with_walk(replace(walk, message=message))
    return Change(cause=settles.cause, at=now, incident=after, settles=settles)


def begun(incident: Incident, walk: Walk, now: datetime) -> tuple[Incident, Event]:
    """The incident with a walk that begins, and the event of that. Raises Ended, WalkGoesOn."""
    incident.check_open()
    going = incident.going
    if going is not None:
        raise refusal.WalkGoesOn(title=going.title, by=going.by)
    told: Facts = {**facts(walk), "steps": len(walk.legs)}
    return incident.with_walk(walk), Event(kind=Kind.WALK_BEGUN, at=now, actor=person(walk.by), facts=told)


def _ended(
    incident: Incident, walk: Walk, *, reason: str, waiting: Sequence[Approval], by: UserId, cause: str, now: datetime
) -> Change:
    after, event = course.end(incident, walk, by=person(by), reason=reason, now=now)
    withdrawn = [each for each in waiting if each.state in _CAN_BE_WITHDRAWN]
    void = tuple(approval.withdraw(each, reason="the procedure was aborted", now=now) for each in withdrawn)
    for each in void:
        after, _ = course.follow(after, each, now)
    told = (remedy.voided(each, now) for each in void)
    return decided(cause, now, after, event, *told, before=incident, approvals=void)
