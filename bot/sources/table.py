"""The visible table of monitors: name → how it proves itself, what tells its requests apart, what its bodies mean."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from bot.sources import alertmanager, pagerduty
from bot.sources.admission import BEARER, Source, same_body
from commands.outage import Unreadable
from incident.alert import Alert, Delivery

SOURCES: Final[Mapping[str, Source]] = MappingProxyType(
    {
        alertmanager.NAME: Source(proof=BEARER, request_key=same_body, parse=alertmanager.parse),
        pagerduty.NAME: Source(proof=pagerduty.PROOF, request_key=pagerduty.request_key, parse=pagerduty.parse),
    }
)


class ParserTable:
    """The parsers, as the commands ask for them."""

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts of one delivery. Raises Unreadable."""
        source = SOURCES.get(delivery.source)
        if source is None:
            raise Unreadable(f"no parser is known for the source {delivery.source}")
        return source.parse(delivery.body)
