"""Grafana: unified alerting, which speaks as Alertmanager does, and the dashboard alerts of before.

alerting   firing      ok   resolved      no_data, paused, pending   nothing      (dashboard alerts only)

Source: grafana.com/docs/grafana/latest/alerting (webhook notifier). It makes one attempt and no other. Its ``title``,
``state`` and ``message`` may contradict the alerts below them and are not read.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from bot.sources.admission import Proof, Request, bearer, signed, signed_lately
from bot.sources.batches import alerts_in
from bot.sources.prometheus_alerts import alerts_of
from bot.sources.reading import first, links, named, text, texts
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "grafana"
SIGNATURE: Final = "X-Grafana-Alerting-Signature"

_STATES: Final = {"alerting": AlertStatus.FIRING, "ok": AlertStatus.RESOLVED}
_QUIET: Final = frozenset({"no_data", "paused", "pending", "unknown"})


def admitted(request: Request, secrets: Sequence[str]) -> bool:
    """Whether the request carries the token, or a signature over its body and, where one is sent, its time."""
    given = request.headers.get(SIGNATURE, "").strip()
    return _signed(request, given, secrets) if given else bearer(request, secrets)


def _signed(request: Request, given: str, secrets: Sequence[str]) -> bool:
    if signed(request.body, given, secrets):
        return True
    # The team chooses the name of the header that holds the time; the signature tells which one it is.
    return any(signed_lately(request, given, value, secrets) for value in request.headers.values())


PROOF: Final = Proof(
    holds=admitted, status=403, refusal="The signature or Bearer token of this source is missing, wrong or too old."
)


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alerts of one webhook body. Raises Unreadable."""
    return alerts_in(body, _told)


def _told(whole: Mapping[str, object]) -> tuple[Alert, ...]:
    if "alerts" not in whole and ("ruleId" in whole or "ruleName" in whole):
        return _dashboard_alert(whole)
    return alerts_of(
        whole,
        NAME,
        lambda entry, annotations: links(
            graph=entry.get("generatorURL"),
            dashboard=entry.get("dashboardURL"),
            panel=entry.get("panelURL"),
            silence=entry.get("silenceURL"),
            image=entry.get("imageURL"),
            grafana=whole.get("externalURL"),
            runbook=annotations.get("runbook_url") or annotations.get("runbook"),
        ),
    )


def _dashboard_alert(whole: Mapping[str, object]) -> tuple[Alert, ...]:
    state = text(whole.get("state")).lower()
    if state in _QUIET:
        return ()
    if state not in _STATES:
        raise Unreadable(f"Grafana knows no state “{state[:40]}”")
    rule = first(whole, "ruleName", "title", "ruleId")
    if not rule:
        raise Unreadable("the alert names no rule")
    address = links(rule=whole.get("ruleUrl"), image=whole.get("imageUrl"))
    host = urlsplit(address.get("rule", "")).netloc
    labels = {**texts(whole.get("tags")), **named(alertname=rule)}
    return (
        Alert(
            source=NAME,
            key=f"{host}/{first(whole, 'ruleId', 'ruleName') or rule}",
            status=_STATES[state],
            title=rule[:200],
            description=text(whole.get("message")) or _measured(whole.get("evalMatches")),
            severity=first(labels, "severity", "priority", "level") or None,
            service=first(labels, "service", "job", "app", "namespace") or None,
            labels=labels,
            links=address,
        ),
    )


def _measured(matches: object) -> str:
    """``CPU 97, load 12``: what made a dashboard's rule fire."""
    listed = [each for each in matches if isinstance(each, Mapping)] if isinstance(matches, list) else []
    return ", ".join(filter(None, (f"{text(each.get('metric'))} {text(each.get('value'))}".strip() for each in listed)))
