"""Opsgenie, and Jira Service Management, which took it over: one action on one of its alerts a request.

Create   firing      Close, Delete   resolved      every other action, and those that a team made up: no alert

Source: support.atlassian.com/opsgenie/docs/integrate-opsgenie-with-webhook. It signs nothing.
"""

from collections.abc import Mapping
from typing import Final

from bot.sources.batches import alerts_in
from bot.sources.reading import first, links, named, table, text, texts, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "opsgenie"
_ACTIONS: Final = {
    **dict.fromkeys(("create", "created"), AlertStatus.FIRING),
    **dict.fromkeys(("close", "closed", "delete", "deleted"), AlertStatus.RESOLVED),
}


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alert of one body; none when the action changes nothing in what is broken. Raises Unreadable."""
    return alerts_in(body, _told)


def _told(whole: Mapping[str, object]) -> tuple[Alert, ...]:
    alert, action = table(whole, "alert"), text(whole.get("action")).lower()
    if not action and not alert:
        raise Unreadable("the body has neither an action nor an alert")
    status = _ACTIONS.get(action)
    if status is None:
        return ()
    key = first(alert, "alias", "alertId", "id", "tinyId")
    if not key:
        raise Unreadable("the alert has no alias and no id")
    title = first(alert, "message", "title") or f"Alert {key}"
    resolved = status is AlertStatus.RESOLVED
    return (
        Alert(
            source=NAME,
            key=key,
            status=status,
            title=title[:200],
            description=text(alert.get("description")),
            severity=_priority(alert.get("priority")),
            service=text(alert.get("entity")) or None,
            starts_at=time(alert.get("createdAt")),
            ends_at=time(alert.get("updatedAt")) if resolved else None,
            labels={**texts(alert.get("extraProperties")), **texts(alert.get("details")), **_labels(alert, title)},
            links=links(alert=first(alert, "detailUrl", "url", "link")),
        ),
    )


def _priority(value: object) -> str | None:
    """``3``, ``"3"`` and ``"P3"`` are all P3."""
    priority = text(value)
    return f"P{priority}" if priority in set("12345") else priority or None


def _labels(alert: Mapping[str, object], title: str) -> dict[str, str]:
    tags = alert.get("tags")
    listed = [text(each) for each in tags] if isinstance(tags, list) else []
    return named(
        alertname=title,
        entity=alert.get("entity"),
        source=alert.get("source"),
        team=alert.get("team"),
        tags=", ".join(filter(None, listed)),
    )
