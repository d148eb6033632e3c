"""UptimeRobot: one monitor going down or coming up, in a body that its owner wrote with the service's variables.

1   down: firing      2   up: resolved      3   its certificate or domain is about to end: firing, an alert of its own
98  started, 99  paused: no alert, nobody looks, or somebody does again

It comes as JSON, as a form, or behind the address. Names are read as ``monitorID`` and as ``monitor_id``. A variable
that was not filled arrives between stars and counts as missing. Source: help.uptimerobot.com (webhook integration). It
signs nothing.
"""

import re
from collections.abc import Mapping
from typing import Final

from bot.sources.batches import alerts_in
from bot.sources.reading import first, links, named, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "uptimerobot"
_TYPES: Final = {
    **dict.fromkeys(("1", "down"), (AlertStatus.FIRING, "down")),
    **dict.fromkeys(("2", "up"), (AlertStatus.RESOLVED, "up")),
    **dict.fromkeys(("3", "ssl", "ssl expiry"), (AlertStatus.FIRING, "certificate")),
    "domain expiry": (AlertStatus.FIRING, "domain"),
}
_QUIET: Final = frozenset({"98", "99", "started", "paused"})
_UNFILLED: Final = re.compile(r"\*\w+\*")
_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alert of one body, or of each in a list. Raises Unreadable."""
    return alerts_in(body, _told)


def _told(given: Mapping[str, object]) -> tuple[Alert, ...]:
    whole = {
        _HUMP.sub("_", name).lower(): value
        for name, value in given.items()
        if not (isinstance(value, str) and _UNFILLED.fullmatch(value.strip()))
    }
    said_so = [first(whole, name).lower() for name in ("alert_type", "alert_type_friendly_name")]
    kind = next((word for word in said_so if word in _TYPES), None)
    if kind is None and not _QUIET.isdisjoint(said_so):
        return ()
    if kind is None:
        raise Unreadable("the body says neither that the monitor is down nor that it is up")
    status, what = _TYPES[kind]
    details = first(whole, "alert_details", "ssl_expiry_days_left")
    if what == "certificate" and _is_domain(whole, details):
        what = "domain"
    ends = what in {"certificate", "domain"}
    address = first(whole, "monitor_url", "url")
    monitor = first(whole, "monitor_id", "id") or address
    if not monitor:
        raise Unreadable("the body names no monitor: put *monitorID* into the template")
    name = first(whole, "monitor_friendly_name", "friendly_name", "monitor_name") or address or f"Monitor {monitor}"
    at = time(first(whole, "alert_date_time", "alert_date_time_iso", "date_time"))
    resolved = status is AlertStatus.RESOLVED
    return (
        Alert(
            source=NAME,
            key=f"{monitor}/{what}" if ends else monitor,
            status=status,
            title=(f"{name}: its {what} ends soon" if ends else f"{name} is {what}")[:200],
            description=details,
            service=name,
            starts_at=None if resolved else at,
            ends_at=at if resolved else None,
            labels=named(alertname=name, monitor=monitor, url=address, kind=what),
            links=links(monitored=address),
        ),
    )


def _is_domain(whole: Mapping[str, object], details: str) -> bool:
    """Whether what ends is the domain: one type, and by its name *SSL & domain expiry*, stands for both."""
    domain, certificate = first(whole, "domain_expire_date", "domain_expiry_date"), first(whole, "ssl_expiry_date")
    if bool(domain) != bool(certificate):
        return bool(domain)
    said = f"{details} {first(whole, 'alert_type_friendly_name')}".lower()
    return "domain" in details.lower() if "ssl" in said or "certificate" in said else "domain" in said
