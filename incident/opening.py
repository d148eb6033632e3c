"""How an incident begins: declared, its place in the chat made, its people called; and how it begins again."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct, field
from msgspec.structs import replace

from incident import checklist, clock, refusal
from incident.alert import AlertRecord
from incident.change import Change
from incident.clock import ClockKind
from incident.digest import Facts, identifier
from incident.evidence import EvidenceFreeze
from incident.finding import Finding, Phase
from incident.incident import Earlier, Incident, Place, Status
from incident.job import Claim, Job, JobName, owe
from incident.owing import CHATTER, decided
from incident.pager_owing import doubted
from incident.paging import Paged, Paging
from incident.responder import MUSTER, Actor, UserId, user_of
from incident.runbook import SECURITY, Procedure
from incident.severity import Policy, Severity
from incident.timeline import Event, Kind
from incident.typed import visible

LONGEST_TITLE = 200

AWAITED = "awaited"
"""Marks the page that tells a declarer where to work until the channel comes."""

AGAIN = "again"
"""Marks the calls for an incident that was reopened; what tells one reopening from another follows."""


class Declaration(Struct, frozen=True, kw_only=True):
    """What is known when an incident is declared. ``reason`` says why, ``doubt`` why its people may not be on call."""

    title: str
    severity: Severity
    system: str
    by: Actor
    policy: Policy
    reason: str
    responders: tuple[UserId, ...] = ()
    summary: str = ""
    procedure: Procedure | None = None
    catalog: str | None = None
    group: str | None = None
    group_window: timedelta | None = None
    earlier: Earlier | None = None
    facts: Facts = field(default_factory=dict)
    """What else the timeline keeps of why it was declared."""
    started_at: datetime | None = None
    detected_at: datetime | None = None
    evidence: tuple[str, ...] = ()
    paging: Paging | None = None
    doubt: str = ""


def declare(asked: Declaration, *, cause: str, now: datetime, alerts: tuple[AlertRecord, ...] = ()) -> Change:
    """A new incident. Its channel and its diagnostics are owed at once; its people are called when it has a place.

    Raises BadTitle.
    """
    title = " ".join(asked.title.split())
    if not visible(title) or len(title) > LONGEST_TITLE:
        raise refusal.BadTitle(title=title, length=len(title) if visible(title) else None)
    incident = replace(_new(asked, title, now), id=identifier("inc", cause), alerts_summed=len(alerts))
    declared = Event(
        kind=Kind.DECLARED,
        at=now,
        actor=asked.by,
        facts={
            "title": title,
            "severity": asked.severity.value,
            "reason": asked.reason,
            "system": asked.system,
            "procedure": incident.procedure,
            **asked.facts,
            **({"after": asked.earlier.key} if asked.earlier else {}),
        },
        evidence=asked.evidence,
    )
    owned = tuple(replace(record, incident_id=incident.id) for record in alerts)
    jobs = [
        owe(JobName.OPEN_CHANNEL, incident.id, now, urgency=asked.severity.rank),
        *looks(incident, asked.procedure, now),
    ]
    if asked.group_window is not None:
        jobs.append(owe(JobName.CLOSE_GROUP, incident.id, now + asked.group_window))
    events = (declared, *([incident.evidence.event] if incident.evidence else []), *doubted(asked.doubt, now))
    return decided(cause, now, incident, *events, before=None, jobs=jobs, alerts=owned)


def _new(asked: Declaration, title: str, now: datetime) -> Incident:
    """The incident as it begins, still without a name of its own."""
    policy = policy_of(asked.policy, asked.procedure)
    return Incident(
        id="",
        title=title,
        severity=asked.severity,
        declared_by=asked.by,
        declared_at=now,
        detected_at=asked.detected_at or now,
        system=asked.system,
        policy=policy,
        summary=asked.summary.strip(),
        procedure=asked.procedure.id if asked.procedure else None,
        catalog=asked.catalog,
        group=asked.group,
        group_window=asked.group_window,
        earlier=asked.earlier,
        started_at=asked.started_at,
        responders=tuple(dict.fromkeys(asked.responders)),
        checklist=checklist.begin(asked.procedure),
        clocks=clock.started(policy, now),
        evidence=_frozen(asked.procedure, now),
        paged=Paged(paging=asked.paging) if asked.paging is not None else None,
    )


def _frozen(procedure: Procedure | None, now: datetime) -> EvidenceFreeze | None:
    """A security incident's evidence is frozen from its first moment."""
    if procedure is None or procedure.purpose != SECURITY:
        return None
    return EvidenceFreeze(by=MUSTER, at=now, reason=f"“{procedure.title}” is a security procedure")


def looks(
    incident: Incident, procedure: Procedure | None, now: datetime, *, phase: Phase = Phase.FIRST, again: str = ""
) -> Iterable[Job]:
    """The procedure's diagnostics, each a job of its own so that they run side by side."""
    rank = incident.severity.rank
    for step in procedure.diagnostics if procedure else ():
        yield owe(JobName.DIAGNOSE, incident.id, now, subject=f"{phase.value}/{step.id}", urgency=rank, again=again)


def await_channel(incident: Incident, *, until: datetime, reason: str, cause: str, now: datetime) -> Change:
    """Its channel cannot come yet: it lives under its announcement until then, and its people are called from there."""
    event = Event(kind=Kind.CHANNEL_AWAITED, at=now, facts={"until": until.isoformat(), "reason": reason})
    announce = owe(JobName.ANNOUNCEMENT, incident.id, now, urgency=incident.severity.rank)
    after = replace(incident, home=replace(incident.home, awaited_until=until, waited=True))
    pages = list(_pages(incident, now, by=incident.declared_by))
    declarer = user_of(incident.declared_by)
    if declarer is not None:
        # Whoever declared it waits for the channel, and is told where to work until it comes.
        rank = incident.severity.rank
        pages.append(owe(JobName.PAGE, incident.id, now, subject=declarer, urgency=rank, again=AWAITED))
    return decided(cause, now, after, event, before=incident, jobs=(announce, *pages))


def open_channel(
    incident: Incident, *, channel: str, name: str, settles: Claim, cause: str, now: datetime, late: str = ""
) -> Change:
    """Its channel exists. People first: the invitation, the card and the pages; decoration follows the card.

    ``late`` is the event of its declaration, where the channel says how late it comes.
    """
    after = replace(incident, home=replace(incident.home, channel=channel, name=name, awaited_until=None))
    event = Event(kind=Kind.CHANNEL_OPENED, at=now, facts={"channel": channel, "name": name})
    rank = incident.severity.rank
    invitation = [owe(JobName.INVITE, incident.id, now, urgency=rank)] if incident.responders else []
    shown = [owe(each, incident.id, now, urgency=rank) for each in (JobName.CARD, JobName.ANNOUNCEMENT)]
    said = [owe(JobName.TELL, incident.id, now, subject=late, urgency=rank)] if late else []
    jobs = (*invitation, *shown, *_pages(incident, now, by=incident.declared_by), *said)
    return decided(cause, now, after, event, before=incident, jobs=jobs, settles=settles)


def post_card(
    incident: Incident, *, timestamp: str, findings: Sequence[Finding], settles: Claim, cause: str, now: datetime
) -> Change:
    """Its card is in the channel: it is pinned, and what the diagnostics saw meanwhile goes into its thread.

    The checklist comes second, so that the card stands first in the channel.
    """
    after = replace(incident, home=replace(incident.home, card=timestamp))
    rank = incident.severity.rank
    names = (JobName.CHECKLIST, JobName.PIN_CARD, JobName.TOPIC, JobName.BOOKMARK)
    jobs = (*(owe(each, incident.id, now, urgency=rank) for each in names), *_unposted(incident, findings, now))
    return decided(cause, now, after, before=after, jobs=jobs, settles=settles)


def post_checklist(incident: Incident, *, timestamp: str, settles: Claim, cause: str, now: datetime) -> Change:
    """Its checklist is in the channel."""
    after = replace(incident, home=replace(incident.home, checklist=timestamp))
    return decided(cause, now, after, before=after, settles=settles)


def announce(
    incident: Incident, *, place: Place, findings: Sequence[Finding], settles: Claim, cause: str, now: datetime
) -> Change:
    """It is announced. While it has no channel, findings go under the announcement."""
    after = replace(incident, home=replace(incident.home, announcement=place))
    jobs = _unposted(incident, findings, now) if incident.home.channel is None else ()
    return decided(cause, now, after, before=after, jobs=jobs, settles=settles)


def page(
    incident: Incident,
    *,
    user: UserId,
    escalated: bool,
    message: str,
    cause: str,
    settles: Claim | None,
    now: datetime,
) -> Change:
    """One person was called."""
    rule = f"escalation of {incident.system}" if escalated else f"on call for {incident.system}"
    if user == user_of(incident.declared_by):
        rule = "whoever declares it is told where"
    event = Event(
        kind=Kind.PAGED,
        at=now,
        facts={"user": user, "escalated": escalated, "reason": "", "rule": rule},
        evidence=(f"message:{message}",),
    )
    after = incident.with_responders(user)
    invited = bringing_in(incident, user, cause, now)
    return decided(cause, now, after, event, before=incident, jobs=invited, settles=settles)


def bringing_in(incident: Incident, user: UserId | None, cause: str, now: datetime) -> tuple[Job, ...]:
    """Whoever is new in it is invited into the channel; those who come before there is one are invited with all."""
    if user is None or user in incident.responders or incident.home.channel is None:
        return ()
    return (owe(JobName.INVITE, incident.id, now, urgency=incident.severity.rank, again=cause),)


def join(incident: Incident, *, user: UserId, cause: str, now: datetime) -> Change:
    """Somebody came into the channel."""
    after = incident.with_responders(user)
    event = Event(kind=Kind.RESPONDER_JOINED, at=now, actor=Actor(f"user:{user}"), facts={"user": user})
    return decided(cause, now, after, event, before=incident)


def reopen(
    incident: Incident,
    *,
    by: Actor,
    reason: str,
    procedure: Procedure | None,
    cause: str,
    now: datetime,
    alerts: tuple[AlertRecord, ...] = (),
    facts: Facts | None = None,
    evidence: tuple[str, ...] = (),
) -> Change:
    """It came back: the same incident goes on, with new clocks, and its people are called again. Raises AlreadySo."""
    if incident.open:
        raise refusal.AlreadySo(what="going on", by=None, at=None)
    after = replace(
        incident,
        status=Status.INVESTIGATING,
        acknowledged_at=None,
        acknowledged_by=None,
        resolved_at=None,
        resolved_by=None,
        mitigated_at=None,
        alerts_summed=incident.alerts_summed + len(alerts),
        alerts_listed=0,
        clocks=(*clock.stop(incident.clocks, ClockKind, now), *clock.started(incident.policy, now)),
    )
    event = Event(
        kind=Kind.REOPENED,
        at=now,
        actor=by,
        facts={"reason": reason, "alert": alerts[0].id if alerts else None, **(facts or {})},
        evidence=evidence,
    )
    again = identifier(AGAIN, cause)
    owned = tuple(replace(record, incident_id=incident.id) for record in alerts)
    jobs = [*_pages(incident, now, by=by, again=again), *looks(incident, procedure, now, again=again)]
    if incident.group_window is not None:
        jobs.append(owe(JobName.CLOSE_GROUP, incident.id, now + incident.group_window))
    return decided(cause, now, after, event, before=incident, jobs=jobs, alerts=owned)


def policy_of(policy: Policy, procedure: Procedure | None) -> Policy:
    """A severity's deadlines where a procedure is followed: it may say itself when to escalate."""
    after = procedure.escalate_after if procedure else None
    return policy if after is None else replace(policy, escalate=after)


def _pages(incident: Incident, now: datetime, *, by: Actor, again: str = "") -> Iterable[Job]:
    for user in incident.responders:
        # Nobody is paged about what they have just declared or reopened themselves.
        if user != user_of(by):
            yield owe(JobName.PAGE, incident.id, now, subject=user, urgency=incident.severity.rank, again=again)


def _unposted(incident: Incident, findings: Iterable[Finding], now: datetime) -> Iterable[Job]:
    urgency = incident.severity.rank + CHATTER
    for finding in findings:
        yield owe(JobName.POST_FINDING, incident.id, now, subject=finding.id, urgency=urgency)
