"""The post-mortem's facts, in order, each with where it comes from.

Nothing is invented: an end that nobody recorded leaves its duration out, and what only a person knows is asked.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from msgspec import Struct

from incident import review
from incident.alert import AlertRecord
from incident.approval import Approval
from incident.cast import Cast, cast
from incident.clock import Clock, ClockKind, ClockState
from incident.finding import Comparison, Finding, Phase
from incident.incident import Incident
from incident.responder import Actor, UserId
from incident.review import Remark
from incident.severity import Severity
from incident.system_change import SystemChange
from incident.timeline import Event, Kind, Link, broken_at, fact
from incident.times import Duration, Instant, Point, Silence, durations, longest_silence, times


class Record(Struct, frozen=True, kw_only=True):
    """Everything that is kept about one incident, as a post-mortem or an export needs it."""

    incident: Incident
    timeline: tuple[Link, ...]
    alerts: tuple[AlertRecord, ...]
    findings: tuple[Finding, ...]
    approvals: tuple[Approval, ...]
    changes: tuple[SystemChange, ...] = ()
    """What changed in its system shortly before it began, and until it ended; the newest first."""


class Question(StrEnum):
    """What only a person can answer."""

    OWNER = "owner"
    IMPACT_START = "impact_start"
    IMPACT = "impact"
    DETECTION = "detection"
    TRIGGER = "trigger"
    CONTRIBUTING_FACTORS = "contributing_factors"
    MEANING = "meaning"
    WENT_WELL = "went_well"
    WENT_BADLY = "went_badly"
    LUCKY = "lucky"
    FOLLOW_UPS = "follow_ups"
    EXTERNAL_MESSAGE = "external_message"


class SeverityChange(Struct, frozen=True, kw_only=True):
    """From this moment on it was this bad. ``was`` is None for the declaration."""

    at: datetime
    severity: str
    was: str | None
    reason: str
    actor: Actor
    evidence: tuple[str, ...]


class ClockEnd(Struct, frozen=True, kw_only=True):
    """How one deadline ended. ``taken`` is None when nobody met it or it still runs."""

    kind: ClockKind
    state: ClockState
    started_at: datetime
    due_at: datetime
    ended_at: datetime | None
    allowed: timedelta
    taken: timedelta | None


class Update(Struct, frozen=True, kw_only=True):
    """What people were told, in the teller's words. ``promised`` is when the next one was promised, as written."""

    at: datetime
    actor: Actor
    text: str
    impact: str
    promised: str
    was: str
    status: str
    evidence: tuple[str, ...]


class Impact(Struct, frozen=True, kw_only=True):
    """What somebody wrote about who was hurt and how much, when they wrote it."""

    at: datetime
    actor: Actor
    text: str
    evidence: tuple[str, ...]


class Remediation(Struct, frozen=True, kw_only=True):
    """One request with what was seen before and after it. Ids lead to the record; ``comparison`` None: not compared."""

    approval: str
    before: tuple[str, ...]
    after: tuple[str, ...]
    comparison: Comparison | None
    follow_ups: tuple[str, ...]
    """What it left to be done, e.g. taking a temporary mitigation back."""
    reverted_at: datetime | None = None
    """When its undo ran, which did what a temporary mitigation left."""


class Ending(Struct, frozen=True, kw_only=True):
    """What was said when it was resolved."""

    at: datetime
    actor: Actor
    fix: str
    lingering: str
    impact: str


class Draft(Struct, frozen=True, kw_only=True):
    """The post-mortem as far as the record can write it. ``written_at`` is when; times are UTC.

    ``timeline`` is in order of time (the chain's own order breaks ties). ``chain_broken_at`` is None when it verifies.
    """

    written_at: datetime
    key: str
    title: str
    severity: Severity
    due_at: datetime | None
    severities: tuple[SeverityChange, ...]
    times: tuple[Instant, ...]
    durations: tuple[Duration, ...]
    clocks: tuple[ClockEnd, ...]
    silence: Silence | None
    impacts: tuple[Impact, ...]
    updates: tuple[Update, ...]
    remediations: tuple[Remediation, ...]
    ending: Ending | None
    timeline: tuple[Link, ...]
    chain_broken_at: int | None
    cast: Cast
    review: tuple[Remark, ...]
    gaps: tuple[Remark, ...]
    questions: tuple[Question, ...]

    def instant(self, point: Point) -> Instant:
        """One of the times."""
        return next(each for each in self.times if each.point is point)


def draft(record: Record, now: datetime) -> Draft:
    """The draft of a record as it stands at ``now``: of an incident that is still open, too."""
    incident = record.incident
    timeline = tuple(sorted(record.timeline, key=lambda link: (_at(link), link.seq)))
    events = tuple(link.event for link in timeline if link.event is not None)
    instants = times(incident, events, record.alerts)
    broken = broken_at(incident.id, sorted(record.timeline, key=lambda link: link.seq))
    return Draft(
        written_at=now,
        key=incident.key,
        title=incident.title,
        severity=incident.severity,
        due_at=next((c.due_at for c in reversed(incident.clocks) if c.kind is ClockKind.POSTMORTEM), None),
        severities=tuple(_severities(events)),
        times=instants,
        durations=durations(instants),
        clocks=tuple(_clock_end(clock) for clock in incident.clocks),
        silence=longest_silence(incident, events, now),
        impacts=tuple(_impacts(events)),
        updates=tuple(_update(event) for event in events if event.kind is Kind.UPDATED),
        remediations=tuple(_remediation(approval, record, events) for approval in record.approvals),
        ending=_ending(incident, events),
        timeline=timeline,
        chain_broken_at=broken,
        cast=cast(incident, events, _people_of(record.approvals)),
        review=review.seeds(incident, events, record.alerts, record.findings, record.approvals),
        gaps=(
            *review.gaps(incident, instants, events, record.alerts, record.findings, record.approvals),
            *review.chain_gaps(redacted=len(timeline) - len(events), broken_at=broken),
        ),
        questions=_questions(incident, record),
    )


def _at(link: Link) -> datetime:
    return link.event.at if link.event is not None else link.recorded_at


def _severities(events: Iterable[Event]) -> Iterable[SeverityChange]:
    for event in events:
        if event.kind is Kind.DECLARED or event.kind is Kind.SEVERITY_CHANGED:
            changed = event.kind is Kind.SEVERITY_CHANGED
            yield SeverityChange(
                at=event.at,
                severity=fact(event, "to" if changed else "severity"),
                was=fact(event, "from") if changed else None,
                reason=fact(event, "reason"),
                actor=event.actor,
                evidence=event.evidence,
            )


def _clock_end(clock: Clock) -> ClockEnd:
    ended = clock.met_at or clock.stopped_at
    return ClockEnd(
        kind=clock.kind,
        state=clock.state,
        started_at=clock.started_at,
        due_at=clock.due_at,
        ended_at=ended,
        allowed=clock.allowed,
        taken=None if clock.met_at is None else clock.met_at - clock.started_at,
    )


def _update(event: Event) -> Update:
    return Update(
        at=event.at,
        actor=event.actor,
        text=fact(event, "text"),
        impact=fact(event, "impact"),
        promised=fact(event, "next"),
        was=fact(event, "status_from"),
        status=fact(event, "status_to"),
        evidence=event.evidence,
    )


def _impacts(events: Iterable[Event]) -> Iterable[Impact]:
    for event in events:
        text = fact(event, "impact") or fact(event, "impact_note")
        if event.kind in (Kind.UPDATED, Kind.RESOLVED) and text.strip():
            yield Impact(at=event.at, actor=event.actor, text=text, evidence=event.evidence)


def _remediation(approval: Approval, record: Record, events: Sequence[Event]) -> Remediation:
    """``before`` was looked at for the run itself; ``after`` is what the last verdict says that it rests on."""
    verified = [e for e in events if e.kind is Kind.VERIFIED and fact(e, "approval") == approval.id][-1:]
    before = (f.id for f in record.findings if f.phase is Phase.BEFORE and f.cause == approval.id)
    after = (each.removeprefix("finding:") for event in verified for each in event.evidence)
    opened = [e for e in events if e.kind is Kind.FOLLOW_UP_OPENED and f"approval:{approval.id}" in e.evidence]
    done = [e for e in events if e.kind is Kind.FOLLOW_UP_DONE and fact(e, "left_by") == approval.id]
    return Remediation(
        approval=approval.id,
        before=tuple(before),
        after=tuple(after),
        comparison=Comparison(fact(verified[0], "comparison")) if verified else None,
        follow_ups=tuple(fact(event, "text") for event in opened),
        reverted_at=done[-1].at if done else None,
    )


def _ending(incident: Incident, events: Sequence[Event]) -> Ending | None:
    ends = [event for event in events if event.kind is Kind.RESOLVED]
    if incident.open or not ends:
        return None
    last = ends[-1]
    return Ending(
        at=last.at,
        actor=last.actor,
        fix=fact(last, "fix"),
        lingering=fact(last, "lingering"),
        impact=fact(last, "impact_note"),
    )


def _people_of(approvals: Iterable[Approval]) -> Iterable[UserId]:
    for approval in approvals:
        yield approval.requester
        yield from approval.yes
        if approval.decided_by is not None:
            yield approval.decided_by


def _questions(incident: Incident, record: Record) -> tuple[Question, ...]:
    """What to ask: everything that only a person knows, less what this incident gives no occasion for."""
    answered = {
        *((Question.IMPACT_START,) if incident.started_at is not None else ()),
        *((Question.MEANING,) if not record.findings else ()),
    }
    return tuple(question for question in Question if question not in answered)
