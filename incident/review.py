"""What a post-mortem review should look at: what is missing from the record, and where the process did not hold."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Final

from msgspec import Struct, field

from incident import blameless
from incident.alert import AlertRecord
from incident.approval import Approval, ApprovalState
from incident.clock import ClockState
from incident.digest import Json
from incident.finding import Finding
from incident.incident import Incident
from incident.responder import Actor, Role, UserId, person
from incident.severity import Severity
from incident.timeline import Event, Kind, fact
from incident.times import Instant, Point, out_of_order

_SET_SEVERITY: Final = (Kind.DECLARED, Kind.SEVERITY_CHANGED)
_TYPED: Final = {
    Kind.NOTED: ("text",),
    Kind.UPDATED: ("text", "impact"),
    Kind.RESOLVED: ("fix", "impact_note"),
    Kind.SEVERITY_CHANGED: ("reason",),
}
"""The facts that a person wrote freely."""


class Gap(StrEnum):
    """Something that the record does not hold, or holds twice and differently."""

    UNKNOWN_TIME = "unknown_time"
    INFERRED_TIME = "inferred_time"
    OUT_OF_ORDER = "out_of_order"
    EARLIER_ALERT = "earlier_alert"
    NO_IMPACT = "no_impact"
    NO_UPDATE = "no_update"
    NO_OWNER = "no_owner"
    NO_FIX = "no_fix"
    NO_FINDING = "no_finding"
    UNKNOWN_OUTCOME = "unknown_outcome"
    NOT_COMPARED = "not_compared"
    NOT_DUE = "not_due"
    REDACTED = "redacted"
    CHAIN_BROKEN = "chain_broken"


class Seed(StrEnum):
    """Something about how people worked that is worth talking about. It is a fact, not a judgement."""

    CLOCK_BREACHED = "clock_breached"
    PAGE_UNANSWERED = "page_unanswered"
    ROLE_UNFILLED = "role_unfilled"
    ITEM_OPEN = "item_open"
    BROKE_GLASS = "broke_glass"
    APPROVAL_EXPIRED = "approval_expired"
    REMEDIATION_FAILED = "remediation_failed"
    LOOK_FAILED = "look_failed"
    STILL_FIRING = "still_firing"
    LINGERING = "lingering"
    REOPENED = "reopened"
    TROUBLE = "trouble"
    WORDING = "wording"


class Remark(Struct, frozen=True, kw_only=True):
    """One gap or seed with the facts that its sentence needs; ``at`` when it is about a moment."""

    kind: Gap | Seed
    facts: Mapping[str, Json] = field(default_factory=dict)
    at: datetime | None = None


def gaps(
    incident: Incident,
    instants: Sequence[Instant],
    events: Sequence[Event],
    alerts: Iterable[AlertRecord],
    findings: Sequence[Finding],
    approvals: Iterable[Approval],
) -> tuple[Remark, ...]:
    """What a person should add or correct before others read the post-mortem."""
    return (
        *_times_in_doubt(incident, instants, alerts),
        *_left_unsaid(incident, events, findings),
        *_outcomes_in_doubt(events, approvals),
        *(
            Remark(kind=Gap.NOT_DUE, facts={"text": each.text})
            for each in incident.follow_ups
            if each.due_at is None and each.done_at is None
        ),
    )


def chain_gaps(*, redacted: int, broken_at: int | None) -> tuple[Remark, ...]:
    """What is wrong with the timeline as a record: lines whose content is gone, and a chain that does not verify."""
    return (
        *((Remark(kind=Gap.REDACTED, facts={"count": redacted}),) if redacted else ()),
        *((Remark(kind=Gap.CHAIN_BROKEN, facts={"seq": broken_at}),) if broken_at is not None else ()),
    )


def seeds(
    incident: Incident,
    events: Sequence[Event],
    alerts: Iterable[AlertRecord],
    findings: Iterable[Finding],
    approvals: Iterable[Approval],
) -> tuple[Remark, ...]:
    """Where the process did not hold, as facts: what the review starts its talk from."""
    return (
        *_breaches(incident),
        *_unanswered(events),
        *_unfilled(incident, events),
        *(
            Remark(kind=Seed.ITEM_OPEN, facts={"number": n, "text": item.text})
            for n, item in enumerate(incident.checklist, 1)
            if item.ticked_by is None
        ),
        *_approvals_to_review(approvals),
        *(
            Remark(kind=Seed.LOOK_FAILED, facts={"finding": f.id, "title": f.title, "error": f.sight.error}, at=f.at)
            for f in findings
            if f.sight.error
        ),
        *_loose_ends(incident, events, alerts),
        *_wording(events),
    )


def _times_in_doubt(incident: Incident, instants: Sequence[Instant], alerts: Iterable[AlertRecord]) -> Iterator[Remark]:
    optional = {Point.FIRST_UPDATE, *(() if not incident.open else (Point.MITIGATED, Point.RESOLVED))}
    for instant in instants:
        if instant.at is None and instant.point not in optional:
            yield Remark(kind=Gap.UNKNOWN_TIME, facts={"point": instant.point.value})
        if instant.inferred:
            yield Remark(kind=Gap.INFERRED_TIME, facts={"point": instant.point.value})
    for first, second in out_of_order(instants):
        yield Remark(kind=Gap.OUT_OF_ORDER, facts={"first": first.value, "second": second.value})
    for record in alerts:
        began = record.alert.starts_at
        if began is not None and incident.started_at is not None and began < incident.started_at:
            yield Remark(kind=Gap.EARLIER_ALERT, facts={"alert": record.id, "title": record.alert.title}, at=began)


def _left_unsaid(incident: Incident, events: Sequence[Event], findings: Sequence[Finding]) -> Iterator[Remark]:
    if not any(fact(event, "impact").strip() or fact(event, "impact_note").strip() for event in events):
        yield Remark(kind=Gap.NO_IMPACT)
    if not any(event.kind is Kind.UPDATED for event in events):
        yield Remark(kind=Gap.NO_UPDATE)
    if Role.COMMANDER not in incident.roles:
        yield Remark(kind=Gap.NO_OWNER)
    ends = [event for event in events if event.kind is Kind.RESOLVED]
    if not incident.open and not (ends and fact(ends[-1], "fix").strip()):
        yield Remark(kind=Gap.NO_FIX)
    if not findings:
        yield Remark(kind=Gap.NO_FINDING)


def _outcomes_in_doubt(events: Sequence[Event], approvals: Iterable[Approval]) -> Iterator[Remark]:
    compared = {fact(event, "approval") for event in events if event.kind is Kind.VERIFIED}
    for approval in approvals:
        if approval.parts:
            continue  # its steps have outcomes of their own
        facts = {"approval": approval.id, "title": approval.plan.title}
        if approval.state in (ApprovalState.UNKNOWN, ApprovalState.RUNNING):
            yield Remark(kind=Gap.UNKNOWN_OUTCOME, facts=facts)
        elif approval.state is ApprovalState.RAN and approval.id not in compared:
            yield Remark(kind=Gap.NOT_COMPARED, facts=facts)


def _breaches(incident: Incident) -> Iterator[Remark]:
    for clock in incident.clocks:
        if clock.breached_at is not None or clock.state is ClockState.LATE:
            facts: dict[str, Json] = {"clock": clock.kind.value, "allowed_seconds": clock.allowed.total_seconds()}
            if clock.met_at is not None:
                facts["took_seconds"] = (clock.met_at - clock.started_at).total_seconds()
            yield Remark(kind=Seed.CLOCK_BREACHED, facts=facts, at=clock.due_at)


def _unanswered(events: Sequence[Event]) -> Iterator[Remark]:
    """Pages after which the person did nothing that was recorded. Being in the channel is no answer: Muster invites."""
    acted: dict[Actor, datetime] = {}
    for event in events:
        if event.kind is not Kind.RESPONDER_JOINED:
            acted[event.actor] = event.at
    for event in events:
        user = UserId(fact(event, "user"))
        last = acted.get(person(user))
        if event.kind is Kind.PAGED and (last is None or last < event.at):
            yield Remark(kind=Seed.PAGE_UNANSWERED, facts={"user": user}, at=event.at)


def _unfilled(incident: Incident, events: Sequence[Event]) -> Iterator[Remark]:
    """Roles that nobody ever held, of an incident that was serious at some time."""
    levels = {fact(e, name) for e in events for name in ("severity", "to") if e.kind in _SET_SEVERITY}
    if not {incident.severity.value, *levels} & {Severity.P0.value, Severity.P1.value}:
        return
    taken = {fact(event, "role") for event in events if event.kind is Kind.ROLE_TAKEN}
    for role in Role:
        if role.value not in taken and role not in incident.roles:
            yield Remark(kind=Seed.ROLE_UNFILLED, facts={"role": role.value})


def _approvals_to_review(approvals: Iterable[Approval]) -> Iterator[Remark]:
    for approval in approvals:
        facts = {"approval": approval.id, "title": approval.plan.title}
        if approval.broke_glass and not approval.under:
            reason = {"reason": approval.reason}
            yield Remark(kind=Seed.BROKE_GLASS, facts={**facts, **reason}, at=approval.decided_at)
        if approval.state is ApprovalState.EXPIRED:
            yield Remark(kind=Seed.APPROVAL_EXPIRED, facts=facts, at=approval.expires_at)
        if approval.state is ApprovalState.FAILED:
            yield Remark(kind=Seed.REMEDIATION_FAILED, facts=facts)


def _loose_ends(incident: Incident, events: Iterable[Event], alerts: Iterable[AlertRecord]) -> Iterator[Remark]:
    for record in alerts:
        if record.firing and not incident.open:
            yield Remark(kind=Seed.STILL_FIRING, facts={"alert": record.id, "title": record.alert.title})
    for event in events:
        if event.kind is Kind.RESOLVED and fact(event, "lingering") in ("yes", "unknown"):
            yield Remark(kind=Seed.LINGERING, facts={"lingering": fact(event, "lingering")}, at=event.at)
        if event.kind is Kind.REOPENED:
            facts = {"actor": event.actor, "reason": fact(event, "reason")}
            yield Remark(kind=Seed.REOPENED, facts=facts, at=event.at)
        if event.kind is Kind.TROUBLE:
            facts = {"what": fact(event, "what"), "error": fact(event, "error")}
            yield Remark(kind=Seed.TROUBLE, facts=facts, at=event.at)


def _wording(events: Iterable[Event]) -> Iterator[Remark]:
    """Expressions in what people typed that a blameless text does without."""
    for event in events:
        for name in _TYPED.get(event.kind, ()):
            for found in blameless.lint(fact(event, name)):
                facts = {"advice": found.advice.value, "words": found.words}
                yield Remark(kind=Seed.WORDING, facts=facts, at=event.at)
