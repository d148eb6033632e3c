"""One remediation from the question to its start: prepared, asked, decided by a second person, begun once.

What comes after the start is in ``incident/running.py``.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from incident import answering, approval, course, gate, refusal
from incident.approval import Approval, ApprovalState, Preview
from incident.approval_policy import ApprovalPolicy
from incident.change import Change
from incident.digest import Facts, identifier
from incident.incident import Incident
from incident.job import Claim, Job, JobName, owe
from incident.owing import decided
from incident.plan import Plan
from incident.responder import UserId, person
from incident.stop import Stop
from incident.timeline import Event, Kind


def request(
    incident: Incident,
    *,
    plan: Plan,
    policy: ApprovalPolicy,
    by: UserId,
    stop: Stop | None,
    cause: str,
    now: datetime,
    procedure: str | None = None,
    leg: str = "",
    under: str = "",
    undoes: str = "",
) -> Change:
    """Somebody wants a remediation: Muster first looks at what it would touch, then asks.

    It is of the incident's own procedure, or of the one that is walked, at ``leg``, where it may run ``under`` the
    approval for all of it. ``undoes`` is the request that it takes back. Raises Ended, NoProcedure, and whatever the
    gate refuses (``gate.check``).
    """
    incident.check_open()
    gate.check(incident, plan, policy, stop=stop, now=now)
    followed = procedure or incident.procedure
    if followed is None:
        raise refusal.NoProcedure(number=incident.number)
    asked = approval.ask(
        identifier("app", cause),
        incident_id=incident.id,
        procedure_id=followed,
        plan=plan,
        requester=by,
        policy=policy,
        now=now,
        leg=leg,
        under=under,
        undoes=undoes,
    )
    job = owe(JobName.PREVIEW, incident.id, now, subject=asked.id, urgency=incident.severity.rank)
    return with_request(incident, asked, cause, now, jobs=(job,))


def put_up(
    incident: Incident,
    asked: Approval,
    preview: Preview,
    *,
    settles: Claim,
    now: datetime,
    beside: Sequence[Approval] = (),
) -> Change:
    """What it would touch is known: the card goes up, and the request can be answered until it expires."""
    reason = ""
    try:
        ready = approval.prepared(asked, preview, now=now)
    except refusal.NothingToChange:
        reason = "it would change nothing now"
    except refusal.GuardBroken as broken:
        reason = str(broken.facts["reason"])
    if not incident.open:
        reason = "the incident was resolved meanwhile"
    if reason:
        return call_off(incident, asked, reason=reason, settles=settles, now=now, beside=beside)
    return ask_people(incident, ready, preview.count, settles=settles, now=now, beside=beside)


def ask_people(
    incident: Incident,
    ready: Approval,
    count: int | None,
    *,
    settles: Claim,
    now: datetime,
    beside: Sequence[Approval] = (),
) -> Change:
    """The card of what is prepared goes up, and people can answer it until it expires."""
    rank = incident.severity.rank
    expiry = owe(JobName.EXPIRE_APPROVAL, incident.id, ready.expires_at, subject=ready.id, urgency=rank)
    event = Event(
        kind=Kind.APPROVAL_ASKED,
        at=now,
        actor=person(ready.requester),
        facts={
            **named(ready),
            "step": ready.plan.step_id,
            "digest": ready.digest,
            "count": count,
            "expires_at": ready.expires_at.isoformat(),
        },
        evidence=(f"approval:{ready.id}",),
    )
    return with_request(incident, ready, settles.cause, now, event, jobs=(expiry,), settles=settles, beside=beside)


def call_off(
    incident: Incident,
    asked: Approval,
    *,
    reason: str,
    settles: Claim,
    now: datetime,
    beside: Sequence[Approval] = (),
) -> Change:
    """It could not even be asked for: whoever wanted it is told why, and nothing was run."""
    void = approval.withdraw(asked, reason=reason, now=now)
    return with_request(incident, void, settles.cause, now, voided(void, now), settles=settles, beside=beside)


def approve(
    incident: Incident,
    asked: Approval,
    *,
    by: UserId,
    allowed: bool,
    stop: Stop | None,
    cause: str,
    now: datetime,
) -> Change:
    """A second person said yes: one run is owed, as soon as enough of them did. For a whole procedure nothing runs yet.

    Raises Spent, Expired, OwnRequest, NotAnApprover, SaidYes, Ended, and whatever the gate refuses.
    """
    incident.check_open()
    yes = answering.approve(asked, by=by, allowed=allowed, now=now)
    check(incident, asked, stop, now)
    facts: Facts = {**named(yes), "digest": yes.digest}
    evidence = (f"approval:{yes.id}",)
    if yes.state is ApprovalState.ASKED:
        counted = {**facts, "given": len(yes.yes), "wanted": yes.policy.wanted(now)}
        event = Event(kind=Kind.SAID_YES, at=now, actor=person(by), facts=counted, evidence=evidence)
        return with_request(incident, yes, cause, now, event)
    seconds = (now - asked.asked_at).total_seconds()
    timed = {**facts, "latency_seconds": seconds}
    event = Event(kind=Kind.APPROVED, at=now, actor=person(by), facts=timed, evidence=evidence)
    granted, jobs = owed_by_yes(incident, yes, now)
    return with_request(incident, granted, cause, now, event, jobs=jobs)


def owed_by_yes(incident: Incident, yes: Approval, now: datetime) -> tuple[Approval, tuple[Job, ...]]:
    """What is approved and its one run; of a whole procedure nothing runs by itself, but each step may for a time."""
    if not yes.parts:
        return yes, (run_of(incident, yes, now),)
    return replace(yes, expires_at=course.begins_before(incident, yes, yes.parts[-1].leg)), ()


def check(incident: Incident, asked: Approval, stop: Stop | None, now: datetime) -> None:
    """Whether everything that may run by it may pass the gate now. Raises as ``gate.check``."""
    if not asked.parts:
        gate.check(incident, asked.plan, asked.policy, stop=stop, now=now)
    for part in asked.parts:
        gate.check(incident, part.plan, part.policy, stop=stop, now=now)


def reject(
    incident: Incident, asked: Approval, *, by: UserId, allowed: bool, reason: str, cause: str, now: datetime
) -> Change:
    """Somebody said no, or whoever asked took it back. Raises Spent, Expired, NotAnApprover."""
    no = answering.reject(asked, by=by, allowed=allowed, reason=reason.strip(), now=now)
    event = replace(event_of(Kind.REJECTED, no, now, reason=no.reason), actor=person(by))
    return with_request(incident, no, cause, now, event)


def show_card(incident: Incident, asked: Approval, *, message: str, settles: Claim, now: datetime) -> Change:
    """Its card is posted; nothing further is owed for that."""
    shown = replace(asked, message=message)
    return Change(cause=settles.cause, at=now, incident=incident, approvals=(shown,), settles=settles)


def expire(incident: Incident, asked: Approval, *, settles: Claim, now: datetime) -> Change:
    """Nobody answered in time, or somebody did and there is nothing left to do."""
    late = approval.expire(asked, now)
    if late is None:
        return Change(cause=settles.cause, at=now, settles=settles)
    event = voided(late, now) if late.state is ApprovalState.VOID else event_of(Kind.EXPIRED, late, now)
    return with_request(incident, late, settles.cause, now, event, settles=settles)


def begin(incident: Incident, asked: Approval, *, stop: Stop | None, settles: Claim, now: datetime) -> Change:
    """The one run starts. Saved before anything acts.

    Raises Ended, Spent, Expired, GuardBroken, and whatever the gate refuses.
    """
    incident.check_open()
    running = approval.begin(asked, digest=asked.plan.digest, now=now)
    gate.check(incident, asked.plan, asked.policy, stop=stop, now=now)
    event = Event(
        kind=Kind.REMEDIATION_STARTED,
        at=now,
        facts={**named(running), "target": running.plan.target, "shown": running.plan.shown},
        evidence=(f"approval:{running.id}",),
    )
    return with_request(incident, running, f"begin:{running.id}", now, event)


def with_request(
    incident: Incident,
    asked: Approval,
    cause: str,
    now: datetime,
    *events: Event,
    jobs: Sequence[Job] = (),
    settles: Claim | None = None,
    before: Incident | None = None,
    beside: Sequence[Approval] = (),
) -> Change:
    """The Change that a request goes through, with all that follows from it. ``before``: the incident as it was.

    ``beside``: what becomes of the approval for the whole procedure that the request is of.
    """
    known = incident if before is None else before
    after, more = course.follow(incident, asked, now)
    for each in beside:
        after, _ = course.follow(after, each, now)
        more = (*more, *((voided(each, now),) if each.state is ApprovalState.VOID else ()))
    return decided(
        cause, now, after, *events, *more, before=known, jobs=jobs, approvals=(asked, *beside), settles=settles
    )


def voided(request: Approval, now: datetime) -> Event:
    """What the timeline says of a request that is void."""
    return event_of(Kind.VOIDED, request, now, reason=request.reason)


def run_of(incident: Incident, asked: Approval, now: datetime) -> Job:
    """Its one run, owed now."""
    return owe(JobName.RUN_REMEDIATION, incident.id, now, subject=asked.id, urgency=incident.severity.rank)


def named(asked: Approval) -> dict[str, str]:
    """The facts by which every event names the request that it is about."""
    return {"approval": asked.id, "title": asked.plan.title}


def event_of(kind: Kind, asked: Approval, now: datetime, **facts: str) -> Event:
    """An event about a request, which is its evidence."""
    return Event(kind=kind, at=now, facts={**named(asked), **facts}, evidence=(f"approval:{asked.id}",))


def opened(incident: Incident, asked: Approval) -> Event:
    """The event that a request left something to do: the last of the incident's follow-ups."""
    left = incident.follow_ups[-1]
    due = left.due_at.isoformat() if left.due_at else None
    return Event(
        kind=Kind.FOLLOW_UP_OPENED,
        at=left.opened_at,
        facts={"text": left.text, "why": left.why, "due_at": due, "number": len(incident.follow_ups)},
        evidence=(f"approval:{asked.id}",),
    )
