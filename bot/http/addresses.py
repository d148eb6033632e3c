"""Which handler stands behind which address."""

from collections.abc import Sequence
from typing import Final

from bot.http.call import Answer, Call, Handler, refused

NAMED: Final = "*"
"""An address that ends in ``/*`` stands for every name in that place."""


class Addresses:
    """The addresses of one server. Called with a request, it answers what the handler behind its address does."""

    def __init__(self) -> None:
        self._handlers: dict[str, dict[str, Handler]] = {}

    def add(self, methods: Sequence[str], address: str, handler: Handler) -> None:
        """Put a handler behind an address, for these methods."""
        known = self._handlers.setdefault(address, {})
        known.update(dict.fromkeys(methods, handler))

    async def __call__(self, call: Call) -> Answer:
        """404 for an address that nothing stands behind, 405 for a method that is not meant there."""
        found = self._at(call.path)
        handler = found.get(call.method)
        if handler is not None:
            return await handler(call)
        if not found:
            return refused(404, "There is nothing at this address.")
        return refused(405, f"This address takes {' or '.join(sorted(found))}.", ("Allow", ", ".join(sorted(found))))

    def _at(self, path: str) -> dict[str, Handler]:
        """What stands at an address itself, before what stands there for every name."""
        parent, _, name = path.rpartition("/")
        named = self._handlers.get(f"{parent}/{NAMED}", {}) if name else {}
        exact = self._handlers.get(path)
        return named if exact is None else {**named, **exact}
