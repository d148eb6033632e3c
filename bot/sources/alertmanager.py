"""Prometheus Alertmanager: its webhook, version 4 and what calls itself so.

Source: prometheus.io/docs/alerting/latest/configuration (webhook_config) and what is seen in the wild: other versions
or none, no fingerprint, no startsAt, no groupKey, a body of nothing but ``alerts``. A *firing* body may hold resolved
alerts, so the state is read alert by alert. It sends no signature: its configuration must carry a Bearer token.
"""

import hashlib
from collections.abc import Mapping, Sequence

from bot.sources.reading import document, links, text, texts, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus
from incident.digest import canonical

NAME = "alertmanager"


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alerts of one webhook body. One odd alert never loses the rest. Raises Unreadable."""
    whole = document(body)
    listed = whole.get("alerts")
    if not isinstance(listed, list):
        raise Unreadable("the body has no list of alerts")
    entries = [each for each in listed if isinstance(each, Mapping)]
    if listed and not entries:
        raise Unreadable("no entry of the list is an alert")
    return tuple(_alert(each, whole) for each in entries)


def _alert(entry: Mapping[str, object], whole: Mapping[str, object]) -> Alert:
    labels = texts(whole.get("commonLabels")) | texts(entry.get("labels"))
    annotations = texts(whole.get("commonAnnotations")) | texts(entry.get("annotations"))
    status = text(entry.get("status")) or text(whole.get("status"))
    started = time(entry.get("startsAt"))
    # The same labels that fire again later are another alert, so the key holds the start, too.
    fingerprint = _fingerprint(entry, labels)
    name = labels.get("alertname", "")
    title = _first(annotations, ("summary", "title", "message")) or name or _told_apart(labels)
    return Alert(
        source=NAME,
        key=f"{fingerprint}@{started.isoformat()}" if started else fingerprint,
        status=AlertStatus.RESOLVED if status.lower() == "resolved" else AlertStatus.FIRING,
        title=title[:200],
        description=annotations.get("description", "") or annotations.get("message", ""),
        severity=_first(labels, ("severity", "priority", "level")) or None,
        service=_first(labels, ("service", "job", "app", "namespace")) or None,
        group=_group(whole) or fingerprint,
        starts_at=started,
        ends_at=time(entry.get("endsAt")) if status.lower() == "resolved" else None,
        labels=labels,
        links=links(
            graph=entry.get("generatorURL"),
            alertmanager=whole.get("externalURL"),
            runbook=annotations.get("runbook_url") or annotations.get("runbook"),
            dashboard=annotations.get("dashboard_url") or annotations.get("dashboard"),
        ),
    )


def _fingerprint(entry: Mapping[str, object], labels: Mapping[str, str]) -> str:
    return text(entry.get("fingerprint")) or hashlib.sha256(canonical(dict(labels)).encode()).hexdigest()[:16]


def _group(whole: Mapping[str, object]) -> str:
    group = text(whole.get("groupKey"))
    return f"{group}/{text(whole.get('receiver'))}" if group else ""


def _first(values: Mapping[str, str], names: Sequence[str]) -> str:
    return next((values[name] for name in names if values.get(name)), "")


def _told_apart(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items())) or "An alert without a name"
