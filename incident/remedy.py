"""One remediation from the question to the verdict: prepared, asked, decided by a second person, run once, verified."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from incident import approval, clock, course, refusal
from incident.approval import Approval, ApprovalPolicy, Preview
from incident.change import Change
from incident.clock import ClockKind
from incident.digest import Facts, identifier
from incident.finding import Comparison, Finding, Outcome, OutcomeState, compare
from incident.incident import FollowUp, Incident
from incident.job import Claim, Job, JobName, owe
from incident.opening import claimed
from incident.owing import decided
from incident.plan import Plan
from incident.responder import UserId, person
from incident.timeline import Event, Kind
from incident.working import mitigated

REVERT_WITHIN = timedelta(days=7)
"""When a temporary mitigation is looked at again, unless somebody says otherwise."""
REVIEW_WITHIN = timedelta(days=1)
"""When a break-glass run is reviewed."""


def request(
    incident: Incident,
    *,
    plan: Plan,
    policy: ApprovalPolicy,
    by: UserId,
    cause: str,
    now: datetime,
    procedure: str | None = None,
    leg: str = "",
) -> Change:
    """Somebody wants a remediation: Muster first looks at what it would touch, then asks. Raises Ended, NoProcedure.

    It is of the incident's own procedure, or of the one that is walked, at ``leg``.
    """
    _open(incident)
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
    )
    job = owe(JobName.PREVIEW, incident.id, now, subject=asked.id, urgency=incident.severity.rank)
    return _with(incident, asked, cause, now, jobs=(job,))


def put_up(incident: Incident, asked: Approval, preview: Preview, *, settles: Claim, now: datetime) -> Change:
    """What it would touch is known: the card goes up, and the request can be answered until it expires."""
    if not incident.open:
        return call_off(incident, asked, reason="the incident was resolved meanwhile", settles=settles, now=now)
    try:
        ready = approval.prepared(asked, preview, now=now)
    except refusal.NothingToChange:
        return call_off(incident, asked, reason="it would change nothing now", settles=settles, now=now)
    except refusal.GuardBroken as broken:
        return call_off(incident, asked, reason=str(broken.facts["reason"]), settles=settles, now=now)
    rank = incident.severity.rank
    expiry = owe(JobName.EXPIRE_APPROVAL, incident.id, ready.expires_at, subject=ready.id, urgency=rank)
    event = Event(
        kind=Kind.APPROVAL_ASKED,
        at=now,
        actor=person(ready.requester),
        facts={
            **_named(ready),
            "step": ready.plan.step_id,
            "digest": ready.digest,
            "count": preview.count,
            "expires_at": ready.expires_at.isoformat(),
        },
        evidence=(f"approval:{ready.id}",),
    )
    return _with(incident, ready, claimed(settles), now, event, jobs=(expiry,), settles=settles)


def call_off(incident: Incident, asked: Approval, *, reason: str, settles: Claim, now: datetime) -> Change:
    """It could not even be asked for: whoever wanted it is told why, and nothing was run."""
    void = approval.withdraw(asked, reason=reason, now=now)
    return _with(incident, void, claimed(settles), now, voided(void, now), settles=settles)


def approve(incident: Incident, asked: Approval, *, by: UserId, allowed: bool, cause: str, now: datetime) -> Change:
    """A second person said yes: one run is owed. Raises Spent, Expired, OwnRequest, NotAnApprover, Ended."""
    _open(incident)
    yes = approval.approve(asked, by=by, allowed=allowed, now=now)
    seconds = (now - asked.asked_at).total_seconds()
    event = Event(
        kind=Kind.APPROVED,
        at=now,
        actor=person(by),
        facts={**_named(yes), "digest": yes.digest, "latency_seconds": seconds},
        evidence=(f"approval:{yes.id}",),
    )
    return _with(incident, yes, cause, now, event, jobs=(_run(incident, yes, now),))


def reject(
    incident: Incident, asked: Approval, *, by: UserId, allowed: bool, reason: str, cause: str, now: datetime
) -> Change:
    """Somebody said no, or whoever asked took it back. Raises Spent, Expired, NotAnApprover."""
    no = approval.reject(asked, by=by, allowed=allowed, reason=reason.strip(), now=now)
    event = replace(_event(Kind.REJECTED, no, now, reason=no.reason), actor=person(by))
    return _with(incident, no, cause, now, event)


def break_glass(
    incident: Incident,
    asked: Approval,
    *,
    by: UserId,
    allowed: bool,
    reason: str,
    tell: Sequence[UserId],
    cause: str,
    now: datetime,
) -> Change:
    """Alone on call: it runs without a second person, who is told loudly, and a review is opened.

    Raises Spent, Expired, NotTheRequester, NotOnCall, NothingSaid, Ended.
    """
    _open(incident)
    alone = approval.break_glass(asked, by=by, allowed=allowed, reason=reason, now=now)
    event = replace(_event(Kind.BROKE_GLASS, alone, now, reason=alone.reason), actor=person(by))
    review = FollowUp(
        text=f"Review the break-glass run of “{alone.plan.title}”",
        why=f"break-glass: {alone.reason}",
        opened_at=now,
        due_at=now + REVIEW_WITHIN,
    )
    rank = incident.severity.rank
    pages = [
        owe(JobName.PAGE, incident.id, now, subject=user, urgency=rank, again=f"glass-{alone.id}")
        for user in tell
        if user != by
    ]
    after = replace(incident, follow_ups=(*incident.follow_ups, review))
    return _with(
        after,
        alone,
        cause,
        now,
        event,
        _opened(review, alone),
        jobs=(_run(incident, alone, now), *pages),
        before=incident,
    )


def show_card(incident: Incident, asked: Approval, *, message: str, settles: Claim, now: datetime) -> Change:
    """Its card is posted; nothing further is owed for that."""
    shown = replace(asked, message=message)
    return Change(cause=claimed(settles), at=now, incident=incident, approvals=(shown,), settles=settles)


def expire(incident: Incident, asked: Approval, *, settles: Claim, now: datetime) -> Change:
    """Nobody answered in time, or somebody did and there is nothing left to do."""
    late = approval.expire(asked, now)
    if late is None:
        return Change(cause=claimed(settles), at=now, settles=settles)
    return _with(incident, late, claimed(settles), now, _event(Kind.EXPIRED, late, now), settles=settles)


def begin(incident: Incident, asked: Approval, *, settles: Claim, now: datetime) -> Change:
    """The one run starts. Saved before anything acts. Raises Spent, GuardBroken."""
    running = approval.begin(asked, digest=asked.plan.digest)
    event = Event(
        kind=Kind.REMEDIATION_STARTED,
        at=now,
        facts={**_named(running), "target": running.plan.target, "shown": running.plan.shown},
        evidence=(f"approval:{running.id}",),
    )
    return _with(incident, running, f"begin:{running.id}", now, event)


def settle(incident: Incident, asked: Approval, outcome: Outcome, *, settles: Claim, now: datetime) -> Change:
    """It ended: told, recorded, and looked at again. A temporary mitigation opens a follow-up to revert it."""
    ended = approval.settle(asked, outcome)
    event = Event(
        kind=Kind.REMEDIATED,
        at=now,
        facts={
            **_named(ended),
            "state": outcome.state.value,
            "sentence": outcome.sentence,
            "changed": outcome.changed,
        },
        evidence=(f"approval:{ended.id}",),
    )
    if outcome.state is not OutcomeState.RAN:
        return _with(incident, ended, claimed(settles), now, event, settles=settles)
    verify = owe(JobName.VERIFY, incident.id, now, subject=ended.id, urgency=incident.severity.rank)
    if not ended.plan.temporary:
        return _with(incident, ended, claimed(settles), now, event, jobs=(verify,), settles=settles)
    revert = FollowUp(
        text=f"Revert “{ended.plan.title}”" + (f": {ended.plan.undo}" if ended.plan.undo else ""),
        why="a temporary mitigation",
        opened_at=now,
        due_at=now + REVERT_WITHIN,
    )
    after = replace(incident, follow_ups=(*incident.follow_ups, revert))
    return _with(
        after,
        ended,
        claimed(settles),
        now,
        event,
        _opened(revert, ended),
        jobs=(verify,),
        settles=settles,
        before=incident,
    )


def cut_short(incident: Incident, asked: Approval, *, settles: Claim, now: datetime) -> Change:
    """Muster died while it ran: nobody knows how it ended, a person must look, and it is never run again by itself."""
    sentence = (
        "Muster was stopped while this ran. It may or may not have happened: look at the target before trying again."
    )
    return settle(incident, asked, Outcome(state=OutcomeState.UNKNOWN, sentence=sentence), settles=settles, now=now)


def verify(
    incident: Incident,
    *,
    title: str,
    approval_id: str | None,
    before: Sequence[Finding],
    after: Sequence[Finding],
    settles: Claim,
    now: datetime,
) -> Change:
    """The before/after verdict. Healed means mitigated: the watch starts, and its end looks once more.

    ``approval_id`` is None for that last look, which starts no further watch.
    """
    verdict = compare(before, after)
    evidence = tuple(f"finding:{finding.id}" for finding in after)
    facts: Facts = {"approval": approval_id, "title": title, "comparison": verdict.value}
    event = Event(kind=Kind.VERIFIED, at=now, facts=facts, evidence=evidence)
    if verdict is not Comparison.HEALED:
        return decided(claimed(settles), now, incident, event, before=incident, settles=settles)
    now_mitigated, more = mitigated(incident, how=f"“{title}” and healthy diagnostics", now=now, evidence=evidence)
    watched = now_mitigated
    if incident.open and approval_id is not None:
        clocks = clock.stop(now_mitigated.clocks, (ClockKind.WATCH,), now)
        watched = replace(now_mitigated, clocks=(*clocks, *clock.start(ClockKind.WATCH, incident.policy, now)))
    return decided(claimed(settles), now, watched, event, *more, before=incident, settles=settles)


def _with(
    incident: Incident,
    asked: Approval,
    cause: str,
    now: datetime,
    *events: Event,
    jobs: Sequence[Job] = (),
    settles: Claim | None = None,
    before: Incident | None = None,
) -> Change:
    known = incident if before is None else before
    after, more = course.follow(incident, asked, now)
    return decided(cause, now, after, *events, *more, before=known, jobs=jobs, approvals=(asked,), settles=settles)


def voided(request: Approval, now: datetime) -> Event:
    """What the timeline says of a request that is void."""
    return _event(Kind.VOIDED, request, now, reason=request.reason)


def _open(incident: Incident) -> None:
    if not incident.open:
        raise refusal.Ended(number=incident.number)


def _run(incident: Incident, asked: Approval, now: datetime) -> Job:
    return owe(JobName.RUN_REMEDIATION, incident.id, now, subject=asked.id, urgency=incident.severity.rank)


def _named(asked: Approval) -> dict[str, str]:
    return {"approval": asked.id, "title": asked.plan.title}


def _event(kind: Kind, asked: Approval, now: datetime, **facts: str) -> Event:
    return Event(kind=kind, at=now, facts={**_named(asked), **facts}, evidence=(f"approval:{asked.id}",))


def _opened(follow_up: FollowUp, asked: Approval) -> Event:
    due = follow_up.due_at.isoformat() if follow_up.due_at else None
    return Event(
        kind=Kind.FOLLOW_UP_OPENED,
        at=follow_up.opened_at,
        facts={"text": follow_up.text, "why": follow_up.why, "due_at": due},
        evidence=(f"approval:{asked.id}",),
    )
