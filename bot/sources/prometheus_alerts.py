"""The list of alerts that Alertmanager sends and Grafana imitates: each with labels, annotations and its own state."""

import hashlib
import re
from collections.abc import Callable, Mapping
from typing import Final

from bot.sources.batches import MOST, TOO_MANY, with_more
from bot.sources.reading import first, text, texts, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus
from incident.digest import canonical

Table = Mapping[str, object]

_COUNT: Final = re.compile(r"\[[A-Z]+(:\d{1,9})?(, ?[A-Z]+:\d{1,9})*\]", re.ASCII)
"""``[FIRING:2, RESOLVED:1]``, as it stands before a title."""
_SOME: Final = re.compile(r"0*[1-9]\d{0,8}", re.ASCII)
"""A number above 0 that a monitor may mean: Python counts no number of thousands of digits."""


def alerts_of(
    whole: Table, source: str, links: Callable[[Table, Mapping[str, str]], Mapping[str, str]]
) -> tuple[Alert, ...]:
    """The alerts of one body. One odd alert never loses the rest. Raises Unreadable.

    ``links`` makes the addresses of one alert from its entry and its annotations.
    """
    listed = whole.get("alerts")
    if not isinstance(listed, list):
        raise Unreadable("the body has no list of alerts")
    entries = [each for each in listed if isinstance(each, dict) and _says(each)]
    if listed and not entries:
        raise Unreadable("no entry of the list is an alert")
    common = texts(whole.get("commonLabels")), texts(whole.get("commonAnnotations"))
    alerts = with_more(
        [_alert(each, whole, source, links, *common) for each in entries[:MOST]], len(entries) - MOST, TOO_MANY
    )
    left_out = text(whole.get("truncatedAlerts"))
    some = int(left_out) if _SOME.fullmatch(left_out) else 0
    return with_more(alerts, some, "of its group, which the monitor left out")


def _says(entry: Table) -> bool:
    """Whether an entry says anything of an alert: out of an empty one nothing is made."""
    if first(entry, "status", "fingerprint", "startsAt"):
        return True
    return any(any(texts(entry.get(name)).values()) for name in ("labels", "annotations"))


def _alert(
    entry: Table,
    whole: Table,
    source: str,
    links: Callable[[Table, Mapping[str, str]], Mapping[str, str]],
    common_labels: dict[str, str],
    common_annotations: dict[str, str],
) -> Alert:
    labels = common_labels | texts(entry.get("labels"))
    annotations = common_annotations | texts(entry.get("annotations"))
    # A firing body may hold resolved alerts, and any of them any time of ending: only its own state tells.
    status = text(entry.get("status")) or text(whole.get("status"))
    resolved = status.lower() == "resolved"
    started = time(entry.get("startsAt"))
    fingerprint = _fingerprint(entry, whole, labels)
    own = _any(annotations, "summary", "title", "message") or _name(labels)
    return Alert(
        source=source,
        # The same labels that fire again later are another alert, so the key holds the start, too.
        key=f"{fingerprint}@{started.isoformat()}" if started else fingerprint,
        thing=f"{fingerprint}@" if started else "",
        status=AlertStatus.RESOLVED if resolved else AlertStatus.FIRING,
        title=(own or _told_apart(labels) or _told_of_all(whole))[:200],
        description=_any(annotations, "description", "message") or "",
        severity=_any(labels, "severity", "priority", "level"),
        service=_any(labels, "service", "service_name", "job", "app", "namespace"),
        group=_group(whole) or fingerprint,
        starts_at=started,
        ends_at=time(entry.get("endsAt")) if resolved else None,
        labels=labels,
        links=links(entry, annotations),
    )


def _any(texts: Mapping[str, str], *names: str) -> str | None:
    for name in names:
        if found := texts.get(name):
            return found
    return None


def _fingerprint(entry: Table, whole: Table, labels: Mapping[str, str]) -> str:
    """What names the alert; an organisation of Grafana numbers its alerts for itself."""
    name = text(entry.get("fingerprint")) or hashlib.sha256(canonical(dict(labels)).encode()).hexdigest()[:16]
    organisation = text(entry.get("orgId")) or text(whole.get("orgId"))
    return f"{organisation}/{name}" if organisation else name


def _group(whole: Table) -> str:
    group = text(whole.get("groupKey"))
    return f"{group}/{text(whole.get('receiver'))}" if group else ""


def _name(labels: Mapping[str, str]) -> str:
    """The alert's name; Grafana calls all without data, and all that fail, by one name, and says the rule beside it."""
    name, rule = labels.get("alertname", ""), labels.get("rulename", "")
    return f"{name}: {rule}" if name.startswith("Datasource") and rule else name


def _told_apart(labels: Mapping[str, str]) -> str:
    return ", ".join(f"{name}={value}" for name, value in sorted(labels.items()) if value)


def _told_of_all(whole: Table) -> str:
    """What Grafana writes above all alerts of a body, without their count: some have no labels of their own."""
    title = _COUNT.sub("", text(whole.get("title"))).strip()
    return title or text(whole.get("message")).partition("\n")[0] or "An alert without a name"
