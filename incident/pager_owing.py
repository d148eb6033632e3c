"""What a decision makes Muster owe the pager: a call, word of what changed, a note, a request for help."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec.structs import replace

from incident.alert import AlertRecord
from incident.change import event_id
from incident.incident import Incident
from incident.job import Job, JobName, owe
from incident.paging import PAGER, Paged, PagerState, Standing
from incident.responder import UserId, is_human, person
from incident.timeline import Event, Kind, fact

TO_PERSON, TO_POLICY = "user/", "policy/"
"""How the subject of a request for help begins; the person's id follows, or the pager's id of the escalation policy."""

_NOTED = frozenset({Kind.NOTED, Kind.UPDATED})
_PROOF = "delivery:"


def standing(incident: Incident) -> Standing:
    """What the pager should hold of it."""
    if not incident.open:
        state = PagerState.RESOLVED
    else:
        state = PagerState.TRIGGERED if incident.acknowledged_at is None else PagerState.ACKNOWLEDGED
    return Standing(state=state, severity=incident.severity)


def linked(incident: Incident, alerts: Iterable[AlertRecord]) -> Incident:
    """With those of the pager's own incidents that are among its alerts: for these the pager is never called again."""
    refs = [each.alert.key for each in alerts if each.alert.source == PAGER]
    if incident.paged is None or not refs:
        return incident
    return replace(incident, paged=incident.paged.linked(refs, standing(incident)))


def called(incident: Incident, before: Incident | None, events: Sequence[Event], now: datetime) -> Incident:
    """The same, when it has just become bad enough, or lasted so long, that the pager is called.

    It is called anew where nobody is called there any more, because somebody resolved it there alone.
    """
    paged = incident.paged
    if paged is None or (paged.there and not paged.silent) or paged.paging.calls_from is None or not incident.open:
        return incident
    worse = before is None or incident.severity.raised_from(before.severity)
    back = any(each.kind is Kind.REOPENED for each in events)
    lasts = any(each.kind is Kind.ESCALATED for each in events)
    if lasts or ((worse or back) and incident.severity.rank <= paged.paging.calls_from.rank):
        return replace(incident, paged=replace(paged, call_owed_at=now))
    return incident


def doubted(doubt: str, now: datetime) -> tuple[Event, ...]:
    """The line that says why the people called may not be whoever is on call now; none without a doubt."""
    return (Event(kind=Kind.ON_CALL_DOUBTED, at=now, facts={"doubt": doubt}),) if doubt else ()


def pager_jobs(
    cause: str, now: datetime, incident: Incident, before: Incident | None, events: Sequence[Event]
) -> Iterable[Job]:
    """What is owed to the pager. Nothing without one, or while it has nothing to do with the incident."""
    paged, rank = incident.paged, incident.severity.rank
    if paged is None:
        return
    known = before.paged if before is not None else None
    if paged.call_owed_at is not None and (known is None or known.call_owed_at != paged.call_owed_at):
        yield owe(JobName.CALL_PAGER, incident.id, now, urgency=rank, again=paged.call_owed_at.isoformat())
    elif before is not None and (paged.there or paged.helps) and standing(incident) != standing(before):
        yield owe(JobName.TELL_PAGER, incident.id, now, urgency=rank)
    for index, event in enumerate(events if paged.there else ()):
        if event.kind in _NOTED and is_human(event.actor) and not _from_outside(event):
            yield owe(JobName.NOTE_PAGER, incident.id, now, subject=event_id(cause, index), urgency=rank)
    for each in _help(paged, events) if known is not None and known.there else ():
        yield owe(JobName.SUMMON, incident.id, now, subject=each, urgency=rank, again=cause)


def _from_outside(event: Event) -> bool:
    """What a delivery proves came from the pager; it knows that already."""
    return any(each.startswith(_PROOF) for each in event.evidence)


def _help(paged: Paged, events: Sequence[Event]) -> Iterable[str]:
    for event in events:
        if event.kind is Kind.ESCALATED and paged.paging.escalation is not None:
            yield TO_POLICY + paged.paging.escalation
        user = fact(event, "user")
        given = event.kind is Kind.ROLE_TAKEN and event.actor != person(UserId(user))
        if given and paged.paging.adds_responders:
            yield TO_PERSON + user
