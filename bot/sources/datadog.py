"""Datadog: the webhook of a monitor, in its default body or in any template that a team made of its variables.

Triggered, Warn, No Data, each also Re-…, Renotify   firing      Recovered   resolved

The default body says the state in the title alone: ``[P1] [Triggered on {scope}] …``. Templates rename and drop
entries, so each is looked for under all its names. Source: docs.datadoghq.com/integrations/webhooks.
"""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qs, urlsplit

from bot.sources.batches import alerts_in
from bot.sources.reading import first, links, named, text, time
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "datadog"
_TRANSITIONS: Final = {
    **dict.fromkeys(("triggered", "warn", "no data", "renotify"), AlertStatus.FIRING),
    "recovered": AlertStatus.RESOLVED,
}
_TYPES: Final = {
    "error": AlertStatus.FIRING,
    "warning": AlertStatus.FIRING,
    "success": AlertStatus.RESOLVED,
}
_PREFIX: Final = re.compile(r"\s*\[(?P<words>[^\]]{1,300})\]\s*")
_SCOPED: Final = re.compile(r"(?P<word>.+?)(?: on \{(?P<scope>.*)\})?", re.DOTALL)
_PRIORITY: Final = re.compile(r"P[1-5]")
_UNFILLED: Final = re.compile(r"\$\{?[A-Z_]+\}?|null")
"""Datadog leaves some variables that mean nothing for a monitor as they are, and writes ``null`` for others."""
_FOOTER: Final = re.compile(
    r"\[\[Monitor Status\]\((?P<link>https://[^\s()]+/monitors[/#](?P<monitor>\d{1,20})\b[^\s()]*)\)"
)
"""What Datadog writes below a monitor's message: the default body names the monitor and its group nowhere else."""

Table = Mapping[str, object]


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alert of one body, or of each in a list. Raises Unreadable."""
    return alerts_in(body, _told)


def _told(given: Mapping[str, object]) -> tuple[Alert, ...]:
    whole = _plain(given)
    title, said = _prefixes(first(whole, "title", "event_title", "alert_title", "subject"))
    transition = _transition(whole) or said["word"]
    status = _status(transition) if transition else _TYPES.get(text(whole.get("alert_type")).lower())
    if status is None:
        raise Unreadable("neither a transition nor the title says whether it fires: see docs/monitors.md")
    tags = _tags(whole.get("tags") or whole.get("alert_tags"))
    below = _below(whole)
    monitor = first(whole, "monitor_id", "alert_id") or below["monitor"]
    scope = first(whole, "alert_scope", "scopes", "scope") or said["scope"] or below["scope"]
    at = time(first(whole, "date_posix", "last_updated", "date", "timestamp"))
    again = transition.lower().startswith("re") and status is AlertStatus.FIRING
    return (
        Alert(
            source=NAME,
            key=_key(whole, monitor, scope, title),
            thing=f"{monitor}/{scope}@" if monitor and _cycle(whole) else "",
            status=status,
            title=(title or f"Monitor {monitor or 'without a name'}")[:200],
            description=_description(whole),
            severity=first(whole, "alert_priority", "priority")
            or said["priority"]
            or text(whole.get("severity"))
            or None,
            service=tags.get("service") or first(whole, "service") or _tags(scope).get("service"),
            group=f"monitor {monitor}" if monitor else None,
            starts_at=None if again or status is AlertStatus.RESOLVED else at,
            ends_at=at if status is AlertStatus.RESOLVED else None,
            labels={**_tags(scope), **tags, **named(alertname=title, monitor=monitor, scope=scope)},
            links=links(
                datadog=first(whole, "link", "url", "alert_link", "event_url") or below["link"],
                snapshot=text(whole.get("snapshot")),
            ),
        ),
    )


def _plain(whole: Table) -> dict[str, object]:
    """The entries under plain names: ``$ALERT_ID`` and ``alertId`` are ``alert_id``; what is not filled is left out.

    Some templates put the variables into tables, such as ``alert`` and ``event``: what stands outside counts more.
    """
    inner = [each for each in whole.values() if isinstance(each, Mapping)]
    plain: dict[str, object] = {}
    for name, value in (pair for each in (*inner, whole) for pair in each.items()):
        said = value.strip() if isinstance(value, str) else value
        if said is None or said == "" or (isinstance(said, str) and _UNFILLED.fullmatch(said)):
            continue
        plain[re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip("${}")).lower()] = value
    return plain


def _below(whole: Table) -> Mapping[str, str]:
    """The monitor, its group and its address from the line below the message; each empty where there is none."""
    if (found := _FOOTER.search(first(whole, "body", "event_msg", "message"))) is None:
        return {"monitor": "", "scope": "", "link": ""}
    link = found["link"].replace("&amp;", "&")
    return {"monitor": found["monitor"], "scope": parse_qs(_query(link)).get("group", [""])[0], "link": link}


def _query(link: str) -> str:
    """The query of an address; Datadog once wrote it behind ``#``."""
    try:
        parts = urlsplit(link)
    except ValueError:
        return ""
    return parts.query or parts.fragment.partition("?")[2]


def _prefixes(title: str) -> tuple[str, Mapping[str, str]]:
    """The title without what Datadog puts before it, and what that says: priority, transition and scope."""
    said = {"priority": "", "word": "", "scope": ""}
    rest = title
    while found := _PREFIX.match(rest):
        scoped = _SCOPED.fullmatch(found["words"])
        word = scoped["word"].strip() if scoped else ""
        if _PRIORITY.fullmatch(word):
            said["priority"] = word
        elif _status(word) is not None:
            said["word"], said["scope"] = word, (scoped and scoped["scope"]) or ""
        elif word.upper() != "TEST":
            break
        rest = rest[found.end() :]
    return rest.strip(), said


def _transition(whole: Table) -> str:
    """The transition's word, known or not; without one what a template says elsewhere, as far as it is such a word.

    ``$ALERT_STATUS`` is a sentence as a rule.
    """
    words = (text(whole.get(name)) for name in ("state", "status", "alert_status"))
    return first(whole, "alert_transition", "transition") or next((word for word in words if _status(word)), "")


def _status(transition: str) -> AlertStatus | None:
    word = transition.strip().lower()
    return _TRANSITIONS.get(word) or _TRANSITIONS.get(word.removeprefix("re-"))


def _key(whole: Table, monitor: str, scope: str, title: str) -> str:
    """What stays the same from the trigger to the recovery; two scopes of one monitor are two alerts."""
    key = _cycle(whole) or (f"{monitor}/{scope}" if monitor else f"{title}/{scope}" if title else "")
    if not key:
        raise Unreadable("the body names no monitor: see docs/monitors.md")
    return key


def _cycle(whole: Table) -> str:
    """What names one outage; the next one has another."""
    return first(whole, "alert_cycle_key", "cycle_key", "aggreg_key", "aggregation_key")


def _description(whole: Table) -> str:
    return first(whole, "text_only_msg", "event_msg", "body", "message").strip("% \n")


def _tags(value: object) -> dict[str, str]:
    """``service:shop,env:prod`` or a list of such; a tag without a value is left out."""
    listed = value if isinstance(value, list) else text(value).strip("{}").split(",")
    pairs = [text(each).partition(":") for each in listed]
    return {name.strip(): rest.strip() for name, _, rest in pairs if name.strip() and rest.strip()}
