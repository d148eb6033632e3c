"""What the pager tells becomes what happened here: each thing once, by whoever did it there, and never told back.

What is so already changes nothing; nor does Muster's own word, when it comes back from the pager.
"""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct
from msgspec.structs import replace

from incident import working
from incident.approval import Approval
from incident.change import Change
from incident.digest import Facts
from incident.incident import Incident
from incident.job import Claim, JobName, owe
from incident.opening import reopen
from incident.owing import decided
from incident.pager_owing import standing
from incident.paging import PAGER, STATE_OF, PagerState, Tiding, Word, asks_for_help, matter_of
from incident.responder import Actor, UserId, known_to_pager, monitor, person
from incident.runbook import Procedure
from incident.severity import Policy, Severity
from incident.timeline import Event, Kind

VIA = "PagerDuty"
FIX = "resolved in PagerDuty"
_OF_HELP = frozenset({Word.ACKNOWLEDGED, Word.UNACKNOWLEDGED, Word.ESCALATED, Word.REASSIGNED})
"""What is worth a line of a call for one person's or policy's help."""


class News(Struct, frozen=True, kw_only=True):
    """One tiding, with what is known here about it. ``by`` is who did it there, if the chat knows them."""

    tiding: Tiding
    delivery: str
    by: UserId | None = None
    severity: Severity | None = None
    """What the priority means here, with the ``policy`` of that level."""
    policy: Policy | None = None
    procedure: Procedure | None = None
    """What the incident follows."""
    firing: bool = False
    """Another alert of the incident is firing still."""
    requests: Sequence[Approval] = ()
    """The incident's requests."""

    @property
    def actor(self) -> Actor:
        """Whoever did it."""
        if self.by is not None:
            return person(self.by)
        return known_to_pager(self.tiding.by.name) if self.tiding.by is not None else monitor(PAGER)

    @property
    def proof(self) -> str:
        """What proves it."""
        return f"delivery:{self.delivery}"


def follow(incident: Incident, news: News, *, settles: Claim, now: datetime) -> Change:
    """The Change that a tiding makes, which also ends the job that took it in."""
    then = min(now, max(news.tiding.at or now, incident.declared_at))
    known = _known(incident, news)
    echo = known.paged.echoed(news.tiding, news.severity, now) if known.paged is not None else None
    if echo is not None:
        known = replace(known, paged=echo)
    silent = echo is not None or _stale(incident, news)
    change = None if silent else _followed(known, news, settles.cause, then)
    if change is None:
        return decided(settles.cause, now, known, before=incident, settles=settles)
    first, *rest = change.events
    proof = first.evidence if news.proof in first.evidence else (*first.evidence, news.proof)
    first = replace(first, evidence=proof, facts={**first.facts, "via": VIA})
    return replace(change, events=(first, *rest), settles=settles)


def _known(incident: Incident, news: News) -> Incident:
    """With the pager's incident, which is known by name only until it tells of itself, and how new its word is."""
    paged, tiding = incident.paged, news.tiding
    if paged is None:
        return incident
    matter, newest = matter_of(tiding), paged.newest
    if matter is not None and tiding.at is not None and not _stale(incident, news):
        newest = {**newest, matter: tiding.at}
    paged = replace(paged, newest=newest)
    if asks_for_help(tiding.key) or tiding.ref in paged.helps:
        return replace(incident, paged=paged.helped(tiding.ref))
    linked = paged.linked([tiding.ref], standing(incident))
    lives = STATE_OF.get(tiding.word) in (PagerState.TRIGGERED, PagerState.ACKNOWLEDGED) and not _stale(incident, news)
    return replace(incident, paged=linked.lives(tiding.ref) if lives else linked)


def _stale(incident: Incident, news: News) -> bool:
    """A word from before the newest of its matter: two that come together may be taken in in either order."""
    matter, at = matter_of(news.tiding), news.tiding.at
    newest = incident.paged.newest.get(matter) if incident.paged is not None and matter else None
    return newest is not None and at is not None and at < newest


def _followed(incident: Incident, news: News, cause: str, then: datetime) -> Change | None:
    word, actor = news.tiding.word, news.actor
    if word is not Word.NOTED and incident.paged is not None and news.tiding.ref in incident.paged.helps:
        return _said(incident, news, cause, then) if word in _OF_HELP and incident.open else None
    if word is Word.NOTED:
        text, proof = news.tiding.text, news.proof
        return working.note(incident, text=text, by=actor, cause=cause, now=then, evidence=proof) if text else None
    if word is Word.ACKNOWLEDGED:
        waits = incident.open and incident.acknowledged_at is None
        return working.acknowledge(incident, by=actor, cause=cause, now=then) if waits else None
    if word is Word.RESOLVED:
        return _resolved(incident, news, cause, then)
    if word is Word.REOPENED:
        if incident.open:
            return _taken_up_again(incident, news, cause, then)
        return reopen(incident, by=actor, reason="", procedure=news.procedure, cause=cause, now=then)
    if word is Word.PRIORITY:
        return _priority(incident, news, cause, then)
    return _said(incident, news, cause, then) if word is not Word.TRIGGERED and incident.open else None


def _resolved(incident: Incident, news: News, cause: str, then: datetime) -> Change | None:
    if not incident.open or incident.paged is None:
        return None
    by_hand = news.tiding.by is not None and incident.paged.paging.follows_resolve
    if not by_hand or news.firing:
        if news.tiding.by is None and not news.firing:
            return _said(incident, news, cause, then)  # it healed by itself: no reason to ring anew
        after = replace(incident, paged=incident.paged.ended(news.tiding.ref))
        return decided(cause, then, after, _event(news, then), before=incident)
    return working.resolve(
        incident,
        fix=FIX,
        lingering="unknown",
        impact="",
        by=news.actor,
        cause=cause,
        now=then,
        requests=news.requests,
    )


def _taken_up_again(incident: Incident, news: News, cause: str, then: datetime) -> Change | None:
    """It was over there alone, and calls people again: whoever has it here has it still, and the pager is told so."""
    if incident.paged is None or incident.acknowledged_at is None:
        return None
    knows = replace(standing(incident), state=PagerState.TRIGGERED)
    after = replace(incident, paged=replace(incident.paged, told=knows))
    tell = owe(JobName.TELL_PAGER, incident.id, then, urgency=incident.severity.rank)
    return decided(cause, then, after, _event(news, then), before=incident, jobs=(tell,))


def _priority(incident: Incident, news: News, cause: str, then: datetime) -> Change | None:
    to = news.severity
    if incident.paged is None or not incident.open or to is incident.severity:
        return None
    if to is None or news.policy is None or not incident.paged.paging.follows_priority:
        return _said(incident, news, cause, then)
    reason = f"its priority in PagerDuty is {news.tiding.text} now"
    return working.change_severity(
        incident, to=to, policy=news.policy, by=news.actor, reason=reason, cause=cause, now=then
    )


def _said(incident: Incident, news: News, cause: str, then: datetime) -> Change:
    """Worth a line, and nothing else follows from it."""
    return decided(cause, then, incident, _event(news, then), before=incident)


def _event(news: News, then: datetime) -> Event:
    facts: Facts = {"word": news.tiding.word.value, "text": news.tiding.text}
    return Event(kind=Kind.PAGER_SAID, at=then, actor=news.actor, facts=facts)
