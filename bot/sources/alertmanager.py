"""Prometheus Alertmanager: its webhook, version 4 and what calls itself so.

Source: prometheus.io/docs/alerting/latest/configuration (webhook_config) and what is seen in the wild: other versions
or none, no fingerprint, no startsAt, no groupKey, a body of nothing but ``alerts``, or of alerts alone, as Prometheus
posts them. It sends no signature: its configuration must carry a Bearer token.
"""

from collections.abc import Mapping
from typing import Final

from bot.sources.batches import alerts_in
from bot.sources.prometheus_alerts import alerts_of
from bot.sources.reading import links
from incident.alert import Alert

NAME: Final = "alertmanager"


def parse(body: bytes) -> tuple[Alert, ...]:
    """The alerts of one webhook body. Raises Unreadable."""
    return alerts_in(body, _told)


def _told(whole: Mapping[str, object]) -> tuple[Alert, ...]:
    return alerts_of(
        whole if "alerts" in whole or not isinstance(whole.get("labels"), Mapping) else {"alerts": [whole]},
        NAME,
        lambda entry, annotations: links(
            graph=entry.get("generatorURL"),
            alertmanager=whole.get("externalURL"),
            runbook=annotations.get("runbook_url") or annotations.get("runbook"),
            dashboard=annotations.get("dashboard_url") or annotations.get("dashboard"),
        ),
    )
