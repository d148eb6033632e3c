"""What PagerDuty's webhooks tell besides alerts: who acknowledged, resolved, noted, escalated and so on, and what.

Source: developer.pagerduty.com/docs/webhooks-overview. Who did it is the event's ``agent``; none, or one that is no
user, is a rule, a time that ran out or an integration. Of notes and responders only the incident's id is told.
"""

from collections.abc import Mapping, Sequence
from typing import Final

from bot.sources.pagerduty import event_in, incident_in, merged_into, name_of
from bot.sources.reading import table, text, time
from incident.paging import PagerPerson, Tiding, Word

WORDS: Final[Mapping[str, Word]] = {
    "incident.triggered": Word.TRIGGERED,
    "incident.acknowledged": Word.ACKNOWLEDGED,
    "incident.unacknowledged": Word.UNACKNOWLEDGED,
    "incident.resolved": Word.RESOLVED,
    "incident.reopened": Word.REOPENED,
    "incident.annotated": Word.NOTED,
    "incident.priority_updated": Word.PRIORITY,
    "incident.escalated": Word.ESCALATED,
    "incident.delegated": Word.DELEGATED,
    "incident.reassigned": Word.REASSIGNED,
    "incident.responder.added": Word.RESPONDER_ADDED,
    "incident.responder.replied": Word.RESPONDER_REPLIED,
}
"""The event types that tell of an incident what people here want to know."""

_LONGEST: Final = 3_000
_USERS: Final = frozenset({"user_reference", "user"})


def tiding(body: bytes) -> Tiding | None:
    """What one webhook body tells of an incident there; None when it is about something else, or cannot be read."""
    event = event_in(body)
    word, incident = WORDS.get(text(event.get("event_type")).lower()), incident_in(event)
    ref = text(incident.get("id"))
    if word is None or not ref:
        return None
    into = merged_into(event)
    return Tiding(
        word=word if into is None else Word.MERGED,
        ref=ref[:200],
        key=text(incident.get("incident_key")),
        at=time(event.get("occurred_at")),
        by=_person(event.get("agent")),
        text=(_told(word, table(event, "data"), incident) if into is None else into)[:_LONGEST],
    )


def _person(agent: object) -> PagerPerson | None:
    if not isinstance(agent, Mapping) or text(agent.get("type")) not in _USERS:
        return None
    known = text(agent.get("id"))
    return PagerPerson(id=known, name=name_of(agent) or known) if known else None


def _told(word: Word, data: Mapping[str, object], incident: Mapping[str, object]) -> str:
    """What a tiding says besides that it happened."""
    if word is Word.NOTED:
        return text(data.get("content"))
    if word is Word.PRIORITY:
        return name_of(incident.get("priority"))
    if word is Word.DELEGATED:
        return name_of(incident.get("escalation_policy"))
    if word in {Word.ESCALATED, Word.REASSIGNED}:
        assignees = incident.get("assignees")
        return ", ".join(filter(None, map(name_of, assignees))) if isinstance(assignees, Sequence) else ""
    who = name_of(data.get("user")) or name_of(data.get("escalation_policy"))
    return f"{who}: {text(data.get('state'))}" if word is Word.RESPONDER_REPLIED else who
