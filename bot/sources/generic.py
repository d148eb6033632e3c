"""Any monitor that can post JSON: a table of JMESPath expressions says where the alerts and their entries stand.

Without a table the usual names are tried, so that what Pingdom, Zabbix, Nagios or a shell script sends is understood
as it comes; a team's own table goes before them. Source: jmespath.org/specification.html.
"""

import json
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

from msgspec import Struct, field

from bot.sources.admission import Proof, Request, bearer, body_hash, signed_lately
from bot.sources.reading import links, named, text, texts, time
from commands.outage import Unreadable
from compiler.proof.word_list import word_list
from incident.alert import Alert, AlertStatus

NAME: Final = "generic"
MOST: Final = 1000
"""Alerts in one body."""

_FIRING: Final = word_list(
    """
    1 activated active alarm alert alerting broken critical down err error failed failing failure firing high major
    minor new no_data nodata open opened outage problem trigger triggered true unhealthy warn warning
    """
)
_RESOLVED: Final = word_list(
    """
    0 clear cleared close closed deactivated done false fixed healthy inactive normal ok okay passed passing recovered
    recovery resolve resolved success up
    """
)
_USUAL: Final[Mapping[str, str]] = {
    "items": "alerts || events || incidents || items || data.alerts",
    "title": "title || name || check_name || alertname || event_name || subject || summary || message || check",
    "description": "long_description || description || details || text || message || output",
    "state": "status || state || current_state || alert_state || event_status || new_status || event_type || action",
    "key": "key || id || alert_id || dedup_key || fingerprint || check_id || event_id || incident_id || uid",
    "severity": "severity || priority || importance_level || level || urgency",
    "service": "service || host || hostname || app || component || check_params.hostname",
    "link": "link || url || html_url || permalink || check_params.full_url",
    "time": "starts_at || started_at || startsAt || state_changed_timestamp || timestamp || time || created_at || date",
    "labels": "labels || tags",
}


class Mapped(Struct, frozen=True, kw_only=True):
    """Where a team's monitor puts things: an entry's name → a JMESPath expression.

    ``states`` says which of its words mean firing and which resolved; words are compared in any case.
    """

    expressions: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, AlertStatus] = field(default_factory=dict)

    def find(self, name: str, within: object) -> Any:
        """What stands where the table says, else where it usually stands; None when nothing does."""
        for expression in filter(None, (self.expressions.get(name), _USUAL.get(name))):
            try:
                found = _compiled(expression).search(within)
            except ValueError:
                # A function met a value that it does not take: this sender does not have it there.
                continue
            if found is not None:
                return found
        return None

    def state(self, word: str) -> AlertStatus | None:
        """What a state's word means."""
        folded = word.strip().lower()
        told = next((status for known, status in self.states.items() if known.lower() == folded), None)
        if told is not None:
            return told
        return AlertStatus.FIRING if folded in _FIRING else AlertStatus.RESOLVED if folded in _RESOLVED else None


@cache
def _compiled(expression: str) -> Any:
    # A start that has no such source does not wait for it.
    import jmespath

    return jmespath.compile(expression)


def expression(text: str) -> str:
    """A JMESPath expression as a setting. Raises ValueError, in words, for what is none."""
    try:
        _compiled(text)
    except ValueError as wrong:
        raise ValueError("write a JMESPath expression, such as alert.state") from wrong
    return text


def admitted(request: Request, secrets: Sequence[str]) -> bool:
    """Whether it carries the token, or ``X-Signature`` over ``X-Timestamp``, a colon and the body, and is no older than
    five minutes."""
    given = request.headers.get("X-Signature", "").strip()
    if not given:
        return bearer(request, secrets)
    return signed_lately(request, given.removeprefix("sha256="), request.headers.get("X-Timestamp", ""), secrets)


PROOF: Final = Proof(
    holds=admitted, status=401, refusal="The Bearer token or signature of this source is missing, wrong or too old."
)


def request_key(request: Request) -> str | None:
    """The sender's own key beside the bytes, which are what is signed."""
    number = text(request.headers.get("Idempotency-Key"))[:64]
    return f"{number}:{body_hash(request.body)}" if number else None


def parse(body: bytes, mapped: Mapped | None = None) -> tuple[Alert, ...]:
    """The alerts of one body, in its order. One odd alert never loses the rest. Raises Unreadable."""
    mapped = mapped or Mapped()
    try:
        whole = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable("the body is not JSON") from error
    entries = _entries(whole, mapped)
    alerts, problems = [], []
    for entry in entries[:MOST]:
        try:
            alerts.append(_alert(entry, mapped))
        except Unreadable as problem:
            problems.append(problem)
    if problems and not alerts:
        raise problems[0]
    return tuple(alerts)


def _entries(whole: object, mapped: Mapped) -> list[Mapping[str, object]]:
    """The tables that are an alert each: a list, a list under a name, or one table, alone or under a single name."""
    found = whole if isinstance(whole, list) else mapped.find("items", whole)
    if isinstance(found, list):
        entries = [each for each in found if isinstance(each, Mapping)]
        if found and not entries:
            raise Unreadable("no entry of the list is an alert")
        return entries
    if not isinstance(whole, dict):
        raise Unreadable(f"the body is a JSON {type(whole).__name__}, not an object or a list")
    inner = next(iter(whole.values())) if len(whole) == 1 else None
    return _entries(inner, mapped) if isinstance(inner, dict | list) else [whole]


def _alert(entry: Mapping[str, object], mapped: Mapped) -> Alert:
    title = text(mapped.find("title", entry))
    if not title:
        raise Unreadable("no title was found: name it in the source's `map`")
    word = text(mapped.find("state", entry))
    status = mapped.state(word)
    if status is None:
        known = f"the state “{word[:40]}” is not known" if word else "no state was found"
        raise Unreadable(f"{known}: name it in the source's `map` and `states`")
    at = time(mapped.find("time", entry))
    resolved = status is AlertStatus.RESOLVED
    return Alert(
        source=NAME,
        key=(text(mapped.find("key", entry)) or title)[:300],
        status=status,
        title=title[:200],
        description=text(mapped.find("description", entry)),
        severity=text(mapped.find("severity", entry)) or None,
        service=text(mapped.find("service", entry)) or None,
        starts_at=None if resolved else at,
        ends_at=at if resolved else None,
        labels={**texts(mapped.find("labels", entry)), **named(alertname=title)},
        links=links(link=text(mapped.find("link", entry))),
    )
