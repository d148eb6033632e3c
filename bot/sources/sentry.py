"""Sentry: issues, and the alerts that its rules raise, from an internal integration's webhook.

an issue    created, unresolved, or named by an alert rule   firing      resolved   resolved
a metric    open, critical, warning                          firing      resolved   resolved

An alert rule's event and its issue share a key, because only the issue tells of its end. Comments, installations,
assignments and archiving are no alerts. Source: docs.sentry.io/integrations/integration-platform/webhooks. Its older
plugin posts another body, which only ever fires. Sentry waits one second for the answer.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from bot.sources.admission import Proof, Request, body_hash, signed
from bot.sources.reading import document, first, links, named, table, text, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "sentry"
_ISSUE: Final = {
    "created": AlertStatus.FIRING,
    "unresolved": AlertStatus.FIRING,
    "resolved": AlertStatus.RESOLVED,
}
_METRIC: Final = {
    "open": AlertStatus.FIRING,
    "critical": AlertStatus.FIRING,
    "warning": AlertStatus.FIRING,
    "resolved": AlertStatus.RESOLVED,
}

_ISSUE_IN: Final = re.compile(r"/issues/(\d+)(?:/|\?|$)")
_PROJECT_IN: Final = re.compile(r"/projects/[^/]+/([^/]+)/")

Table = Mapping[str, object]


def admitted(request: Request, secrets: Sequence[str]) -> bool:
    """Whether the integration signed this body with one of its client secrets."""
    headers = request.headers
    given = (headers.get("Sentry-Hook-Signature") or headers.get("Sentry-App-Signature") or "").strip()
    return signed(request.body, given, secrets)


PROOF: Final = Proof(holds=admitted, status=403, refusal="The signature of this source is missing or wrong.")


def request_key(request: Request) -> str | None:
    """The request's own id beside its bytes: the signature does not cover the id."""
    number = text(request.headers.get("Request-ID"))[:64]
    return f"{number}:{body_hash(request.body)}" if number else None


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alert of one body; none when it is about something else, or empty. Raises Unreadable."""
    if not body.strip():
        return ()
    whole = document(body)
    action = text(whole.get("action")).lower()
    data = {name: each for name, each in table(whole, "data").items() if each is not None}
    if "metric_alert" in data:
        return _metric(table(data, "metric_alert"), action, data)
    if "event" in data:
        return (_event(table(data, "event"), data),) if action == "triggered" else ()
    if "issue" in data:
        status = _ISSUE.get(action)
        return () if status is None else (_issue(table(data, "issue"), status, again=action == "unresolved"),)
    if action == "triggered":
        raise Unreadable("an alert rule was triggered, and the body names no event")
    if not action and isinstance(whole.get("event"), Mapping):
        return (_plugin(whole),)
    if action:
        return ()
    raise Unreadable("this is no webhook of Sentry")


def _event(event: Table, data: Table) -> Alert:
    tags = _tags(event)
    rule = text(data.get("triggered_rule")) or text(table(data, "issue_alert").get("title"))
    return Alert(
        source=NAME,
        key=_key(
            first(event, "issue_id", "groupID", "group_id")
            or _named_in(_ISSUE_IN, event.get("issue_url"), event.get("web_url"))
        ),
        status=AlertStatus.FIRING,
        title=_title(event),
        description=first(event, "culprit", "location"),
        severity=text(event.get("level")) or tags.get("level"),
        service=first(event, "project_slug", "project_name")
        or _named_in(_PROJECT_IN, event.get("url"))
        or _project(event),
        starts_at=time(event.get("datetime")),
        labels={
            **tags,
            **named(
                alertname=rule or event.get("title"),
                rule=rule,
                environment=event.get("environment"),
                platform=event.get("platform"),
                culprit=event.get("culprit"),
            ),
        },
        links=links(sentry=event.get("web_url"), issue=event.get("issue_url")),
    )


def _issue(issue: Table, status: AlertStatus, *, again: bool) -> Alert:
    """``again``: it was resolved, and is back. What began then did not begin when the issue was first seen."""
    project = table(issue, "project")
    return Alert(
        source=NAME,
        key=_key(text(issue.get("id"))),
        status=status,
        title=_title(issue),
        description=text(issue.get("culprit")),
        severity=text(issue.get("level")) or None,
        service=first(project, "slug", "name") or None,
        starts_at=time(issue.get("lastSeen" if again else "firstSeen")),
        labels=named(
            alertname=issue.get("title"),
            issue=issue.get("shortId"),
            project=project.get("slug"),
            platform=issue.get("platform"),
            culprit=issue.get("culprit"),
        ),
        links=links(sentry=issue.get("web_url") or issue.get("permalink")),
    )


def _metric(alert: Table, action: str, data: Table) -> tuple[Alert, ...]:
    status = _METRIC.get(action)
    if status is None:
        return ()
    number, rule = text(alert.get("id")), table(alert, "alert_rule")
    if not number:
        raise Unreadable("the metric alert has no id")
    projects = alert.get("projects")
    project = text(projects[0]) if isinstance(projects, list) and projects else ""
    # A rule is named by what it watches; the incident's own title may be two words by chance.
    title = text(rule.get("name")) or first(alert, "title") or f"Metric alert {number}"
    resolved = status is AlertStatus.RESOLVED
    return (
        Alert(
            source=NAME,
            key=f"metric:{number}",
            status=status,
            title=title[:200],
            description=first(data, "description_text", "description_title"),
            severity=None if resolved else action,
            service=project or None,
            starts_at=time(alert.get("date_started")) or time(alert.get("date_detected")),
            ends_at=time(alert.get("date_closed")) if resolved else None,
            labels=named(alertname=rule.get("name") or title, project=project, environment=rule.get("environment")),
            links=links(sentry=data.get("web_url")),
        ),
    )


def _plugin(whole: Table) -> Alert:
    event = table(whole, "event")
    return Alert(
        source=NAME,
        key=_key(text(whole.get("id"))),
        status=AlertStatus.FIRING,
        title=(first(whole, "message") or _title(event))[:200],
        description=text(whole.get("culprit")),
        severity=first(whole, "level") or text(event.get("level")) or None,
        service=first(whole, "project_slug") or _project(whole),
        starts_at=time(event.get("timestamp")) or time(event.get("received")),
        labels={**_tags(event), **named(alertname=event.get("title"), project=whole.get("project"))},
        links=links(sentry=whole.get("url")),
    )


def _project(thing: Table) -> str | None:
    """The project's name; Sentry numbers it as well, and a number tells nobody which it is."""
    named_so = first(table(thing, "project"), "slug", "name") or text(thing.get("project"))
    return None if named_so.isdecimal() else named_so or None


def _named_in(pattern: re.Pattern[str], *addresses: object) -> str:
    """What the first of these addresses names; older webhooks say it nowhere else."""
    return next((found[1] for each in addresses if (found := pattern.search(text(each)))), "")


def _key(issue: str) -> str:
    if not issue:
        raise Unreadable("the body names no issue")
    return f"issue:{issue}"


def _title(thing: Table) -> str:
    metadata = table(thing, "metadata")
    return (first(thing, "title", "message") or first(metadata, "title", "value") or "An issue without a title")[:200]


def _tags(event: Table) -> dict[str, str]:
    """Pairs, as lists of two or as tables of ``key`` and ``value``."""
    listed = event.get("tags")
    found = {}
    for each in listed if isinstance(listed, list) else ():
        if isinstance(each, Mapping):
            found[text(each.get("key"))] = text(each.get("value"))
        elif isinstance(each, list) and len(each) == 2:
            found[text(each[0])] = text(each[1])
    return {name: value for name, value in found.items() if name and value}
