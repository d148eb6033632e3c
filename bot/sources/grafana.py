"""Grafana: unified alerting, which speaks as Alertmanager does, and the dashboard alerts of before.

alerting   firing      ok   resolved      no_data, paused, pending   nothing      (dashboard alerts only)

Source: grafana.com/docs/grafana/latest/alerting (webhook notifier). It makes one attempt and no other. Its ``title``,
``state`` and ``message`` may contradict the alerts below them and are not read.
"""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import urlsplit

from bot.sources.admission import Proof, Request, bearer, signed, signed_lately
from bot.sources.prometheus_alerts import alerts_of
from bot.sources.reading import document, first, links, named, text
from commands.outage import Unreadable
from incident.alert import Alert, AlertStatus

NAME: Final = "grafana"
SIGNATURE: Final = "X-Grafana-Alerting-Signature"

_STATES: Final = {"alerting": AlertStatus.FIRING, "ok": AlertStatus.RESOLVED}
_QUIET: Final = frozenset({"no_data", "paused", "pending"})


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
    whole = document(body)
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
    rule = first(whole, "ruleName", "title") or "An alert without a name"
    address = links(rule=whole.get("ruleUrl"), image=whole.get("imageUrl"))
    host = urlsplit(address.get("rule", "")).netloc
    return (
        Alert(
            source=NAME,
            key=f"{host}/{first(whole, 'ruleId', 'ruleName')}",
            status=_STATES[state],
            title=rule[:200],
            description=text(whole.get("message")),
            labels=named(alertname=rule),
            links=address,
        ),
    )
