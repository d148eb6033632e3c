"""What became of what Muster owed the pager."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain

from msgspec.structs import replace

from incident.alert import Alert, AlertRecord, AlertStatus
from incident.change import Change, event_id
from incident.incident import Incident
from incident.job import Claim, Job, JobName, owe
from incident.owing import decided
from incident.pager_owing import TO_PERSON, TO_POLICY
from incident.paging import PAGER, PagerState, Standing, echo_of
from incident.responder import Actor, UserId
from incident.severity import Severity
from incident.timeline import Event, Kind

SUMMONED = "summoned-"
"""Marks the page of somebody whom a person wanted; the id of the event that says so follows."""


def called(incident: Incident, *, ref: str, keyed: bool, settles: Claim, now: datetime) -> Change:
    """The pager rings. What was decided here after the call was owed is told to it next; before that, it is not.

    So an acknowledgement of before does not silence a call that was made because it became worse. Without a key
    (``keyed``) the pager's incident is kept as an alert of this one: else what is told of it would open another.
    """
    paged = incident.paged
    if paged is None:
        return Change(cause=settles.cause, at=now, settles=settles)
    owed_at, acknowledged_at = paged.call_owed_at or now, incident.acknowledged_at
    earlier = acknowledged_at is not None and acknowledged_at <= owed_at
    knows = Standing(state=PagerState.ACKNOWLEDGED if earlier else PagerState.TRIGGERED)
    after = replace(incident, paged=replace(paged.linked([ref], knows).lives(ref), told=knows))
    event = Event(kind=Kind.PAGER_CALLED, at=now, facts={"ref": ref})
    tell = owe(JobName.TELL_PAGER, incident.id, now, urgency=incident.severity.rank)
    kept = () if keyed else (_kept(incident, ref, now),)
    return decided(settles.cause, now, after, event, before=incident, jobs=(tell,), alerts=kept, settles=settles)


def not_called(incident: Incident, *, settles: Claim, now: datetime, ref: str | None = None) -> Change:
    """The pager was not called: it is over already, or the pager could not be called. It may be, when it gets worse.

    Or it was, and the answer was lost: what rings there by ``ref`` is told that it is over.
    """
    paged, jobs = incident.paged, list[Job]()
    if paged is not None:
        paged = replace(paged, call_owed_at=None)
        if ref is not None and ref not in paged.refs:
            paged = replace(paged.linked([ref], Standing()), told=None)
            jobs.append(owe(JobName.TELL_PAGER, incident.id, now, urgency=incident.severity.rank))
    after = replace(incident, paged=paged)
    return Change(cause=settles.cause, at=now, incident=after, jobs=tuple(jobs), settles=settles)


def _kept(incident: Incident, ref: str, now: datetime) -> AlertRecord:
    alert = Alert(source=PAGER, key=ref, status=AlertStatus.FIRING, title=incident.title)
    return AlertRecord(alert=alert, incident_id=incident.id, first_at=now, last_at=now)


def telling(incident: Incident, ref: str, change: PagerState | Severity, *, held: Claim, now: datetime) -> Change:
    """The pager is just about to be told: should no answer come, its own word of that is still known as Muster's."""
    after, paged, echo = incident, incident.paged, echo_of(ref, change)
    if paged is not None:
        known = paged.told or Standing()
        doubtful = replace(known, state=None) if isinstance(change, PagerState) else replace(known, severity=None)
        after = replace(incident, paged=replace(paged.expecting(echo, now), told=doubtful))
    return Change(cause=f"telling:{held.id}:{held.fence}:{echo}", at=now, incident=after)


def told(
    incident: Incident,
    *,
    holds: Standing,
    news: Standing,
    changed: Mapping[str, Sequence[str]],
    settles: Claim,
    now: datetime,
) -> Change:
    """The pager holds ``holds`` of it; ``changed`` is what was changed there for its ``news``, by its incident."""
    paged = incident.paged
    if paged is None:
        return Change(cause=settles.cause, at=now, settles=settles)
    # Of what it answered to have done, its word may still be on its way.
    doubted = paged.told is None or paged.told.state is None
    gone = _never_echoed(news, changed) if doubted else ()
    paged = paged.linked(list(changed), holds).expecting_no(gone)
    for ref in (each for each, words in changed.items() if PagerState.TRIGGERED.value in words):
        paged = paged.lives(ref)
    after = replace(incident, paged=replace(paged, told=holds))
    words = list(dict.fromkeys(chain.from_iterable(changed.values())))
    events = (Event(kind=Kind.PAGER_TOLD, at=now, facts={"changed": words}),) if words else ()
    return decided(settles.cause, now, after, *events, before=incident, settles=settles)


def _never_echoed(news: Standing, changed: Mapping[str, Sequence[str]]) -> frozenset[str]:
    """What an earlier attempt was about to do, and did not, as it shows: the pager was found where it is to be now.

    That it is acknowledged shows nothing, since one that was resolved there is let be, too.
    """
    if news.state is None or news.state is PagerState.ACKNOWLEDGED:
        return frozenset()
    found = [ref for ref, words in changed.items() if news.state.value not in words]
    return frozenset(echo_of(ref, each) for ref in found for each in PagerState if each is not news.state)


def summon(
    incident: Incident,
    *,
    user: UserId | None,
    policy: tuple[str, str] | None,
    reason: str,
    by: Actor,
    cause: str,
    now: datetime,
) -> Change:
    """Somebody wants a person's help, or that of an escalation policy (its name, the pager's id). Raises Ended."""
    incident.check_open()
    facts = {"user": user, "policy": policy[0] if policy else None, "reason": reason}
    event = Event(kind=Kind.SUMMONED, at=now, actor=by, facts=facts)
    after = incident.with_responders(user) if user else incident
    jobs = (*_chat_jobs(incident, user, cause, now), *_pager_job(incident, user, policy, cause, now))
    return decided(cause, now, after, event, before=incident, jobs=jobs)


def _chat_jobs(incident: Incident, user: UserId | None, cause: str, now: datetime) -> Sequence[Job]:
    if user is None:
        return ()
    rank = incident.severity.rank
    page = owe(JobName.PAGE, incident.id, now, subject=user, urgency=rank, again=f"{SUMMONED}{event_id(cause, 0)}")
    invite = owe(JobName.INVITE, incident.id, now, urgency=rank, again=cause)
    return (page, invite) if incident.home.channel is not None else (page,)


def _pager_job(
    incident: Incident, user: UserId | None, policy: tuple[str, str] | None, cause: str, now: datetime
) -> Sequence[Job]:
    if incident.paged is None:
        return ()
    subject = TO_PERSON + user if user else TO_POLICY + (policy[1] if policy else "")
    rank = incident.severity.rank
    return (owe(JobName.SUMMON, incident.id, now, subject=subject, urgency=rank, again=event_id(cause, 0)),)


def summoned(incident: Incident, *, ref: str | None, user: UserId | None, settles: Claim, now: datetime) -> Change:
    """The pager asks them; or, without a ``ref``, it does not know that person."""
    paged = incident.paged
    if paged is not None and ref is not None:
        after = incident if ref in paged.refs else replace(incident, paged=paged.helped(ref))
        return decided(settles.cause, now, after, before=incident, settles=settles)
    facts = {"word": "stranger", "user": user}
    event = Event(kind=Kind.PAGER_SAID, at=now, facts=facts)
    return decided(settles.cause, now, incident, event, before=incident, settles=settles)
