"""What people do in an incident: own it, judge it, share it out, write it down, inform, end it."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from incident import checklist, clock, course, refusal
from incident.approval import Approval, ApprovalState, withdraw
from incident.change import Change
from incident.clock import ClockKind, ClockState
from incident.digest import Facts
from incident.incident import Incident, Status
from incident.job import Claim, JobName, owe
from incident.opening import bringing_in
from incident.owing import HEADLINE_COUNT_FOLD, decided
from incident.remedy import voided
from incident.responder import MUSTER, Actor, Role, UserId, person, user_of
from incident.severity import Policy, Severity
from incident.timeline import Event, Kind
from incident.typed import visible

AT_RESOLUTION = "resolution"
"""The subject of the draft that is due because it is over: the diagnostics look once more before it is written."""


def acknowledge(incident: Incident, *, by: Actor, cause: str, now: datetime) -> Change:
    """Somebody is on it. Raises Ended, AlreadySo."""
    incident.check_open()
    if incident.acknowledged_at is not None:
        raise refusal.AlreadySo(what="acknowledged", by=incident.acknowledged_by, at=incident.acknowledged_at)
    user = user_of(by)
    after = replace(
        incident.with_responders(*filter(None, (user,))),
        acknowledged_at=now,
        acknowledged_by=user,
        clocks=clock.meet(incident.clocks, ClockKind.ACKNOWLEDGE, now),
    )
    began = [each.started_at for each in incident.clocks if each.kind is ClockKind.ACKNOWLEDGE and each.open]
    # After a reopening it is the new call that was answered, not the declaration of long ago.
    seconds = (now - max(began, default=incident.declared_at)).total_seconds()
    event = Event(kind=Kind.ACKNOWLEDGED, at=now, actor=by, facts={"after_seconds": seconds})
    events = (event, *_met(incident, after, now))
    return decided(cause, now, after, *events, before=incident, jobs=bringing_in(incident, user, cause, now))


def change_severity(
    incident: Incident, *, to: Severity, policy: Policy, by: Actor, reason: str, cause: str, now: datetime
) -> Change:
    """It is worse, or not so bad. Running clocks keep their start and take the new level's deadlines.

    The same level again confirms it, which also counts as assessing. Raises Ended.
    """
    incident.check_open()
    clocks = clock.meet(incident.clocks, ClockKind.ASSESS, now)
    if to is not incident.severity:
        clocks = clock.rescaled(clocks, policy, now)
    after = replace(incident, severity=to, policy=policy, clocks=clocks)
    facts = {"from": incident.severity.value, "to": to.value, "reason": reason}
    event = Event(kind=Kind.SEVERITY_CHANGED, at=now, actor=by, facts=facts)
    return decided(cause, now, after, event, *_met(incident, after, now), before=incident)


def take_role(incident: Incident, *, role: Role, user: UserId, by: Actor, cause: str, now: datetime) -> Change:
    """A role has a holder, or another one. Raises Ended, AlreadySo."""
    incident.check_open()
    holder = incident.roles.get(role)
    if holder == user:
        raise refusal.AlreadySo(what=role.value, by=user, at=None)
    after = replace(incident.with_responders(user), roles={**incident.roles, role: user})
    facts: Facts = {"role": role.value, "user": user, "from": holder}
    event = Event(kind=Kind.ROLE_TAKEN, at=now, actor=by, facts=facts)
    return decided(cause, now, after, event, before=incident, jobs=bringing_in(incident, user, cause, now))


def note(
    incident: Incident,
    *,
    text: str,
    by: Actor,
    cause: str,
    now: datetime,
    at: datetime | None = None,
    evidence: str = "",
) -> Change:
    """Something worth keeping, at its own time. Raises NothingSaid."""
    said = visible(text)
    if not said:
        raise refusal.NothingSaid(what="note")
    event = Event(
        kind=Kind.NOTED,
        at=at or now,
        actor=by,
        facts={"text": said},
        evidence=(evidence,) if evidence else (),
    )
    return decided(cause, now, incident, event, before=incident)


def tick(incident: Incident, *, number: int, by: UserId, cause: str, now: datetime) -> Change:
    """A checklist item is done. Raises NoSuchItem, AlreadySo."""
    after = replace(incident, checklist=checklist.tick(incident.checklist, number, by, now))
    facts: Facts = {"number": number, "item": incident.checklist[number - 1].text}
    return decided(cause, now, after, Event(kind=Kind.TICKED, at=now, actor=person(by), facts=facts), before=incident)


def untick(incident: Incident, *, number: int, by: UserId, cause: str, now: datetime) -> Change:
    """A checklist item is open again. Raises NoSuchItem, AlreadySo."""
    after = replace(incident, checklist=checklist.untick(incident.checklist, number))
    facts: Facts = {"number": number, "item": incident.checklist[number - 1].text}
    return decided(cause, now, after, Event(kind=Kind.UNTICKED, at=now, actor=person(by), facts=facts), before=incident)


def update(
    incident: Incident,
    *,
    text: str,
    by: Actor,
    cause: str,
    now: datetime,
    status: Status | None = None,
    impact: str = "",
    following: str = "",
) -> Change:
    """What is known now, for everybody. It answers the update clock and starts the next interval.

    Raises Ended, NothingSaid. *Resolved* is not a status of an update: resolving asks for more.
    """
    incident.check_open()
    if not visible(text):
        raise refusal.NothingSaid(what="update")
    to = status if status not in (None, Status.RESOLVED) else incident.status
    clocks = clock.meet(clock.meet(incident.clocks, ClockKind.UPDATE, now), ClockKind.ASSESS, now)
    after = replace(
        incident,
        status=to,
        updated_at=now,
        clocks=(*clocks, *clock.start(ClockKind.UPDATE, incident.policy, now)),
    )
    facts = {
        "text": text.strip(),
        "impact": impact.strip(),
        "next": following.strip(),
        "status_from": incident.status.value,
        "status_to": to.value,
    }
    said = Event(kind=Kind.UPDATED, at=now, actor=by, facts=facts)
    if to is Status.MITIGATED and incident.mitigated_at is None:
        after, mitigated = _mitigated(after, now, "said in an update", by)
        return decided(cause, now, after, said, mitigated, *_met(incident, after, now), before=incident)
    return decided(cause, now, after, said, *_met(incident, after, now), before=incident)


def mitigated(
    incident: Incident, *, how: str, now: datetime, evidence: tuple[str, ...]
) -> tuple[Incident, tuple[Event, ...]]:
    """The incident once its diagnostics are healthy again; empty events when it was so already."""
    if not incident.open or incident.mitigated_at is not None:
        return incident, ()
    after, event = _mitigated(incident, now, how, MUSTER, evidence)
    return after, (event, *_met(incident, after, now))


def resolve(
    incident: Incident,
    *,
    fix: str,
    lingering: str,
    impact: str,
    by: Actor,
    cause: str,
    now: datetime,
    requests: Sequence[Approval] = (),
    facts: Facts | None = None,
    settles: Claim | None = None,
) -> Change:
    """It is over. The diagnostics look once more, the post-mortem is drafted, and its clock starts.

    ``lingering`` is yes, no or unknown: whether effects or lost data remain. ``requests`` that nobody has answered are
    void from now on. Raises Ended, NothingSaid.
    """
    incident.check_open()
    if not visible(fix):
        raise refusal.NothingSaid(what="fix")
    running = (ClockKind.ASSESS, ClockKind.UPDATE, ClockKind.WATCH)
    clocks = clock.stop(clock.meet(incident.clocks, ClockKind.ESCALATE, now), (*running, ClockKind.ACKNOWLEDGE), now)
    after = replace(
        incident,
        status=Status.RESOLVED,
        resolved_at=now,
        resolved_by=by,
        mitigated_at=incident.mitigated_at or now,
        clocks=(*clocks, *clock.start(ClockKind.POSTMORTEM, incident.policy, now)),
    )
    said: Facts = {"fix": fix.strip(), "lingering": lingering, "impact_note": impact.strip(), **(facts or {})}
    event = Event(kind=Kind.RESOLVED, at=now, actor=by, facts=said)
    draft = owe(
        JobName.WRITE_POSTMORTEM, incident.id, now, subject=AT_RESOLUTION, urgency=incident.severity.rank, again=cause
    )
    void = tuple(
        withdraw(each, reason="the incident was resolved", now=now)
        for each in requests
        if each.state in {ApprovalState.PREPARING, ApprovalState.ASKED}
        or (each.parts and each.state is ApprovalState.APPROVED)
    )
    after, stopped = course.resolved(after, void, by=by, now=now)
    events = (event, *(voided(each, now) for each in void), *stopped, *_met(incident, after, now))
    return decided(cause, now, after, *events, before=incident, jobs=(draft,), approvals=void, settles=settles)


def sum_up(incident: Incident, *, messages: int, alerts: int, settles: Claim, now: datetime) -> Change:
    """What the monitors repeated since the last summary, in one line. ``messages`` counts all that ever came."""
    more = messages - incident.alerts_summed
    after = replace(incident, alerts_summed=messages)
    cause = settles.cause
    if more <= 0:
        return Change(cause=cause, at=now, settles=settles)
    event = Event(kind=Kind.ALERTS_REPEATED, at=now, facts={"count": more, "alerts": alerts, "since": ""})
    change = decided(cause, now, after, event, before=incident, settles=settles)
    rank = incident.severity.rank
    shown = [owe(JobName.CARD, incident.id, now, urgency=rank)] if incident.home.card is not None else []
    if incident.home.announcement is not None:
        shown.append(owe(JobName.ANNOUNCEMENT, incident.id, now + HEADLINE_COUNT_FOLD, urgency=rank))
    return replace(change, jobs=(*change.jobs, *shown))


def finish_postmortem(incident: Incident, *, by: UserId, cause: str, now: datetime) -> Change:
    """The post-mortem is written by people, too: its clock is met. Raises StillOpen, AlreadySo."""
    if incident.open:
        raise refusal.StillOpen(number=incident.number)
    after = replace(incident, clocks=clock.meet(incident.clocks, ClockKind.POSTMORTEM, now))
    done = [c for c in incident.clocks if c.kind is ClockKind.POSTMORTEM and c.met_at is not None]
    if done and after.clocks == incident.clocks:
        raise refusal.AlreadySo(what="post-mortem done", by=None, at=done[-1].met_at)
    event = Event(kind=Kind.POSTMORTEM_DONE, at=now, actor=person(by))
    return decided(cause, now, after, event, *_met(incident, after, now), before=incident)


def _mitigated(
    incident: Incident, now: datetime, how: str, by: Actor, evidence: tuple[str, ...] = ()
) -> tuple[Incident, Event]:
    clocks = clock.meet(incident.clocks, ClockKind.ESCALATE, now)
    after = replace(incident, status=Status.MITIGATED, mitigated_at=now, clocks=clocks)
    return after, Event(kind=Kind.MITIGATED, at=now, actor=by, facts={"how": how}, evidence=evidence)


def _met(before: Incident, after: Incident, now: datetime) -> Iterable[Event]:
    known = {(c.kind, c.started_at) for c in before.clocks if c.met_at is not None}
    for each in after.clocks:
        if each.met_at is not None and (each.kind, each.started_at) not in known:
            facts = {
                "clock": each.kind.value,
                "late": each.state is ClockState.LATE,
                "after_seconds": (each.met_at - each.started_at).total_seconds(),
                "allowed_seconds": each.allowed.total_seconds(),
            }
            yield Event(kind=Kind.CLOCK_MET, at=now, facts=facts)
