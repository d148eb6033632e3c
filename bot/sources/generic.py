"""Any monitor that can post JSON: a table of JMESPath expressions says where the alerts and their entries stand.

Without a table the usual names are tried, so that what Pingdom, Zabbix or a shell script sends is understood
as it comes; a team's own table goes before them. Source: jmespath.org/specification.html.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from msgspec import Struct, field

from bot.sources.admission import Proof, Request, bearer, body_hash, signed_lately
from bot.sources.batches import of_each
from bot.sources.reading import links, loaded, named, text, texts, time
from commands.outage import Unreadable
from compiler.proof.word_list import word_list
from incident.alert import Alert, AlertStatus

NAME: Final = "generic"
_DEEPEST: Final = 5
"""How many wrappings with a single name each are taken off."""

_FIRING: Final = word_list(
    """
    1 activated active alarm alert alerting broken created critical degraded down err error failed failing failure
    fired firing high major minor new no_data nodata offline open opened outage problem reopened started trigger
    triggered true unhealthy unreachable violated warn warning
    """
)
_RESOLVED: Final = word_list(
    """
    0 clear cleared close closed deactivated done false fixed healthy inactive normal ok okay online operational passed
    passing reachable recovered recovery resolve resolved success successful up
    """
)
_QUIET: Final = word_list("ack acked acknowledge acknowledged maintenance paused pending snoozed testing")
"""Somebody has it in hand, nobody looks, or it is a test without a state: nothing changes in what is broken."""

_NEXT_WORD: Final = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

_USUAL: Final[Mapping[str, str]] = {
    "items": "alerts; events; incidents; items; data.alerts; incident && [incident]",
    "title": "title; name; check_name; alertname; alert_name; monitor_name; event_name; event_definition_title;"
    " rule_name; condition_name; problem_title; trigger; subject; summary; message; check; labels.alertname;"
    " alert.name; monitor.name; check.alias; check.name; check.url; attributes.name; data.essentials.alertRule; msg",
    "description": "long_description; description; details; text; message; output; msg; error; downtime.error;"
    " annotations.description; attributes.cause; data.essentials.description",
    "state": "status; state; current_state; alert_state; event_status; monitor_status; new_status; trigger_status;"
    " event_value; event_type; event; action; attributes.status; data.essentials.monitorCondition;"
    " ([heartbeat][?status==`0`] && 'down');"
    " ([heartbeat][?status==`1`] && 'up'); ([heartbeat][?status==`2`] && 'pending');"
    " ([heartbeat][?status==`3`] && 'maintenance');"
    " (contains(keys(@), 'heartbeat') && heartbeat == null && ends_with(msg, ' Testing') && 'testing' || `null`)",
    "key": "key; id; alert_id; alert_uid; dedup_key; fingerprint; check_id; monitor_id; event_id; incident_id; uid;"
    " problem_id; check.token; check.id; monitor.id; data.essentials.alertId",
    "severity": "severity; priority; importance_level; level; urgency; event_severity; trigger_severity;"
    " problem_severity; labels.severity; data.essentials.severity",
    "service": "service; host; hostname; host_name; app; component; check_params.hostname; labels.service;"
    " resource_name; policy_name; impacted_entity; impactedEntities[0]; data.essentials.configurationItems[0]",
    "link": "link; url; html_url; permalink; incident_url; issue_url; problem_url; check_params.full_url;"
    " attributes.url; check.url; monitor.url; link_to_upstream_details; data.essentials.investigationLink",
    "time": "",
    "began": "starts_at; started_at; startsAt; downtime.started_at; attributes.started_at;"
    " data.essentials.firedDateTime; issueUrl && createdAt",
    "ended": "ends_at; ended_at; endsAt; resolved_at; resolvedAt; closed_at; closedAt; downtime.ended_at;"
    " attributes.resolved_at; data.essentials.resolvedDateTime; issueUrl && updatedAt",
    "told": "state_changed_timestamp; timestamp; time; created_at; createdAt; date; heartbeat.time",
    "labels": "labels; tags",
}
"""Where well-known monitors put things: the first of these that says something counts.

``began`` and ``ended`` mean the same in every body about one alert. ``told`` is when this body's state began, and so is
what a team's map calls the time."""


class Mapped(Struct, frozen=True, kw_only=True):
    """Where a team's monitor puts things: an entry's name → a JMESPath expression.

    ``states`` says which of its words mean firing and which resolved; words are compared in any case.
    """

    expressions: Mapping[str, str] = field(default_factory=dict)
    states: Mapping[str, AlertStatus] = field(default_factory=dict)

    def text(self, name: str, within: object) -> str:
        """The first text that stands where the table says, or where it usually stands; empty when none does."""
        # True and false are words for a state, and name nothing.
        found = (each for each in self.found(name, within) if name == "state" or not isinstance(each, bool))
        return next(filter(None, map(text, found)), "")

    def found(self, name: str, within: object) -> Iterator[Any]:
        """What stands at each of the places, the table's own first."""
        for expression in filter(None, (self.expressions.get(name), *_usual(name))):
            try:
                found = _compiled(expression).search(within)
            except ValueError:
                # A function met a value that it does not take: this sender does not have it there.
                continue
            if found is not None:
                yield found

    def moment(self, name: str, within: object) -> datetime | None:
        """The first moment that stands at one of the places."""
        return next(filter(None, map(time, self.found(name, within))), None)

    def state(self, word: str) -> AlertStatus | None:
        """What a state's word means, or the end of a name such as ``incident.opened``."""
        folded = word.strip().lower()
        told = next((status for known, status in self.states.items() if known.lower() == folded), None)
        if told is not None:
            return told
        last = folded.rpartition(".")[2]
        return AlertStatus.FIRING if last in _FIRING else AlertStatus.RESOLVED if last in _RESOLVED else None

    def quiet(self, word: str) -> bool:
        """Whether the word says that nothing changes in what is broken."""
        return self.state(word) is None and word.strip().lower().rpartition(".")[2] in _QUIET


@cache
def _usual(name: str) -> tuple[str, ...]:
    return tuple(each.strip() for each in _USUAL[name].split(";"))


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
    return of_each(_entries(loaded(body), mapped), lambda entry: _alert(entry, mapped))


def _entries(whole: object, mapped: Mapped, depth: int = 0) -> list[Mapping[str, object]]:
    """The tables that are an alert each: a list, a list under a name, or one table, alone or under a single name."""
    found = whole if isinstance(whole, list) else next(mapped.found("items", whole), None)
    if isinstance(found, list):
        entries = [each for each in found if isinstance(each, Mapping)]
        if found and not entries:
            raise Unreadable("no entry of the list is an alert")
        return entries
    if not isinstance(whole, dict):
        raise Unreadable(f"the body is a JSON {type(whole).__name__}, not an object or a list")
    inner = next(iter(whole.values())) if len(whole) == 1 and depth < _DEEPEST else None
    return _entries(inner, mapped, depth + 1) if isinstance(inner, dict | list) else [whole]


def _alert(entry: Mapping[str, object], mapped: Mapped) -> tuple[Alert, ...]:
    """The alert of one entry; none when its state changes nothing."""
    entry = _plain(entry)
    title = mapped.text("title", entry)
    if not title:
        raise Unreadable("no title was found: name it in the source's `map`")
    word = mapped.text("state", entry)
    status = mapped.state(word)
    if mapped.quiet(word):
        return ()
    if status is None:
        known = f"the state “{word[:40]}” is not known" if word else "no state was found"
        raise Unreadable(f"{known}: name it in the source's `map` and `states`")
    starts_at, ends_at = _moments(entry, mapped, resolved=status is AlertStatus.RESOLVED)
    labels = next(filter(None, map(texts, mapped.found("labels", entry))), {})
    return (
        Alert(
            source=NAME,
            key=mapped.text("key", entry) or title,
            status=status,
            title=title[:200],
            description=mapped.text("description", entry),
            severity=mapped.text("severity", entry) or None,
            service=mapped.text("service", entry) or None,
            starts_at=starts_at,
            ends_at=ends_at,
            labels={**labels, **named(alertname=title)},
            links=next(filter(None, (links(link=each) for each in mapped.found("link", entry))), {}),
        ),
    )


def _plain(entry: Mapping[str, object]) -> Mapping[str, object]:
    """The entry, with its names also as most write them: ``alertName`` and ``AlertName`` are ``alert_name``, too."""
    return {**{_NEXT_WORD.sub("_", name).lower(): value for name, value in entry.items()}, **entry}


def _moments(entry: Mapping[str, object], mapped: Mapped, *, resolved: bool) -> tuple[datetime | None, datetime | None]:
    """When it began and when it ended, as far as the entry says.

    Many monitors say in the end, too, when it began: taken for the end it would be the outage's first minute.
    """
    own, began, told = mapped.moment("time", entry), mapped.moment("began", entry), mapped.moment("told", entry)
    return (began, own or mapped.moment("ended", entry) or told) if resolved else (own or began or told, None)
