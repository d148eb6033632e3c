"""Alerts and changes without secrets, and under names that can be looked up.

What they say goes into channels, topics, timelines and drafts.
"""

from msgspec.structs import replace

from bot.redaction.redactor import Hide
from incident.alert import Alert
from incident.digest import short_name
from incident.system_change import SystemChange


def cleaned(alert: Alert, hide: Hide) -> Alert:
    """The alert, as it is if nothing in it is a secret; an address that holds one is left out."""
    texts = (alert.key, alert.thing, alert.title, alert.description, *_optional(alert))
    whole = "\0".join((*texts, *alert.labels.values(), *alert.links.values()))
    if hide(whole) == whole:  # nearly all of them, and thousands come in a second
        return alert
    return replace(
        alert,
        key=hide(alert.key),
        thing=hide(alert.thing),
        title=hide(alert.title),
        description=hide(alert.description),
        severity=alert.severity and hide(alert.severity),
        service=alert.service and hide(alert.service),
        group=alert.group and hide(alert.group),
        labels={name: hide(value) for name, value in alert.labels.items()},
        links={name: address for name, address in alert.links.items() if hide(address) == address},
    )


def storable(alert: Alert) -> Alert:
    """The alert under names that every store can look up, however long those are that its monitor gave it."""
    key, thing = short_name(alert.key), short_name(alert.thing)
    return alert if (key, thing) == (alert.key, alert.thing) else replace(alert, key=key, thing=thing)


def cleaned_change(change: SystemChange, hide: Hide) -> SystemChange:
    """A system's change, likewise: a commit's message says whatever somebody wrote into it."""
    return replace(
        change,
        what=hide(change.what),
        by=hide(change.by),
        revision=hide(change.revision),
        environment=hide(change.environment),
        link=change.link if hide(change.link) == change.link else "",
    )


def _optional(alert: Alert) -> tuple[str, ...]:
    return alert.severity or "", alert.service or "", alert.group or ""
