"""The visible table of monitors: name → parser; the port that the commands use."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bot.sources import alertmanager
from commands.ports import Unreadable
from incident.alert import Alert, Delivery

PARSERS: Mapping[str, Callable[[bytes], tuple[Alert, ...]]] = MappingProxyType({alertmanager.NAME: alertmanager.parse})


class ParserTable:
    """The parsers, as the commands ask for them."""

    def parse(self, delivery: Delivery) -> tuple[Alert, ...]:
        """The alerts of one delivery. Raises Unreadable."""
        parser = PARSERS.get(delivery.source)
        if parser is None:
            raise Unreadable(f"no parser is known for the source {delivery.source}")
        return parser(delivery.body)
