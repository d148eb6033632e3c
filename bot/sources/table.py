"""The visible table of monitors: name → how it proves itself, what tells its requests apart, what its bodies mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from msgspec.structs import replace

from bot.redaction.redactor import BY_SHAPE, Hide
from bot.sources import (
    alertmanager,
    cloudwatch,
    datadog,
    generic,
    grafana,
    opsgenie,
    pagerduty,
    sentry,
    sns,
    statuspage,
    uptimerobot,
)
from bot.sources.admission import BEARER, SHARED, Source, by_address, unnumbered
from bot.sources.cleaning import cleaned, storable
from bot.sources.pagerduty_tidings import tiding
from commands.outage import Unreadable
from incident.alert import Alert, Delivery
from incident.paging import Tiding
from incident.severity import Severity

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        alertmanager.NAME: Source(proof=BEARER, request_key=unnumbered, parse=alertmanager.parse),
        cloudwatch.NAME: Source(proof=SHARED, request_key=sns.request_key, parse=cloudwatch.parse),
        datadog.NAME: Source(proof=SHARED, request_key=unnumbered, parse=datadog.parse),
        generic.NAME: Source(proof=generic.PROOF, request_key=generic.request_key, parse=generic.parse),
        grafana.NAME: Source(proof=grafana.PROOF, request_key=unnumbered, parse=grafana.parse),
        opsgenie.NAME: Source(proof=SHARED, request_key=unnumbered, parse=opsgenie.parse),
        pagerduty.NAME: Source(proof=pagerduty.PROOF, request_key=pagerduty.request_key, parse=pagerduty.parse),
        sentry.NAME: Source(proof=sentry.PROOF, request_key=sentry.request_key, parse=sentry.parse),
        statuspage.NAME: Source(proof=SHARED, request_key=unnumbered, parse=statuspage.parse),
        uptimerobot.NAME: Source(proof=SHARED, request_key=unnumbered, parse=uptimerobot.parse, told=by_address),
    }
)


class ParserTable:
    """The parsers, as the commands ask for them. ``mapped`` says how the generic source's bodies are read.

    ``priorities`` is what the team says that PagerDuty's priorities mean. ``hide`` takes secrets out of a text: what
    a monitor lets slip stays in the raw body, and reaches neither Slack nor a timeline.
    """

    def __init__(
        self,
        mapped: generic.Mapped | None = None,
        priorities: Mapping[str, Severity] = MappingProxyType({}),
        hide: Hide = BY_SHAPE,
    ) -> None:
        self._mapped = mapped
        self._priorities = priorities
        self._hide = hide

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts of one delivery, without secrets. Raises Unreadable, without them too."""
        try:
            return tuple(self._judged(storable(cleaned(each, self._hide))) for each in self._parsed(delivery))
        except Unreadable as unreadable:
            raise Unreadable(self._hide(str(unreadable))) from unreadable

    def _parsed(self, delivery: Delivery) -> tuple[Alert, ...]:
        if delivery.source == generic.NAME:
            return generic.parse(delivery.body, self._mapped)
        source = SOURCES.get(delivery.source)
        if source is None:
            raise Unreadable(f"no parser is known for the source {delivery.source}")
        return source.parse(delivery.body)

    def tiding(self, delivery: Delivery) -> Tiding | None:
        """What a delivery of PagerDuty tells of one of its incidents."""
        told = tiding(delivery.body) if delivery.source == pagerduty.NAME else None
        return None if told is None else replace(told, text=self._hide(told.text))

    def _judged(self, alert: Alert) -> Alert:
        level = self._priorities.get(alert.labels.get("priority", "")) if alert.source == pagerduty.NAME else None
        return alert if level is None else replace(alert, severity=level.value)
