"""PagerDuty: its V3 webhook subscriptions, one event about one of its incidents a request.

triggered, reopened, unacknowledged   firing: somebody has to look
resolved                              resolved; so is what was merged into another, as whose alert it goes on
all others (acknowledged, notes, roles, services, ``pagey.ping`` …)   no alert: nothing changes in what is broken

What people and rules do with an incident there (acknowledge, note, escalate …) is a tiding besides
(``bot/sources/pagerduty_tidings.py``). An incident that Muster itself had made there is never an alert: it bears the
key that Muster gave it.

Source: developer.pagerduty.com/docs/webhooks-overview and …/verifying-webhook-signatures. The signature is an HMAC over
the raw bytes; while its secret is being replaced PagerDuty sends one signature for each. It covers neither a time nor
the headers: which request this is, and how old, is read from the signed body alone, so that an old request sent again
under another ``X-Webhook-Id`` is still the old one.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from bot.sources.admission import Proof, Request
from bot.sources.reading import document, links, table, text, time
from commands.outage import Unreadable
from incident import severity
from incident.alert import Alert, AlertStatus
from incident.paging import CLIENT, PAGER, incident_of

NAME: Final = PAGER

_RESOLVED: Final = "incident.resolved"
STATUSES: Final[Mapping[str, AlertStatus]] = {
    "incident.triggered": AlertStatus.FIRING,
    "incident.reopened": AlertStatus.FIRING,
    "incident.unacknowledged": AlertStatus.FIRING,
    _RESOLVED: AlertStatus.RESOLVED,
}
"""The event types that say whether something is broken."""

OLDEST: Final = timedelta(hours=49)
"""PagerDuty tries for 48 hours: what happened longer ago is not sent by it any more."""

_ANOTHER: Final = "another incident"

_EVENT_ID: Final = re.compile(r"[\w-]{1,64}", re.ASCII)


def admitted(request: Request, secrets: Sequence[str]) -> bool:
    """Whether PagerDuty signed this body with one of the secrets, and lately enough still to be sending it."""
    return signed(request.body, request.headers.get("X-PagerDuty-Signature", ""), secrets) and _fresh(request)


def signed(body: bytes, header: str, secrets: Sequence[str]) -> bool:
    """Whether one of the header's ``v1=`` signatures is that of the body under one of the secrets."""
    given = [part.strip().encode(errors="replace") for part in header.split(",")]
    right = [f"v1={hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}" for secret in secrets if secret]
    return any(hmac.compare_digest(one, other.encode()) for one in given for other in right)


PROOF: Final = Proof(
    holds=admitted, status=403, refusal="The signature of this source is missing or wrong, or the event is too old."
)


def request_key(request: Request) -> str | None:
    """The event's id; what has none is told apart by its bytes."""
    event = text(event_in(request.body).get("id"))
    return event if _EVENT_ID.fullmatch(event) else None


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alert of one webhook body; none when its event is about something else. Raises Unreadable."""
    whole = document(body)
    if isinstance(whole.get("messages"), list):
        raise Unreadable("this is PagerDuty's webhook V1 or V2: replace it by a V3 subscription")
    event = whole.get("event")
    if not isinstance(event, Mapping):
        raise Unreadable("the body has no event")
    kind = text(event.get("event_type")).lower()
    if not kind:
        raise Unreadable("the event says not what happened")
    status = STATUSES.get(kind)
    return () if status is None or _by_muster(event) else (_alert(event, status),)


def merged_into(event: Mapping[str, object]) -> str | None:
    """The incident in which this one goes on, by its name or id; None unless this is how it was resolved."""
    reason = table(incident_in(event), "resolve_reason")
    if text(reason.get("type")) != "merge_resolve_reason" or text(event.get("event_type")).lower() != _RESOLVED:
        return None
    return name_of(reason.get("incident")) or text(table(reason, "incident").get("id"))


def _by_muster(event: Mapping[str, object]) -> bool:
    """Whether Muster had it made: it bears Muster's key, or says that it was just made by Muster's event."""
    key = text(incident_in(event).get("incident_key"))
    return incident_of(key) is not None or (not key and text(table(event, "client").get("name")) == CLIENT)


def _alert(event: Mapping[str, object], status: AlertStatus) -> Alert:
    incident = incident_in(event)
    key = text(incident.get("id")) or text(incident.get("incident_key"))
    if not key:
        raise Unreadable("the event names no incident")
    title = text(incident.get("title")) or text(incident.get("summary")) or f"PagerDuty incident {key}"
    happened = time(event.get("occurred_at"))
    triggered = text(event.get("event_type")).lower() == "incident.triggered"
    service, into = name_of(incident.get("service")), merged_into(event)
    target = table(table(incident, "resolve_reason"), "incident")
    return Alert(
        source=NAME,
        key=key[:200],
        status=status,
        title=title[:200],
        description="" if into is None else f"merged in PagerDuty into {into or _ANOTHER}, where it goes on",
        goes_on="" if into is None else text(target.get("id"))[:200] or _ANOTHER,
        severity=_severity(incident),
        service=service or None,
        starts_at=time(incident.get("created_at")) or (happened if triggered else None),
        ends_at=happened if status is AlertStatus.RESOLVED else None,
        labels=_labels(incident, title, service),
        links=links(
            pagerduty=incident.get("html_url"),
            bridge=table(incident, "conference_bridge").get("conference_url"),
        ),
    )


def incident_in(event: Mapping[str, object]) -> Mapping[str, object]:
    """The incident that the event is about; some forwarders nest it once more."""
    data = table(event, "data")
    return table(data, "incident") or data


def _severity(incident: Mapping[str, object]) -> str | None:
    """The priority where Muster knows its word; else the urgency, which is always there: high or low."""
    priority = name_of(incident.get("priority"))
    return priority if severity.of_word(priority) else text(incident.get("urgency")) or priority or None


def _labels(incident: Mapping[str, object], title: str, service: str) -> Mapping[str, str]:
    """What a runbook's routes can name: ``alertname`` is the title."""
    labels = {
        "alertname": title,
        "service": service,
        "priority": name_of(incident.get("priority")),
        "urgency": text(incident.get("urgency")),
        "escalation_policy": name_of(incident.get("escalation_policy")),
        "number": text(incident.get("number")),
    }
    return {name: value for name, value in labels.items() if value}


def _fresh(request: Request) -> bool:
    happened = time(event_in(request.body).get("occurred_at"))
    return happened is None or request.at - happened <= OLDEST


def event_in(body: bytes) -> Mapping[str, object]:
    """The event of a body that may hold none."""
    try:
        return table(document(body), "event")
    except Unreadable:
        return {}


def name_of(reference: object) -> str:
    """What PagerDuty calls the thing that it refers to."""
    return text(reference.get("summary")) or text(reference.get("name")) if isinstance(reference, Mapping) else ""
