"""Prometheus Alertmanager: its webhook, version 4 and what calls itself so.

Source: prometheus.io/docs/alerting/latest/configuration (webhook_config) and what is seen in the wild: other versions
or none, no fingerprint, no startsAt, no groupKey, a body of nothing but ``alerts``. It sends no signature: its
configuration must carry a Bearer token.
"""

from typing import Final

from bot.sources.prometheus_alerts import alerts_of
from bot.sources.reading import document, links
from incident.alert import Alert

NAME: Final = "alertmanager"


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alerts of one webhook body. Raises Unreadable."""
    whole = document(body)
    return alerts_of(
        whole,
        NAME,
        lambda entry, annotations: links(
            graph=entry.get("generatorURL"),
            alertmanager=whole.get("externalURL"),
            runbook=annotations.get("runbook_url") or annotations.get("runbook"),
            dashboard=annotations.get("dashboard_url") or annotations.get("dashboard"),
        ),
    )
