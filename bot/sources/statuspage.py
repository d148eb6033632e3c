"""Statuspage: what a supplier says of itself, one incident or one component a request.

incident     investigating, identified, monitoring   firing      resolved, postmortem   resolved
component    degraded, partial or major outage       firing      operational            resolved

Planned maintenance has the same shape and pages nobody. Source: support.atlassian.com/statuspage (webhook
notifications). It signs nothing and waits 30 seconds.
"""

from collections.abc import Mapping
from typing import Final

from bot.sources.batches import alerts_in
from bot.sources.reading import first, links, named, table, text, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "statuspage"
_INCIDENT: Final = {
    **dict.fromkeys(("investigating", "identified", "monitoring"), AlertStatus.FIRING),
    **dict.fromkeys(("resolved", "postmortem"), AlertStatus.RESOLVED),
}
_COMPONENT: Final = {
    **dict.fromkeys(("degraded_performance", "partial_outage", "major_outage"), AlertStatus.FIRING),
    "operational": AlertStatus.RESOLVED,
}


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alert of one body; none for planned work. Raises Unreadable."""
    return alerts_in(body, _told)


def _told(whole: Mapping[str, object]) -> tuple[Alert, ...]:
    if whole.get("incident") is not None:
        return _incident(table(whole, "incident"), whole)
    if "component_update" in whole or "component" in whole:
        return _component(whole)
    raise Unreadable("the body has neither an incident nor a component")


def _incident(incident: Mapping[str, object], whole: Mapping[str, object]) -> tuple[Alert, ...]:
    status = _INCIDENT.get(text(incident.get("status")).lower())
    planned = text(incident.get("scheduled_for")) or text(incident.get("impact")).lower() == "maintenance"
    if status is None or planned:
        return ()
    number = text(incident.get("id"))
    if not number:
        raise Unreadable("the incident has no id")
    name = text(incident.get("name")) or f"Incident {number}"
    updates = incident.get("incident_updates")
    components = _components(incident)
    newest = updates[0] if isinstance(updates, list) and updates and isinstance(updates[0], Mapping) else {}
    return (
        Alert(
            source=NAME,
            key=f"incident:{number}",
            status=status,
            title=name[:200],
            description=text(newest.get("body")),
            severity=text(incident.get("impact")) or None,
            service=_supplier(whole) or (None if "," in components else components or None),
            starts_at=time(incident.get("started_at")) or time(incident.get("created_at")),
            ends_at=time(incident.get("resolved_at")) if status is AlertStatus.RESOLVED else None,
            labels=named(alertname=name, impact=incident.get("impact"), page=_page(whole), components=components),
            links=links(statuspage=first(incident, "shortlink", "url")),
        ),
    )


def _component(whole: Mapping[str, object]) -> tuple[Alert, ...]:
    update, component = table(whole, "component_update"), table(whole, "component")
    state = (text(update.get("new_status")) or text(component.get("status"))).lower()
    status = _COMPONENT.get(state)
    if status is None:
        return ()
    number = text(update.get("component_id")) or text(component.get("id"))
    if not number:
        raise Unreadable("the component has no id")
    name = text(component.get("name")) or f"Component {number}"
    at = time(update.get("created_at"))
    resolved = status is AlertStatus.RESOLVED
    return (
        Alert(
            source=NAME,
            key=f"component:{number}",
            status=status,
            title=f"{name}: {state.replace('_', ' ')}"[:200],
            severity=None if resolved else state,
            service=_supplier(whole) or name,
            starts_at=None if resolved else at,
            ends_at=at if resolved else None,
            labels=named(alertname=name, component=name, page=_page(whole)),
        ),
    )


def _page(whole: Mapping[str, object]) -> str | None:
    return first(table(whole, "page"), "name", "id") or None


def _supplier(whole: Mapping[str, object]) -> str | None:
    """The supplier's name; most pages say only their id, and that tells nobody whose page it is."""
    return text(table(whole, "page").get("name")) or None


def _components(incident: Mapping[str, object]) -> str:
    listed = incident.get("components")
    names = [text(each.get("name")) for each in listed if isinstance(each, Mapping)] if isinstance(listed, list) else []
    return ", ".join(filter(None, names))
